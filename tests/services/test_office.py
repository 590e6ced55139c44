"""Exactly once, and what a unit of work leaves behind."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from hashlib import sha256

import pytest

from counterfoil.core.document import Kind, Sale
from counterfoil.core.errors import BookError, Refused, Unavailable
from counterfoil.core.stock import Valuation
from counterfoil.services import invoicing, keeping, periods, registry, stock
from counterfoil.services.office import Context, Filed, Outcome, Said, Work
from counterfoil.store import Principal, open_store
from tests.desk import Desk, asked, refused

THREADS = 6


def once(desk: Desk, keys: list[str], content: str, effect: Callable[[Work], Filed], principal: int = 1) -> Outcome:
    with desk.work(principal) as work:
        return work.once(keys, sha256(content.encode()).digest(), lambda: effect(work))


def invoice(customer: int, item: int, price: str = "10") -> Callable[[Work], Filed]:
    return lambda work: invoicing.issue(work, asked(Kind.SALES_INVOICE, customer, [(item, "1", price)]))


def counted(desk: Desk, table: str) -> int:
    with desk.store.engine.reading() as connection:
        row = connection.raw.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - tables of ours
    return int(row[0])


def test_a_repeated_request_gets_its_first_result(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="1")
    two = lambda work: invoicing.issue(work, asked(Kind.SALES_INVOICE, acme, [(apple, "2", "10")]))  # noqa: E731
    first = once(desk, ["A", "B"], "x", two)
    assert [code for code, _ in first.warnings] == ["stock_negative"]
    for keys in (["A", "B"], ["A"], ["B"], ["C", "A"]):
        again = once(desk, keys, "x", two)
        assert again.replayed
        assert (again.document_id, again.number, again.warnings) == (first.document_id, first.number, first.warnings)
    assert once(desk, ["C"], "x", two).number == first.number
    assert desk.numbers(Kind.SALES_INVOICE) == [first.number]


def test_a_key_with_other_content_is_a_conflict_without_effect(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    once(desk, ["A"], "x", invoice(acme, apple))
    with refused("reference_conflict"):
        once(desk, ["Z", "A"], "y", invoice(acme, apple))
    assert desk.numbers(Kind.SALES_INVOICE) == ["INV-000001"]
    assert not once(desk, ["Z"], "y", invoice(acme, apple)).replayed


def test_keys_belong_to_their_caller(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    assert once(desk, ["A"], "x", invoice(acme, apple)).number == "INV-000001"
    assert once(desk, ["A"], "x", invoice(acme, apple), principal=2).number == "INV-000002"


def test_a_refusal_consumes_no_key_and_no_number(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    with refused("item_not_found"):
        once(desk, ["A"], "x", invoice(acme, 999))
    assert once(desk, ["A"], "y", invoice(acme, apple)).number == "INV-000001"


def test_without_a_key_nothing_is_protected(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    assert [once(desk, [], "x", invoice(acme, apple)).number for _ in range(2)] == ["INV-000001", "INV-000002"]


def test_an_exception_leaves_nothing_behind(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5")
    tables = ("document", "document_line", "entry", "posting", "open_item", "stock_move", "message", "idempotency")
    before = [counted(desk, table) for table in tables]

    def fail(work: Work) -> Filed:
        invoice(acme, apple)(work)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(desk, ["A"], "x", fail)
    assert [counted(desk, table) for table in tables] == before
    assert desk.stock("APPLE") == (5, 0)
    assert once(desk, ["A"], "x", invoice(acme, apple)).number == "INV-000001"


def test_evidence_is_kept_of_refusals_too(desk: Desk) -> None:
    said = Said("request-1", "test", "issue", "/path", {"Content-Type": "text/plain"}, b"\x00\xffbody")
    before = counted(desk, "message")
    context = Context(desk.store, Principal(1, "tester"), said)
    context.refuse(422, b"no", part=1)
    context.refuse(422, b"no", part=2)
    with desk.store.engine.reading() as connection:
        rows = connection.raw.execute(
            "SELECT part, status, reply, sha256, caller FROM message WHERE request_id = 'request-1' ORDER BY part"
        ).fetchall()
        bodies = connection.raw.execute("SELECT body FROM message_body WHERE request_id = 'request-1'").fetchall()
    digest = sha256(b"\x00\xffbody").hexdigest()
    assert [tuple(row) for row in rows] == [(part, 422, "no", digest, "tester") for part in (1, 2)]
    assert [bytes(body) for (body,) in bodies] == [b"\x00\xffbody"]
    assert counted(desk, "message") == before + 2


def test_a_request_id_that_comes_again_with_another_body_loses_neither(desk: Desk) -> None:
    for body in (b"one", b"two", b"one"):
        Context(desk.store, Principal(1, "tester"), Said("request-2", "test", "issue", body=body)).refuse(422, b"no")
    with desk.store.engine.reading() as connection:
        kept = connection.raw.execute("SELECT body FROM message_body WHERE request_id = 'request-2'").fetchall()
    assert sorted(bytes(body) for (body,) in kept) == [b"one", b"two"]


def together(*acts: Callable[[], object]) -> list[object]:
    """Run acts at once; what each gave back, or the error that it raised."""
    results: list[object] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = acts[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_key_used_at_once_by_many_has_one_effect(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="100")
    for number in range(3):
        key = f"K{number}"
        found = together(*[lambda key=key: once(desk, [key], "x", invoice(acme, apple))] * THREADS)
        assert {one.number for one in found if isinstance(one, Outcome)} == {f"INV-{number + 1:06d}"}
        assert len([one for one in found if isinstance(one, Outcome) and not one.replayed]) == 1
        assert all(isinstance(one, Outcome) for one in found)


def test_posting_at_once_is_gapless_though_some_give_up(desk: Desk) -> None:
    """Writers of all kinds, every third of whom fails after its numbers were drawn."""
    acme, apple, pear = desk.customer(), desk.item(on_hand="100"), desk.item("PEAR", on_hand="100")

    def sale(writer: int, turn: int) -> Sale:
        lines = [(apple, "1", "10"), (pear, "1", "5")][:: 1 if writer % 2 else -1]
        if turn % 2:
            return asked(Kind.SALES_INVOICE, acme, lines)
        return asked(Kind.CASH_SALE, None, lines, tenders=[("C", "20")])

    def post(writer: int) -> int:
        done = 0
        for turn in range(6):
            wanted = sale(writer, turn)
            with contextlib.suppress(ZeroDivisionError, Unavailable), desk.work() as work:
                work.perform(partial(invoicing.issue, work, wanted))
                if (writer + turn) % 3 == 0:
                    raise ZeroDivisionError
                done += 1
        return done

    found = together(*[lambda writer=writer: post(writer) for writer in range(THREADS)])
    assert all(isinstance(one, int) for one in found), found
    invoices, sales = desk.numbers(Kind.SALES_INVOICE), desk.numbers(Kind.CASH_SALE)
    assert sorted(invoices) == [f"INV-{n:06d}" for n in range(1, len(invoices) + 1)]
    assert sorted(sales) == [f"CS-{n:06d}" for n in range(1, len(sales) + 1)]
    assert len(invoices) + len(sales) == sum(one for one in found if isinstance(one, int)) == 24
    assert desk.stock("APPLE") == desk.stock("PEAR") == (76, 0)


def test_a_credit_is_spent_once(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoices = [desk.issue(acme, [(apple, "1", "10")]) for _ in range(THREADS)]
    receipt = desk.receive("ACME", "10", invoices=())
    found = together(*[lambda one=one: desk.apply(receipt, one, "10") for one in invoices])
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, BookError)) for one in found), found
    assert sum(desk.remaining(one) for one in invoices) == 1000 * (THREADS - 1)


def test_an_invoice_is_credited_once(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="9")
    made = desk.issue(acme, [(apple, "3", "10")])
    found = together(*[lambda: desk.credit(made)] * THREADS)
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, Refused)) for one in found), found


def test_a_document_is_reversed_once(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="9")
    made = desk.issue(acme, [(apple, "3", "10")])
    found = together(*[lambda: desk.reverse(made)] * THREADS)
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, BookError)) for one in found), found
    assert (desk.stock("APPLE"), desk.balance("ACME")) == ((9, 0), 0)


def test_an_order_is_invoiced_once_though_many_try(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="9")
    order = desk.enter(Kind.WORK_ORDER, acme, [(apple, "3", "10")], tenders=[("C", "5")])
    found = together(*[lambda: desk.finalise(order)] * THREADS)
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, BookError)) for one in found), found
    assert (desk.stock("APPLE"), desk.balance("ACME")) == ((6, 0), 2500)


def test_receipts_at_once_share_what_is_open(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "1", "25")])
    found = together(*[lambda: desk.receive("ACME", "10")] * THREADS)
    assert all(isinstance(one, Outcome) for one in found), found
    assert (desk.remaining(made), desk.balance("ACME")) == (0, 2500 - 1000 * THREADS)


def test_the_last_one_on_the_shelf_is_sold_once(desk: Desk) -> None:
    desk.policy(block_negative_stock=True)
    acme, apple = desk.customer(), desk.item(on_hand="1")
    found = together(*[lambda: desk.issue(acme, [(apple, "1", "10")])] * THREADS)
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, Refused)) for one in found), found
    assert desk.stock("APPLE") == (0, 0)


def test_a_name_is_given_once(desk: Desk) -> None:
    found = together(*[lambda: desk.customer("SAME")] * THREADS)
    assert [type(one) for one in found].count(int) == 1
    assert all(isinstance(one, (int, BookError)) for one in found), found


def test_an_imported_number_is_taken_once(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    found = together(*[lambda: desk.issue(acme, [(apple, "1", "10")], number="4711")] * THREADS)
    assert [type(one) for one in found].count(Outcome) == 1
    assert all(isinstance(one, (Outcome, BookError)) for one in found), found


def test_closing_waits_for_a_posting_under_way(desk: Desk) -> None:
    """Nobody can slip an entry into a month while it is being closed, nor can closing overtake an entry."""
    acme, apple = desk.customer(), desk.item()
    posted, closed = threading.Event(), threading.Event()

    def slow() -> bool:
        with desk.work() as work:
            work.perform(lambda: invoice(acme, apple)(work))
            posted.set()
            return closed.wait(0.5)

    def close() -> None:
        posted.wait()
        desk.change(lambda work: periods.close(work, 202403))
        closed.set()

    overtaken, _ = together(slow, close)
    assert overtaken is False
    assert closed.is_set()
    with refused("period_closed"):
        desk.issue(acme, [(apple, "1", "10")])


def test_a_posting_that_a_closing_overtakes_is_refused(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    if desk.store.engine.dialect == "sqlite":
        pytest.skip("SQLite has one writer: a posting has seen every closing")
    drawn, closed = threading.Event(), threading.Event()

    def slow() -> None:
        with desk.work() as work:
            filed = invoice(acme, apple)(work)
            drawn.set()
            closed.wait(5)
            work.perform(lambda: filed)

    def close() -> None:
        drawn.wait()
        desk.change(lambda work: periods.close(work, 202403))
        closed.set()

    refusal, _ = together(slow, close)
    assert isinstance(refusal, Refused)
    assert [problem.code for problem in refusal.problems] == ["period_closed"]


def test_everything_at_once(desk: Desk) -> None:
    """Sales, returns, receipts, orders and adjustments of the same goods and customers, with no error but refusals."""
    customers = [desk.customer(f"C{number}") for number in range(2)]
    items = [desk.item(f"I{number}", on_hand="50") for number in range(3)]

    def play(writer: int) -> None:
        for turn in range(5):
            customer, first, second = customers[turn % 2], items[(writer + turn) % 3], items[writer % 3]
            lines = [(first, "1", "10"), (second, "2", "7.77")]
            acts: list[Callable[[], object]] = [
                lambda: desk.issue(customer, lines, tenders=[("C", "5")]),  # noqa: B023 - called in this turn
                lambda: desk.receive(f"C{turn % 2}", "12.34"),  # noqa: B023
                lambda: desk.finalise(desk.enter(Kind.WORK_ORDER, customer, lines)),  # noqa: B023
                lambda: desk.do(lambda work: stock.adjust(work, f"I{writer % 3}", Decimal(1), Decimal(3))),
                lambda: desk.credit(desk.issue(customer, lines)),  # noqa: B023
            ]
            with contextlib.suppress(BookError):
                acts[(writer + turn) % len(acts)]()

    found = together(*[lambda writer=writer: play(writer) for writer in range(THREADS)])
    assert found == [None] * THREADS
    assert desk.worth() == desk.accounts()["1200"]


def test_reference_data_that_was_never_committed_is_never_seen(desk: Desk, url: str) -> None:
    fresh = Desk(open_store(url))

    def rename(work: Work) -> None:
        keeping.set_prefix(work, "sales_invoice", "GHOST-")
        assert work.reference.prefixes["sales_invoice"] == "GHOST-"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fresh.change(rename)
    desk.change(lambda work: keeping.set_prefix(work, "quote", "Q-"))
    known = fresh.change(lambda work: work.reference.prefixes)
    assert (known["quote"], known["sales_invoice"]) == ("Q-", "INV-")
    fresh.store.engine.dispose()


def test_an_item_is_opened_beside_one_that_is_counted(desk: Desk) -> None:
    desk.item("APPLE", on_hand="2")

    def count(work: Work) -> Filed:
        counted = stock.adjust(work, "APPLE", Decimal(3), Decimal(4))
        registry.add_item(work, "PEAR", "Pear")
        return counted

    desk.do(count)
    desk.adjust("PEAR", "1", "2")
    assert (desk.stock("APPLE"), desk.stock("PEAR")) == ((5, 0), (1, 0))


def test_an_item_is_valued_as_soon_as_it_is_opened(desk: Desk) -> None:
    pear = desk.item("PEAR")
    with desk.store.unit() as unit:
        unit.stock.open(pear)
        unit.stock.value([Valuation(pear, average=9_000_000)])
        assert unit.stock.hold([pear], 1).valuations == {pear: Valuation(pear, average=9_000_000)}
