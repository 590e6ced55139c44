"""What is told of exports, and what stays cheap and complete however much there is and whoever works beside."""

from __future__ import annotations

import re
import threading
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy.engine import make_url

from counterfoil.core.document import Kind
from counterfoil.core.exporting import ExportState, Standing, Topic, Wanted
from counterfoil.services import exporting, invoicing, ordering, registry
from counterfoil.services.office import Context, Outcome, Said
from counterfoil.services.why import tell as why
from counterfoil.store import Principal
from counterfoil.store.exported import _Shape, _statements
from tests.desk import TODAY, VANCOUVER, Desk, refused

INVOICE = Topic.SALES_INVOICE


def reader(desk: Desk) -> Context:
    return Context(desk.store, Principal(1, "reader"), Said("r", "test", "test"), lambda: desk.now)


def listed(desk: Desk, topic: Topic = INVOICE, system: str = "erp") -> list[int]:
    page = exporting.listed(reader(desk), Wanted(topic=topic, system=system, limit=60))
    return [row.document.id for row in page.rows]


def tell(desk: Desk, of: Outcome, state: ExportState, topic: Topic = INVOICE, remote_id: str = "") -> None:
    notes = {of.document_id: state.value}
    desk.change(lambda work: exporting.record(work, "erp", topic, notes, state, remote_id))


def test_a_document_waits_until_it_is_acknowledged_and_again_when_it_is_reopened(desk: Desk) -> None:
    acme = desk.customer()
    invoice = desk.issue(acme, [(None, "1", "5")])
    number = invoice.document_id
    assert exporting.latest(reader(desk), "erp", INVOICE, number) is None
    for state in (ExportState.QUEUED, ExportState.SENT, ExportState.IN_DOUBT, ExportState.FOUND_REMOTE):
        tell(desk, invoice, state, remote_id="R-1" if state is ExportState.FOUND_REMOTE else "")
        assert exporting.latest(reader(desk), "erp", INVOICE, number) is state
        assert listed(desk) == [number]
    tell(desk, invoice, ExportState.ACKNOWLEDGED)
    assert listed(desk) == []
    tell(desk, invoice, ExportState.FAILED)
    assert listed(desk) == []
    tell(desk, invoice, ExportState.REOPENED)
    assert listed(desk) == [number]
    history = exporting.history(reader(desk), number)
    assert [event.state for event in history][-3:] == [
        ExportState.ACKNOWLEDGED,
        ExportState.FAILED,
        ExportState.REOPENED,
    ]
    assert [event.remote_id for event in history if event.remote_id] == ["R-1"]
    assert desk.broken() == []


def test_what_is_no_such_document_is_refused_whole(desk: Desk) -> None:
    invoice = desk.issue(desk.customer(), [(None, "1", "5")])
    with refused("document_not_found"):
        desk.change(
            lambda work: exporting.record(
                work, "erp", INVOICE, {invoice.document_id: "", 99: ""}, ExportState.ACKNOWLEDGED
            )
        )
    with refused("document_not_found"):
        tell(desk, invoice, ExportState.ACKNOWLEDGED, Topic.CREDIT_NOTE)
    assert listed(desk) == [invoice.document_id]


def test_cost_leaves_as_an_accounting_entry_of_the_same_id(desk: Desk) -> None:
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="9")
    service = desk.item("HOUR")
    sold = desk.issue(acme, [(apple, "2", "10"), (service, "1", "7"), (None, "1", "5")])
    desk.issue(acme, [(service, "1", "7")])
    back = desk.credit(sold, {1: Decimal(1)})
    desk.issue(None, [(apple, "1", "10")], Kind.CASH_SALE, tenders=[("C", "99")])
    page = exporting.listed(reader(desk), Wanted(topic=Topic.ACCOUNTING_ENTRY, system="erp", limit=9))
    brought, *rest = page.rows
    assert brought.document.kind is Kind.STOCK_ADJUSTMENT
    assert [row.document.id for row in rest] == [sold.document_id, back.document_id]
    bases = [[leg.base for leg in row.entry.postings] for row in rest if row.entry]
    assert [sorted(part) for part in bases] == [[-800, 800], [-400, 400]]
    tell(desk, sold, ExportState.ACKNOWLEDGED, Topic.ACCOUNTING_ENTRY)
    assert sold.document_id in listed(desk)
    assert desk.broken() == []


def test_why_tells_who_has_a_document(desk: Desk) -> None:
    sold = desk.issue(desk.customer(), [(desk.item(on_hand="9"), "1", "5")])
    tell(desk, sold, ExportState.ACKNOWLEDGED)
    tell(desk, sold, ExportState.ACKNOWLEDGED, Topic.ACCOUNTING_ENTRY)
    (life,) = why(desk.store, sold.number).lives
    told = [event.say for event in life.events if event.what == "export"]
    assert told == [f"export to erp{what}, acknowledged: acknowledged" for what in ("", ", its accounting entry")]


def test_a_foreign_document_tells_the_rate_that_it_was_booked_at(desk: Desk) -> None:
    acme = desk.customer(unit="USD")
    desk.change(lambda work: registry.set_rate(work, "USD", TODAY.replace(month=1), Decimal("1.25")))
    desk.issue(acme, [(None, "1", "5")])

    def rates() -> list[Decimal | None]:
        return [row.rate for row in exporting.listed(reader(desk), Wanted(topic=INVOICE, system="e", limit=9)).rows]

    assert rates() == [Decimal("1.25")]
    desk.change(lambda work: registry.set_rate(work, "USD", TODAY, Decimal("1.5")))
    desk.issue(acme, [(None, "1", "5")])
    assert rates() == [Decimal("1.25"), Decimal("1.5")]


def test_every_kind_of_document_leaves_as_its_topic(desk: Desk) -> None:
    acme = desk.customer()
    order = desk.enter(Kind.WORK_ORDER, acme, [(None, "1", "5")])
    cash = desk.issue(None, [(None, "1", "5")], Kind.CASH_SALE, tenders=[("C", "5")])
    assert listed(desk, Topic.ORDER) == [order.document_id]
    assert listed(desk, Topic.CASH_SALE) == [cash.document_id]
    tell(desk, order, ExportState.ACKNOWLEDGED, Topic.ORDER)
    desk.do(lambda work: ordering.void(work, order.document_id))
    assert listed(desk, Topic.ORDER) == []
    assert desk.broken() == []


@pytest.mark.parametrize("since", [False, True])
@pytest.mark.parametrize("drafts", [False, True])
@pytest.mark.parametrize("standings", [None, frozenset({Standing.OPEN})])
def test_no_list_reads_the_history_behind_it(
    desk: Desk, since: bool, drafts: bool, standings: frozenset[Standing] | None
) -> None:
    """What is read is what waits, by keys of its own; documents are looked up one by one."""
    if desk.store.engine.dialect != "sqlite":
        pytest.skip("SQLite needs no rows to say how it would read them")
    shape = _Shape(True, since, drafts, standings, (), ())
    params = {"topic": "order", "system": "erp", "since": 1}
    for statement in _statements(shape):
        bound = params | ({"limit": 1, "offset": 0} if ":limit" in statement.on("sqlite") else {})
        with desk.store.engine.reading() as connection:
            plan = connection.plan(statement, **bound)
        scanned = [step for step in plan if re.match(r"SCAN (?!listed|\()", step) and "CONSTANT" not in step]
        assert scanned == []
        assert any("SEARCH export_pending" in step for step in plan)


def test_a_system_registered_beside_a_posting_misses_nothing(desk: Desk) -> None:
    """A document that is being filed when a system is first heard of waits for it like all others."""
    if desk.store.engine.dialect != "postgresql":
        pytest.skip("SQLite has one writer")
    invoice = desk.issue(desk.customer(), [(None, "1", "5")])
    url = make_url(str(desk.store.engine.core().url.render_as_string(hide_password=False)))
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other:
        other.execute(f"SET search_path = {desk.store.engine.schema}")
        other.execute("INSERT INTO export_feed VALUES ('sales_invoice', 4711, 'late')")
        marking = threading.Thread(target=tell, args=(desk, invoice, ExportState.ACKNOWLEDGED))
        marking.start()
        marking.join(0.3)
        assert marking.is_alive()
        other.commit()
    marking.join(30)
    assert not marking.is_alive()
    with desk.store.engine.reading() as connection:
        waiting = connection.raw.execute("SELECT document_id FROM export_pending").fetchall()
        connection.script("DELETE FROM export_feed WHERE document_id = 4711")
        connection.script("DELETE FROM export_pending WHERE document_id = 4711")
    assert waiting == [(4711,)]


def test_many_callers_mark_the_same_documents(desk: Desk) -> None:
    acme = desk.customer()
    ids = [desk.issue(acme, [(None, "1", "5")]).document_id for _ in range(6)]
    failures: list[Exception] = []

    def mark(turn: int) -> None:
        notes = dict.fromkeys(ids[turn % 6 :] + ids[: turn % 6], str(turn))
        try:
            Desk(desk.store).change(
                lambda work: exporting.record(work, "erp", INVOICE, notes, ExportState.ACKNOWLEDGED)
            )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=mark, args=(turn,)) for turn in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert listed(desk) == []
    assert all(len(exporting.history(reader(desk), number)) == 12 for number in ids)


def test_a_reversed_document_is_still_to_be_taken(desk: Desk) -> None:
    invoice = desk.issue(desk.customer(), [(None, "1", "5")])
    desk.do(lambda work: invoicing.reverse(work, invoice.document_id))
    (row,) = exporting.listed(reader(desk), Wanted(topic=INVOICE, system="erp", limit=9)).rows
    assert row.reversed_on == TODAY
