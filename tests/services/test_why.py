"""`why`: a document's life in order of time, what is wrong with it, and what became of what was refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from counterfoil.core.document import Kind
from counterfoil.core.errors import BookError, Problem, Refused
from counterfoil.services import invoicing, registry
from counterfoil.services.office import Context, Said
from counterfoil.services.why import tell
from counterfoil.services.why.chapters import CHAPTERS
from counterfoil.services.why.model import Answer, Event, Life
from counterfoil.services.why.troubles import CHECKS
from counterfoil.store import Principal, Store
from counterfoil.wire.codec import encode
from tests.desk import TODAY, VANCOUVER, Desk, asked


def why(desk: Desk, number: str) -> Answer:
    return tell(desk.store, number, lambda: desk.now)


def life(desk: Desk, number: str) -> Life:
    (found,) = why(desk, number).lives
    assert list(found.events) == sorted(found.events, key=lambda event: event.at)
    assert encode(why(desk, number).plain())
    return found


def wrong(found: Life) -> list[str]:
    return [trouble.code for trouble in found.troubles]


def refused_call(store: Store, desk: Desk, body: bytes, reply: bytes = b"{}", contract: str = "systemfive") -> None:
    """A call through a door that had no effect."""
    said = Said(f"refused-{len(body)}-{len(reply)}", contract, "addInvoice", body=body)
    Context(store, Principal(1, "till"), said, lambda: desk.now).refuse(422, reply)


def test_an_invoice_from_its_order_to_its_reversal(desk: Desk) -> None:
    desk.british_columbia()
    acme = desk.customer(billing=VANCOUVER)
    apple = desk.item("APPLE", on_hand="5")
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "2", "10")])
    invoice = desk.finalise(order)
    receipt = desk.receive("ACME", "5", invoices=[invoice.number])
    desk.unapply(receipt, invoice)
    desk.reverse(invoice)
    found = life(desk, invoice.number.lower())
    assert (found.number, found.customer, found.total) == (invoice.number, "ACME", Decimal("22.40"))
    whats = [event.what for event in found.events]
    assert whats[:2] == ["related", "call"]
    assert whats.count("entry") == 2
    assert whats.count("application") >= 2
    says = " / ".join(event.say for event in found.events)
    assert f"came from sales order {order.number} (invoiced)" in says
    assert "by rule sales_invoice/1" in says
    assert "by rule reversal/1" in says
    assert f"5.00 CAD set against receipt {receipt.number}" in says
    assert f"5.00 CAD taken back from receipt {receipt.number}" in says
    assert "reversed" in wrong(found)
    entry = next(event for event in found.events if event.what == "entry")
    assert {row["account"]: row["amount"] for row in entry.details["postings"]}["1100"] == Decimal("22.40")
    assert f"led to sales invoice {invoice.number} (posted)" in " ".join(e.say for e in life(desk, order.number).events)


def test_what_is_past_due_and_what_is_not_applied(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    late = desk.issue(acme, [(apple, "1", "10")], on=date(2024, 1, 1), due_on=date(2024, 1, 31))
    fine = desk.issue(acme, [(apple, "1", "10")], due_on=TODAY)
    receipt = desk.receive("ACME", "3", invoices=())
    found = life(desk, late.number)
    assert [trouble.say for trouble in found.troubles] == ["10.00 CAD is open, 44 days past 2024-01-31"]
    assert f"--invoice {late.number}" in found.troubles[0].do
    assert life(desk, fine.number).troubles == ()
    assert wrong(life(desk, receipt.number)) == ["not_applied"]
    desk.apply(receipt, late)
    assert life(desk, receipt.number).troubles == ()


def test_what_an_application_realised_is_told_of_both(desk: Desk) -> None:
    for on, rate in ((TODAY, "1.3"), (TODAY + timedelta(days=1), "1.4")):
        desk.change(lambda work, on=on, rate=rate: registry.set_rate(work, "USD", on, Decimal(rate)))  # type: ignore[misc]
    yank, apple = desk.customer("YANK", unit="USD"), desk.item()
    invoice = desk.issue(yank, [(apple, "1", "10.01")])
    receipt = desk.receive("YANK", "10.01", on=TODAY + timedelta(days=1))
    for number in (invoice.number, receipt.number):
        own, realised = (event for event in life(desk, number).events if event.what == "entry")
        assert {row["base_currency"] for row in own.details["postings"]} == {"CAD"}
        assert sum(row["base"] for row in own.details["postings"]) == 0
        assert realised.details["rule"].startswith("exchange/")
        assert [row["base"] for row in realised.details["postings"]] == [Decimal("1.00"), Decimal("-1.00")]
        assert "0.00 CAD" in realised.lines[0]
        assert realised.lines[0].endswith("1.00 CAD")


def test_what_the_sender_asserted_stands_beside_what_was_computed(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    sold = desk.issue(acme, [(apple, "1", "10")], asserted_subtotal=Decimal(12), asserted_total=Decimal(12))
    found = life(desk, sold.number)
    filed = next(event for event in found.events if event.what == "document")
    assert (filed.details["asserted"], filed.details["variance"]) == (Decimal("12.00"), Decimal("2.00"))
    assert wrong(found) == ["variance"]


def test_an_order_that_waits_for_goods(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item("APPLE", on_hand="3")
    order = desk.enter(Kind.WORK_ORDER, acme, [(apple, "4", "1")])
    assert [t.say for t in life(desk, order.number).troubles] == ["it waits for 4 of APPLE, 3 on hand"]
    desk.ship(order, {1: Decimal(1)})
    desk.adjust("APPLE", "1", "4")
    assert life(desk, order.number).troubles == ()


def test_a_number_found_several_times_is_told_each_time(desk: Desk) -> None:
    apple = desk.item()
    for code in ("ONE", "TWO"):
        desk.issue(desk.customer(code), [(apple, "1", "10")], number="4711")
    assert [found.customer for found in why(desk, "4711").lives] == ["ONE", "TWO"]


def test_refused_calls_with_the_same_reference_are_told(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    refused_call(desk.store, desk, b'{"ReferenceNo": "A-17", "n": 1}', b'{"error": "no such part"}')
    refused_call(desk.store, desk, b'{"ReferenceNo": "A-170"}')
    refused_call(desk.store, desk, b"counterfoil why A-17", contract="cli")
    sold = desk.issue(acme, [(apple, "1", "10")], reference="A-17")
    found = life(desk, sold.number)
    assert wrong(found) == ["refused_calls"]
    assert [event.lines for event in found.events if event.what == "refused"] == [('{"error": "no such part"}',)]


def test_an_unknown_number_is_looked_for_in_the_calls(desk: Desk) -> None:
    nothing = why(desk, "A-17")
    assert (nothing.lives, nothing.mentions) == ((), ())
    assert any("none of the last" in say for say in nothing.says)
    refused_call(desk.store, desk, b'{"ReferenceNo": "A-17"}', b'{"error": "no such part"}')
    found = why(desk, "A-17")
    assert [(event.what, event.details["status"]) for event in found.mentions] == [("refused", 422)]
    wanted = asked(Kind.SALES_INVOICE, desk.customer(), [(None, "1", "5")])
    with desk.work(body=b'"A-18"') as work:
        sold = work.perform(lambda: invoicing.issue(work, wanted))
    assert f"which led to {sold.number}" in why(desk, "A-18").mentions[0].say
    for odd in ("", "   ", "%", "'", "\U0001f680"):
        assert why(desk, odd).lives == ()


def test_other_parts_add_chapters_and_checks(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    sold = desk.issue(acme, [(apple, "1", "10")])

    def exported(subject: object) -> list[Event]:
        return [Event(desk.now, "export", "sent to the moon")]

    CHAPTERS.append(exported)
    try:
        assert "sent to the moon" in [event.say for event in life(desk, sold.number).events]
    finally:
        CHAPTERS.remove(exported)
    assert len(CHECKS) >= 4


def test_every_document_of_a_refusing_book_can_be_told(desk: Desk) -> None:
    """A unit of work that was rolled back leaves nothing to tell but its refusal."""
    acme, apple = desk.customer(), desk.item()
    try:
        with desk.work() as work:
            work.perform(lambda: invoicing.issue(work, asked(Kind.SALES_INVOICE, acme, [(apple, "1", "10")])))
            raise Refused(Problem("changed_my_mind", "", "no"))
    except BookError:
        pass
    assert why(desk, "INV-000001").lives == ()
