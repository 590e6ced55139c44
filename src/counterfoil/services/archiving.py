"""History documents: orders and invoices that an earlier system closed, kept to be shown and to nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.core.document import ORDERS, SHOWN_AS_INVOICES, Document, Kind, Sale, State
from counterfoil.core.errors import Conflict, Problem, Refused
from counterfoil.core.money import currency
from counterfoil.core.party import Customer
from counterfoil.core.pricing import Priced, Pricing, price
from counterfoil.core.stock import Item
from counterfoil.core.terms import book_month
from counterfoil.services.office import Filed, Work


def keep(work: Work, customer: Customer, sale: Sale, items: Mapping[int, Item]) -> Filed:
    """File a closed order or invoice: shown to its customer, in no balance, with no number of ours.

    sale:  its kind says which list it stands in; its tax is as delivered, on its lines or as asserted_tax
    items: those that its lines name
    """
    unit = currency(sale.currency or customer.currency or work.reference.base.code)
    number = sale.number or ""
    if work.unit.documents.has(number, customer.id, ORDERS if sale.kind in ORDERS else SHOWN_AS_INVOICES):
        say = f"the customer has a document {number} of that kind already"
        raise Conflict(Problem("number_taken", "number", say))
    using = Pricing(
        items=items,
        unit=unit,
        base=work.reference.base,
        exempt=frozenset(),
        place=None,
        binding=False,
        strict=False,
        spreads=True,
    )
    priced = price(sale, using, lambda: work.unit.mint.take("document_line"))
    if priced.problems:
        raise Refused(priced.problems)
    document = _document(work, customer, sale, priced)
    work.file(document)
    return Filed(document, priced.warnings)


def _document(work: Work, customer: Customer, sale: Sale, priced: Priced) -> Document:
    is_credit = sale.kind is Kind.SALES_INVOICE and priced.total.minor < 0
    billing = sale.billing or customer.billing
    return Document(
        id=work.unit.mint.take("document"),
        kind=Kind.CREDIT_NOTE if is_credit else sale.kind,
        state=State.HISTORY,
        number=sale.number or "",
        customer_id=customer.id,
        billing=billing,
        shipping=sale.shipping or customer.shipping or billing,
        on=sale.on,
        at=sale.at,
        ordered_on=sale.ordered_on,
        due_on=sale.due_on,
        ship_on=sale.ship_on,
        book_month=book_month(sale.on),
        reference=sale.reference,
        customer_po=sale.customer_po,
        third_party_number=sale.third_party_number,
        order_number=sale.order_number,
        contact=sale.contact,
        ordered_by=sale.ordered_by,
        comment=sale.comment,
        subtotal=priced.subtotal,
        discount_total=priced.discount_total,
        tax_total=priced.tax_total,
        total=priced.total,
        asserted=priced.asserted,
        tax_rounding=sale.tax_rounding,
        lines=priced.lines,
        taxes=priced.taxes,
        extras=sale.extras,
    )
