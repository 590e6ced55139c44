"""Lines that bring what is on order with suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.reading import BELOW, PLACES, SHORT, Name, currency_code, day, name, need
from counterfoil.services import buying, suppliers
from counterfoil.services.office import Filed, Work
from counterfoil.wire.read import Fields

_LINE = ("sku", "sku_ref", "quantity", "unit_price", "reference")


@dataclass(frozen=True, slots=True)
class _Line:
    item: Name
    quantity: Decimal
    unit_price: Decimal | None
    reference: str
    where: str


@dataclass(frozen=True, slots=True)
class _Order:
    number: str
    supplier: str
    unit: str | None
    on: date
    currency: str | None
    reference: str
    lines: tuple[_Line, ...]


def _read(found: Fields) -> _Order:
    return _Order(
        number=found.need_text("number", max_length=SHORT),
        supplier=found.need_text("supplier", max_length=SHORT),
        unit=found.text("unit", max_length=SHORT),
        on=need(found, "on", day(found, "on"), date.min),
        currency=currency_code(found),
        reference=found.text("reference", max_length=SHORT) or "",
        lines=tuple(_line(line) for line in found.children("lines")),
    )


def _line(found: Fields) -> _Line:
    found.only(_LINE)
    return _Line(
        item=name(found, "sku") or Name(""),
        quantity=found.need_decimal("quantity", places=PLACES, below=BELOW),
        unit_price=found.decimal("unit_price", places=PLACES, below=BELOW),
        reference=found.text("reference", max_length=SHORT) or "",
        where=found.where,
    )


def _ahead(finder: Finder, wanted: _Order) -> None:
    finder.ahead(None, *(line.item for line in wanted.lines))
    finder.ahead_number(wanted.number)


def _file(work: Work, finder: Finder, wanted: _Order) -> Filed:
    lines = [
        buying.OrderLine(
            item_id=finder.need_item(line.item).id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            reference=line.reference,
            where=line.where,
        )
        for line in wanted.lines
    ]
    return buying.order(
        work,
        suppliers.supplier_by_code(work, wanted.supplier).id,
        suppliers.unit_by_code(work, wanted.unit).id if wanted.unit is not None else None,
        lines,
        number=wanted.number,
        unit_code=wanted.currency,
        reference=wanted.reference,
        on=wanted.on,
    )


ORDERS = Kind(
    name="purchase-orders",
    mints="document",
    fields=("number", "supplier", "unit", "on", "currency", "reference", "lines"),
    inner=_LINE,
    part="lines",
    group="number",
    read=_read,
    ahead=_ahead,
    file=_file,
)
