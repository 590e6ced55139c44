"""Lines of suppliers' invoices, matched with what was ordered and received."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.core.document import Document, Kind, Line
from counterfoil.core.errors import Invalid, NotFound, Problem, Refused
from counterfoil.core.matching import expectation
from counterfoil.core.money import from_millionths, half_up, millionths
from counterfoil.core.purchase import MatchedLine, ShippedLine, SupplierInvoice
from counterfoil.services import disputes, suppliers
from counterfoil.services.office import Work
from counterfoil.services.purchase_tax import code_of_rate, rate_of
from counterfoil.services.supplier_invoices import note, open_invoice, sum_up
from counterfoil.store import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLine:
    """A line as its sender gives it: what it names no figure for comes from the shipment and the order.

    shipment_line_id, order_line_id: at least one
    tax_rate: fraction of the net
    """

    shipment_line_id: int | None = None
    order_line_id: int | None = None
    quantity: Decimal | None = None
    expected_quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A line anew: quantity 0 and nothing expected takes it away."""

    line_id: int
    quantity: Decimal
    expected_quantity: Decimal | None
    unit_price: Decimal
    tax_rate: Decimal
    where: str = ""


def add_lines(work: Work, invoice_id: int, lines: Sequence[MatchLine]) -> None:
    """Match lines with an open invoice, all or none; earlier lines use up what later ones find available.

    source: EVA supplier invoices, CreateInvoiceLines
    """
    invoice = open_invoice(work, invoice_id)
    problems = [
        problem
        for line in lines
        for problem in _figures(line.where, line.quantity, line.expected_quantity, line.unit_price)
    ]
    if problems:
        raise Invalid(problems)
    shipped = work.unit.purchases.hold([line.shipment_line_id for line in lines if line.shipment_line_id is not None])
    orders: dict[int, tuple[Document, Line]] = {}
    for asked in lines:
        state = _shipped(invoice, asked, shipped)
        placed, ordered = _ordered(work, invoice, asked, state, orders)
        line = _line(work, invoice, asked, state, placed, ordered)
        if state is not None:
            shipped[state.id] = _claimed(state, line, 1)
        line = work.unit.supplier_invoices.add_line(invoice_id, line)
        note(work, invoice_id, Change("LineCreated", after=_told(line), line_id=line.id))
    for state in shipped.values():
        work.unit.purchases.write(state)
    sum_up(work, invoice_id)


def _figures(
    where: str, quantity: Decimal | None, expected: Decimal | None, unit_price: Decimal | None
) -> list[Problem]:
    problems = []
    for what, value in (("quantity", quantity), ("expected quantity", expected), ("unit price", unit_price)):
        if value is not None and value < 0:
            problems.append(Problem("negative", where, f"the {what} {value} is below 0"))
        elif value is not None:
            millionths(value, where, what)
    return problems


def _shipped(invoice: SupplierInvoice, asked: MatchLine, known: dict[int, ShippedLine]) -> ShippedLine | None:
    if asked.shipment_line_id is None:
        return None
    found = known.get(asked.shipment_line_id)
    if found is None:
        say = f"there is no shipment line {asked.shipment_line_id}"
        raise NotFound(Problem("shipment_line_not_found", asked.where, say))
    if found.supplier_id != invoice.supplier_id:
        say = f"shipment line {found.id} is another supplier's"
        raise Refused(Problem("other_supplier", asked.where, say))
    if asked.order_line_id not in (None, found.order_line_id):
        say = f"shipment line {found.id} is not of order line {asked.order_line_id}"
        raise Refused(Problem("lines_differ", asked.where, say))
    return found


def _ordered(
    work: Work,
    invoice: SupplierInvoice,
    asked: MatchLine,
    state: ShippedLine | None,
    known: dict[int, tuple[Document, Line]],
) -> tuple[Document, Line]:
    number = state.order_line_id if state is not None else asked.order_line_id
    if number is None:
        raise Invalid(Problem("line_required", asked.where, "an order line or a shipment line is needed"))
    if number not in known:
        owner = work.unit.documents.owner_of(number)
        placed = work.unit.documents.get(owner) if owner is not None else None
        if placed is None or placed.kind is not Kind.PURCHASE_ORDER:
            raise NotFound(Problem("order_line_not_found", asked.where, f"there is no order line {number}"))
        known |= {line.id: (placed, line) for line in placed.lines}
    placed, line = known[number]
    if placed.customer_id != invoice.supplier_id:
        raise Refused(Problem("other_supplier", asked.where, f"order line {number} is another supplier's"))
    if placed.total.currency.code != invoice.currency:
        say = f"order line {number} is in {placed.total.currency}, the invoice in {invoice.currency}"
        raise Refused(Problem("other_currency", asked.where, say))
    theirs, ours = (suppliers.unit(work, one).country for one in (placed.ship_to_id, invoice.unit_id))
    if theirs != ours:
        say = f"order line {number} is for a unit in {theirs}, the invoice for one in {ours}"
        raise Refused(Problem("other_region", asked.where, say))
    return placed, line


def _line(
    work: Work, invoice: SupplierInvoice, asked: MatchLine, state: ShippedLine | None, placed: Document, ordered: Line
) -> MatchedLine:
    country = suppliers.unit(work, placed.ship_to_id).country
    (code,) = ordered.tax_parts
    expected_rate = rate_of(work, code, country, placed.on, asked.where) if code else Decimal(0)
    rate = expected_rate if asked.tax_rate is None else asked.tax_rate
    if rate != expected_rate:
        code = code_of_rate(work, suppliers.unit(work, invoice.unit_id).country, rate, invoice.on)
    quantity = asked.quantity
    if quantity is None:
        quantity = ordered.quantity if state is None else state.available
    expected = asked.expected_quantity
    if expected is None and state is not None:
        expected = expectation(quantity, state.expectable)
    expected_price = _expected_price(invoice, ordered, expected_rate)
    return MatchedLine(
        id=0,
        shipment_line_id=asked.shipment_line_id,
        order_line_id=ordered.id,
        order_id=placed.id,
        item_id=ordered.item_id,
        quantity=quantity,
        expected_quantity=expected,
        expectation_given=asked.expected_quantity is not None,
        unit_price=expected_price if asked.unit_price is None else asked.unit_price,
        expected_unit_price=expected_price,
        tax_code_id=code,
        tax_rate=rate,
        expected_tax_rate=expected_rate,
        ledger_class=ordered.ledger_class,
    )


def _expected_price(invoice: SupplierInvoice, ordered: Line, rate: Decimal) -> Decimal:
    """The order's price as the invoice's method has prices: with tax or, as on the order, without."""
    if not invoice.calculation.includes_tax or invoice.reverse_charge:
        return ordered.unit_price
    return from_millionths(half_up(ordered.unit_price * (1 + rate), 6))


def _claimed(state: ShippedLine, line: MatchedLine, sign: int) -> ShippedLine:
    """The shipment's line with an invoice line's quantities taken (sign 1) or given back (sign -1)."""
    return replace(
        state, matched=state.matched + sign * line.quantity, expected=state.expected + sign * line.due_quantity
    )


def _told(line: MatchedLine) -> str:
    return f"{line.quantity} at {line.unit_price}"


def change_lines(work: Work, invoice_id: int, changes: Sequence[LineChange]) -> None:
    """Give lines of an open invoice anew, all or none; a removed line's disputes go with it."""
    invoice = open_invoice(work, invoice_id)
    lines = {line.id: line for line in invoice.lines}
    problems = [
        Problem("line_not_found", change.where, f"invoice {invoice.number} has no line {change.line_id}")
        for change in changes
        if change.line_id not in lines
    ]
    if problems:
        raise NotFound(problems)
    problems = [p for c in changes for p in _figures(c.where, c.quantity, c.expected_quantity, c.unit_price)]
    if problems:
        raise Invalid(problems)
    named = {lines[change.line_id].shipment_line_id for change in changes}
    shipped = work.unit.purchases.hold([number for number in named if number is not None])
    for change in changes:
        before = lines.get(change.line_id)
        if before is None:
            say = f"line {change.line_id} is taken away by an earlier change"
            raise Invalid(Problem("line_not_found", change.where, say))
        if change.quantity == 0 and change.expected_quantity is None:
            _remove(work, invoice, before, shipped)
            del lines[before.id]
        else:
            lines[before.id] = _changed(work, invoice, before, change, shipped)
    for state in shipped.values():
        work.unit.purchases.write(state)
    sum_up(work, invoice_id)


def _changed(
    work: Work, invoice: SupplierInvoice, before: MatchedLine, change: LineChange, shipped: dict[int, ShippedLine]
) -> MatchedLine:
    state = shipped.get(before.shipment_line_id or 0)
    expected = change.expected_quantity
    if state is not None:
        state = _claimed(state, before, -1)
        if expected is None:
            expected = expectation(change.quantity, state.expectable)
    code = before.tax_code_id
    if change.tax_rate != before.tax_rate:
        country = suppliers.unit(work, invoice.unit_id).country
        code = code_of_rate(work, country, change.tax_rate, invoice.on)
    after = replace(
        before,
        quantity=change.quantity,
        expected_quantity=expected,
        expectation_given=change.expected_quantity is not None,
        unit_price=change.unit_price,
        tax_code_id=code,
        tax_rate=change.tax_rate,
    )
    if state is not None:
        shipped[state.id] = _claimed(state, after, 1)
    work.unit.supplier_invoices.change_line(after)
    note(work, invoice.id, Change("LineUpdated", _told(before), _told(after), line_id=before.id))
    return after


def _remove(work: Work, invoice: SupplierInvoice, line: MatchedLine, shipped: dict[int, ShippedLine]) -> None:
    state = shipped.get(line.shipment_line_id or 0)
    if state is not None:
        shipped[state.id] = _claimed(state, line, -1)
    disputes.remove_attached(work, invoice, line_ids={line.id})
    work.unit.supplier_invoices.remove_line(line.id)
    note(work, invoice.id, Change("LineDeleted", before=_told(line), line_id=line.id))


def release(work: Work, lines: Iterable[MatchedLine]) -> None:
    """Let the goods of some lines be invoiced again."""
    taken = list(lines)
    shipped = work.unit.purchases.hold([line.shipment_line_id for line in taken if line.shipment_line_id is not None])
    for line in taken:
        if line.shipment_line_id is not None:
            shipped[line.shipment_line_id] = _claimed(shipped[line.shipment_line_id], line, -1)
    for state in shipped.values():
        work.unit.purchases.write(state)
