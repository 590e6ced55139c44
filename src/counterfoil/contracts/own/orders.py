"""Quotes, work orders and sales orders, and what becomes of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from counterfoil.contracts.own import documents
from counterfoil.contracts.own.documents import Document
from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import Nothing, Resource, Writing, making
from counterfoil.contracts.own.sales import NewSale, TenderAsked, check_month, sale, tenders_of
from counterfoil.contracts.own.shapes import Asked, Dated, Line, Month, Prose
from counterfoil.core.access import Verb
from counterfoil.core.document import ORDERS, Kind, Tracking
from counterfoil.services import ordering
from counterfoil.services import showing as office


class NewOrder(NewSale, kw_only=True):
    """A quote or an order; the money that comes with an order is a deposit."""

    kind: Literal["quote", "work_order", "sales_order"]


class OrderInvoice(Dated):
    """How an order is finalised.

    shipped_only: charge what has been shipped and not charged yet; the order stays open until nothing is left
    """

    kind: Literal["sales_invoice", "cash_sale"] = "sales_invoice"
    book_month: Month | None = None
    tenders: list[TenderAsked] = []
    shipped_only: bool = False


class LineQuantity(Asked):
    """How much of a line."""

    line_no: int
    quantity: Decimal


class TrackingAsked(Asked):
    """How a shipment travels; texts as the carrier gives them."""

    carrier: Line = ""
    tracking_number: Line = ""
    url: Prose = ""
    status: Line = ""
    status_at: datetime | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    delivery_charge: Line = ""
    weight: Line = ""
    note: Prose = ""


class NewShipment(Dated):
    """What is shipped; all that has not been without lines."""

    lines: list[LineQuantity] | None = None
    tracking: TrackingAsked | None = None


def quantities(lines: list[LineQuantity] | None) -> dict[int, Decimal] | None:
    """Line number -> quantity; a line that is named twice counts twice."""
    if lines is None:
        return None
    found: dict[int, Decimal] = {}
    for line in lines:
        found[line.line_no] = found.get(line.line_no, Decimal(0)) + line.quantity
    return found


def _enter(wanted: Writing[NewOrder]) -> Document:
    asked = sale(wanted, Kind(wanted.asked.kind))
    return documents.told(wanted.work, ordering.enter(wanted.work, asked))


def _invoice(wanted: Writing[OrderInvoice]) -> Document:
    asked, names = wanted.asked, Names(wanted.view)
    order = office.document(wanted.view, wanted.id, ORDERS).document
    tenders = tenders_of(asked.tenders, names, order.total.currency)
    check_month(names, asked.book_month)
    names.check()
    filed = ordering.invoice(
        wanted.work, wanted.id, Kind(asked.kind), asked.dated_on, asked.book_month, tenders, asked.shipped_only
    )
    return documents.told(wanted.work, filed)


def _ship(wanted: Writing[NewShipment]) -> Document:
    asked = wanted.asked
    travel = None
    if asked.tracking is not None:
        given = {name: getattr(asked.tracking, name) for name in TrackingAsked.__struct_fields__}
        travel = Tracking(**given)
    filed = ordering.ship(wanted.work, wanted.id, quantities(asked.lines), asked.dated_on, travel)
    return documents.told(wanted.work, filed)


def _void(wanted: Writing[Nothing]) -> Document:
    return documents.told(wanted.work, ordering.void(wanted.work, wanted.id))


RESOURCE = Resource(
    "orders",
    "Quotes and orders",
    (
        *documents.reading("/orders", "getOrder", "listOrders", ORDERS),
        making("/orders", "createOrder", "A new quote or order", NewOrder, Document, _enter),
        making("/orders/{id}/invoice", "invoiceOrder", "Finalise an order", OrderInvoice, Document, _invoice),
        making("/orders/{id}/ship", "shipOrder", "Record a shipment", NewShipment, Document, _ship),
        making("/orders/{id}/void", "voidOrder", "Call an order off", Nothing, Document, _void, Verb.DELETE),
    ),
)
