"""Money on account, and exchange differences."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from counterfoil.core.document import Kind
from counterfoil.services import opening, receipts, registry, remitting, suppliers
from counterfoil.services.office import Filed, Outcome, Work
from tests.desk import TODAY, Desk, refused

LATER, EVEN_LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=20)


def test_the_oldest_due_is_paid_first(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    young = desk.issue(acme, [(apple, "1", "10")], due_on=LATER)
    old = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("ACME", "15")
    assert (desk.remaining(old), desk.remaining(young), desk.remaining(receipt)) == (0, 500, 0)
    assert desk.posted(receipt) == [{"1050": 1500, "1100": -1500}]


def test_named_invoices_are_paid_in_their_order(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    first, second, third = (desk.issue(acme, [(apple, "1", "10")]) for _ in range(3))
    desk.receive("ACME", "15", invoices=[third.number, second.number])
    assert [desk.remaining(one) for one in (first, second, third)] == [1000, 500, 0]
    with refused("invoice_not_found"):
        desk.receive("ACME", "15", invoices=[third.number])


def test_money_may_be_set_against_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("ACME", "15", invoices=())
    assert (desk.remaining(invoice), desk.remaining(receipt), desk.balance("ACME")) == (1000, -1500, -500)


def test_younger_charges_are_not_paid(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")], on=LATER)
    receipt = desk.receive("ACME", "10", on=TODAY)
    assert (desk.remaining(invoice), desk.remaining(receipt)) == (1000, -1000)


def test_a_younger_charge_that_is_named_is_paid_on_its_day(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")], on=LATER)
    receipt = desk.receive("ACME", "10", on=TODAY, invoices=[invoice.number])
    assert (desk.remaining(invoice), desk.remaining(receipt)) == (0, 0)
    with desk.store.engine.reading() as connection:
        (joined,) = connection.raw.execute("SELECT dated_on FROM application").fetchall()
    assert joined[0] == LATER.isoformat()


def test_receipts_that_cannot_be(desk: Desk) -> None:
    desk.customer()
    for code, amount in (("amount_invalid", "0"), ("amount_invalid", "-5"), ("amount_too_fine", "1.005")):
        with refused(code):
            desk.receive("ACME", amount)
    with refused("customer_not_found"):
        desk.receive("NOBODY", "1")
    with refused("tender_type_unknown"):
        desk.receive("ACME", "1", "X")


def test_applying_and_taking_back(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("ACME", "15", invoices=())
    desk.apply(receipt, invoice, "4")
    assert (desk.remaining(invoice), desk.remaining(receipt)) == (600, -1100)
    for wrong in ("6.01", "0", "-1"):
        with refused("amount_too_large"):
            desk.apply(receipt, invoice, wrong)
    desk.apply(receipt, invoice, on=LATER)
    assert (desk.remaining(invoice), desk.remaining(receipt)) == (0, -500)
    with refused("invoice_not_found"):
        desk.apply(receipt, invoice)
    with refused("date_before"):
        desk.unapply(receipt, invoice, on=TODAY)
    desk.unapply(receipt, invoice, on=LATER)
    assert (desk.remaining(invoice), desk.remaining(receipt)) == (1000, -1500)
    assert desk.remaining(invoice, TODAY) == 600
    with refused("application_not_found"):
        desk.unapply(receipt, invoice)


def test_no_application_before_either_item(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")], on=LATER)
    receipt = desk.receive("ACME", "15")
    with refused("date_before"):
        desk.apply(receipt, invoice, on=TODAY)
    desk.apply(receipt, invoice)
    assert desk.remaining(receipt, TODAY) == -1500
    assert desk.remaining(receipt, LATER) == -500


def test_what_was_applied_then_is_not_open_then(desk: Desk) -> None:
    """Applied on the 15th, taken back on the 4th: as of the 25th nothing more could be set against either."""
    acme, apple = desk.customer(), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("ACME", "10")
    desk.unapply(receipt, invoice, on=EVEN_LATER)
    with refused("date_before"):
        desk.apply(receipt, invoice, on=LATER)
    with refused("date_before"):
        desk.refund(receipt, on=LATER)
    with refused("date_before"):
        desk.reverse(invoice, LATER)
    other = desk.receive("ACME", "3", on=LATER)
    assert desk.remaining(other) == -300
    desk.apply(receipt, invoice)
    assert desk.remaining(invoice) == 0
    assert desk.remaining(invoice, LATER) == 0
    assert desk.remaining(invoice, EVEN_LATER) == 0


def test_customers_do_not_pay_for_each_other(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    desk.customer("OTHER")
    invoice = desk.issue(acme, [(apple, "1", "10")])
    receipt = desk.receive("OTHER", "10")
    with refused("not_together"):
        desk.apply(receipt, invoice)


def test_an_imported_number_that_two_customers_share_finds_the_right_invoice(desk: Desk) -> None:
    acme, other, apple = desk.customer(), desk.customer("OTHER"), desk.item()
    theirs = desk.issue(acme, [(apple, "1", "10")], number="4711")
    ours = desk.issue(other, [(apple, "1", "10")], number="4711")
    receipt = desk.receive("OTHER", "10", invoices=())
    desk.apply(receipt, ours)
    assert (desk.remaining(theirs), desk.remaining(ours)) == (1000, 0)


def test_nobodys_money_moves_for_a_number_that_customers_share(desk: Desk) -> None:
    apple, credits = desk.item(), []
    for customer in (desk.customer(), desk.customer("OTHER")):
        desk.issue(customer, [(apple, "1", "10")], number="4711")
        credits.append(desk.issue(customer, [(apple, "-1", "10")], number="C-1"))
    for effect in (
        lambda work: receipts.apply(work, "C-1", "4711"),
        lambda work: receipts.refund(work, "C-1", "C"),
    ):
        with refused("number_ambiguous"):
            desk.do(effect)
    with refused("credit_not_found"):
        desk.do(lambda work: receipts.refund(work, "C-1", "C", customer="NOBODY"))
    desk.do(lambda work: receipts.refund(work, "C-1", "C", Decimal(4), customer="OTHER"))
    theirs = credits[1].document_id
    desk.do(lambda work: receipts.apply(work, "C-1", "4711", credit_id=theirs))
    assert [desk.remaining(one) for one in credits] == [-1000, 0]
    desk.do(lambda work: receipts.unapply(work, "C-1", "4711", credit_id=theirs))
    assert [desk.remaining(one) for one in credits] == [-1000, -600]
    for one in credits:
        desk.do(partial(receipts.apply, credit_number="C-1", invoice_number="4711", credit_id=one.document_id))
    with refused("number_ambiguous"):
        desk.do(lambda work: receipts.unapply(work, "C-1", "4711"))
    assert [desk.remaining(one) for one in credits] == [0, 0]


def owe(desk: Desk, number: str, on: date = TODAY) -> Outcome:
    """Owe a supplier 50.00 from an earlier system."""

    def bring(work: Work) -> Filed:
        supplier = suppliers.add_supplier(work, "MILL", "Mill")
        return opening.bring_payable(work, supplier, opening.Opening(number=number, on=on, amount=Decimal(50)))

    return desk.do(bring)


def test_what_is_owed_to_a_supplier_is_no_credit_of_a_customer(desk: Desk) -> None:
    owe(desk, "S-1")
    with refused("credit_not_found"):
        desk.do(lambda work: receipts.refund(work, "S-1", "C"))


def test_what_is_named_is_paid_to_a_supplier_on_the_day_it_is_owed(desk: Desk) -> None:
    owed = owe(desk, "S-1", LATER)
    desk.do(lambda work: remitting.remit(work, "MILL", Decimal(20), "T", TODAY))
    desk.do(lambda work: remitting.remit(work, "MILL", Decimal(30), "T", TODAY, ["S-1"]))
    assert (desk.remaining(owed, TODAY), desk.remaining(owed, LATER)) == (0, -2000)


def test_a_refund_gives_a_credit_back(desk: Desk) -> None:
    desk.customer()
    receipt = desk.receive("ACME", "10")
    refund = desk.refund(receipt, "4")
    assert desk.posted(refund) == [{"1000": -400, "1100": 400}]
    assert (desk.remaining(receipt), desk.remaining(refund)) == (-600, 0)
    with refused("amount_too_large"):
        desk.refund(receipt, "6.01")
    with refused("date_before"):
        desk.refund(receipt, on=TODAY - timedelta(days=1))
    desk.refund(receipt)
    assert desk.balance("ACME") == 0
    with refused("credit_not_found"):
        desk.refund(receipt)


def test_a_refund_can_be_undone(desk: Desk) -> None:
    desk.customer()
    receipt = desk.receive("ACME", "10")
    refund = desk.refund(receipt)
    desk.unapply(receipt, refund)
    desk.reverse(refund)
    assert (desk.balance("ACME"), desk.accounts()) == (-1000, {"1050": 1000, "1100": -1000})


def rates(desk: Desk) -> int:
    for on, rate in ((date(2024, 1, 1), "1.30"), (LATER, "1.35"), (EVEN_LATER, "1.25")):
        desk.change(lambda work, on=on, rate=rate: registry.set_rate(work, "USD", on, Decimal(rate)))  # type: ignore[misc]
    return desk.customer(unit="USD")


def test_a_realised_gain(desk: Desk) -> None:
    acme, apple = rates(desk), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "100")])
    assert desk.posted(invoice) == [{"1100": 13000, "4000": -13000}]
    desk.receive("ACME", "100", on=LATER)
    assert desk.accounts() == {"1050": 13500, "4000": -13000, "7000": -500}
    assert desk.accounts(TODAY) == {"1100": 13000, "4000": -13000}


def test_a_realised_loss_in_part_and_taken_back(desk: Desk) -> None:
    acme, apple = rates(desk), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "100")])
    receipt = desk.receive("ACME", "33.33", on=EVEN_LATER)
    assert desk.accounts()["7000"] == 4333 - 4166
    assert desk.accounts()["1100"] == 13000 - 4333
    desk.unapply(receipt, invoice, on=EVEN_LATER)
    assert "7000" not in desk.accounts()
    assert desk.accounts()["1100"] == 13000 - 4166
    desk.apply(receipt, invoice, on=EVEN_LATER)
    desk.receive("ACME", "66.67", on=EVEN_LATER)
    found = desk.accounts()
    assert "1100" not in found
    assert (found["1050"], found["7000"]) == (4166 + 8334, 13000 - 12500)


def test_a_refund_at_another_rate_realises_the_difference(desk: Desk) -> None:
    rates(desk)
    receipt = desk.receive("ACME", "100")
    desk.refund(receipt, on=LATER)
    assert desk.accounts() == {"1050": 13000, "1000": -13500, "7000": 500}


def test_deposits_taken_at_another_rate_leave_nothing_on_their_account(desk: Desk) -> None:
    desk.policy(post_work_order_deposits=True)
    acme, apple = rates(desk), desk.item()
    order = desk.enter(Kind.WORK_ORDER, acme, [(apple, "1", "100")], tenders=[("C", "100")])
    desk.finalise(order, on=LATER)
    assert desk.accounts() == {"1000": 13000, "4000": -13500, "7000": 500}


def test_no_posting_without_a_rate(desk: Desk) -> None:
    desk.customer(unit="EUR")
    apple = desk.item()
    acme = desk.customer("LATER", unit="USD")
    desk.change(lambda work: registry.set_rate(work, "USD", LATER, Decimal("1.3")))
    with refused("rate_missing"):
        desk.receive("ACME", "1")
    with refused("rate_missing"):
        desk.issue(acme, [(apple, "1", "1")])
    desk.issue(acme, [(apple, "1", "1")], on=LATER)
    assert desk.enter(Kind.QUOTE, acme, [(apple, "1", "1")]).number == "Q-000001"


def test_the_first_posting_fixes_the_customers_currency(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    desk.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal("1.3")))
    desk.issue(acme, [(apple, "1", "10")], currency="USD")
    receipt = desk.document(desk.receive("ACME", "10"))
    assert receipt.total.currency.code == "USD"
    assert desk.balance("ACME") == 0
    paid = desk.document(desk.issue(acme, [(apple, "1", "10")]))
    assert paid.total.currency.code == "USD"


def test_items_of_two_currencies_do_not_settle(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    desk.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal("1.3")))
    desk.issue(acme, [(apple, "1", "10")])
    other = desk.issue(acme, [(apple, "1", "10")], currency="USD")
    receipt = desk.receive("ACME", "30")
    assert (desk.remaining(receipt), desk.remaining(other)) == (-2000, 1000)
    with refused("not_together"):
        desk.apply(receipt, other)
