"""Many hands on one supplier's goods: a booking happens once, and no unit is invoiced twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from counterfoil.core.errors import BookError
from counterfoil.services import booking, matching
from counterfoil.services.matching import MatchLine
from counterfoil.store import Store
from tests.buyer import Buyer

HANDS = 32


@pytest.fixture
def buyer(book: Store) -> Buyer:
    """A buyer at an empty book."""
    return Buyer(book)


def test_of_many_bookings_one_succeeds(buyer: Buyer) -> None:
    invoice = buyer.register("563.26")
    buyer.match(invoice, buyer.delivered(), "10")

    def book(_: int) -> str:
        try:
            with buyer.work() as work:
                work.perform(lambda: booking.book(work, invoice))
        except BookError as error:
            return error.problems[0].code
        return "booked"

    with ThreadPoolExecutor(HANDS) as hands:
        said = sorted(hands.map(book, range(HANDS)))
    assert said == ["already_booked"] * (HANDS - 1) + ["booked"]
    assert buyer.accounts() == {"1200": 46550, "1300": 9776, "2000": -56326}
    assert buyer.broken() == []


def test_no_unit_is_invoiced_twice_as_expected(buyer: Buyer) -> None:
    """Sixteen invoices take two of ten units each at the same moment: five find them, the others expect nothing."""
    line = buyer.delivered()
    invoices = [buyer.register() for _ in range(16)]

    def match(invoice: int) -> None:
        with buyer.work() as work:
            matching.add_lines(work, invoice, [MatchLine(shipment_line_id=line.id, quantity=Decimal(2))])

    with ThreadPoolExecutor(len(invoices)) as hands:
        list(hands.map(match, invoices))
    expected = sorted(buyer.invoice(invoice).lines[0].due_quantity for invoice in invoices)
    assert expected == [0] * 11 + [2] * 5
    assert buyer.broken() == []


def test_matching_and_withdrawing_at_once_leaves_nothing_taken(buyer: Buyer) -> None:
    line = buyer.delivered()

    def come_and_go(_: int) -> None:
        invoice = buyer.register()
        buyer.match(invoice, line, "3")
        buyer.withdraw(invoice)

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(come_and_go, range(16)))
    with buyer.store.reader() as reader:
        (left,) = reader.purchases.found([line.id])
    assert [left.matched, left.expected, left.available] == [Decimal(0), Decimal(0), Decimal(10)]
    assert buyer.broken() == []
