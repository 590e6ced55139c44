"""What stands in the way of booking a supplier's invoice, told alike before and by the booking."""

from __future__ import annotations

from datetime import date

from counterfoil.core.errors import Problem, Refused
from counterfoil.core.matching import Reckoned, hindrance
from counterfoil.core.money import Money, currency
from counterfoil.core.party import Supplier
from counterfoil.core.purchase import SupplierInvoice
from counterfoil.core.reference import Reference
from counterfoil.core.terms import book_month


def what_hinders(
    reference: Reference, invoice: SupplierInvoice, sums: Reckoned, supplier: Supplier, on: date
) -> Problem | None:
    """The first hindrance of booking an invoice on a day; None = it may be booked."""
    tolerance = Money.of(supplier.tolerance, currency(invoice.currency))
    found = hindrance(invoice, sums, tolerance, book_month(on) > reference.closed_through)
    if found is not None:
        return found
    try:
        reference.rate(invoice.currency, on.isoformat())
    except Refused as refused:
        return refused.problems[0]
    return None
