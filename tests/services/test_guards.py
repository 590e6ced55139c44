"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.engine import make_url

from counterfoil.core.document import Kind
from counterfoil.core.exporting import ExportState, Topic
from counterfoil.core.ports import Flow
from counterfoil.core.syncing import Happening
from counterfoil.services import exporting, periods
from counterfoil.services.checking import check, keep
from counterfoil.services.office import Work
from counterfoil.store import open_store
from counterfoil.store.migrating import grant
from counterfoil.store.schema import APPEND_ONLY, metadata
from tests.buyer import Buyer
from tests.desk import TODAY, VANCOUVER, Desk, refused

COLUMNS = "id, seq, dated_on, month, document_id, rule, text, reverses_id, made_at, actor"
AGAIN = (
    "INSERT INTO entry ({columns}) SELECT id + 500, seq + 500, dated_on, {month}, NULL, rule, text, {reverses}, 0, ''"
)
ERRORS = (sqlite3.Error, psycopg.Error)


def play(desk: Desk) -> None:
    """Leave at least one row in every append-only table."""
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="9")
    invoice = desk.issue(acme, [(apple, "1", "10")], tenders=[("C", "3")])
    desk.issue(None, [(apple, "1", "10")], Kind.CASH_SALE, tenders=[("C", "10")])
    desk.enter(Kind.WORK_ORDER, acme, [(apple, "1", "10")])
    desk.change(lambda work: periods.close(work, 202301))
    found = list(check(desk.store))
    desk.change(lambda work: keep(work, found))
    notes = {invoice.document_id: "exported"}
    desk.change(lambda work: exporting.record(work, "erp", Topic.SALES_INVOICE, notes, ExportState.ACKNOWLEDGED))


def pull(work: Work) -> None:
    """A document is pulled and fails."""
    syncs = work.unit.syncs
    syncs.add_account("traede:main", work.unit.mint)
    known = syncs.account("traede:main")
    assert known is not None
    syncs.note(known.id, Flow.INVOICES, 1, Happening("failed", "code", "why", work.now, work.actor))


def supply(desk: Desk) -> None:
    """A supplier's invoice is registered over goods that came in."""
    buyer = Buyer(desk.store, desk.now)
    buyer.match(buyer.register(), buyer.delivered())


def run(desk: Desk, sql: str) -> None:
    with desk.store.engine.reading() as connection:
        connection.script(sql)


def denied(desk: Desk, sql: str, why: str | None = None) -> None:
    with pytest.raises(ERRORS, match=why):
        run(desk, sql)


@pytest.mark.parametrize("table", [table.name for table in APPEND_ONLY])
def test_append_only_tables_refuse_change(desk: Desk, table: str) -> None:
    play(desk)
    supply(desk)
    desk.change(pull)
    column = next(iter(metadata.tables[table].columns)).name
    with desk.store.engine.reading() as connection:
        assert connection.raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0  # noqa: S608
    denied(desk, f"UPDATE {table} SET {column} = {column}", "append-only")  # noqa: S608
    denied(desk, f"DELETE FROM {table}", "append-only")  # noqa: S608
    if desk.store.engine.dialect == "postgresql":
        denied(desk, f"TRUNCATE {table} CASCADE", "append-only")


def test_posted_documents_are_final(desk: Desk) -> None:
    play(desk)
    denied(desk, "UPDATE document SET comment = 'x' WHERE state = 'posted'", "final")
    denied(desk, "UPDATE document SET state = 'open' WHERE state = 'posted'", "final")
    run(desk, "UPDATE document SET state = 'void' WHERE state = 'open'")
    denied(desk, "UPDATE document SET state = 'open' WHERE state = 'void'", "final")
    denied(desk, "DELETE FROM document", "kept")
    run(desk, "UPDATE stock_level SET reserved = 0")


def items(desk: Desk) -> tuple[int, int]:
    """The ids of an open charge of 10.00 and an open credit of 15.00 of one customer."""
    acme, apple = desk.customer(), desk.item()
    charge, credit = desk.issue(acme, [(apple, "1", "10")]), desk.receive("ACME", "15", invoices=())
    return item(desk, charge.document_id), item(desk, credit.document_id)


def item(desk: Desk, document_id: int) -> int:
    with desk.work() as work:
        (found,) = work.unit.journal.items_of(document_id)
        return found.id


def applied(debit: int, credit: int, amount: int, on: str = "2024-03-15") -> str:
    columns = "id, debit_id, credit_id, amount, dated_on, made_at, actor"
    return f"INSERT INTO application ({columns}) VALUES (900, {debit}, {credit}, {amount}, '{on}', 0, 'test')"  # noqa: S608


def test_the_database_refuses_applications_that_do_not_fit(desk: Desk) -> None:
    charge, credit = items(desk)
    desk.customer("OTHER")
    foreign = item(desk, desk.receive("OTHER", "10").document_id)
    young = item(desk, desk.receive("ACME", "1", on=TODAY + timedelta(days=9), invoices=()).document_id)
    for wrong in (
        applied(charge, credit, 1001),
        applied(charge, credit, -1),
        applied(charge, credit, 0),
        applied(charge, credit, 100, (TODAY - timedelta(days=1)).isoformat()),
        applied(charge, young, 100, (TODAY + timedelta(days=8)).isoformat()),
        applied(credit, charge, 100),
        applied(charge, foreign, 100),
        applied(charge, charge, 100),
        applied(charge, 99999, 100),
    ):
        denied(desk, wrong)
    denied(desk, "UPDATE open_item_state SET remaining = -1")
    assert desk.balance("ACME") == -600


def test_the_database_refuses_a_second_reversal_and_a_second_number(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "1", "10")])
    desk.reverse(made)
    again = AGAIN.format(columns=COLUMNS, month="month", reverses="reverses_id")
    denied(desk, f"{again} FROM entry WHERE reverses_id IS NOT NULL")
    denied(
        desk, "INSERT INTO posting SELECT entry_id, position + 50, account_id, currency, 0, 0, NULL, NULL FROM posting"
    )
    denied(desk, "UPDATE number_series SET prefix = NULL")


def test_the_database_refuses_a_closed_month(desk: Desk) -> None:
    play(desk)
    again = AGAIN.format(columns=COLUMNS, month=202301, reverses="NULL")
    denied(desk, f"{again} FROM entry", "period is closed")


@pytest.fixture
def serving(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk whose store serves as a role that may not change the journal."""
    engine = desk.store.engine
    if engine.dialect == "sqlite":
        with refused("no_roles"):
            grant(engine, "anyone")
        pytest.skip("SQLite has no roles")
    url: str = request.getfixturevalue("url")
    role = f"serving_{engine.schema}"
    with refused("role_missing"):
        grant(engine, role)
    run(desk, f"CREATE ROLE {role} LOGIN")
    grant(engine, role)
    address = make_url(url).set(username=role, password=None).render_as_string(hide_password=False)
    store = open_store(address)
    yield Desk(store, desk.now)
    store.engine.dispose()
    run(desk, f"DROP OWNED BY {role}")
    run(desk, f"DROP ROLE {role}")


def test_the_serving_role_does_everything_but_change_the_journal(serving: Desk) -> None:
    play(serving)
    acme = serving.customer("MORE")
    order = serving.enter(Kind.SALES_ORDER, acme, [(None, "1", "10")])
    serving.ship(order)
    invoice = serving.finalise(order)
    receipt = serving.receive("MORE", "10")
    serving.unapply(receipt, invoice)
    serving.refund(receipt, "4")
    serving.credit(invoice)
    serving.policy(strict_totals=True)
    assert serving.broken() == []
    for table in APPEND_ONLY:
        column = next(iter(table.columns)).name
        for sql in (
            f"UPDATE {table.name} SET {column} = {column}",  # noqa: S608
            f"DELETE FROM {table.name}",  # noqa: S608
            f"TRUNCATE {table.name} CASCADE",
            f"ALTER TABLE {table.name} DISABLE TRIGGER ALL",
            f"DROP TABLE {table.name} CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(serving, sql)
    for sql in ("DROP TABLE document", "DROP FUNCTION append_only() CASCADE", "CREATE TABLE mine (id integer)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(serving, sql)
