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
from counterfoil.core.document import Kind, Sale, SaleLine

_LINES = 3


@dataclass(frozen=True, slots=True)
class Order:
    """An invoice on account as a sender knows it.

    lines: (item id, whole quantity, unit price in cents)
    """

    reference: str
    customer_id: int
    on: date
    lines: tuple[tuple[int, int, int], ...]

    @property
    def net(self) -> int:
        """What the lines come to, in cents."""
        return sum(quantity * price for _, quantity, price in self.lines)

    @property
    def taxes(self) -> tuple[int, int]:
        """5 % and 7 % of the net, in cents, rounded half up."""
        return (self.net * 5 + 50) // 100, (self.net * 7 + 50) // 100

    def sale(self) -> Sale:
        """As the office is asked for it."""
        return Sale(
            kind=Kind.SALES_INVOICE,
            customer=self.customer_id,
            on=self.on,
            type_code="A",
            reference=self.reference,
            lines=tuple(
                SaleLine(item_id=item, quantity=Decimal(quantity), unit_price=Decimal(price) / 100)
                for item, quantity, price in self.lines
            ),
            asserted_subtotal=Decimal(self.net) / 100,
            asserted_tax=Decimal(sum(self.taxes)) / 100,
        )

    def body(self) -> bytes:
        """As System Five's addInvoice is asked for it."""
        header = {
            "InvoiceSubTotal": self.net / 100,
            "InvoiceTaxTotal": sum(self.taxes) / 100,
            "InvoiceDate": self.on.isoformat(),
            "InvoiceType": "A",
            "InvoiceDepartment": 1,
            "InvoiceCustomer": self.customer_id,
            "InvoiceSalesman": 1,
            "ReferenceNo": self.reference,
        }
        lines = [
            {"PartUnique": item, "Ordered": quantity, "Price": price / 100} for item, quantity, price in self.lines
        ]
        whole = {
            "Invoice": [{"InvoiceHeader": header, "InvoiceLines": lines}],
            "ConnectionInfo": {"TerminalNumber": 1},
        }
        return json.dumps(whole, separators=(",", ":")).encode()


def orders(seed: str, customers: int = company.CUSTOMERS) -> Iterator[Order]:
    """Invoices without end; another seed never repeats a reference."""
    chance = random.Random(seed)  # noqa: S311 - the same invoices on every run
    today = datetime.now(UTC).date()
    for number in count(1):
        items = sorted(chance.sample(range(1, company.ITEMS + 1), _LINES))
        lines = tuple((item, chance.randint(1, 5), company.price(item)) for item in items)
        yield Order(f"{seed}-{number:07d}", chance.randint(1, customers), today, lines)
