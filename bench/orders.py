"""The invoices that are posted: random customers and items, three lines, two taxes, always the same for a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from bench import company
from bench.floors.posting import Invoice
from bench.rows import Figures, Goods, figures
from counterfoil.core.document import Kind, Sale, SaleLine

_LINES = 3


@dataclass(frozen=True, slots=True)
class Order:
    """An invoice on account as a sender knows it.

    goods: (item id, whole quantity), at list prices
    """

    reference: str
    customer_id: int
    on: date
    goods: tuple[Goods, ...]

    @property
    def sums(self) -> Figures:
        """What it comes to."""
        return figures(sum(quantity * company.price(item) for item, quantity in self.goods))

    def invoice(self) -> Invoice:
        """As the floor takes it."""
        return Invoice(self.reference, self.customer_id, self.on, self.goods, self.sums)

    def sale(self) -> Sale:
        """As the office is asked for it."""
        sums = self.sums
        return Sale(
            kind=Kind.SALES_INVOICE,
            customer=self.customer_id,
            on=self.on,
            type_code="A",
            reference=self.reference,
            lines=tuple(
                SaleLine(item_id=item, quantity=Decimal(quantity), unit_price=Decimal(company.price(item)) / 100)
                for item, quantity in self.goods
            ),
            asserted_subtotal=Decimal(sums.net) / 100,
            asserted_tax=Decimal(sums.tax) / 100,
        )

    def body(self) -> bytes:
        """As System Five's addInvoice is asked for it."""
        sums = self.sums
        header = {
            "InvoiceSubTotal": sums.net / 100,
            "InvoiceTaxTotal": sums.tax / 100,
            "InvoiceDate": self.on.isoformat(),
            "InvoiceType": "A",
            "InvoiceDepartment": 1,
            "InvoiceCustomer": self.customer_id,
            "InvoiceSalesman": 1,
            "ReferenceNo": self.reference,
        }
        lines = [
            {"PartUnique": item, "Ordered": quantity, "Price": company.price(item) / 100}
            for item, quantity in self.goods
        ]
        whole = {
            "Invoice": [{"InvoiceHeader": header, "InvoiceLines": lines}],
            "ConnectionInfo": {"TerminalNumber": 1},
        }
        return json.dumps(whole, separators=(",", ":")).encode()


def orders(seed: str, customers: int = company.CUSTOMERS) -> Iterator[Order]:
    """Invoices without end; another seed never repeats a reference."""
    chance = random.Random(seed)
    today = datetime.now(UTC).date()
    for number in count(1):
        items = sorted(chance.sample(range(1, company.ITEMS + 1), _LINES))
        goods = tuple((item, chance.randint(1, 5)) for item in items)
        yield Order(f"{seed}-{number:07d}", chance.randint(1, customers), today, goods)
