"""Purchase orders, what suppliers ship, what comes in, and what they are paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from counterfoil.contracts.own import documents
from counterfoil.contracts.own.documents import Document
from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import Reading, Resource, Writing, making, showing
from counterfoil.contracts.own.sales import check_money
from counterfoil.contracts.own.shapes import Amount, Asked, Code, CurrencyCode, Dated, Id, Line, Shown
from counterfoil.core.access import Verb
from counterfoil.core.document import Kind
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import ShippedLine
from counterfoil.services import buying, receiving, remitting
from counterfoil.services import showing as office

_ORDER, _SHIPMENT, _RECEIPT, _SETTLEMENT, _REMITTANCE = (
    frozenset({kind})
    for kind in (
        Kind.PURCHASE_ORDER,
        Kind.SUPPLIER_SHIPMENT,
        Kind.GOODS_RECEIPT,
        Kind.SETTLEMENT,
        Kind.REMITTANCE,
    )
)


class OrderLine(Asked, kw_only=True):
    """What is ordered; reference is the supplier's own name for it."""

    sku: Code
    quantity: Decimal
    unit_price: Decimal | None = None
    reference: Line = ""


class NewPurchaseOrder(Dated, kw_only=True):
    """An order to a supplier.

    unit:     which of one's own units buys; the only one without it
    currency: of the prices; the supplier's without it
    """

    supplier: Code
    lines: Annotated[list[OrderLine], Meta(min_length=1, max_length=1000)]
    unit: Code | None = None
    currency: CurrencyCode | None = None
    reference: Line = ""


class ShipLine(Asked, kw_only=True):
    """How much of an order's line is shipped."""

    order_line_id: Id
    quantity: Decimal


class Shipping(Asked, kw_only=True):
    """What a supplier ships: all that is not shipped yet without lines."""

    lines: Annotated[list[ShipLine], Meta(max_length=1000)] | None = None
    reference: Line = ""
    tracking_number: Line = ""
    shipped_at: datetime | None = None


class ReceiveLine(Asked, kw_only=True):
    """What came in of a shipment's line, in addition to what came in before; less than 0 takes a mistake back."""

    shipment_line_id: Id
    quantity: Decimal
    completes: bool = False


class Receiving(Asked, kw_only=True):
    """What came in: all that had not without lines; completes says that nothing more will."""

    lines: Annotated[list[ReceiveLine], Meta(max_length=1000)] | None = None
    completes: bool = False


class NewRemittance(Dated, kw_only=True):
    """Money to a supplier, in its currency.

    tender:   code of the tender type whose account the money leaves
    invoices: numbers of ours to pay, in this order; the oldest due first without them, none for an empty list
    """

    supplier: Code
    amount: Amount
    tender: Code
    invoices: Annotated[list[Code], Meta(max_length=500)] | None = None
    reference: Line = ""


class ShipmentLine(Shown):
    """What has become of a shipment's line; amounts before tax at order price."""

    id: int
    order_line_id: int
    item_id: int
    currency: str
    unit_price: Decimal
    shipped: Decimal
    received: Decimal
    invoiced: Decimal
    available: Decimal
    booked: Decimal
    completed: bool
    not_invoiced: Amount


class SupplierShipment(Document, kw_only=True):
    """A supplier's shipment, and what has come in and been invoiced of it."""

    received_at: datetime | None
    completed_at: datetime | None
    states: list[ShipmentLine]


def _order(wanted: Writing[NewPurchaseOrder]) -> Document:
    asked, names = wanted.asked, Names(wanted.view)
    supplier, unit = names.supplier(asked.supplier), names.unit(asked.unit)
    items = [names.item(line.sku, f"lines.{place}.sku") for place, line in enumerate(asked.lines)]
    names.check()
    lines = [
        buying.OrderLine(
            item_id=item.id if item else 0,
            quantity=line.quantity,
            unit_price=line.unit_price,
            reference=line.reference,
            where=f"lines.{place}",
        )
        for place, (line, item) in enumerate(zip(asked.lines, items, strict=True))
    ]
    more: dict[str, Any] = {"unit_code": asked.currency, "reference": asked.reference, "on": asked.dated_on}
    return documents.told(wanted.work, buying.order(wanted.work, supplier, unit, lines, **more))


def _ship(wanted: Writing[Shipping]) -> Document:
    asked = wanted.asked
    office.document(wanted.view, wanted.id, _ORDER)
    lines = None
    if asked.lines is not None:
        lines = [buying.ShipLine(one.order_line_id, one.quantity, f"lines.{n}") for n, one in enumerate(asked.lines)]
    filed = buying.ship(
        wanted.work,
        wanted.id,
        lines,
        reference=asked.reference,
        tracking_number=asked.tracking_number,
        shipped_at=asked.shipped_at,
    )
    return documents.told(wanted.work, filed)


def _receive(wanted: Writing[Receiving]) -> Document:
    asked = wanted.asked
    office.document(wanted.view, wanted.id, _SHIPMENT)
    lines = None
    if asked.lines is not None:
        lines = [
            receiving.ReceiveLine(one.shipment_line_id, one.quantity, one.completes, f"lines.{n}")
            for n, one in enumerate(asked.lines)
        ]
    return documents.told(wanted.work, receiving.receive(wanted.work, wanted.id, lines, asked.completes))


def _shipment(asked: Reading[Any]) -> SupplierShipment:
    found = documents.whole(asked.view, office.document(asked.view, asked.id, _SHIPMENT))
    given = {name: getattr(found, name) for name in Document.__struct_fields__}
    arrival = asked.view.purchases.arrival(asked.id)
    states = [_state(line) for line in asked.view.purchases.lines(asked.id)]
    return SupplierShipment(
        **given,
        received_at=arrival.received_at if arrival else None,
        completed_at=arrival.completed_at if arrival else None,
        states=states,
    )


def _state(line: ShippedLine) -> ShipmentLine:
    unit = currency(line.currency)
    return ShipmentLine(
        id=line.id,
        order_line_id=line.order_line_id,
        item_id=line.item_id,
        currency=line.currency,
        unit_price=line.unit_price,
        shipped=line.shipped,
        received=line.received,
        invoiced=line.matched,
        available=line.available,
        booked=line.relieved,
        completed=line.completed,
        not_invoiced=Money(line.received_cost - line.relieved_cost, unit).amount,
    )


def _remit(wanted: Writing[NewRemittance]) -> Document:
    asked, names = wanted.asked, Names(wanted.view)
    names.supplier(asked.supplier)
    names.tender(asked.tender)
    check_money(names, asked.amount)
    names.check()
    filed = remitting.remit(
        wanted.work, asked.supplier, asked.amount, asked.tender, asked.dated_on, asked.invoices, asked.reference
    )
    return documents.told(wanted.work, filed)


ORDERS = Resource(
    "purchase-orders",
    "Purchase orders",
    (
        *documents.reading("/purchase-orders", "getPurchaseOrder", "listPurchaseOrders", _ORDER),
        making("/purchase-orders", "createPurchaseOrder", "Order from a supplier", NewPurchaseOrder, Document, _order),
        making(
            "/purchase-orders/{id}/ship",
            "shipPurchaseOrder",
            "Take down what the supplier ships",
            Shipping,
            Document,
            _ship,
            Verb.EDIT,
        ),
    ),
)
_SHIPMENT_LIST, _ = documents.reading("/supplier-shipments", "", "listSupplierShipments", _SHIPMENT)
SHIPMENTS = Resource(
    "supplier-shipments",
    "Suppliers' shipments",
    (
        _SHIPMENT_LIST,
        showing(
            "/supplier-shipments/{id}",
            "getSupplierShipment",
            "One shipment: what came in of it, and what is invoiced",
            SupplierShipment,
            _shipment,
        ),
        making(
            "/supplier-shipments/{id}/receive",
            "receiveSupplierShipment",
            "Take its goods in",
            Receiving,
            Document,
            _receive,
            Verb.EDIT,
        ),
    ),
)
RECEIPTS = Resource(
    "goods-receipts",
    "Goods receipts",
    documents.reading("/goods-receipts", "getGoodsReceipt", "listGoodsReceipts", _RECEIPT),
)
#: What a booked invoice charges each of its orders.
SETTLEMENTS = Resource(
    "settlements",
    "Settlements of purchase orders",
    documents.reading("/settlements", "getSettlement", "listSettlements", _SETTLEMENT),
)
REMITTANCES = Resource(
    "remittances",
    "Remittances",
    (
        *documents.reading("/remittances", "getRemittance", "listRemittances", _REMITTANCE),
        making("/remittances", "createRemittance", "Pay a supplier", NewRemittance, Document, _remit),
        documents.reversing("/remittances", "reverseRemittance", _REMITTANCE),
    ),
)
