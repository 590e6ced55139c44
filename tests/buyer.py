"""A buyer's desk: short ways to order, receive, register, match, dispute and book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.matching import Reckoned, reckon
from counterfoil.core.purchase import DisputeKind, MatchedLine, ShippedLine, SupplierInvoice
from counterfoil.services import (
    additional_amounts,
    booking,
    buying,
    disputes,
    matching,
    receiving,
    registry,
    remitting,
    supplier_invoices,
    suppliers,
    withdrawing,
)
from counterfoil.services.office import Outcome
from counterfoil.store import Store
from tests.desk import NOON, Desk

GOODS = 3
HIGH = Decimal("0.21")


class Buyer(Desk):
    """A desk with a supplier, a unit of ours, and the Dutch tax rates."""

    def __init__(self, store: Store, now: Any = NOON) -> None:
        super().__init__(store, now)
        self.high, self.low, self.zero = (self.tax(*one) for one in (("High", "0.21"), ("Low", "0.09"), ("Zero", "0")))
        self.store_unit = self.change(lambda work: suppliers.add_unit(work, "STORE", "Store", country="NL")).id
        self.supplier = self.new_supplier("MILL")

    def tax(self, code: str, rate: str) -> int:
        """A Dutch tax code's id."""
        rates = [("NL", date(2000, 1, 1), Decimal(rate))]
        return self.change(lambda work: registry.add_tax_code(work, code, code, rates))

    def new_supplier(self, code: str, **more: Any) -> int:
        """A supplier's id."""
        return self.change(lambda work: suppliers.add_supplier(work, code, code.title(), **more)).id

    def goods(self, sku: str = "SHIRT", tax: int | None = None, **more: Any) -> int:
        """A stocked item's id, bought at the high rate unless another is named."""
        return self.item(sku, "0", tax_code_id=tax or self.high, **more)

    def order(self, lines: Sequence[tuple[int, str, str]], supplier: int | None = None, **more: Any) -> Outcome:
        """Order goods: (item, quantity, unit price)."""
        asked = [buying.OrderLine(item_id=i, quantity=Decimal(q), unit_price=Decimal(p)) for i, q, p in lines]
        return self.do(lambda work: buying.order(work, supplier or self.supplier, self.store_unit, asked, **more))

    def announce(self, order: Outcome, quantities: Sequence[str] | None = None, **more: Any) -> Outcome:
        """Take a shipment of an order down, line by line in order; None = all that is open."""
        if quantities is None:
            return self.do(lambda work: buying.ship(work, order.document_id, **more))
        placed = self.change(lambda work: work.unit.documents.get(order.document_id))
        assert placed is not None
        lines = [buying.ShipLine(line.id, Decimal(q)) for line, q in zip(placed.lines, quantities, strict=False)]
        return self.do(lambda work: buying.ship(work, order.document_id, lines, **more))

    def lines(self, shipment: Outcome) -> list[ShippedLine]:
        """What has become of a shipment's lines."""
        with self.store.reader() as reader:
            return reader.purchases.lines(shipment.document_id)

    def take_in(self, shipment: Outcome, quantities: Sequence[str] | None = None) -> Outcome:
        """Receive goods, line by line in order; None = all."""
        if quantities is None:
            return self.do(lambda work: receiving.receive(work, shipment.document_id))
        lines = [
            receiving.ReceiveLine(line.id, Decimal(q))
            for line, q in zip(self.lines(shipment), quantities, strict=False)
        ]
        return self.do(lambda work: receiving.receive(work, shipment.document_id, lines))

    def delivered(self, quantity: str = "10", price: str = "46.55", item: int | None = None) -> ShippedLine:
        """A line of goods ordered, shipped and received."""
        shipment = self.announce(self.order([(item or self.goods(), quantity, price)]))
        self.take_in(shipment)
        return self.lines(shipment)[0]

    def register(self, total: str | None = None, supplier: int | None = None, **more: Any) -> int:
        """A supplier invoice's id."""
        asked = supplier_invoices.Registered(
            supplier_id=supplier or self.supplier,
            unit_id=self.store_unit,
            on=more.pop("on", date(2024, 3, 1)),
            asserted_total=None if total is None else Decimal(total),
            **more,
        )
        return self.do(lambda work: supplier_invoices.register(work, asked)).document_id

    def beside(self, invoice: int, amount: str, original: str | None = None, kind: int = GOODS, **more: Any) -> int:
        """An additional amount's id."""
        more = more or {"tax_rate": HIGH}
        asked = additional_amounts.Amount(
            type_id=kind, amount=Decimal(amount), original=Decimal(original or amount), **more
        )
        return self.change(lambda work: additional_amounts.add_amount(work, invoice, asked))

    def match(
        self, invoice: int, line: ShippedLine, quantity: str | None = None, price: str | None = None, **more: Any
    ) -> MatchedLine:
        """The line of an invoice that is matched with a shipment's."""
        asked = matching.MatchLine(
            shipment_line_id=line.id,
            quantity=None if quantity is None else Decimal(quantity),
            unit_price=None if price is None else Decimal(price),
            **more,
        )
        self.change(lambda work: matching.add_lines(work, invoice, [asked]))
        return self.invoice(invoice).lines[-1]

    def dispute(self, invoice: int, amount: str, kind: DisputeKind = DisputeKind.ORIGINAL, **more: Any) -> int:
        """A dispute's id."""
        asked = disputes.Raised(amount=Decimal(amount), reason_id=more.pop("reason_id", 1), kind=kind, **more)
        return self.change(lambda work: disputes.raise_dispute(work, invoice, asked)).id

    def resolve(self, dispute: int, amount: str, ledger_class: str = "") -> int:
        """A resolve action's id."""
        return self.change(lambda work: disputes.resolve(work, dispute, Decimal(amount), "", ledger_class))

    def book(self, invoice: int) -> Outcome:
        """Book an invoice."""
        return self.do(lambda work: booking.book(work, invoice))

    def withdraw(self, invoice: int) -> None:
        """Take an invoice away."""
        self.change(lambda work: withdrawing.withdraw(work, invoice))

    def remit(self, amount: str, supplier: str = "MILL", tender: str = "T", **more: Any) -> Outcome:
        """Pay a supplier."""
        return self.do(lambda work: remitting.remit(work, supplier, Decimal(amount), tender, **more))

    def invoice(self, number: int) -> SupplierInvoice:
        """A supplier invoice as it stands."""
        with self.store.reader() as reader:
            found = reader.supplier_invoices.get(number)
        assert found is not None
        return found

    def sums(self, number: int) -> Reckoned:
        """What it comes to."""
        return reckon(self.invoice(number))
