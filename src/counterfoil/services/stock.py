"""Goods in and out: reservations, moves and their cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document, Kind, Line, LineKind, State
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.exporting import Topic
from counterfoil.core.money import Money, from_millionths, millionths, within
from counterfoil.core.posting import Books, GoodsMoved, for_stock_adjustment, moves_cost
from counterfoil.core.stock import Item, move
from counterfoil.core.terms import book_month
from counterfoil.services.drawing import Warnings, default_department
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open
from counterfoil.store import Level, Move, Store
from counterfoil.store.changes import ITEM


def reserve(work: Work, order: Document, sign: int, warnings: Warnings | None = None) -> None:
    """Set an order's goods aside (sign 1) or release them (sign -1); lines that bring goods back reserve nothing."""
    department = order.department_id
    if not order.reserves or department is None:
        return
    wanted: dict[int, int] = {}
    for line in order.lines:
        if line.stocked and line.item_id is not None and line.quantity > 0:
            wanted[line.item_id] = wanted.get(line.item_id, 0) + sign * millionths(line.quantity)
    if warnings is not None and wanted:
        levels = work.unit.stock.hold(wanted, department).levels
        left = {item: _level(levels, item).available - quantity for item, quantity in wanted.items()}
        _warn(work, order, left, "available", warnings)
    work.unit.stock.change({(item, department): (0, quantity) for item, quantity in wanted.items()})


def _level(levels: Mapping[int, Level], item_id: int) -> Level:
    return levels.get(item_id) or Level(item_id, 0)


def _warn(work: Work, document: Document, left: Mapping[int, int], what: str, warnings: Warnings) -> None:
    """Selling more than is there is a warning, or refused where the book blocks it; the quantity is never clipped."""
    for line in document.lines:
        if line.item_id is None or line.quantity <= 0 or left.get(line.item_id, 0) >= 0:
            continue
        say = f"item {line.sku}: {from_millionths(left[line.item_id])} {what} in department {document.department_id}"
        if work.reference.policy.block_negative_stock:
            raise Refused(Problem("no_stock", f"lines.{line.line_no - 1}", say))
        if ("stock_negative", say) not in warnings:
            warnings.append(("stock_negative", say))


@dataclass(frozen=True, slots=True)
class Moved:
    """What a document did to stock: its lines with their unit cost, and what inventory has to post."""

    lines: tuple[Line, ...]
    goods: tuple[GoodsMoved, ...]


def issue(work: Work, document: Document, warnings: Warnings) -> Moved:
    """Move a posted sale's goods: out at the moving average, back in at the cost they left at."""
    return _move(work, document, -1, warnings)


def _move(work: Work, document: Document, sign: int, warnings: Warnings) -> Moved:
    """Move a document's goods; sign -1 = a sale, whose positive quantities leave."""
    moving = [line for line in document.lines if line.stocked and line.item_id is not None and line.quantity]
    department = document.department_id
    if not moving:
        return Moved(document.lines, ())
    if department is None:
        raise Refused(Problem("department_unknown", "department", "the book has no department to take stock from"))
    digits = work.reference.base.digits
    held = work.unit.stock.hold((line.item_id for line in moving if line.item_id is not None), department)
    valuations, changed = held.valuations, dict[int, int]()
    costs = _returned_at(work, document)
    result, goods, moves = [], [], []
    for line in document.lines:
        if not line.stocked or line.item_id is None or not line.quantity:
            result.append(line)
            continue
        quantity = sign * millionths(line.quantity)
        before = valuations[line.item_id]
        unit_cost = costs.get(line.returns_line_id, line.unit_cost)
        costed = move(before, quantity, unit_cost, digits)
        for minor in (costed.value, costed.variance, costed.valuation.value):
            within(Money(minor, work.reference.base))
        valuations[line.item_id] = costed.valuation
        result.append(replace(line, unit_cost=before.average if unit_cost is None else unit_cost))
        goods.append(GoodsMoved(line.ledger_class, costed.value, costed.variance))
        changed[line.item_id] = changed.get(line.item_id, 0) + quantity
        moves.append(Move(line.item_id, department, line.id, quantity, costed.value, costed.variance))
    left = {item: _level(held.levels, item).on_hand + quantity for item, quantity in changed.items()}
    _warn(work, document, left, "on hand", warnings)
    work.unit.stock.value(valuations.values())
    work.unit.stock.change({(item, department): (quantity, 0) for item, quantity in changed.items()})
    work.unit.stock.file_moves(moves, document.on, work.unit.mint)
    if document.kind is not Kind.CASH_SALE and moves_cost(goods):
        work.unit.exports.offer(Topic.ACCOUNTING_ENTRY, document.id, work.actor)
    return Moved(tuple(result), tuple(goods))


def _returned_at(work: Work, document: Document) -> Mapping[int | None, int]:
    """What the lines that a document gives back had left stock at."""
    returned = [line.returns_line_id for line in document.lines if line.returns_line_id is not None]
    return work.unit.documents.unit_costs(returned) if returned else {}


def adjust(
    work: Work,
    sku: str,
    quantity: Decimal,
    unit_cost: Decimal | None = None,
    department_id: int | None = None,
    reason: str | None = None,
    on: date | None = None,
    comment: str = "",
) -> Filed:
    """Bring goods in or take them out by hand.

    quantity:  + found or brought in, - lost
    unit_cost: of goods that come in, in the base currency; None = at the average
    reason:    code of the account that explains it, None = the book's account for stock adjustments
    """
    item = work.unit.items.by_sku(sku)
    if item is None:
        raise NotFound(Problem("item_not_found", "sku", f"there is no item {sku!r}"))
    if not item.stocked or not quantity:
        raise Invalid(Problem("nothing_to_move", "quantity", f"item {sku} takes no adjustment of {quantity}"))
    if unit_cost is not None and (quantity < 0 or unit_cost < 0):
        raise Invalid(Problem("cost_not_allowed", "unit_cost", "only goods that come in have a cost, of 0 or more"))
    department = department_id if department_id is not None else default_department(work)
    if department is None or department not in work.reference.departments:
        raise NotFound(Problem("department_unknown", "department", f"there is no department {department}"))
    on = on or work.today
    require_open(work, book_month(on))
    account = _account(work, reason) if reason else None
    document = _adjustment(work, item, quantity, unit_cost, department, on, comment)
    moved = _move(work, document, 1, [])
    document = replace(document, lines=moved.lines)
    work.file(document)
    books = Books(work.reference.account_map, work.reference.base)
    work.post(for_stock_adjustment(document, moved.goods, books, account))
    return Filed(document)


def _account(work: Work, code: str) -> int:
    for account in work.reference.accounts.values():
        if account.code == code and not account.control:
            return account.id
    raise NotFound(Problem("account_unknown", "reason", f"there is no account {code!r} that an adjustment may use"))


def _adjustment(
    work: Work, item: Item, quantity: Decimal, unit_cost: Decimal | None, department: int, on: date, comment: str
) -> Document:
    nothing = Money(0, work.reference.base)
    cost = unit_cost or Decimal(0)
    line = Line(
        id=work.unit.mint.take("document_line"),
        line_no=1,
        kind=LineKind.ITEM,
        item_id=item.id,
        sku=item.sku,
        description=item.description,
        note="",
        uom=item.uom,
        quantity=quantity,
        ordered=quantity,
        unit_price=Decimal(0),
        discount=nothing,
        net=nothing,
        tax=nothing,
        ledger_class=item.ledger_class,
        stocked=True,
        unit_cost=None if unit_cost is None else millionths(cost, what="unit cost"),
    )
    return Document(
        id=work.unit.mint.take("document"),
        kind=Kind.STOCK_ADJUSTMENT,
        state=State.POSTED,
        on=on,
        book_month=book_month(on),
        department_id=department,
        comment=comment,
        subtotal=nothing,
        discount_total=nothing,
        tax_total=nothing,
        total=nothing,
        lines=(line,),
    )


def take_back(work: Work, document: Document, on: date) -> bool:
    """Undo a posted document's moves at the value they were made at; False when there were none.

    raises: Conflict when that has been done before: goods of no value leave no entry that would tell
    """
    made = work.unit.stock.moves_of([line.id for line in document.lines])
    if not made:
        return False
    if len({past.line_id for past in made}) < len(made):
        raise Conflict(Problem("reversed", "number", f"{document.number} has been reversed"))
    held = work.unit.stock.hold((move.item_id for move in made), made[0].department_id)
    valuations, changed = held.valuations, dict[int, int]()
    for past in made:
        before = valuations[past.item_id]
        inventory = past.value - past.variance
        valuations[past.item_id] = replace(
            before, on_hand=before.on_hand - past.quantity, value=before.value - inventory
        )
        changed[past.item_id] = changed.get(past.item_id, 0) - past.quantity
    work.unit.stock.value(valuations.values())
    work.unit.stock.change({(item, made[0].department_id): (quantity, 0) for item, quantity in changed.items()})
    back = [replace(past, quantity=-past.quantity, value=-past.value, variance=-past.variance) for past in made]
    work.unit.stock.file_moves(back, on, work.unit.mint)
    work.unit.changes.note(ITEM, (past.item_id for past in made), work.now)
    return True


@dataclass(frozen=True, slots=True)
class StockRow:
    """What lies of an item in one department; average is the cost of one unit in the base currency."""

    sku: str
    department_id: int
    on_hand: Decimal
    reserved: Decimal
    average: Decimal


def shown(store: Store) -> list[StockRow]:
    """Stock of all items, by item and department."""
    with store.snapshot() as reader:
        return [
            StockRow(sku, department_id, *(from_millionths(value) for value in (on_hand, reserved, average)))
            for sku, department_id, on_hand, reserved, average in reader.stock.listed()
        ]
