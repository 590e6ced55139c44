"""Issuing invoices, credit notes and cash sales; crediting and reversing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import NOT_REVERSED, ORDERS, Document, Kind, Line, Sale, SaleLine, State
from counterfoil.core.errors import Conflict, NotFound, Problem, Refused
from counterfoil.core.journal import negated
from counterfoil.core.money import Money, total
from counterfoil.core.open_item import Application, OpenItem
from counterfoil.core.posting import for_sale
from counterfoil.core.tax import TaxRounding
from counterfoil.core.tender import NO_DEPOSIT, Deposit, settle
from counterfoil.core.terms import book_month
from counterfoil.services import receipts, stock
from counterfoil.services.drawing import Drawn, draw_up
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open
from counterfoil.store import Creditable


def issue(
    work: Work,
    sale: Sale,
    order: Document | None = None,
    deposit: Deposit = NO_DEPOSIT,
) -> Filed:
    """Post a sales invoice, credit note or cash sale, and take the money that comes with it.

    order:   the order that it settles
    deposit: money taken on that order
    """
    drawn = draw_up(work, sale)
    order = order or _named_order(work, drawn.document)
    at_once = drawn.document.kind is Kind.CASH_SALE
    tenders = settle([*deposit.tenders, *drawn.document.tenders], drawn.document.total) if at_once else []
    moved = stock.issue(work, drawn.document, drawn.warnings)
    document = replace(
        drawn.document,
        order_id=order.id if order else None,
        order_number=order.number if order else drawn.document.order_number,
        original_id=_original(work, drawn.document) or sale.original_id,
        tenders=tuple(tenders),
        lines=moved.lines,
    )
    _fix_currency(work, drawn, document)
    books = receipts.books(work, document, sale.rate)
    entry = for_sale(document, moved.goods, books, deposit if at_once else NO_DEPOSIT)
    work.file(document)
    opened = work.post(entry, document.due_on)
    if not at_once:
        _settle(work, document, drawn, opened, deposit)
    return Filed(document, tuple(drawn.warnings))


def _named_order(work: Work, document: Document) -> Document | None:
    """The order that an imported invoice names, where the customer has it on file."""
    for order_id in work.unit.documents.find(document.order_number, ORDERS) if document.order_number else ():
        order = work.unit.documents.get(order_id)
        if order is not None and order.customer_id == document.customer_id:
            return order
    return None


def _original(work: Work, document: Document) -> int | None:
    """The invoice that a document gives back lines of, None where it names none."""
    returned = [line.returns_line_id for line in document.lines if line.returns_line_id is not None]
    return work.unit.documents.owner_of(returned[0]) if returned else None


def _fix_currency(work: Work, drawn: Drawn, document: Document) -> None:
    if drawn.customer is not None and drawn.customer.currency is None:
        work.unit.parties.fix_currency(drawn.customer.id, document.total.currency.code)


def _settle(
    work: Work,
    document: Document,
    drawn: Drawn,
    opened: Sequence[OpenItem],
    deposit: Deposit,
) -> None:
    """Money that came with an invoice on account becomes a receipt (or refund) of its day, set against it."""
    items = [item for item in opened if item.document_id == document.id]
    for tenders, held in ((deposit.tenders, deposit), (drawn.document.tenders, NO_DEPOSIT)):
        amount = total((tender.net for tender in tenders), document.total.currency)
        if not amount:
            continue
        credit = items[0].remaining if items else amount
        if amount.minor < 0 and amount.minor < credit.minor:
            say = f"{-amount.amount} given back, {-credit.amount} credited"
            raise Refused(Problem("tender_over", "tenders", say))
        items = receipts.settle_with(work, document, tenders, amount, items, held)


def credit(
    work: Work,
    invoice_id: int,
    quantities: Mapping[int, Decimal] | None = None,
    on: date | None = None,
    comment: str = "",
) -> Filed:
    """Credit an invoice, whole or some lines of it: the mirror of what was charged, goods back at their cost.

    quantities: line number -> quantity to credit, None = all that is left of every line
    """
    invoice = held_document(work, invoice_id, (Kind.SALES_INVOICE, Kind.OPENING_ITEM))
    if invoice.kind is Kind.OPENING_ITEM:
        say = f"{invoice.number} came without lines: issue a credit note of its own and apply it"
        raise Refused(Problem("nothing_to_credit", "number", say))
    left = work.unit.documents.creditable(invoice)
    _check_wanted(work, invoice, left, quantities or {})
    lines = []
    for line in invoice.lines:
        wanted = left[line.id].quantity if quantities is None else quantities.get(line.line_no, Decimal(0))
        if wanted:
            lines.append(_credit_line(line, left[line.id], wanted))
    if not lines:
        raise Refused(Problem("nothing_to_credit", "lines", f"nothing is left to credit of {invoice.number}"))
    on = on or work.today
    filed = issue(work, _mirror(invoice, tuple(lines), on, comment))
    _apply_to_original(work, filed.document, invoice)
    return filed


def _check_wanted(
    work: Work, invoice: Document, left: Mapping[int, Creditable], quantities: Mapping[int, Decimal]
) -> None:
    """Refused unless every quantity is part of what is left of a line, in the line's own direction."""
    lines = {line.line_no: line for line in invoice.lines}
    for number, wanted in quantities.items():
        line = lines.get(number)
        if line is None:
            raise NotFound(Problem("line_not_found", "lines", f"{invoice.number} has no line {number}"))
        rest = left[line.id].quantity
        within = 0 <= wanted / line.quantity <= rest / line.quantity if line.quantity else not wanted
        allowed = work.reference.policy.credit_over_invoice and wanted * line.quantity > 0
        if not within and not allowed:
            raise Refused(Problem("credit_over_invoice", "lines", f"line {number}: {wanted} to credit, {rest} left"))


def _credit_line(line: Line, left: Creditable, wanted: Decimal) -> SaleLine:
    """The line mirrored, rounded on what stays: all credits add up to the invoice and none of them goes beyond it."""
    unit = line.net.currency
    stays = (left.quantity - wanted) / line.quantity
    net = left.net - Money.of(line.net.amount * stays, unit)
    nothing = Money(0, unit)
    tax = {
        code: part - Money.of(line.tax_parts.get(code, nothing).amount * stays, unit) for code, part in left.tax.items()
    }
    return SaleLine(
        kind=line.kind,
        item_id=line.item_id,
        description=line.description,
        note=line.note,
        uom=line.uom,
        quantity=-wanted,
        unit_price=line.unit_price,
        discount=(Money.of(-wanted * line.unit_price, unit) + net).amount,
        tax={code: -part.amount for code, part in tax.items()},
        returns_line_id=line.id,
    )


def _mirror(invoice: Document, lines: tuple[SaleLine, ...], on: date, comment: str) -> Sale:
    """A credit note takes its taxes from the invoice, not from today's rates."""
    return Sale(
        kind=Kind.SALES_INVOICE,
        customer=invoice.customer_id,
        ship_to_id=invoice.ship_to_id,
        billing=invoice.billing,
        shipping=invoice.shipping,
        on=on,
        due_on=on,
        currency=invoice.total.currency.code,
        type_code=invoice.type_code,
        department_id=invoice.department_id,
        salesperson_id=invoice.salesperson_id,
        reference=invoice.reference,
        customer_po=invoice.customer_po,
        third_party_number=invoice.third_party_number,
        order_number=invoice.order_number,
        contact=invoice.contact,
        comment=comment,
        lines=lines,
        tax_rounding=TaxRounding.DELIVERED,
    )


def _apply_to_original(work: Work, note: Document, invoice: Document) -> None:
    """A credit note reduces what is still open of its invoice; the rest stays an open credit."""
    credits = work.unit.journal.items_of(note.id)
    charges = [item for item in work.unit.journal.items_of(invoice.id) if item.remaining.minor > 0]
    for item in credits:
        receipts.apply_credit(work, item, charges, note.on)


def held_document(work: Work, document_id: int, kinds: Sequence[Kind]) -> Document:
    """A posted document of some kinds, kept from others until the unit of work ends."""
    found = work.unit.documents.get(document_id, hold=True)
    if found is None or found.kind not in kinds:
        raise NotFound(Problem("document_not_found", "number", "there is no such document"))
    if found.state is State.HISTORY:
        say = f"{found.number} was closed in an earlier system and has no postings here: it can only be shown"
        raise Refused(Problem("is_history", "number", say))
    if found.state is not State.POSTED:
        raise Conflict(Problem("wrong_state", "number", f"{found.number} is {found.state.value}, not posted"))
    for filed in work.unit.journal.entries_of(found.id):
        if work.unit.journal.is_reversed(filed.id):
            raise Conflict(Problem("reversed", "number", f"{found.number} has been reversed"))
    return found


def reverse(work: Work, document_id: int, on: date | None = None) -> Filed:
    """Negate a posted document exactly, once: its entries, its open items and its stock moves.

    raises: Conflict while anything is applied to it
    """
    document = held_document(work, document_id, tuple(set(Kind) - NOT_REVERSED))
    on = on or work.today
    if on < document.on:
        raise Refused(Problem("date_before", "on", f"{on} is before {document.number} of {document.on}"))
    require_open(work, book_month(on))
    items = work.unit.journal.items_of(document.id)
    for item in items:
        if item.remaining != item.amount:
            say = f"{document.number} has applications: take them back first"
            raise Conflict(Problem("has_applications", "number", say))
        receipts.check_date(on, item)
    entries = work.unit.journal.entries_of(document.id)
    moved = stock.take_back(work, document, on)
    if not entries and not moved:
        raise Refused(Problem("nothing_to_reverse", "number", f"{document.number} has moved neither money nor goods"))
    opened: list[OpenItem] = []
    for filed in entries:
        opened += work.post(negated(filed.entry, filed.id, on, book_month(on)), on)
    for item, back in zip(items, opened, strict=True):
        debit, credit_item = (item, back) if item.amount.minor > 0 else (back, item)
        joined = Application(debit.id, credit_item.id, abs(item.amount), on)
        receipts.file_application(work, joined, debit, credit_item)
    return Filed(document)
