"""The supplier's side as it is looked at: shipments, and invoices with all that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil.core.document import Document, Line
from counterfoil.core.errors import Problem
from counterfoil.core.matching import Reckoned
from counterfoil.core.money import Money, currency, total
from counterfoil.core.party import Supplier, Unit
from counterfoil.core.purchase import ShippedLine, SupplierInvoice
from counterfoil.core.stock import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentHead:
    """A supplier's shipment: its own and its orders' references, and when it left and came in."""

    id: int
    reference: str
    third_party_number: str
    tracking_number: str
    shipped_at: datetime
    received_at: datetime | None
    completed_at: datetime | None
    orders: tuple[tuple[int, str], ...]
    lines: tuple[ShippedLine, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a booking left on an order as settled on account."""

    id: int
    invoice_id: int
    order_id: int | None
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceShown:
    """A supplier's invoice with its sums and everything that it names.

    hindrance:   what stands in the way of booking it
    settled:     what its booking left on its orders
    orders:      the orders of its lines by id; order_lines by the lines' ids
    shipped:     the shipments' lines that its lines are matched with, by id
    """

    invoice: SupplierInvoice
    sums: Reckoned
    supplier: Supplier
    unit: Unit
    hindrance: Problem | None
    settled: tuple[Settled, ...]
    orders: Mapping[int, Document]
    order_lines: Mapping[int, Line]
    shipped: Mapping[int, ShippedLine]
    shipments: Mapping[int, ShipmentHead]
    items: Mapping[int, Item]

    @property
    def paid(self) -> Money:
        """What is settled on account."""
        return total((one.amount for one in self.settled), currency(self.invoice.currency))
