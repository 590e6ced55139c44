"""Booking suppliers' invoices: once, whole, and only when everything on them is explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.buying import (
    Relieved,
    for_resolution,
    for_supplier_invoice,
    relieved,
    relieving_quantity,
    shares,
    tax_sums,
)
from counterfoil.core.document import Document, Kind, State
from counterfoil.core.errors import Conflict, Refused
from counterfoil.core.exporting import Topic
from counterfoil.core.matching import Reckoned, counted, reckon
from counterfoil.core.money import Money, currency, split, total
from counterfoil.core.open_item import OpenItem
from counterfoil.core.posting import Books
from counterfoil.core.purchase import Happening, SupplierEvent, SupplierInvoice
from counterfoil.core.terms import book_month
from counterfoil.services import receipts, suppliers
from counterfoil.services.hindering import what_hinders
from counterfoil.services.office import Filed, Work
from counterfoil.services.supplier_invoices import held, note
from counterfoil.store import Change

#: Hindrances that lie in the invoice's state; the others are differences.
_STATES = frozenset({"already_booked", "on_hold"})


def book(work: Work, invoice_id: int) -> Filed:
    """Book a supplier's invoice: post what it charges, and leave a settlement on its orders.

    raises: Conflict when it is booked or on hold; Refused with the first difference that nothing explains
    source: EVA supplier invoices, BookInvoice
    """
    invoice = held(work, invoice_id)
    sums = reckon(invoice)
    supplier = suppliers.supplier(work, invoice.supplier_id)
    unit = currency(invoice.currency)
    on = posted_on(work, invoice)
    problem = what_hinders(work.reference, invoice, sums, supplier, on)
    if problem is not None:
        raise (Conflict if problem.code in _STATES else Refused)(problem)
    document = work.unit.documents.get(invoice_id)
    assert document is not None, "an invoice on file is a document"
    rate = work.reference.rate(invoice.currency, on.isoformat())
    books = Books(work.reference.account_map, work.reference.base, rate)
    taken = _relieve(work, invoice, sums, books)
    entry = for_supplier_invoice(document, invoice, sums, taken, on, books)
    due_on = _due_on(work, invoice, supplier.terms_id, on)
    opened = work.post(entry, due_on)
    for dispute in invoice.disputes:
        for action in dispute.actions:
            made = for_resolution(document, action, supplier.id, work.reference.controlling, on, books)
            opened = _set_off(work, opened, work.post(made, due_on), on)
    tax = total((part.tax for part in tax_sums(shares(invoice, sums))), unit)
    work.unit.supplier_invoices.close(invoice_id, sums.total, tax, invoice.asserted_total, due_on)
    _tell(work, invoice, sums, taken, on)
    note(work, invoice_id, Change("InvoiceBooked", after=str(sums.total.amount)))
    _settle(work, invoice, sums, on)
    work.unit.exports.offer_filed(Topic.SUPPLIER_INVOICE, invoice_id)
    return Filed(document)


def posted_on(work: Work, invoice: SupplierInvoice) -> date:
    """The day on which an invoice is posted: the one it names, else today."""
    return invoice.starts_on or work.today


def _due_on(work: Work, invoice: SupplierInvoice, terms_id: int | None, on: date) -> date:
    if invoice.due_on is not None:
        return invoice.due_on
    terms = work.reference.terms.get(terms_id) if terms_id else None
    return terms.due(invoice.on) if terms else on


def _relieve(work: Work, invoice: SupplierInvoice, sums: Reckoned, books: Books) -> dict[int, Relieved]:
    """Take what the invoice charges out of goods received not invoiced, shipment line by shipment line."""
    lines = {line.id: line for line in invoice.lines if line.shipment_line_id is not None}
    shipped = work.unit.purchases.hold([line.shipment_line_id or 0 for line in lines.values()])
    taken = {}
    for share in shares(invoice, sums).lines:
        line = lines.get(share.id)
        if line is None:
            continue
        state = shipped[line.shipment_line_id or 0]
        quantity = relieving_quantity(share.net, state, line.quantity, line.due_quantity)
        out = relieved(state, quantity, books.rate, books.base.digits)
        shipped[state.id] = replace(
            state,
            relieved=state.relieved + quantity,
            relieved_cost=state.relieved_cost + out.cost.minor,
            relieved_base=state.relieved_base + out.base,
        )
        work.unit.supplier_invoices.relieve(line.id, quantity)
        taken[line.id] = out
    for state in shipped.values():
        work.unit.purchases.write(state)
    return taken


def _set_off(work: Work, owed: list[OpenItem], credit: list[OpenItem], on: date) -> list[OpenItem]:
    """A credit that the supplier has agreed to lowers what is payable of the invoice it was agreed for."""
    for debit in credit:
        left = []
        for item in owed:
            if debit.amount.minor > 0 > item.remaining.minor and debit.remaining:
                part = min(debit.remaining.minor, -item.remaining.minor)
                made = Money(part, debit.amount.currency)
                (joined,) = receipts.apply_credit(work, item, [debit], on, made)
                debit = replace(debit, remaining=debit.remaining - joined.amount)
                item = replace(item, remaining=item.remaining + joined.amount)
            left.append(item)
        owed = left
    return owed


def _tell(work: Work, invoice: SupplierInvoice, sums: Reckoned, taken: dict[int, Relieved], on: date) -> None:
    """The events of a booking: each line, each amount beside the goods, each tax, and what a tolerance let pass."""

    def tell(kind: Happening, amount: Money, **more: object) -> None:
        event = SupplierEvent(kind=kind, amount=amount, unit_id=invoice.unit_id, invoice_id=invoice.id, **more)  # type: ignore[arg-type]
        work.unit.supplier_invoices.tell(event, book_month(on), work.now)

    parts = {share.id: share for share in shares(invoice, sums).lines}
    for line in invoice.lines:
        charged = sums.lines[line.id].charged
        place = {"line_id": line.id, "order_id": line.order_id, "order_line_id": line.order_line_id}
        tax = {"tax_rate": line.tax_rate, "tax_code_id": line.tax_code_id}
        what = {"ledger_class": line.ledger_class, "item_id": line.item_id}
        tell(Happening.PURCHASE, charged.gross, tax=charged.tax, **tax, **place, **what)
        if line.id in taken and (variance := parts[line.id].net - taken[line.id].cost):
            tell(Happening.VARIANCE, variance, **place, **what)
    for one in counted(invoice):
        own = sums.amounts[one.id].accepted
        if not one.goods:
            tax = {"tax_rate": one.tax_rate, "tax_code_id": one.tax_code_id}
            tell(Happening.PURCHASE, own.gross, tax=own.tax, ledger_class=one.ledger_class, **tax)
    for part in tax_sums(shares(invoice, sums)):
        if part.tax:
            tell(Happening.TAX, part.tax, tax=part.tax, tax_rate=part.rate, tax_code_id=part.tax_code_id)


def _settle(work: Work, invoice: SupplierInvoice, sums: Reckoned, on: date) -> None:
    """Show the invoice as settled on account on its orders, in proportion to their lines; nothing is posted."""
    weights: dict[int, int] = {}
    for line in invoice.lines:
        weights[line.order_id] = weights.get(line.order_id, 0) + sums.lines[line.id].charged.gross.minor
    for (order_id, _), share in zip(
        weights.items(), split(sums.total, [Decimal(w) for w in weights.values()]), strict=True
    ):
        unit = share.currency
        work.file(
            Document(
                id=work.unit.mint.take("document"),
                kind=Kind.SETTLEMENT,
                state=State.POSTED,
                customer_id=invoice.supplier_id,
                ship_to_id=invoice.unit_id,
                on=on,
                at=work.now if on == work.today else None,
                book_month=book_month(on),
                order_id=order_id,
                original_id=invoice.id,
                subtotal=share,
                discount_total=Money(0, unit),
                tax_total=Money(0, unit),
                total=share,
            )
        )
