"""Quotes, work orders and sales orders: entering, shipping, voiding, and what they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import (
    INVOICES,
    ORDERS,
    Document,
    Kind,
    Line,
    Sale,
    SaleLine,
    SaleTender,
    State,
    Tracking,
)
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.journal import Role, negated
from counterfoil.core.money import Money, from_millionths, millionths
from counterfoil.core.posting import for_deposit
from counterfoil.core.tender import NO_DEPOSIT, Deposit
from counterfoil.core.terms import book_month
from counterfoil.services import invoicing, receipts, stock
from counterfoil.services.drawing import draw_up
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open
from counterfoil.store.changes import ORDER

_DEPOSIT = "deposit/1"
#: A line of an order, and the quantities that it is charged from and up to.
Part = tuple[Line, Decimal, Decimal]


def enter(work: Work, sale: Sale) -> Filed:
    """File a quote or an order; an order may set stock aside and hold a deposit, and posts no revenue."""
    drawn = draw_up(work, sale)
    document, warnings = drawn.document, drawn.warnings
    work.file(document)
    stock.reserve(work, document, 1, warnings)
    if document.tenders and work.reference.policy.post_work_order_deposits:
        require_open(work, document.book_month)
        work.post(for_deposit(document, receipts.books(work, document)))
    return Filed(document, tuple(warnings))


def held_order(work: Work, order_id: int, kinds: frozenset[Kind] = ORDERS) -> Document:
    """An open order of some kinds, kept from others until the unit of work ends."""
    order = work.unit.documents.get(order_id, hold=True)
    if order is None or order.kind not in kinds:
        raise NotFound(Problem("order_not_found", "number", "there is no such order"))
    if order.state is State.HISTORY:
        say = f"{order.number} was closed in an earlier system: it can only be shown"
        raise Refused(Problem("is_history", "number", say))
    if order.state is not State.OPEN:
        raise Conflict(Problem("wrong_state", "number", f"{order.number} is {order.state.value}, not open"))
    return order


def invoice(
    work: Work,
    order_id: int,
    kind: Kind = Kind.SALES_INVOICE,
    on: date | None = None,
    month: int | None = None,
    tenders: tuple[SaleTender, ...] = (),
    shipped_only: bool = False,
) -> Filed:
    """Finalise an order: post it once, release its goods, and turn its deposits into a receipt of that day.

    kind:         SALES_INVOICE or CASH_SALE
    shipped_only: charge what has been shipped and not charged yet; the order stays open until nothing is left
    """
    order = held_order(work, order_id)
    on = on or work.today
    charged, left = _to_charge(work, order, shipped_only)
    if not any(upto != past for _, past, upto in charged) and (shipped_only or not charged):
        raise Refused(Problem("nothing_to_invoice", "number", f"nothing of {order.number} is left to invoice"))
    lines = tuple(_sale_line(*part) for part in charged)
    filed = invoicing.issue(work, _sale(order, kind, on, month, lines, tenders), order, _deposit(work, order))
    released = tuple(replace(line, quantity=upto - past) for line, past, upto in charged)
    stock.reserve(work, replace(order, lines=released), -1)
    if not left:
        work.unit.documents.set_state(order.id, State.INVOICED)
        work.unit.changes.note(ORDER, [order.id], work.now)
    return filed


def _to_charge(work: Work, order: Document, shipped_only: bool) -> tuple[list[Part], bool]:
    """The parts of the order's lines to charge, and whether anything is left after them."""
    served = work.unit.documents.served([line.id for line in order.lines])
    lines, left = [], False
    for line in order.lines:
        past = served.get(line.id, {})
        charged = sum((from_millionths(n) for kind, n in past.items() if kind is not Kind.SHIPMENT), Decimal(0))
        upto = from_millionths(past.get(Kind.SHIPMENT, 0)) if shipped_only else line.quantity
        left = left or upto != line.quantity
        if upto != charged or not (line.quantity or past):
            lines.append((line, charged, upto))
    return lines, left


def _sale_line(line: Line, charged: Decimal, upto: Decimal) -> SaleLine:
    """A part of an order line; discount and tax are rounded on the running sum: all parts add up to the line."""

    def part(whole: Money) -> Decimal:
        if not line.quantity:
            return whole.amount
        before, after = (Money.of(whole.amount * n / line.quantity, whole.currency) for n in (charged, upto))
        return (after - before).amount

    return SaleLine(
        kind=line.kind,
        item_id=line.item_id,
        description=line.description,
        note=line.note,
        uom=line.uom,
        quantity=upto - charged,
        ordered=line.ordered,
        unit_price=line.unit_price,
        discount=part(line.discount),
        tax={code: part(tax) for code, tax in line.tax_parts.items()},
        order_line_id=line.id,
    )


def _deposit(work: Work, order: Document) -> Deposit:
    """Money taken on the order that no earlier invoice has used."""
    if any(kind in INVOICES for kind in work.unit.documents.following(order.id).values()):
        return NO_DEPOSIT
    entries = [filed.entry for filed in work.unit.journal.entries_of(order.id) if filed.entry.rule == _DEPOSIT]
    if not entries:
        return Deposit(order.tenders)
    account = work.reference.account_map.of(Role.DEPOSITS)
    return Deposit(
        order.tenders, -sum(leg.base for made in entries for leg in made.postings if leg.account_id == account)
    )


def _sale(
    order: Document,
    kind: Kind,
    on: date,
    month: int | None,
    lines: tuple[SaleLine, ...],
    tenders: tuple[SaleTender, ...],
) -> Sale:
    return Sale(
        kind=kind,
        customer=order.customer_id,
        ship_to_id=order.ship_to_id,
        billing=order.billing,
        shipping=order.shipping,
        on=on,
        ordered_on=order.ordered_on or order.on,
        ship_on=order.ship_on,
        book_month=month,
        currency=order.total.currency.code,
        type_code="C" if kind is Kind.CASH_SALE else "A",
        department_id=order.department_id,
        salesperson_id=order.salesperson_id,
        terminal=order.terminal,
        reference=order.reference,
        customer_po=order.customer_po,
        third_party_number=order.third_party_number,
        order_number=order.number,
        contact=order.contact,
        ordered_by=order.ordered_by,
        comment=order.comment,
        lines=lines,
        tenders=tenders,
        tax_rounding=order.tax_rounding,
        extras=order.extras,
    )


def ship(
    work: Work,
    order_id: int,
    quantities: Mapping[int, Decimal] | None = None,
    on: date | None = None,
    travel: Tracking | None = None,
) -> Filed:
    """Record a shipment of an order's goods; it posts nothing, its goods leave stock when they are invoiced.

    quantities: line number -> quantity shipped, None = all that has not been
    """
    order = held_order(work, order_id, frozenset({Kind.WORK_ORDER, Kind.SALES_ORDER}))
    served = work.unit.documents.served([line.id for line in order.lines])
    nothing = Money(0, order.total.currency)
    lines = []
    for line in order.lines:
        open_ = line.quantity - from_millionths(served.get(line.id, {}).get(Kind.SHIPMENT, 0))
        wanted = max(open_, Decimal(0)) if quantities is None else quantities.get(line.line_no, Decimal(0))
        if wanted and not 0 < wanted <= open_:
            say = f"line {line.line_no}: {wanted} to ship, {open_} open"
            raise Refused(Problem("shipped_too_much", "lines", say))
        millionths(wanted, "lines")
        if wanted:
            number = work.unit.mint.take("document_line")
            moved = replace(line, id=number, quantity=wanted, net=nothing, tax=nothing, discount=nothing)
            lines.append(replace(moved, order_line_id=line.id))
    if not lines:
        raise Invalid(Problem("nothing_to_ship", "lines", f"nothing of {order.number} is left to ship"))
    on = on or work.today
    shipment = Document(
        id=work.unit.mint.take("document"),
        kind=Kind.SHIPMENT,
        state=State.POSTED,
        customer_id=order.customer_id,
        billing=order.billing,
        shipping=order.shipping,
        on=on,
        at=work.now if on == work.today else None,
        book_month=book_month(on),
        department_id=order.department_id,
        order_id=order.id,
        order_number=order.number,
        subtotal=nothing,
        discount_total=nothing,
        tax_total=nothing,
        total=nothing,
        lines=tuple(lines),
    )
    work.file(shipment)
    work.unit.documents.track(shipment.id, travel or Tracking(shipped_on=on))
    return Filed(shipment)


def void(work: Work, order_id: int) -> Filed:
    """Call an order off: its goods are released, and a deposit that was posted is taken back."""
    order = held_order(work, order_id)
    if work.unit.documents.following(order.id):
        say = f"{order.number} has shipments or invoices"
        raise Conflict(Problem("wrong_state", "number", say))
    stock.reserve(work, order, -1)
    on = max(work.today, order.on)
    for filed in work.unit.journal.entries_of(order.id):
        require_open(work, book_month(on))
        work.post(negated(filed.entry, filed.id, on, book_month(on)))
    work.unit.documents.set_state(order.id, State.VOID)
    work.unit.changes.note(ORDER, [order.id], work.now)
    warnings = []
    if order.tenders:
        taken = sum((tender.net.minor for tender in order.tenders), 0)
        say = f"a deposit of {Money(taken, order.total.currency)} was taken and is to be given back"
        warnings.append(("deposit_to_return", say))
    return Filed(order, tuple(warnings))
