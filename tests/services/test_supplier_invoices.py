"""Suppliers' invoices: the worked cases to the cent, on both engines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.errors import Conflict, Refused
from counterfoil.core.purchase import Calculation, DisputeKind
from counterfoil.services import additional_amounts, matching, supplier_invoices
from counterfoil.services.matching import LineChange
from counterfoil.services.supplier_invoices import Registered
from counterfoil.store import Store
from tests.buyer import Buyer
from tests.desk import refused


@pytest.fixture
def buyer(book: Store) -> Buyer:
    """A buyer at an empty book."""
    return Buyer(book)


def test_the_printed_example_is_matched_disputed_resolved_and_booked(buyer: Buyer) -> None:
    """EVA's page: 10 x 46.55 on the paper, 9 of 10 accepted, 56.33 disputed."""
    line = buyer.delivered()
    assert buyer.accounts() == {"1200": 46550, "2100": -46550}
    invoice = buyer.register("563.26")
    buyer.beside(invoice, "465.5")
    assert buyer.sums(invoice).total.amount == Decimal("563.26")
    matched = buyer.match(invoice, line, "9", "46.55", expected_quantity=Decimal(10))
    sums = buyer.sums(invoice)
    assert (sums.lines[matched.id].charged.gross.amount, sums.lines[matched.id].to_dispute.amount) == (
        Decimal("506.93"),
        Decimal("56.33"),
    )
    with pytest.raises(Refused) as caught:
        buyer.book(invoice)
    assert caught.value.problems[0].code == "unexplained_difference"
    dispute = buyer.dispute(invoice, "56.33")
    assert buyer.invoice(invoice).disputes[0].line_id == matched.id
    sums = buyer.sums(invoice)
    assert (sums.total.amount, sums.subtotal.amount, sums.expected_subtotal.amount) == (
        Decimal("563.26"),
        Decimal("506.93"),
        Decimal("506.93"),
    )
    buyer.resolve(dispute, "56.33", "Credit")
    buyer.book(invoice)
    assert buyer.accounts() == {"1200": 46550, "2100": -4655, "1300": 8798, "2000": -50693}
    with pytest.raises(Conflict) as conflict:
        buyer.book(invoice)
    assert conflict.value.problems[0].code == "already_booked"
    assert buyer.broken() == []


def test_an_invoice_over_more_than_was_received_is_booked_at_what_was_expected(buyer: Buyer) -> None:
    """12 billed, 10 received at 46.55, rate 1.21, 112.65 disputed as expected: the posting recipes' own check."""
    line = buyer.delivered()
    invoice = buyer.register("675.91")
    matched = buyer.match(invoice, line, "12")
    assert matched.expected_quantity == 10
    buyer.resolve(buyer.dispute(invoice, "112.65", DisputeKind.EXPECTED), "112.65")
    buyer.book(invoice)
    assert buyer.accounts() == {"1200": 46550, "1300": 9776, "5300": 11265, "2000": -67591}
    assert buyer.broken() == []


def test_a_paper_over_nothing_says_so(buyer: Buyer) -> None:
    """0.00 is a total like any other: it is neither lost when the head is filed anew nor left without a variance."""
    line = buyer.delivered("1", "0")
    invoice = buyer.register("0")
    buyer.change(lambda work: supplier_invoices.set_hold(work, invoice, None))
    buyer.beside(invoice, "5", kind=1)
    with refused("total_mismatch"):
        buyer.book(invoice)
    buyer.change(lambda work: additional_amounts.remove_amount(work, buyer.invoice(invoice).amounts[0].id))
    buyer.match(invoice, line)
    buyer.book(invoice)
    assert buyer.broken() == []


@pytest.mark.parametrize(("rate", "total", "disputed"), [("0.21", "121", "12"), ("0", "100", "-9")])
def test_a_difference_of_the_tax_rate_is_disputed_as_tax(buyer: Buyer, rate: str, total: str, disputed: str) -> None:
    invoice = buyer.register(total)
    buyer.match(invoice, buyer.delivered("10", "10", buyer.goods(tax=buyer.low)), tax_rate=Decimal(rate))
    buyer.resolve(buyer.dispute(invoice, disputed, DisputeKind.EXPECTED), disputed, "Credit")
    buyer.book(invoice)
    assert buyer.accounts() == {"1200": 10000, "1300": 900, "2000": -10900}
    assert buyer.broken() == []


def test_whose_tax_it_is_stays_while_lines_are_expected_with_it(buyer: Buyer) -> None:
    line = buyer.delivered()
    invoice = buyer.register("563.26", calculation=Calculation.IN_TAX)
    turned = Registered(supplier_id=buyer.supplier, unit_id=buyer.store_unit, on=date(2024, 3, 1), reverse_charge=True)
    matched = buyer.match(invoice, line)
    with refused("reverse_charge_fixed"):
        buyer.change(lambda work: supplier_invoices.amend(work, invoice, turned))
    nothing = LineChange(
        line_id=matched.id, quantity=Decimal(0), expected_quantity=None, unit_price=Decimal(0), tax_rate=Decimal(0)
    )
    buyer.change(lambda work: matching.change_lines(work, invoice, [nothing]))
    buyer.change(lambda work: supplier_invoices.amend(work, invoice, turned))
    assert buyer.match(invoice, line).expected_unit_price == Decimal("46.55")
    assert buyer.broken() == []
