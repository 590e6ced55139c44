"""Services that match invoices with shipments."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.eva import paging
from counterfoil.contracts.eva.invoices import tax_of
from counterfoil.contracts.eva.replies import Id, ident, instant
from counterfoil.contracts.eva.translate import at_price, multiplier, quantity
from counterfoil.contracts.eva.turn import Answer, Reading, Service, Writing, reading, writing
from counterfoil.contracts.eva.wire import Asked
from counterfoil.core.access import Verb
from counterfoil.core.errors import Problem, Refused
from counterfoil.core.purchase import ShippedLine
from counterfoil.core.purchase_history import ShipmentHead
from counterfoil.services import matching, payables
from counterfoil.services.matching import LineChange, MatchLine
from counterfoil.services.payables import ShipmentFilter

_RESOURCE = "supplier-invoices"


def create_lines(turn: Writing) -> Answer:
    """Match lines with an invoice."""
    number = turn.asked.need_number("InvoiceID", "document")
    lines = [_line(one) for one in turn.asked.children("Lines")]
    turn.asked.refuse()
    matching.add_lines(turn.work, number, lines)
    return {}


def _line(asked: Asked) -> MatchLine:
    _, rate = tax_of(asked)
    return MatchLine(
        shipment_line_id=asked.number("ShipmentLineID", "document_line"),
        order_line_id=asked.number("OrderLineID", "document_line"),
        quantity=_whole(asked, "Quantity"),
        expected_quantity=_whole(asked, "ExpectedQuantity"),
        unit_price=asked.decimal("UnitPrice"),
        tax_rate=rate,
        where=asked.where,
    )


def _whole(asked: Asked, name: str) -> Any:
    found = asked.whole(name)
    return None if found is None else quantity(found)


def update_lines(turn: Writing) -> Answer:
    """Give lines anew; a quantity of 0 and none expected takes one away."""
    number = turn.asked.need_number("InvoiceID", "document")
    if not turn.asked.given("Lines"):
        turn.asked.note("Lines", "Lines is required")
    changes = []
    for one in turn.asked.children("Lines"):
        one.need_decimal("TaxRate")
        _, rate = tax_of(one)
        changes.append(
            LineChange(
                line_id=one.need_number("InvoiceLineID", "invoice_line"),
                quantity=quantity(one.whole("Quantity") or 0),
                expected_quantity=_whole(one, "ExpectedQuantity"),
                unit_price=one.need_decimal("UnitPrice"),
                tax_rate=rate if rate is not None else quantity(0),
                where=one.where,
            )
        )
    turn.asked.refuse()
    matching.change_lines(turn.work, number, changes)
    return {}


def shipments(turn: Reading) -> Answer:
    """The shipments that could be matched with an invoice."""
    asked = paging.read(turn.asked)
    narrowed = asked.filter
    sender = narrowed.number("ShipFromOrganizationUnitID", "party")
    receiver = narrowed.number("ShipToOrganizationUnitID", "party")
    wanted = ShipmentFilter(
        supplier_id=sender or 0,
        unit_id=receiver or 0,
        shipment_id=narrowed.number("ID", "document") or 0,
        order_id=narrowed.number("OrderID", "document") or 0,
        item_id=narrowed.number("ProductID", "item") or 0,
        reference=narrowed.text("BackendID", 128),
        order_reference=narrowed.text("OrderBackendID", 128),
        since=narrowed.instant("From"),
        until=narrowed.instant("To"),
    )
    turn.asked.refuse()
    if sender is None and receiver is None:
        say = "Filter on the organization unit that goods come from or go to."
        raise Refused(Problem("unit_filter_required", "", say))
    _, descending = paging.sorted_by(asked, {"id": "id"})
    found = payables.shipments_to_invoice(turn.reader, wanted, asked.limit, asked.start, descending)
    return paging.page(asked, [_shipment(one) for one in found.shipments], found.total)


def _shipment(shown: ShipmentHead) -> dict[str, Any]:
    return {
        "ID": Id("document", shown.id),
        "OrderIDs": [Id("document", number) for number, _ in shown.orders],
        "OrderBackendIDs": [reference for _, reference in shown.orders if reference],
        "ShipmentDate": instant(shown.shipped_at),
        "LastDeliveryDate": instant(shown.received_at),
        "CompletionTime": instant(shown.completed_at),
        "BackendID": shown.reference or None,
        "BackendReference": shown.third_party_number or None,
        "TrackingCode": shown.tracking_number or None,
        "TotalQuantityInvoiced": quantity(sum(line.matched for line in shown.lines)),
        "TotalQuantityReceived": quantity(sum(line.received for line in shown.lines)),
        "TotalAmountReceived": quantity(payables.worth(shown.lines, matched=False)),
        "TotalAmountInvoiced": quantity(payables.worth(shown.lines, matched=True)),
    }


def lines(turn: Reading) -> Answer:
    """The lines of a shipment that are not invoiced in full, those still to come in too."""
    asked = paging.read(turn.asked)
    number = asked.filter.need_number("ShipmentID", "document")
    items = asked.filter.numbers("ProductIDs", "item")
    turn.asked.refuse()
    found = [
        line
        for line in turn.reader.purchases.lines(number)
        if line.matched < max(line.shipped, line.received) and (items is None or line.item_id in items)
    ]
    _, descending = paging.sorted_by(asked, {"id": "id"}) if asked.sort else ("id", False)
    found.sort(key=lambda line: line.id, reverse=descending)
    rows = found[asked.start : asked.start + asked.limit]
    named = turn.reader.purchases.named([line.id for line in rows])
    return paging.page(asked, [_shipment_line(line, named[line.id]) for line in rows], len(found))


def _shipment_line(line: ShippedLine, named: Any) -> dict[str, Any]:
    _, sku, description, note, _ = named
    kind = 0
    if line.received > line.shipped:
        kind = 1
    elif line.completed and line.received < line.shipped:
        kind = 2
    return {
        "ID": Id("document_line", line.id),
        "ProductID": ident("item", line.item_id),
        "ProductName": description,
        "CustomID": sku,
        "SupplierProductBackendID": note or None,
        "CurrencyID": line.currency,
        "DeliveryType": kind,
        "QuantityShipped": quantity(line.shipped),
        "QuantityDelivered": quantity(line.received),
        "QuantityInvoiced": quantity(line.matched),
        "QuantityAvailableForInvoice": quantity(line.available),
        "UnitPrice": quantity(line.unit_price),
        "TaxRate": multiplier(line.tax_rate),
        "TotalAmountDelivered": at_price(line, line.received),
        "TotalAmountInvoiced": at_price(line, line.matched),
    }


SERVICES: tuple[Service, ...] = (
    writing("CreateInvoiceLines", create_lines, _RESOURCE, Verb.EDIT),
    writing("UpdateInvoiceLines", update_lines, _RESOURCE, Verb.EDIT),
    reading("ListShipmentsToInvoice", shipments, _RESOURCE),
    reading("ListShipmentLinesToInvoice", lines, _RESOURCE),
)
