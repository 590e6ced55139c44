"""Ordering from suppliers, and taking down what they ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from counterfoil.core.document import Document, Kind, Line, LineKind, State, Tracking
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.money import Currency, Money, currency, from_millionths, half_up, millionths, total
from counterfoil.core.party import Supplier, Unit
from counterfoil.core.purchase import ShippedLine
from counterfoil.core.stock import Item
from counterfoil.core.tax import TaxPart
from counterfoil.core.terms import book_month
from counterfoil.services import suppliers
from counterfoil.services.drawing import check_number
from counterfoil.services.office import Filed, Work
from counterfoil.services.purchase_tax import purchase_tax, rate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of a purchase order as it is asked for.

    unit_price: before tax, None = nothing is charged
    currency:   of that price, None = the order's; another is converted at the rate of the order's day
    """

    item_id: int
    quantity: Decimal
    unit_price: Decimal | None = None
    currency: str | None = None
    reference: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ShipLine:
    """A line of a shipment as it is announced."""

    order_line_id: int
    quantity: Decimal
    where: str = ""


def order(
    work: Work,
    supplier_id: int,
    unit_id: int | None,
    lines: Sequence[OrderLine],
    *,
    number: str = "",
    unit_code: str | None = None,
    reference: str = "",
    on: date | None = None,
) -> Filed:
    """File a purchase order.

    number:    that of an earlier system, "" = the next of ours
    unit_id:   which of our units buys, None = the only one
    unit_code: the currency of its prices, None = the supplier's
    """
    supplier, unit = suppliers.supplier(work, supplier_id), suppliers.unit(work, unit_id)
    money = currency(unit_code or supplier.currency or work.reference.base.code)
    if not lines:
        raise Invalid(Problem("lines_required", "lines", "a purchase order has lines"))
    items = work.unit.items.of(line.item_id for line in lines)
    on, problems = on or work.today, _problems(lines, items)
    if problems:
        raise Refused(problems)
    made = tuple(
        _line(work, place, line, items[line.item_id], unit, money, on) for place, line in enumerate(lines, start=1)
    )
    document = _document(work, Kind.PURCHASE_ORDER, supplier, unit, made, money, on)
    document = replace(document, number=number, reference=reference)
    check_number(work, document)
    work.file(document)
    return Filed(document)


def _problems(lines: Sequence[OrderLine], items: dict[int, Item]) -> list[Problem]:
    problems = []
    for line in lines:
        if line.item_id not in items:
            problems.append(Problem("item_not_found", line.where, f"there is no item {line.item_id}"))
        if line.quantity <= 0:
            problems.append(Problem("quantity_invalid", line.where, f"{line.quantity} is no quantity to order"))
        if line.unit_price is not None and line.unit_price < 0:
            problems.append(Problem("price_invalid", line.where, f"{line.unit_price} is no price"))
    return problems


def _line(work: Work, number: int, line: OrderLine, item: Item, unit: Unit, money: Currency, on: date) -> Line:
    price = _price(work, line, money, on)
    code, rate = purchase_tax(work, item, unit, on, line.where)
    net = Money.of(line.quantity * price, money)
    tax = Money.of(net.amount * rate, money)
    millionths(line.quantity, line.where), millionths(price, line.where, "unit price")
    return Line(
        id=work.unit.mint.take("document_line"),
        line_no=number,
        kind=LineKind.ITEM,
        item_id=item.id,
        sku=item.sku,
        description=item.description,
        note=line.reference,
        uom=item.uom,
        quantity=line.quantity,
        ordered=line.quantity,
        unit_price=price,
        discount=Money(0, money),
        net=net,
        tax=tax,
        tax_parts={code: tax},
        ledger_class=item.ledger_class,
        stocked=item.stocked,
    )


def _price(work: Work, line: OrderLine, money: Currency, on: date) -> Decimal:
    """What a unit costs in the order's currency."""
    price = line.unit_price or Decimal(0)
    if line.currency is None or currency(line.currency) == money:
        return price
    given, own = (work.reference.rate(code, on.isoformat()) for code in (line.currency, money.code))
    converted = price * (Decimal(1) if given is None else given) / (Decimal(1) if own is None else own)
    return from_millionths(half_up(converted, 6))


def _document(
    work: Work, kind: Kind, supplier: Supplier, unit: Unit, lines: tuple[Line, ...], money: Currency, on: date
) -> Document:
    subtotal, tax = total((line.net for line in lines), money), total((line.tax for line in lines), money)
    return Document(
        id=work.unit.mint.take("document"),
        kind=kind,
        state=State.OPEN,
        customer_id=supplier.id,
        ship_to_id=unit.id,
        billing=supplier.address,
        on=on,
        book_month=book_month(on),
        department_id=unit.department_id,
        subtotal=subtotal,
        discount_total=Money(0, money),
        tax_total=tax,
        total=subtotal + tax,
        lines=lines,
        taxes=tuple(_tax_parts(lines, money)),
    )


def _tax_parts(lines: Sequence[Line], money: Currency) -> list[TaxPart]:
    nothing = Money(0, money)
    parts = []
    for code in dict.fromkeys(code for line in lines for code in line.tax_parts):
        shares = tuple(line.tax_parts.get(code, nothing) for line in lines)
        base = total((line.net for line in lines if code in line.tax_parts), money)
        parts.append(TaxPart(code, None, base, total(shares, money), shares))
    return parts


def placed_order(work: Work, order_id: int) -> Document:
    """A purchase order on file, kept from others until the unit of work ends."""
    found = work.unit.documents.get(order_id, hold=True)
    if found is None or found.kind is not Kind.PURCHASE_ORDER:
        raise NotFound(Problem("order_not_found", "order", f"there is no purchase order {order_id}"))
    return found


def ship(
    work: Work,
    order_id: int,
    lines: Sequence[ShipLine] | None = None,
    *,
    reference: str = "",
    tracking_number: str = "",
    shipped_at: datetime | None = None,
) -> Filed:
    """Take down what a supplier ships of a purchase order.

    lines: None = all that is not shipped yet; several may be of one order line
    raises: Refused where more would be shipped than was ordered
    """
    placed = placed_order(work, order_id)
    return Filed(ship_order(work, placed, lines, reference, tracking_number, shipped_at))


def ship_order(
    work: Work,
    placed: Document,
    lines: Sequence[ShipLine] | None = None,
    reference: str = "",
    tracking_number: str = "",
    shipped_at: datetime | None = None,
) -> Document:
    """The same of an order in hand, such as one that is filed in the same unit of work."""
    ordered = {line.id: line for line in placed.lines}
    shipped = work.unit.purchases.shipped(list(ordered))
    left = {line.id: line.quantity - shipped.get(line.id, Decimal(0)) for line in placed.lines}
    if lines is None:
        lines = [ShipLine(number, quantity) for number, quantity in left.items() if quantity > 0]
    _check_shipped(placed, lines, left)
    supplier = suppliers.supplier(work, placed.customer_id or 0)
    unit = suppliers.unit(work, placed.ship_to_id)
    money = placed.total.currency
    at = shipped_at or work.now
    made = tuple(_shipped(work, number, ordered[line.order_line_id], line) for number, line in enumerate(lines, 1))
    document = replace(
        _document(work, Kind.SUPPLIER_SHIPMENT, supplier, unit, made, money, at.date()),
        at=at,
        reference=reference,
        order_id=placed.id,
        order_number=placed.number,
    )
    work.file(document)
    states = [_state(work, document, placed, unit, line) for line in made]
    work.unit.purchases.add(document.id, supplier.id, unit.id, reference, states)
    if tracking_number:
        work.unit.documents.track(document.id, Tracking(tracking_number=tracking_number, shipped_on=at.date()))
    return document


def order_of_line(work: Work, line_id: int) -> int:
    """The id of the purchase order that a line stands in."""
    owner = work.unit.documents.owner_of(line_id)
    if owner is None:
        raise NotFound(Problem("order_line_not_found", "lines", f"there is no order line {line_id}"))
    return owner


def _check_shipped(placed: Document, lines: Sequence[ShipLine], left: dict[int, Decimal]) -> None:
    problems, rest = [], dict(left)
    if not lines:
        problems.append(Problem("lines_required", "lines", f"nothing is left to ship of {placed.number}"))
    for line in lines:
        if line.order_line_id not in rest:
            say = f"{placed.number} has no line {line.order_line_id}"
            problems.append(Problem("line_not_found", line.where, say))
        elif not 0 < line.quantity <= rest[line.order_line_id]:
            say = f"{line.quantity} to ship, {rest[line.order_line_id]} left of what was ordered"
            problems.append(Problem("quantity_invalid", line.where, say))
        else:
            rest[line.order_line_id] -= line.quantity
    if problems:
        raise Refused(problems)


def _shipped(work: Work, number: int, ordered: Line, line: ShipLine) -> Line:
    """The order's line over the quantity that is shipped of it."""
    money = ordered.net.currency
    net = Money.of(line.quantity * ordered.unit_price, money)
    millionths(line.quantity, line.where)
    (code,) = ordered.tax_parts
    tax = Money.of(ordered.tax.amount * line.quantity / ordered.quantity, money)
    return replace(
        ordered,
        id=work.unit.mint.take("document_line"),
        line_no=number,
        quantity=line.quantity,
        net=net,
        tax=tax,
        tax_parts={code: tax},
        order_line_id=ordered.id,
    )


def _state(work: Work, shipment: Document, placed: Document, unit: Unit, line: Line) -> ShippedLine:
    (code,) = line.tax_parts
    rate = rate_of(work, code, unit.country, placed.on) if code else Decimal(0)
    return ShippedLine(
        id=line.id,
        shipment_id=shipment.id,
        order_id=placed.id,
        order_line_id=line.order_line_id or 0,
        supplier_id=placed.customer_id or 0,
        unit_id=unit.id,
        item_id=line.item_id or 0,
        currency=placed.total.currency.code,
        unit_price=line.unit_price,
        tax_code_id=code,
        tax_rate=rate,
        shipped=line.quantity,
    )


def only_shipment(work: Work, shipment_id: int | None, reference: str) -> int:
    """The id of a shipment by its id or by the supplier's reference.

    raises: Conflict when several shipments have the reference
    """
    if shipment_id is not None:
        return shipment_id
    found = work.unit.purchases.by_reference(reference) if reference else []
    if not found:
        raise NotFound(Problem("shipment_not_found", "shipment", f"there is no shipment {reference!r}"))
    if len(found) > 1:
        raise Conflict(Problem("shipment_ambiguous", "shipment", f"{len(found)} shipments are called {reference!r}"))
    return found[0]
