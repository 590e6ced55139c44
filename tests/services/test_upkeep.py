"""Old bodies go, checks are kept, a role that may change the journal is found out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from werkzeug.test import Client

from counterfoil import app as building
from counterfoil.config import Settings
from counterfoil.core.errors import Invalid, Refused
from counterfoil.core.exporting import ExportState, Topic
from counterfoil.services import exporting, receipts, upkeep
from counterfoil.services.checking import check, keep, last_check
from counterfoil.services.office import Context, Said
from counterfoil.services.queues import queues
from counterfoil.store import Principal, Store, open_store
from counterfoil.store.migrating import grant
from counterfoil.web.figures import Figure
from tests.desk import Desk


def said_before(desk: Desk, days: int, times: int) -> None:
    for _ in range(times):
        at = desk.now - timedelta(days=days)
        said = Said(f"{days}-{_}", "systemfive", "add", body=f"{days} {_}".encode())
        with Context(desk.store, Principal(1, "till"), said, lambda at=at: at).work():  # type: ignore[misc]
            pass


def bodies(desk: Desk) -> list[str]:
    with desk.store.engine.reading() as connection:
        rows = connection.raw.execute("SELECT request_id FROM message_body WHERE request_id LIKE '%-%'").fetchall()
    return sorted(name for (name,) in rows)


def test_old_bodies_go_and_their_hashes_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_AT_ONCE", 2)
    said_before(desk, 500, 5)
    said_before(desk, 10, 2)
    context = Context(desk.store, Principal(1, "operator"), Said("purge", "cli", "purge-bodies"), lambda: desk.now)
    assert upkeep.purge_bodies(context, timedelta(days=400)) == 5
    assert bodies(desk) == ["10-0", "10-1"]
    with desk.store.engine.reading() as connection:
        kept = connection.raw.execute("SELECT count(*) FROM message WHERE request_id LIKE '500-%'").fetchone()[0]
    assert kept == 5


def test_a_check_is_kept_for_the_figures(desk: Desk) -> None:
    assert last_check(desk.store) is None
    assert building.standing(desk.store) == []
    findings = list(check(desk.store))
    desk.change(lambda work: keep(work, findings))
    kept = last_check(desk.store)
    assert kept is not None
    assert (kept.laws, kept.broken) == (len(findings), 0)
    assert Figure("counterfoil_laws_broken", 0) in building.standing(desk.store)


def test_the_figures_name_what_came_of_calls_and_the_last_check(desk: Desk) -> None:
    findings = list(check(desk.store))
    desk.change(lambda work: keep(work, findings))
    served = Client(building.wsgi(desk.store, Settings(), lambda: desk.now))
    shown = served.get("/metrics").data
    assert b"counterfoil_laws_broken 0.0" in shown
    assert b"counterfoil_documents_total" in shown


def test_queues_tell_how_long_the_oldest_document_waits(desk: Desk) -> None:
    desk.change(lambda work: exporting.register(work, "erp", [Topic.SALES_INVOICE]))
    assert queues(desk.store) == []
    customer, item = desk.customer(), desk.item(on_hand="9")
    desk.issue(customer, [(item, "1", "10")])
    since = desk.now
    second = desk.issue(customer, [(item, "1", "10")])
    (queue,) = queues(desk.store)
    assert (queue.way, queue.system, queue.what) == ("export", "erp", "sales_invoice")
    assert queue.since <= since
    desk.change(
        lambda work: exporting.record(
            work, "erp", Topic.SALES_INVOICE, {second.document_id: ""}, ExportState.ACKNOWLEDGED
        )
    )
    assert queues(desk.store) == [queue]
    shown = Client(building.wsgi(desk.store, Settings(), lambda: desk.now)).get("/metrics").data.decode()
    (line,) = [one for one in shown.splitlines() if one.startswith("counterfoil_queue_oldest_timestamp_seconds{")]
    assert 'system="erp",way="export",what="sales_invoice"' in line


def test_what_comes_of_effects_is_told(desk: Desk) -> None:
    told: list[tuple[str, str, str]] = []

    def context() -> Context:
        said = Said("r", "systemfive", "add")
        return Context(desk.store, Principal(1, "till"), said, lambda: desk.now, lambda *came: told.append(came))

    desk.customer()
    for _ in range(2):
        with context().work() as work:
            work.once(["key"], b"x" * 32, lambda work=work: receipts.receive(work, "ACME", Decimal(5), "C"))  # type: ignore[misc]
    context().refuse(422, b"{}")
    with pytest.raises(Refused), context().work() as work:
        raise Refused.of("no", "no")
    assert told == [
        ("systemfive", "receipt", "filed"),
        ("systemfive", "", "repeated"),
        ("systemfive", "", "refused"),
    ]


@pytest.fixture
def serving_role(store: Store, url: str) -> Iterator[str]:
    """The book's URL as the restricted role, on PostgreSQL."""
    if store.engine.dialect == "sqlite":
        pytest.skip("SQLite has no roles")
    parsed = make_url(url)
    plain = {name: value for name, value in parsed.query.items() if name != "schema"}
    address = parsed.set(query=plain).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("CREATE ROLE doctor_serve LOGIN PASSWORD 'made-up'")
        grant(store.engine, "doctor_serve")
        yield parsed.set(username="doctor_serve", password="made-up").render_as_string(hide_password=False)
        server.execute("DROP OWNED BY doctor_serve")
        server.execute("DROP ROLE doctor_serve")


def test_the_owner_could_change_the_journal_and_the_serving_role_could_not(book: Store, serving_role: str) -> None:
    with book.reader() as reader:
        assert "posting" in reader.upkeep.changeable()
    served = open_store(serving_role)
    try:
        with served.reader() as reader:
            assert reader.upkeep.changeable() == []
            assert reader.upkeep.server_clock() is not None
        findings = list(check(served))
        with Context(served, Principal(1, "x"), Said("r", "cli", "check")).work() as work:
            keep(work, findings)
    finally:
        served.engine.dispose()


def test_what_is_no_backup_is_refused(tmp_path: Path, url: str) -> None:
    for text in (b"", b"hello", b"SQLite format"):
        file = tmp_path / "odd"
        file.write_bytes(text)
        with pytest.raises(Invalid):
            building.restore(url, file, "pg_restore")
    with pytest.raises(Invalid):
        building.restore(url, tmp_path / "missing", "pg_restore")
