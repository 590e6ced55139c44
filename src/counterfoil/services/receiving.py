"""Goods that come in from suppliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.core.buying import GoodsIn, for_goods_received, received
from counterfoil.core.document import Document, Kind, Line, State
from counterfoil.core.errors import NotFound, Problem, Refused
from counterfoil.core.journal import to_base
from counterfoil.core.money import Money, half_up, millionths, total, within
from counterfoil.core.purchase import Happening, ShippedLine, SupplierEvent
from counterfoil.core.stock import Valuation, move
from counterfoil.core.terms import book_month
from counterfoil.services import receipts
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open
from counterfoil.store import Move


@dataclass(frozen=True, slots=True)
class ReceiveLine:
    """What came in of a shipment's line.

    quantity:  added to what came in before; less than 0 takes a mistake back
    completes: nothing more of it will come
    """

    line_id: int
    quantity: Decimal
    completes: bool = False
    where: str = ""


def receive(work: Work, shipment_id: int, lines: Sequence[ReceiveLine] | None = None, completes: bool = False) -> Filed:
    """Take in goods of a shipment: into stock, at order price, against goods received not invoiced.

    lines:     None = all that has not come in yet
    completes: nothing more of the shipment will come
    """
    announced = work.unit.documents.get(shipment_id)
    if announced is None or announced.kind is not Kind.SUPPLIER_SHIPMENT:
        raise NotFound(Problem("shipment_not_found", "shipment", f"there is no shipment {shipment_id}"))
    return Filed(receive_shipment(work, announced, lines, completes))


def receive_shipment(
    work: Work, announced: Document, lines: Sequence[ReceiveLine] | None = None, completes: bool = False
) -> Document:
    """The same of a shipment in hand, such as one that is filed in the same unit of work."""
    shipment_id = announced.id
    known = {line.id: line for line in work.unit.purchases.lines(shipment_id, hold=True)}
    if lines is None:
        lines = [ReceiveLine(line.id, max(Decimal(0), line.shipped - line.received), True) for line in known.values()]
        completes = True
    lines = _merged(lines)
    _check(announced, known, lines)
    on = work.today
    require_open(work, book_month(on))
    document = _document(work, announced, known, lines)
    books = receipts.books(work, document)
    shipped = {line.id: line for line in announced.lines}
    coming = [line for line in lines if line.quantity]
    goods: list[GoodsIn] = []
    moves: list[Move] = []
    valuations, changed = _held(work, announced, [known[line.line_id] for line in coming]), dict[int, int]()
    for line, filed in zip(coming, document.lines, strict=True):
        state = known[line.line_id]
        cost = filed.net
        base = to_base(cost, books.rate, books.base)
        variance = 0
        if filed.stocked:
            before = valuations[state.item_id]
            quantity = millionths(line.quantity)
            each = half_up(Decimal(abs(base)).scaleb(-books.base.digits) / abs(line.quantity), 6)
            costed = move(before, quantity, each, books.base.digits, base)
            within(Money(costed.valuation.value, books.base))
            valuations[state.item_id], variance = costed.valuation, costed.variance
            changed[state.item_id] = changed.get(state.item_id, 0) + quantity
            moves.append(Move(state.item_id, document.department_id or 0, filed.id, quantity, base, variance))
        goods.append(GoodsIn(filed.ledger_class, filed.stocked, cost, base, variance))
        known[line.line_id] = replace(
            state,
            received=state.received + line.quantity,
            received_cost=state.received_cost + cost.minor,
            received_base=state.received_base + base,
        )
        _tell(work, state, cost, shipped[line.line_id].ledger_class)
    for line in lines:
        if line.completes or completes:
            known[line.line_id] = replace(known[line.line_id], completed=True)
    if document.lines:
        work.unit.stock.value(valuations.values())
        department = document.department_id or 0
        work.unit.stock.change({(item, department): (quantity, 0) for item, quantity in changed.items()})
        work.unit.stock.file_moves(moves, on, work.unit.mint)
        work.post(for_goods_received(document, goods, books))
    work.file(document)
    for state in known.values():
        work.unit.purchases.write(state)
    done = completes or all(line.completed or line.received >= line.shipped for line in known.values())
    arrival = work.unit.purchases.arrival(shipment_id)
    earlier = arrival.completed_at if arrival else None
    work.unit.purchases.arrive(shipment_id, work.now, (earlier or work.now) if done else None)
    return document


def _merged(lines: Sequence[ReceiveLine]) -> list[ReceiveLine]:
    """One line for each line of the shipment."""
    merged: dict[int, ReceiveLine] = {}
    for line in lines:
        before = merged.get(line.line_id)
        if before is not None:
            line = replace(line, quantity=before.quantity + line.quantity, completes=before.completes or line.completes)
        merged[line.line_id] = line
    return list(merged.values())


def _check(announced: Document, known: dict[int, ShippedLine], lines: Sequence[ReceiveLine]) -> None:
    problems = []
    came = {number: line.received for number, line in known.items()}
    for line in lines:
        if line.line_id not in known:
            say = f"shipment {announced.number} has no line {line.line_id}"
            problems.append(Problem("line_not_found", line.where, say))
        elif came[line.line_id] + line.quantity < 0:
            say = f"{line.quantity} to take back, {came[line.line_id]} came in"
            problems.append(Problem("quantity_invalid", line.where, say))
        else:
            came[line.line_id] += line.quantity
    if problems:
        raise Refused(problems)


def _document(
    work: Work, announced: Document, known: Mapping[int, ShippedLine], lines: Sequence[ReceiveLine]
) -> Document:
    shipped = {line.id: line for line in announced.lines}
    made = tuple(
        _line(work, number, shipped[line.line_id], line.quantity, received(known[line.line_id], line.quantity))
        for number, line in enumerate((line for line in lines if line.quantity), start=1)
    )
    unit = announced.total.currency
    subtotal = total((line.net for line in made), unit)
    return Document(
        id=work.unit.mint.take("document"),
        kind=Kind.GOODS_RECEIPT,
        state=State.POSTED,
        customer_id=announced.customer_id,
        ship_to_id=announced.ship_to_id,
        on=work.today,
        at=work.now,
        book_month=book_month(work.today),
        department_id=announced.department_id,
        reference=announced.reference,
        order_id=announced.order_id,
        order_number=announced.order_number,
        original_id=announced.id,
        subtotal=subtotal,
        discount_total=Money(0, unit),
        tax_total=Money(0, unit),
        total=subtotal,
        lines=made,
    )


def _line(work: Work, number: int, shipped: Line, quantity: Decimal, cost: Money) -> Line:
    unit = shipped.net.currency
    millionths(quantity)
    return replace(
        shipped,
        id=work.unit.mint.take("document_line"),
        line_no=number,
        quantity=quantity,
        net=cost,
        tax=Money(0, unit),
        tax_parts={},
        order_line_id=shipped.id,
    )


def _held(work: Work, announced: Document, lines: Sequence[ShippedLine]) -> dict[int, Valuation]:
    """The valuations of the stocked items among some lines, kept from others until the end."""
    stocked = {line.item_id for line in announced.lines if line.stocked}
    items = [line.item_id for line in lines if line.item_id in stocked]
    return work.unit.stock.hold(items, announced.department_id or 0).valuations if items else {}


def _tell(work: Work, line: ShippedLine, cost: Money, ledger_class: str) -> None:
    event = SupplierEvent(
        kind=Happening.RECEIVED,
        amount=cost,
        tax_rate=line.tax_rate,
        tax_code_id=line.tax_code_id,
        ledger_class=ledger_class,
        unit_id=line.unit_id,
        order_id=line.order_id,
        order_line_id=line.order_line_id,
        shipment_id=line.shipment_id,
        item_id=line.item_id,
    )
    work.unit.supplier_invoices.tell(event, book_month(work.today), work.now)
