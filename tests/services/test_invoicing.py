"""Issuing, crediting and reversing sales."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterfoil.core.document import Kind
from counterfoil.core.journal import Role
from counterfoil.core.party import Address, NewCustomer
from counterfoil.services import registry
from counterfoil.services.office import Outcome, Work
from tests.desk import TODAY, VANCOUVER, Desk, refused, wanted

CASH = Kind.CASH_SALE
LATER = TODAY + timedelta(days=5)


def test_an_invoice_on_account(desk: Desk) -> None:
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="10", cost="4")
    made = desk.issue(acme, [(apple, "2", "39"), (None, "1", "14")])
    document = desk.document(made)
    assert (made.number, document.kind) == ("INV-000001", Kind.SALES_INVOICE)
    assert (document.subtotal.minor, document.tax_total.minor, document.total.minor) == (9200, 1104, 10304)
    assert desk.posted(made) == [
        {"1100": 10304, "4000": -7800, "4100": -1400, "2200": -1104, "5000": 800, "1200": -800}
    ]
    assert desk.remaining(made) == desk.balance("ACME") == 10304
    assert desk.stock("APPLE") == (8, 0)
    assert desk.worth() == desk.accounts()["1200"] == 3200


def test_money_that_comes_with_an_invoice_is_set_against_it(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "1", "100")], tenders=[("C", "30"), ("K", "20")])
    assert desk.remaining(made) == 5000
    receipt = desk.find("RC-000001")
    assert (receipt.total.minor, receipt.original_id, receipt.on) == (5000, made.document_id, TODAY)
    assert desk.accounts() == {"1000": 3000, "1010": 2000, "1100": 5000, "4000": -10000}


def test_more_than_is_owed_stays_an_open_credit(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "1", "100")], tenders=[("K", "130")])
    assert (desk.remaining(made), desk.balance("ACME")) == (0, -3000)


def test_an_invoice_on_account_needs_a_customer(desk: Desk) -> None:
    apple = desk.item()
    with refused("customer_required"):
        desk.issue(None, [(apple, "1", "1")])
    with refused("customer_not_found"):
        desk.issue(999, [(apple, "1", "1")])


def test_a_new_customer_comes_with_its_document_or_not_at_all(desk: Desk) -> None:
    apple = desk.item()
    new = NewCustomer(Address(name="Newcomer"))
    with refused("item_not_found"):
        desk.issue(new, [(999, "1", "1")])
    made = desk.document(desk.issue(new, [(apple, "1", "1")]))
    assert made.customer_id is not None
    assert made.billing.name == "Newcomer"
    with desk.store.reader() as reader:
        known = reader.parties.customer(made.customer_id)
        assert known is not None
        assert (known.code, known.currency) == (str(known.id), "CAD")
        assert reader.parties.customer(made.customer_id - 1) is None


def test_a_cash_sale_is_settled_at_once(desk: Desk) -> None:
    apple = desk.item(on_hand="5", cost="4")
    made = desk.issue(None, [(apple, "1", "12.34")], CASH, tenders=[("K", "5"), ("C", "20")])
    assert made.number == "CS-000001"
    assert desk.posted(made) == [{"1000": 734, "1010": 500, "4000": -1234, "5000": 400, "1200": -400}]
    assert [tender.change.minor for tender in desk.document(made).tenders] == [0, 1266]
    assert desk.numbers(Kind.RECEIPT) == []


def test_a_cash_sale_of_a_named_customer_owes_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "1", "10")], CASH, tenders=[("C", "10")])
    assert (desk.remaining(made), desk.balance("ACME")) == (0, 0)
    assert "1100" not in desk.accounts()


@pytest.mark.parametrize(
    ("tenders", "code"), [([], "tender_short"), ([("C", "9.99")], "tender_short"), ([("K", "10.01")], "tender_over")]
)
def test_a_cash_sale_that_is_not_settled_is_refused(desk: Desk, tenders: list[tuple[str, str]], code: str) -> None:
    apple = desk.item(on_hand="5")
    before = desk.accounts()
    with refused(code):
        desk.issue(None, [(apple, "1", "10")], CASH, tenders=tenders)
    assert desk.accounts() == before
    assert desk.stock("APPLE") == (5, 0)


@pytest.mark.parametrize(
    ("tenders", "code"),
    [
        ([("X", "1")], "tender_type_unknown"),
        ([("c", "1")], "tender_type_unknown"),
        ([("C", "-1")], "tender_not_allowed"),
        ([("C", "1.005")], "field_invalid"),
    ],
)
def test_tenders_that_no_document_takes(desk: Desk, tenders: list[tuple[str, str]], code: str) -> None:
    acme, apple = desk.customer(), desk.item()
    with refused(code):
        desk.issue(acme, [(apple, "1", "10")], tenders=tenders)


def test_a_return_for_cash(desk: Desk) -> None:
    apple = desk.item(on_hand="5", cost="4")
    made = desk.issue(None, [(apple, "-2", "10")], CASH, tenders=[("C", "-20")])
    assert desk.document(made).kind is CASH
    assert desk.posted(made) == [{"1000": -2000, "4000": 2000, "5000": -800, "1200": 800}]
    for wrong in ([("C", "-19")], [("C", "-21")], []):
        with refused("tender_over" if wrong == [("C", "-21")] else "tender_short"):
            desk.issue(None, [(apple, "-2", "10")], CASH, tenders=wrong)
    with refused("tender_not_allowed"):
        desk.issue(None, [(apple, "-2", "10")], CASH, tenders=[("C", "20")])


def test_a_negative_invoice_is_a_credit_note(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5", cost="4")
    made = desk.issue(acme, [(apple, "-2", "10")])
    assert (made.number, desk.document(made).kind) == ("CN-000001", Kind.CREDIT_NOTE)
    assert (desk.remaining(made), desk.balance("ACME"), desk.stock("APPLE")) == (-2000, -2000, (7, 0))


def test_money_given_back_with_a_credit_note_is_a_refund(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    made = desk.issue(acme, [(apple, "-1", "10")], tenders=[("C", "-4")])
    assert desk.remaining(made) == -600
    assert desk.find("RF-000001").total.minor == 400
    assert desk.accounts() == {"1000": -400, "1100": -600, "4000": 1000}
    with refused("tender_over"):
        desk.issue(acme, [(apple, "-1", "10")], tenders=[("C", "-10.01")])


def test_credit_in_parts_adds_up_to_the_invoice_to_the_cent(desk: Desk) -> None:
    """Three at 3.335 are 10.01, discounted by 0.02, taxed with 0.50 + 0.70: thirds of none of these are whole cents."""
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="9", cost="4")
    invoice = desk.issue(acme, [wanted(apple, "3", "3.335", discount=Decimal("0.02")), wanted(None, "1", "5")])
    whole = desk.document(invoice)
    notes = [desk.document(desk.credit(invoice, {1: Decimal(1)})) for _ in range(3)]
    notes.append(desk.document(desk.credit(invoice)))
    for name in ("subtotal", "tax_total", "total"):
        assert sum(getattr(note, name).minor for note in notes) == -getattr(whole, name).minor
    assert all(note.kind is Kind.CREDIT_NOTE and note.original_id == whole.id for note in notes)
    assert desk.accounts() == {"1200": 3600, "5200": -3600}
    assert desk.balance("ACME") == desk.remaining(invoice) == 0
    with refused("nothing_to_credit"):
        desk.credit(invoice)


def test_credits_of_parts_never_exceed_the_invoice_by_rounding(desk: Desk) -> None:
    """A tenth of 0.05 is half a cent: nine of them rounded up each would be 0.09."""
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "10", "0.005")])
    credited = 0
    for _ in range(10):
        credited -= desk.document(desk.credit(invoice, {1: Decimal(1)})).total.minor
        assert 0 <= credited <= 5
    assert credited == 5


def test_more_than_was_charged_is_not_credited(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "3", "10")])
    desk.credit(invoice, {1: Decimal(2)})
    for wanted_quantity in ("2", "-1", "-3"):
        with refused("credit_over_invoice"):
            desk.credit(invoice, {1: Decimal(wanted_quantity)})
    with refused("line_not_found"):
        desk.credit(invoice, {1: Decimal(1), 7: Decimal(1)})
    desk.policy(credit_over_invoice=True)
    assert desk.document(desk.credit(invoice, {1: Decimal(2)})).total.minor == -2000


def test_a_credit_note_reduces_what_is_open_and_the_rest_stays_a_credit(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "2", "50")], tenders=[("C", "80")])
    note = desk.credit(invoice, {1: Decimal(1)})
    assert (desk.remaining(invoice), desk.remaining(note)) == (0, -3000)


def test_goods_credited_come_back_at_the_cost_they_left_at(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    invoice = desk.issue(acme, [(apple, "5", "10")])
    desk.adjust("APPLE", "5", "8")
    note = desk.credit(invoice, {1: Decimal(2)})
    assert desk.posted(note) == [{"1100": -2000, "4000": 2000, "1200": 800, "5000": -800}]


def test_tax_is_credited_as_it_was_charged(desk: Desk) -> None:
    gst, _ = desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item()
    desk.change(lambda work: _account_of(work, f"tax:{gst}"))
    invoice = desk.issue(acme, [(apple, "1", "49.99")], asserted_tax=Decimal("6.01"))
    assert desk.accounts() == {"1100": 5600, "2201": -250, "2200": -351, "4000": -4999}
    desk.credit(invoice)
    assert desk.accounts() == {}


def _account_of(work: Work, ledger_class: str) -> None:
    registry.add_account(work, "2201", "GST payable", "liability")
    registry.map_account(work, Role.TAX, "2201", ledger_class)


def test_only_a_posted_invoice_is_credited(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(Kind.WORK_ORDER, acme, [(apple, "1", "10")])
    for wrong in (order, Outcome(99999, ""), desk.issue(None, [(apple, "1", "1")], CASH, tenders=[("C", "1")])):
        with refused("document_not_found"):
            desk.credit(wrong)


def test_a_reversal_is_the_exact_negation_once(desk: Desk) -> None:
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="10", cost="4")
    before = desk.accounts()
    invoice = desk.issue(acme, [(apple, "3", "3.33")])
    desk.reverse(invoice, LATER)
    assert desk.accounts() == before
    assert (desk.stock("APPLE"), desk.worth(), desk.balance("ACME")) == ((10, 0), 4000, 0)
    made, back = desk.entries(invoice)
    assert [(-leg.amount, -leg.base, leg.account_id) for leg in made.postings] == [
        (leg.amount, leg.base, leg.account_id) for leg in back.postings
    ]
    assert desk.balance("ACME", TODAY) == desk.document(invoice).total.minor
    with refused("reversed"):
        desk.reverse(invoice)
    with refused("reversed"):
        desk.credit(invoice)


def test_a_reversal_of_nothing_but_goods_happens_once_too(desk: Desk) -> None:
    """Free goods of no value post nothing; they leave stock and come back all the same."""
    acme, apple = desk.customer(), desk.item(on_hand="0")
    desk.adjust("APPLE", "5", "0")
    gift = desk.issue(acme, [(apple, "2", "0")])
    assert desk.entries(gift) == []
    desk.reverse(gift)
    assert desk.stock("APPLE") == (5, 0)
    with refused("reversed"):
        desk.reverse(gift)
    assert desk.stock("APPLE") == (5, 0)


def test_what_did_nothing_has_nothing_to_reverse(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "2", "1")])
    with refused("nothing_to_reverse"):
        desk.reverse(desk.ship(order))
    with refused("wrong_state"):
        desk.reverse(order)


def test_nothing_is_reversed_while_something_is_applied(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("ACME", "4")
    for applied in (invoice, receipt):
        with refused("has_applications"):
            desk.reverse(applied)
    desk.unapply(receipt, invoice)
    desk.reverse(invoice)
    desk.reverse(receipt)
    assert desk.accounts() == {}


def test_nothing_is_reversed_before_it_happened(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")])
    with refused("date_before"):
        desk.reverse(invoice, TODAY - timedelta(days=1))


def test_a_reversed_credit_note_may_be_made_again(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "3", "10")])
    wrong = desk.credit(invoice, {1: Decimal(2)})
    desk.unapply(wrong, invoice)
    desk.reverse(wrong)
    assert desk.document(desk.credit(invoice)).total.minor == -3000


def test_reversing_goods_received_takes_them_out(desk: Desk) -> None:
    desk.item(on_hand="0")
    brought = desk.adjust("APPLE", "10", "4")
    desk.reverse(brought)
    assert (desk.stock("APPLE"), desk.worth(), desk.accounts()) == ((0, 0), 0, {})


def test_an_imported_invoice_keeps_its_number(desk: Desk) -> None:
    acme, other, apple = desk.customer(), desk.customer("OTHER"), desk.item()
    made = desk.issue(acme, [(apple, "1", "10")], number="4711", on=date(2023, 1, 9))
    assert made.number == "4711"
    with refused("number_taken"):
        desk.issue(acme, [(apple, "1", "10")], number="4711")
    assert desk.issue(other, [(apple, "1", "10")], number="4711").number == "4711"
    for reserved in ("INV-000009", "INV-1"):
        with refused("number_reserved"):
            desk.issue(acme, [(apple, "1", "10")], number=reserved)
    assert desk.issue(acme, [(apple, "1", "10")]).number == "INV-000001"
    assert desk.issue(acme, [(apple, "1", "10")], number="INV-x").number == "INV-x"


def test_an_imported_invoice_finds_its_order(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "1", "10")], number="SO77")
    made = desk.issue(acme, [(apple, "1", "10")], number="4711", order_number="SO77")
    assert desk.document(made).order_id == order.document_id


def test_asserted_is_computed_plus_variance(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    lines = [(apple, "2", "39"), (apple, "1", "28"), (apple, "1", "22")]
    made = desk.issue(acme, lines, asserted_subtotal=Decimal(131), asserted_tax=Decimal(0))
    document = desk.document(made)
    assert [code for code, _ in made.warnings] == ["subtotal_differs"]
    assert document.asserted.subtotal is not None
    assert (document.total.minor, document.asserted.subtotal.minor) == (12800, 13100)
    assert document.variance is not None
    assert document.variance.minor == 300
    desk.policy(strict_totals=True)
    with refused("total_mismatch"):
        desk.issue(acme, lines, asserted_subtotal=Decimal(131))


def test_due_dates_come_from_the_customers_terms(desk: Desk) -> None:
    terms = desk.change(lambda work: registry.add_terms(work, "N30", "Net 30", 30))
    acme, apple = desk.customer(terms_id=terms), desk.item()
    assert desk.document(desk.issue(acme, [(apple, "1", "10")])).due_on == TODAY + timedelta(days=30)
    own = TODAY + timedelta(days=3)
    assert desk.document(desk.issue(acme, [(apple, "1", "10")], due_on=own)).due_on == own


def test_unknown_references_are_all_named(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    for code, more in (
        ("department_unknown", {"department_id": 9}),
        ("salesperson_unknown", {"salesperson_id": 9}),
        ("sub_type_unknown", {"type_code": "A", "sub_type": "H"}),
        ("ship_to_not_found", {"ship_to_id": 999}),
    ):
        with refused(code):
            desk.issue(acme, [(apple, "1", "10")], **more)


def test_amounts_that_the_book_cannot_hold(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="1")
    with refused("amount_too_large"):
        desk.issue(acme, [(apple, "99", "999999999")] * 2)
    with refused("amount_too_large"):
        desk.adjust("APPLE", "999999999", "999999999")
