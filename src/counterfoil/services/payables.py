"""The supplier's side as it is looked at: invoices with all that belongs to them, shipments, payments."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from counterfoil.core.document import Document, Kind
from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.matching import reckon
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import ShippedLine
from counterfoil.core.purchase_history import InvoiceShown, ShipmentHead
from counterfoil.services import registry
from counterfoil.services.hindering import what_hinders
from counterfoil.services.office import Context
from counterfoil.services.showing import View
from counterfoil.store import ChangeRow as ChangeRow
from counterfoil.store import EventFilter as EventFilter
from counterfoil.store import EventRow as EventRow
from counterfoil.store import InvoiceFilter as InvoiceFilter
from counterfoil.store import InvoiceRow as InvoiceRow
from counterfoil.store import LedgerFilter as LedgerFilter
from counterfoil.store import LedgerRow as LedgerRow
from counterfoil.store import Reader as Reader
from counterfoil.store import ShipmentFilter as ShipmentFilter


@contextlib.contextmanager
def reading(ctx: Context) -> Iterator[Reader]:
    """Reads outside of any unit of work."""
    with ctx.store.reader() as reader:
        yield reader


def ours(reader: Reader, system: str, kind: str, theirs: Sequence[int]) -> Mapping[int, int]:
    """Our ids for a system's; a thing that it has no id of its own for goes by ours."""
    if kind not in reader.reference.claimed:
        return {number: number for number in theirs}
    return reader.refs.ours_of(system, kind, theirs)


def theirs(reader: Reader, system: str, kind: str, our_ids: Sequence[int]) -> Mapping[int, int]:
    """A system's ids for ours."""
    return registry.numbers_of(reader.refs, reader.reference, system, kind, our_ids)


def today(ctx: Context, reader: View) -> date:
    """The book's day."""
    return ctx.now.astimezone(ZoneInfo(reader.reference.time_zone)).date()


def invoice(ctx: Context, reader: Reader, invoice_id: int) -> InvoiceShown:
    """A supplier's invoice as it stands."""
    return invoice_on(reader, invoice_id, today(ctx, reader))


def invoice_on(reader: View, invoice_id: int, today: date) -> InvoiceShown:
    """The same from whatever is read from, a unit of work under way too."""
    found = reader.supplier_invoices.get(invoice_id)
    if found is None:
        raise NotFound(Problem("invoice_not_found", "invoice", f"there is no supplier invoice {invoice_id}"))
    supplier = reader.parties.supplier(found.supplier_id)
    assert supplier is not None, "an invoice's supplier is on file"
    sums = reckon(found)
    on = found.starts_on or today
    orders = _documents(reader, {line.order_id for line in found.lines})
    shipped = _shipped(reader, [line.shipment_line_id for line in found.lines if line.shipment_line_id is not None])
    heads = reader.purchases.heads(sorted({line.shipment_id for line in shipped.values()}))
    return InvoiceShown(
        invoice=found,
        sums=sums,
        supplier=supplier,
        unit=reader.reference.units[found.unit_id],
        hindrance=what_hinders(reader.reference, found, sums, supplier, on),
        settled=tuple(reader.payables.settled(invoice_id=invoice_id)),
        orders=orders,
        order_lines={line.id: line for placed in orders.values() for line in placed.lines},
        shipped=shipped,
        shipments={head.id: head for head in heads},
        items=reader.items.of(line.item_id for line in found.lines if line.item_id is not None),
    )


def _documents(reader: View, ids: Iterable[int]) -> dict[int, Document]:
    return {number: document for number in sorted(ids) if (document := reader.documents.get(number)) is not None}


def _shipped(reader: View, line_ids: Collection[int]) -> dict[int, ShippedLine]:
    return {line.id: line for line in reader.purchases.found(line_ids)}


@dataclass(frozen=True, slots=True)
class ShipmentsPage:
    """Shipments with received units on no invoice: a page of them, and how many there are in all."""

    shipments: list[ShipmentHead] = field(default_factory=list)
    total: int = 0


def shipments_to_invoice(
    reader: Reader, asked: ShipmentFilter, limit: int, offset: int, descending: bool = True
) -> ShipmentsPage:
    """The shipments that could be matched with an invoice, newest first."""
    return ShipmentsPage(*reader.purchases.to_invoice(asked, limit, offset, descending))


def worth(lines: Iterable[ShippedLine], matched: bool) -> Decimal:
    """What was received of some lines, or matched with invoices, at order prices; major units before tax."""
    result = Decimal(0)
    for line in lines:
        quantity = line.matched if matched else line.received
        result += Money.of(quantity * line.unit_price, currency(line.currency)).amount
    return result


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """Money on an order: settled on account by a booking, or paid by a remittance."""

    id: int
    invoice_id: int | None
    amount: Money
    remittance: bool


def payments(reader: Reader, order_id: int, invoice_id: int = 0) -> list[PaymentShown]:
    """What is settled or paid of an order's invoices, or of one of them."""
    placed = reader.documents.get(order_id)
    if placed is None or placed.kind is not Kind.PURCHASE_ORDER:
        raise NotFound(Problem("order_not_found", "order", f"there is no purchase order {order_id}"))
    settled = reader.payables.settled(order_id, invoice_id)
    shown = [PaymentShown(one.id, one.invoice_id, one.amount, False) for one in settled]
    owners = [invoice_id] if invoice_id else sorted({one.invoice_id for one in settled})
    for owner in owners:
        for number, code, minor in reader.payables.remitted(owner):
            shown.append(PaymentShown(number, owner, Money(minor, currency(code)), True))
    return shown
