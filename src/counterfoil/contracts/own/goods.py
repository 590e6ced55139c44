"""Items, stock, and shipments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from counterfoil.contracts.own import documents
from counterfoil.contracts.own.customers import RefAsked
from counterfoil.contracts.own.documents import Document, DocumentsAsked, Head
from counterfoil.contracts.own.names import Names, tax_code_name, tax_code_names
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    editing,
    listing,
    making,
    missing,
    showing,
)
from counterfoil.contracts.own.shapes import Asked, Code, Dated, Id, Line, Paged, Prose, Shown
from counterfoil.core.document import Kind
from counterfoil.core.money import from_millionths
from counterfoil.core.stock import Item as CoreItem
from counterfoil.services import keeping, registry, stock
from counterfoil.services import showing as office
from counterfoil.services.showing import View

_SHIPMENT, _ADJUSTMENT = frozenset({Kind.SHIPMENT}), frozenset({Kind.STOCK_ADJUSTMENT})


class NewItem(Asked, kw_only=True):
    """A thing or service that is sold.

    stocked:      counted and carried at cost
    price:        list price before tax, in the book's base currency
    ledger_class: chooses the accounts of its sales and cost
    exempt_from:  codes of the taxes that do not apply
    purchase_tax: code of the tax that suppliers charge on it; the book's default one without it
    """

    sku: Code
    description: Prose
    uom: Line = "EA"
    stocked: bool = True
    price: Decimal | None = None
    ledger_class: Line = ""
    exempt_from: list[Code] = []
    purchase_tax: Code | None = None
    refs: list[RefAsked] = []


class ItemChanges(Asked):
    """What changes of an item; members that are not given stay."""

    description: Prose | UnsetType = UNSET
    uom: Line | UnsetType = UNSET
    price: Decimal | UnsetType | None = UNSET
    ledger_class: Line | UnsetType = UNSET
    exempt_from: list[Code] | UnsetType = UNSET


class Item(Shown):
    """A thing or service; price in the currency beside it."""

    id: int
    sku: str
    description: str
    uom: str
    stocked: bool
    price: Decimal | None
    currency: str
    ledger_class: str
    exempt_from: list[str]
    purchase_tax: str | None


class ItemsAsked(Paged):
    """Which items."""

    sku: Code | None = None


class Level(Shown):
    """What lies of an item in a department; average is what one unit costs, in the currency beside it."""

    item_id: int
    sku: str
    department_id: int
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    average: Decimal
    currency: str


class LevelsAsked(Paged):
    """Which stock: of an item, in a department."""

    sku: Code | None = None
    department_id: Id | None = None


class NewAdjustment(Dated, kw_only=True):
    """Goods brought in or taken out by hand.

    quantity:  positive = found, negative = lost
    unit_cost: of goods that come in, in the book's base currency; at the average without it
    reason:    code of the account that explains it; the book's account for stock adjustments without it
    """

    sku: Code
    quantity: Decimal
    unit_cost: Decimal | None = None
    department_id: Id | None = None
    reason: Code | None = None
    comment: Prose = ""


class Tracking(Shown):
    """How a shipment travels."""

    carrier: str
    tracking_number: str
    url: str
    status: str
    status_at: datetime | None
    shipped_on: date | None
    delivered_on: date | None
    delivery_charge: str
    weight: str
    note: str


class Shipment(Document, kw_only=True):
    """A shipment with its goods; it posts nothing."""

    tracking: Tracking | None


def _item(view: View, known: CoreItem) -> Item:
    return Item(
        id=known.id,
        sku=known.sku,
        description=known.description,
        uom=known.uom,
        stocked=known.stocked,
        price=known.price,
        currency=view.reference.base.code,
        ledger_class=known.ledger_class,
        exempt_from=tax_code_names(view, known.exempt_from),
        purchase_tax=tax_code_name(view, known.tax_code_id),
    )


def _items(asked: Reading[ItemsAsked]) -> list[tuple[Place, Item]]:
    narrowed = {"sku": asked.asked.sku} if asked.asked.sku else {}
    found = asked.view.registers.items(narrowed, asked.place, asked.asked.limit + 1)
    return [((one.sku,), _item(asked.view, one)) for one in found]


def _show_item(asked: Reading[Any]) -> Item:
    found = asked.view.items.of([asked.id])
    if asked.id not in found:
        raise missing("item", asked.id)
    return _item(asked.view, found[asked.id])


def _make_item(wanted: Writing[NewItem]) -> Item:
    asked, names = wanted.asked, Names(wanted.view)
    exempt = names.tax_codes(asked.exempt_from, "exempt_from")
    purchase_tax = names.tax_code(asked.purchase_tax, "purchase_tax")
    if len({ref.system for ref in asked.refs}) < len(asked.refs):
        names.wrong("repeated", "refs", "a system is named twice")
    names.check()
    made = registry.add_item(
        wanted.work,
        asked.sku,
        asked.description,
        uom=asked.uom,
        stocked=asked.stocked,
        price=asked.price,
        ledger_class=asked.ledger_class,
        exempt_from=exempt,
        tax_code_id=purchase_tax,
        refs={ref.system: ref.their_id for ref in asked.refs},
    )
    return _item(wanted.view, made)


def _change_item(wanted: Writing[ItemChanges]) -> Item:
    asked, names = wanted.asked, Names(wanted.view)
    known = keeping.hold_item(wanted.work, wanted.id)
    wanted.require(_item(wanted.view, known))
    changes: dict[str, Any] = {
        name: value
        for name in ("description", "uom", "price", "ledger_class")
        if (value := getattr(asked, name)) is not UNSET
    }
    if asked.exempt_from is not UNSET:
        changes["exempt_from"] = frozenset(names.tax_codes(asked.exempt_from, "exempt_from"))
    names.check()
    return _item(wanted.view, keeping.change_item(wanted.work, known, changes))


def _levels(asked: Reading[LevelsAsked]) -> list[tuple[Place, Level]]:
    narrowed: dict[str, Any] = {}
    if asked.asked.department_id is not None:
        narrowed["department_id"] = asked.asked.department_id
    if asked.asked.sku is not None:
        item = asked.view.items.by_sku(asked.asked.sku)
        if item is None:
            return []
        narrowed["item_id"] = item.id
    unit = asked.view.reference.base.code
    return [
        (
            (one.item_id, one.department_id),
            Level(
                item_id=one.item_id,
                sku=one.sku,
                department_id=one.department_id,
                on_hand=from_millionths(one.on_hand),
                reserved=from_millionths(one.reserved),
                available=from_millionths(one.on_hand - one.reserved),
                average=from_millionths(one.average),
                currency=unit,
            ),
        )
        for one in asked.view.registers.levels(narrowed, asked.place, asked.asked.limit + 1)
    ]


def _adjust(wanted: Writing[NewAdjustment]) -> Document:
    asked = wanted.asked
    filed = stock.adjust(
        wanted.work,
        asked.sku,
        asked.quantity,
        asked.unit_cost,
        asked.department_id,
        asked.reason,
        asked.dated_on,
        asked.comment,
    )
    return documents.told(wanted.work, filed)


def _shipments(asked: Reading[DocumentsAsked]) -> list[tuple[Place, Head]]:
    found = documents.listed(asked, _SHIPMENT) or ()
    return [(documents.place(one), documents.head(one)) for one in found]


def _shipment(asked: Reading[Any]) -> Shipment:
    found = documents.whole(asked.view, office.document(asked.view, asked.id, _SHIPMENT))
    travel = asked.view.lists.tracking(asked.id)
    given = {name: getattr(found, name) for name in Document.__struct_fields__}
    shown = {name: getattr(travel, name) for name in Tracking.__struct_fields__} if travel else None
    return Shipment(**given, tracking=Tracking(**shown) if shown else None)


ITEMS = Resource(
    "items",
    "Items",
    (
        listing("/items", "listItems", "Items by sku", Item, _items, (str,), ItemsAsked),
        making("/items", "createItem", "A new item", NewItem, Item, _make_item),
        showing("/items/{id}", "getItem", "One item", Item, _show_item, tagged=True),
        editing("/items/{id}", "changeItem", "Change an item", ItemChanges, Item, _change_item),
    ),
)
STOCK = Resource(
    "stock",
    "Stock",
    (
        listing("/stock", "listStock", "Stock by item and department", Level, _levels, (int, int), LevelsAsked),
        *documents.reading("/stock/adjustments", "getAdjustment", "listAdjustments", _ADJUSTMENT),
        making("/stock/adjustments", "adjustStock", "Bring goods in, or out", NewAdjustment, Document, _adjust),
        documents.reversing("/stock/adjustments", "reverseAdjustment", _ADJUSTMENT),
    ),
)
SHIPMENTS = Resource(
    "shipments",
    "Shipments",
    (
        listing(
            "/shipments",
            "listShipments",
            "Shipments, latest date first",
            Head,
            _shipments,
            (date, int),
            DocumentsAsked,
        ),
        showing("/shipments/{id}", "getShipment", "One shipment with its tracking", Shipment, _shipment),
    ),
)
