"""Lines that bring items and the stock that lies of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.core.journal import Role
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.parties import tax_codes
from counterfoil.importing.reading import BELOW, LONG, PLACES, SHORT, Name, day, flag, name, refs, texts
from counterfoil.services import registry, stock
from counterfoil.services.office import Filed, Work
from counterfoil.wire.read import Fields


@dataclass(frozen=True, slots=True)
class _Item:
    sku: str
    description: str
    uom: str
    stocked: bool
    price: Decimal | None
    ledger_class: str
    exempt_from: tuple[str, ...]
    purchase_tax: str | None
    refs: dict[str, str]


def _read_item(found: Fields) -> _Item:
    return _Item(
        sku=found.need_text("sku", max_length=SHORT),
        description=found.text("description", max_length=LONG) or "",
        uom=found.text("uom", max_length=SHORT) or "EA",
        stocked=flag(found, "stocked", True),
        price=found.decimal("price", places=PLACES, below=BELOW),
        ledger_class=found.text("ledger_class", max_length=SHORT) or "",
        exempt_from=texts(found, "exempt_from") or (),
        purchase_tax=found.text("purchase_tax", max_length=SHORT),
        refs=refs(found),
    )


def _ahead_item(finder: Finder, wanted: _Item) -> None:
    finder.ahead(None, Name(wanted.sku))


def _file_item(work: Work, finder: Finder, wanted: _Item) -> str:
    made = registry.add_item(
        work,
        wanted.sku,
        wanted.description,
        uom=wanted.uom,
        stocked=wanted.stocked,
        price=wanted.price,
        ledger_class=wanted.ledger_class,
        exempt_from=tax_codes(work, wanted.exempt_from, "exempt_from"),
        tax_code_id=tax_codes(work, (wanted.purchase_tax,), "purchase_tax")[0] if wanted.purchase_tax else None,
        refs=wanted.refs,
    )
    return made.sku


@dataclass(frozen=True, slots=True)
class _Stock:
    item: Name
    quantity: Decimal
    unit_cost: Decimal | None
    department: int | None
    reason: str | None
    on: date | None
    comment: str


def _read_stock(found: Fields) -> _Stock:
    return _Stock(
        item=name(found, "sku") or Name(""),
        quantity=found.need_decimal("quantity", places=PLACES, below=BELOW),
        unit_cost=found.decimal("unit_cost", places=PLACES, below=BELOW),
        department=found.whole("department", low=1),
        reason=found.text("reason", max_length=SHORT),
        on=day(found, "on"),
        comment=found.text("comment", max_length=LONG) or "First stock",
    )


def _ahead_stock(finder: Finder, wanted: _Stock) -> None:
    finder.ahead(None, wanted.item)


def _file_stock(work: Work, finder: Finder, wanted: _Stock) -> Filed:
    item = finder.need_item(wanted.item)
    account = work.reference.accounts[work.reference.account_map.of(Role.OPENING)]
    return stock.adjust(
        work,
        item.sku,
        wanted.quantity,
        wanted.unit_cost,
        wanted.department,
        wanted.reason or account.code,
        wanted.on,
        wanted.comment,
    )


ITEMS = Kind(
    name="items",
    mints="item",
    fields=("sku", "description", "uom", "stocked", "price", "ledger_class", "exempt_from", "purchase_tax", "refs"),
    read=_read_item,
    ahead=_ahead_item,
    file=_file_item,
)
STOCK = Kind(
    name="stock",
    fields=("sku", "sku_ref", "quantity", "unit_cost", "department", "reason", "on", "comment"),
    read=_read_stock,
    ahead=_ahead_stock,
    file=_file_stock,
    alone=True,
)
