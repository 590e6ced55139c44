"""Pulling: each document once in the book, whatever the other system does; the contract's §11 point by point."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.core.errors import Conflict, NotFound
from counterfoil.core.ports import Flow
from counterfoil.core.syncing import PulledState, RunState
from counterfoil.doubles.traede import Fault, Faults, Recipe
from counterfoil.doubles.traede.world import KEYS
from counterfoil.services import registry, syncing
from counterfoil.services.checking import check
from counterfoil.services.why import tell
from counterfoil.store import Store
from counterfoil.wire import codec
from tests.services.pulled import ACCOUNT, Desk, desk


@pytest.fixture
def thirty(store: Store) -> Iterator[Desk]:
    """A desk with thirty documents of each kind; what a test leaves behind must obey every law."""
    with desk(store) as made:
        yield made
    assert [finding.law for finding in check(store) if finding.breaches] == []


class _Killed(BaseException):
    """Stands for the end of the process."""


def test_everything_is_imported_once_and_marked(thirty: Desk) -> None:
    run = thirty.run()
    assert (run.state, run.staged, run.imported, run.marked, run.failed) == (RunState.COMPLETE, 90, 90, 90, 0)
    assert thirty.totals() == thirty.expected()
    assert all(note == [f"Imported as {10000 + n}"] for n, note in thirty.marks(Flow.INVOICES).items())
    again = thirty.run()
    assert (again.state, again.staged, again.imported, again.marked) == (RunState.COMPLETE, 0, 0, 0)
    assert thirty.states() == {"marked": 90}


def test_nothing_is_marked_while_a_list_is_gone_through(thirty: Desk) -> None:
    thirty.world.add("invoices", 100)
    thirty.run()
    calls = [path for _, path in thirty.double.calls if path.startswith("/v10/invoices")]
    first_mark = calls.index("/v10/invoices/mark-as-exported")
    assert calls[:first_mark] == ["/v10/invoices/export"] * 4
    marks = [path for path in calls if path.endswith("mark-as-exported")]
    assert len(marks) == 13


@pytest.mark.parametrize("at", ["before the commit", "after the commit", "after the mark"])
def test_a_run_that_ends_anywhere_is_carried_on_by_the_next(
    thirty: Desk, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with thirty.pull(uuid.uuid4().hex) as pull:
        pull.open()
        pull.sweep(Flow.INVOICES)
        if at == "before the commit":
            monkeypatch.setattr("counterfoil.store.syncing.Syncs.imported", _killed)
        elif at == "after the commit":
            monkeypatch.setattr("counterfoil.contracts.traede.client.Traede.mark", _killed)
        else:
            monkeypatch.setattr("counterfoil.store.syncing.Syncs.marked", _killed)
        with pytest.raises(_Killed):
            pull.settle(Flow.INVOICES)
    monkeypatch.undo()
    assert thirty.run().state is RunState.COMPLETE
    assert thirty.totals() == thirty.expected()
    assert {len(notes) for notes in thirty.marks(Flow.INVOICES).values()} <= {1, 2}
    assert thirty.states() == {"marked": 90}


def _killed(*args: object, **more: object) -> None:
    raise _Killed


def test_two_runs_at_the_same_time_import_nothing_twice(thirty: Desk) -> None:
    with thirty.pull() as one, thirty.pull() as other:
        for pull in (one, other):
            pull.open()
            pull.sweep(Flow.INVOICES)
        imported = one.settle(Flow.INVOICES) + other.settle(Flow.INVOICES)
    assert imported == 30
    assert len(thirty.totals()) == 30


def test_poison_fails_alone_is_tried_again_later_and_once_mended_is_imported(store: Store) -> None:
    with desk(store, 150, Recipe(poison=True)) as made:
        run = made.run()
        assert (run.state, run.failed) == (RunState.PARTIAL, 6)
        assert set(made.stuck()) == made.poison()
        assert made.totals() == made.expected()
        assert made.run().failed == 0, "not before its time"
        made.now += timedelta(minutes=6)
        assert made.run().failed == 6
        failed = made.pulled(Flow.INVOICES, 37)
        assert failed.attempts == 2
        assert failed.next_try_at is not None
        assert failed.next_try_at - made.now > timedelta(minutes=9)
        # Mended where it comes from, it is delivered anew and taken at once.
        made.world.change("invoices", 37, total=made.world.document("invoices", 37).wire["total"] - 500)
        assert made.run().imported == 1
        assert ("invoices", 37) not in made.stuck()


def test_a_person_may_try_again_or_close_with_a_note(store: Store) -> None:
    with desk(store, 40, Recipe(poison=True)) as made:
        made.run()
        with made.work() as work:
            assert syncing.retry(work, ACCOUNT, Flow.INVOICES, 37) == 1
        assert made.run().failed == 1
        with pytest.raises(NotFound), made.work() as work:
            syncing.retry(work, ACCOUNT, Flow.INVOICES, 5)
        with pytest.raises(Conflict), made.work() as work:
            syncing.close(work, ACCOUNT, Flow.INVOICES, 5, "it is in the book")
        with made.work() as work:
            syncing.close(work, ACCOUNT, Flow.INVOICES, 37, "cancelled by telephone")
        made.run()
        assert made.marks(Flow.INVOICES)[37] == ["cancelled by telephone"]
        assert made.pulled(Flow.INVOICES, 37).state is PulledState.CLOSED
        assert ("invoices", 37) not in made.totals()


def test_a_document_delivered_again_is_marked_again_and_not_imported(thirty: Desk) -> None:
    faults = thirty.double.faults
    faults.rates = {Fault.LOST_MARK: 1.0}
    thirty.run()
    assert thirty.marks(Flow.INVOICES) == {}
    assert list(thirty.stuck().values()) == ["mark_refused"] * 3, "no words for an entry's mark could be found out"
    faults.rates = {}
    thirty.now += timedelta(minutes=6)
    run = thirty.run()
    assert (run.imported, run.marked) == (0, 90)
    assert len(thirty.marks(Flow.INVOICES)) == 30
    assert thirty.totals() == thirty.expected()


def test_other_content_after_the_import_waits_for_a_person(thirty: Desk) -> None:
    thirty.double.faults.rates = {Fault.LOST_MARK: 1.0}
    thirty.run()
    before = thirty.totals()
    thirty.double.faults.rates = {}
    thirty.world.change("invoices", 3, invoice_date="2025-02-02")
    thirty.world.change("invoices", 4, updated_at="2024-12-24", email="new@shop.example")
    thirty.now += timedelta(minutes=6)
    assert thirty.run().state is RunState.PARTIAL
    assert thirty.stuck() == {("invoices", 3): "changed_after_import"}
    assert 3 not in thirty.marks(Flow.INVOICES)
    assert 4 in thirty.marks(Flow.INVOICES)
    assert thirty.totals() == before
    (life,) = tell(thirty.store, "10003").lives
    told = [event.say.partition(": ")[0] for event in life.events if event.what == "pulled"]
    way = ["delivered by traede:main as invoices 3", "imported from traede:main", "traede:main was told", "changed"]
    assert told == way
    assert "changed_after_import" in [trouble.code for trouble in life.troubles]
    with thirty.work() as work:
        syncing.close(work, ACCOUNT, Flow.INVOICES, 3, "the old one holds")
    assert thirty.run().state is RunState.COMPLETE
    assert thirty.marks(Flow.INVOICES)[3] == ["the old one holds"]


def test_an_explicit_re_export_is_one_pass_and_books_nothing(thirty: Desk) -> None:
    thirty.run()
    before = thirty.totals()
    thirty.double.calls.clear()
    run = thirty.run(since=thirty.double.now() - timedelta(hours=1))
    assert (run.state, run.imported, run.marked) == (RunState.COMPLETE, 0, 90)
    lists = [path for _, path in thirty.double.calls if path == "/v10/invoices/export"]
    assert len(lists) == 2, "a page and the empty one behind it"
    assert thirty.totals() == before


def test_a_batch_that_is_refused_is_split_until_the_bad_one_stands_alone(
    thirty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = thirty.world.ids
    monkeypatch.setattr("counterfoil.doubles.traede.server.Double._mark", _unknown(13))
    run = thirty.run()
    assert run.state is RunState.PARTIAL
    assert thirty.stuck() == {(flow.value, 13): "mark_refused" for flow in Flow if flow is not Flow.ACCOUNTING_ENTRIES}
    assert sorted(thirty.marks(Flow.INVOICES)) == [number for number in known("invoices") if number != 13]
    assert thirty.totals() == thirty.expected(), "it is in the book"
    with thirty.work() as work:
        syncing.close(work, ACCOUNT, Flow.INVOICES, 13, "deleted there")
    assert thirty.pulled(Flow.INVOICES, 13).state is PulledState.CLOSED


def _unknown(bad: int) -> object:
    from counterfoil.doubles.traede import server

    original = server.Double._mark

    def mark(self: server.Double, kind: str, key: str, one: object) -> tuple[int, str, str]:
        if kind != "accounting-entries" and isinstance(one, dict) and one.get(key) == bad:
            raise server._Refused(f"{key} {bad} is unknown")
        return original(self, kind, key, one)

    return mark


@pytest.mark.parametrize("refuse", ["reference", "guide"])
@pytest.mark.parametrize("ignored", [False, True], ids=["refused", "confirmed without effect"])
def test_the_words_of_an_entrys_mark_are_found_out_and_remembered(store: Store, refuse: str, ignored: bool) -> None:
    faults = Faults(refuse=refuse, ignored=ignored)
    with desk(store, {"accounting-entries": 30}, faults=faults) as made:
        assert made.run().state is RunState.COMPLETE
        assert len(made.marks(Flow.ACCOUNTING_ENTRIES)) == 30
        with store.reader() as reader:
            known = reader.syncs.account(ACCOUNT)
        assert known is not None
        assert known.learned.shape == ("guide" if refuse == "reference" else "reference")
        made.world.add("accounting-entries", 10)
        made.double.calls.clear()
        made.run()
        assert [path for method, path in made.double.calls if method == "POST"] == [
            "/v10/accounting-entries/mark-as-exported"
        ]


def test_the_convention_of_credit_notes_is_learned_and_then_enforced(store: Store) -> None:
    with desk(store, {"credit-notes": 40}, Recipe(signs="fees_minus")) as made:
        assert made.run().state is RunState.COMPLETE
        assert made.totals() == made.expected()
        assert syncing.status(store, ACCOUNT).learned.signs == "fees_minus"
        made.world.add("credit-notes", 1)
        plain = {"shipping_cost": Decimal(50), "handling_fee": Decimal(0), "lines": [], "vat_percentage": 0}
        made.world.change("credit-notes", 41, **plain, vat_total=0, total=Decimal(50))
        made.run()
        assert made.stuck() == {("credit_notes", 41): "sign_contradicts"}


def test_a_credit_note_is_set_against_its_invoice_whichever_comes_first(store: Store) -> None:
    with desk(store, {"invoices": 1}) as made:
        made.run()
        total = abs(made.expected()["invoices", 1])
        customer = made.world.document("invoices", 1).wire["customer"]
        for number, invoice in ((1, 1), (2, 2)):
            made.world.add("credit-notes")
            invoiced = {"invoice_id": invoice, "customer": customer, "invoice_date": "2025-01-02", "currency": "DKK"}
            made.world.change("credit-notes", number, **invoiced, exchange_rate=1, lines=[], vat_percentage=0)
            small = {"shipping_cost": Decimal(1), "handling_fee": 0, "vat_total": 0, "total": Decimal(1)}
            made.world.change("credit-notes", number, **small)
        assert made.run().state is RunState.COMPLETE
        assert _open(store, made, Flow.INVOICES, 1) == total - 100
        assert _open(store, made, Flow.CREDIT_NOTES, 2) == -100
        made.world.add("invoices")
        made.world.change("invoices", 2, customer=customer, currency="DKK", exchange_rate=1)
        made.run()
        assert _open(store, made, Flow.CREDIT_NOTES, 2) == 0
        assert [finding.law for finding in check(store) if finding.breaches] == []


def _open(store: Store, made: Desk, flow: Flow, number: int) -> int:
    document = made.pulled(flow, number).document_id
    query = "SELECT i.document_id, s.remaining FROM open_item_state s JOIN open_item i ON i.id = s.item_id"
    with store.engine.reading() as connection:
        rows = connection.raw.execute(query).fetchall()
    return sum(remaining for owner, remaining in rows if owner == document)


def test_a_draft_is_neither_imported_nor_marked_until_it_is_booked(store: Store) -> None:
    with desk(store, {"invoices": 12}) as made:
        made.world.change("invoices", 5, status="draft", booked_at=None)
        assert made.run().state is RunState.COMPLETE
        assert made.pulled(Flow.INVOICES, 5).state is PulledState.DRAFT
        assert 5 not in made.marks(Flow.INVOICES)
        made.world.change("invoices", 5, status="booked")
        assert made.run().imported == 1
        assert 5 in made.marks(Flow.INVOICES)


def test_what_is_known_of_a_customer_an_item_and_a_tax_is_used(store: Store) -> None:
    with desk(store, {"invoices": 5}, tax_codes={"25": "DK25"}) as made:
        wire = made.world.document("invoices", 1).wire
        sku = next(line["sku"] for line in wire["lines"] if line["sku"])
        with made.work() as work:
            acme = registry.add_customer(work, "ACME", "Acme", refs={ACCOUNT: wire["customer"]["customer_number"]})
            item = registry.add_item(work, sku, "Known here")
            tax = registry.add_tax_code(work, "DK25", "Danish VAT", [])
        made.run()
        with store.reader() as reader:
            found = reader.documents.get(made.pulled(Flow.INVOICES, 1).document_id or 0)
        assert found is not None
        assert found.customer_id == acme.id
        line = next(line for line in found.lines if line.sku == sku)
        assert (line.item_id, line.stocked, line.unit_cost) == (item.id, False, None)
        taxed = {code for part in found.lines for code in part.tax_parts}
        assert taxed == ({tax} if wire["vat_total"] else set())


def test_a_server_that_ignores_pages_is_noticed(store: Store) -> None:
    with desk(store, {"invoices": 100}, faults=Faults(ignore_page=True)) as made:
        run = made.run()
        assert "ignores pages" in run.say
        assert run.imported == 100, "what is marked leaves the list"


@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.ERROR, Fault.GARBLED, Fault.TRUNCATED, Fault.SILENT])
def test_a_server_that_is_out_of_order_ends_the_run_as_failed_and_nothing_is_lost(thirty: Desk, fault: Fault) -> None:
    thirty.double.faults.rates = {fault: 1.0}
    run = thirty.run()
    assert (run.state, run.imported) == (RunState.FAILED, 0)
    assert run.say
    assert len(thirty.double.calls) == 1 if fault is Fault.UNAUTHORISED else len(thirty.double.calls) > 6
    thirty.double.faults.rates = {}
    assert thirty.run().state is RunState.COMPLETE
    assert thirty.totals() == thirty.expected()


def _with(made: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[str, list[dict[str, Any]]], Any]) -> None:
    """Let the played TRAEDE alter the documents of each page that it hands out."""
    whole = made.double.list

    def altered(kind: str, query: str, fault: Fault | None) -> bytes:
        page: Any = codec.decode(whole(kind, query, fault), max_depth=32)
        change(query, page[KEYS[kind][0]])
        return json.dumps(page, default=str).encode()

    monkeypatch.setattr(made.double, "list", altered)


def test_half_a_character_keeps_no_document_out_of_the_book(thirty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(query: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row["id"] == 5:
                row["note"] = "cut off \ud83d"

    _with(thirty, monkeypatch, cut)
    assert thirty.run().state is RunState.COMPLETE
    with thirty.store.reader() as reader:
        found = reader.documents.get(thirty.pulled(Flow.INVOICES, 5).document_id or 0)
    assert found is not None
    assert found.comment == "cut off \ufffd"


@pytest.mark.parametrize("odd", [None, "x", True, 0, 2**31])
def test_documents_without_an_id_end_the_run_as_failed_and_block_no_other(
    thirty: Desk, odd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless(query: str, rows: list[dict[str, Any]]) -> None:
        if "page=0" in query:
            rows.append({"id": odd, "invoice_number": "A-17"})

    _with(thirty, monkeypatch, nameless)
    run = thirty.run()
    assert run.state is RunState.FAILED
    assert "1 of the documents on page 0 of /v10/invoices/export" in run.say
    assert thirty.totals() == thirty.expected()
    assert thirty.states() == {"marked": 90}


def test_a_list_that_is_broken_further_on_keeps_nothing_before_it_out_of_the_book(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(store, 100) as made:
        whole = made.double.list

        def broken(kind: str, query: str, fault: Fault | None) -> bytes:
            return b'{"data": []}' if kind == "invoices" and "page=1" in query else whole(kind, query, fault)

        monkeypatch.setattr(made.double, "list", broken)
        run = made.run()
        assert (run.state, run.imported) == (RunState.FAILED, 260)
        assert "the answer has no list 'invoices'" in run.say
        assert len(made.marks(Flow.INVOICES)) == 60


def test_a_run_that_stops_short_of_the_end_of_a_list_says_so(store: Store) -> None:
    with desk(store, {"invoices": 150}, faults=Faults(ignore_page=True)) as made:
        made.sweeps = 2
        run = made.run()
        assert (run.state, run.imported) == (RunState.PARTIAL, 120)
        assert "run it again for the rest" in run.say
        made.sweeps = 20
        assert made.run().state is RunState.COMPLETE
        assert len(made.totals()) == 150


def test_a_run_whose_end_was_never_noted_is_over_when_the_next_begins(thirty: Desk) -> None:
    with thirty.pull("left") as pull:
        pull.open()
    assert thirty.run().state is RunState.COMPLETE
    left = syncing.run_of(thirty.store, "left")
    assert left is not None
    assert (left.state, left.ended_at is None) == (RunState.FAILED, False)


def test_why_tells_of_what_was_delivered_and_is_not_in_the_book(store: Store) -> None:
    with desk(store, 40, Recipe(poison=True, late=True)) as made:
        with made.pull() as pull:
            pull.open()
            pull.sweep(Flow.INVOICES)
        assert _missing(made, "10001") == ("staged", ["staged"])
        made.run()
        assert _missing(made, "10037") == ("failed", ["totals_mismatch"])
        answer = tell(store, "10037")
        assert answer.mentions == (), "the calls tell nothing that is not told already"
        (failed,) = answer.outside
        assert [event.say.partition(": ")[0] for event in failed.events][1:] == ["failed"]
        assert "sync traede retry invoices 37" in failed.troubles[0].do
        with made.work() as work:
            syncing.close(work, ACCOUNT, Flow.INVOICES, 37, "cancelled by telephone")
        assert _missing(made, "10037") == ("closing", ["not_told"])
        made.run()
        assert _missing(made, "10037") == ("closed", [])
        assert tell(store, "10001").outside == ()
        assert codec.encode(answer.plain())


def _missing(made: Desk, number: str) -> tuple[str, list[str]]:
    """Where a document outside of the book stands, and what is wrong with it."""
    (found,) = tell(made.store, number).outside
    return found.state, [trouble.code for trouble in found.troubles]


def test_a_missing_root_key_is_no_empty_list(thirty: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil.doubles.traede.server.Double.list", lambda *_: b'{"data": []}')
    run = thirty.run()
    assert run.state is RunState.FAILED
    assert "invoices" in run.say


def test_pulled_documents_have_evidence_with_what_arrived_and_no_credential(thirty: Desk) -> None:
    thirty.run()
    document = thirty.pulled(Flow.INVOICES, 1).document_id
    with thirty.store.engine.reading() as connection:
        query = "SELECT b.body, m.operation FROM message m JOIN message_body b ON b.request_id = m.request_id"
        rows = connection.raw.execute(f"{query} WHERE m.document_id = {document}").fetchall()
        everything = connection.raw.execute("SELECT path, headers, reply FROM message").fetchall()
    ((body, operation),) = rows
    assert operation == "import invoices"
    assert b'"invoice_number":"10001"' in bytes(body)
    assert not any("Bearer" in str(row) or "app_key" in str(row).lower() for row in everything)
