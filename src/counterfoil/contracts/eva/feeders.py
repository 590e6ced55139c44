"""Services that bring in what invoices are matched with, and those that every client calls first."""

from __future__ import annotations

from datetime import date
from typing import Any

from counterfoil.contracts.eva import paging
from counterfoil.contracts.eva.invoices import parties
from counterfoil.contracts.eva.replies import Id, instant
from counterfoil.contracts.eva.translate import CATEGORIES, multiplier, quantity
from counterfoil.contracts.eva.turn import Answer, Reading, Service, Writing, reading, writing
from counterfoil.contracts.eva.wire import Asked
from counterfoil.core.access import Verb
from counterfoil.core.tax import TaxCode
from counterfoil.services import buying, credentials, receiving
from counterfoil.services.buying import OrderLine, ShipLine
from counterfoil.services.receiving import ReceiveLine

_ORDERS, _SHIPMENTS, _RECEIPTS, _TAXES = "purchase-orders", "shipments", "goods-receipts", "tax-codes"


def create_order(turn: Writing) -> Answer:
    """Order from a supplier, and where asked for ship and receive at once."""
    asked = turn.asked
    supplier = asked.need_number("ShipFromOrganizationUnitID", "party")
    unit = asked.need_number("ShipToOrganizationUnitID", "party")
    if not asked.problems:
        parties(turn, supplier, unit, ("ShipFromOrganizationUnitID",), ("ShipToOrganizationUnitID",))
    if not asked.given("Lines"):
        asked.note("Lines", "Lines is required")
    found = asked.children("Lines")
    lines = [_order_line(one) for one in found]
    reference, shipped_as = asked.text("BackendID", 128), asked.text("ShipmentBackendID", 128)
    asked.text("BackendSystemID", 128)
    at_once, received = asked.flag("Ship") or False, asked.flag("Receive") or False
    asked.refuse()
    order = buying.order(turn.work, supplier, unit, lines, reference=reference)
    if at_once or received:
        shipment = buying.ship_order(turn.work, order.document, reference=shipped_as)
        if received:
            receiving.receive_shipment(turn.work, shipment)
    turn.work.perform(lambda: order)
    return {"ID": Id("document", order.document.id)}


def _order_line(asked: Asked) -> OrderLine:
    count = asked.whole("Quantity")
    return OrderLine(
        item_id=asked.need_number("ProductID", "item"),
        quantity=quantity(1 if count is None else count),
        unit_price=asked.decimal("UnitPrice"),
        currency=asked.text("CurrencyID", 3) or None,
        reference=asked.text("BackendReference", 128),
        where=asked.where,
    )


def create_shipment(turn: Writing) -> Answer:
    """Take a supplier's shipment down."""
    asked = turn.asked
    order = asked.number("OrderID", "document")
    found = [
        ShipLine(one.need_number("OrderLineID", "document_line"), quantity(one.need_whole("Quantity")), one.where)
        for one in asked.children("Lines")
    ]
    reference, tracking = asked.text("BackendID", 128), asked.text("TrackingCode", 128)
    at = asked.instant("ShipmentDate")
    if order is None and not found:
        asked.note("OrderID", "OrderID is required")
    asked.refuse()
    number = order if order is not None else buying.order_of_line(turn.work, found[0].order_line_id)
    outcome = turn.work.perform(
        lambda: buying.ship(
            turn.work, number, found or None, reference=reference, tracking_number=tracking, shipped_at=at
        )
    )
    return {"ID": Id("document", outcome.document_id)}


def create_receipt(turn: Writing) -> Answer:
    """Take goods of a shipment in."""
    asked = turn.asked
    number = asked.need_number("ShipmentID", "document")
    if not asked.given("Lines"):
        asked.note("Lines", "Lines is required")
    lines = [
        ReceiveLine(
            one.need_number("ShipmentLineID", "document_line"),
            quantity(one.whole("QuantityReceived") or 0),
            one.flag("CompletesShipmentLine") or False,
            one.where,
        )
        for one in asked.children("Lines")
    ]
    complete = asked.flag("CompletesShipment") or False
    asked.refuse()
    outcome = turn.work.perform(lambda: receiving.receive(turn.work, number, lines, complete))
    return {"ID": Id("document", outcome.document_id)}


def receive_fully(turn: Writing) -> Answer:
    """Take in all that has not come in of a shipment."""
    number, reference = turn.asked.number("ID", "document"), turn.asked.text("BackendID", 128)
    if number is None and not reference:
        turn.asked.note("ID", "ID or BackendID is required")
    turn.asked.refuse()
    shipment = buying.only_shipment(turn.work, number, reference)
    turn.work.perform(lambda: receiving.receive(turn.work, shipment))
    return {"ReservedOrdersCount": 0}


def tax_codes(turn: Reading) -> Answer:
    """A page of the book's tax codes."""
    asked = paging.read(turn.asked)
    turn.asked.refuse()
    known = list(turn.reader.reference.tax_codes.values())
    rows = [
        {
            "ID": Id("tax_code", code.id),
            "Name": code.name,
            "Description": code.name,
            "LedgerClassID": f"tax:{code.id}",
            "BackendID": code.code,
        }
        for code in known
    ]
    return paging.page(asked, rows[asked.start : asked.start + asked.limit], len(rows))


def tax_rates(turn: Reading) -> Answer:
    """A page of what tax codes take, by country and date."""
    asked = paging.read(turn.asked)
    code = asked.filter.number("TaxCodeID", "tax_code")
    country = asked.filter.text("CountryID", 2)
    turn.asked.refuse()
    rows = [
        row
        for one in turn.reader.reference.tax_codes.values()
        if code in (None, one.id)
        for row in _rates(one)
        if country in ("", row["CountryID"])
    ]
    return paging.page(asked, rows[asked.start : asked.start + asked.limit], len(rows))


def _rates(code: TaxCode) -> list[dict[str, Any]]:
    result = []
    known = sorted(code.rates, key=lambda rate: (rate.country, rate.from_on))
    for place, rate in enumerate(known):
        later = known[place + 1] if place + 1 < len(known) else None
        end: date | None = later.from_on if later is not None and later.country == rate.country else None
        result.append(
            {
                "ID": Id("tax_rate", code.id * 1000 + place),
                "TaxCodeID": Id("tax_code", code.id),
                "TaxCodeName": code.name,
                "CountryID": rate.country,
                "Rate": multiplier(rate.rate),
                "Category": CATEGORIES.get(code.code.lower()),
                "StartDate": instant(rate.from_on),
                "EndDate": instant(end),
            }
        )
    return result


def current_user(turn: Reading) -> Answer:
    """Who calls."""
    name = turn.context.caller.name
    number = credentials.ids_of(turn.reader, {name}).get(name)
    user = {"ID": None if number is None else Id("principal", number), "FullName": name, "IsActive": True, "Type": 16}
    return {"User": user}


def nothing(turn: Reading) -> Answer:
    """Being there is the answer."""
    return {}


SERVICES: tuple[Service, ...] = (
    writing("SupplierCreatePurchaseOrder", create_order, _ORDERS, Verb.CREATE),
    writing("CreateShipment", create_shipment, _SHIPMENTS, Verb.CREATE),
    writing("CreateShipmentReceipt", create_receipt, _RECEIPTS, Verb.CREATE),
    writing("FullyReceiveShipment", receive_fully, _RECEIPTS, Verb.CREATE),
    reading("ListTaxCodes", tax_codes, _TAXES),
    reading("ListTaxRates", tax_rates, _TAXES),
    Service("Ping", nothing, False, None),
    Service("GetCurrentUser", current_user, False, None),
)
