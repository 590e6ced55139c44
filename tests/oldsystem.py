"""What a company's old system wrote out on its last day: customers, items, closed documents, open items, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

LAST_DAY = date(2024, 2, 29)
CITIES = (("Kelowna", "BC", "V1Y 1A1"), ("Calgary", "AB", "T2P 1J9"), ("Regina", "SK", "S4P 3Y2"))


class OldSystem:
    """Files of chosen sizes, the same on every run."""

    def __init__(self, folder: Path, customers: int, items: int) -> None:
        self.folder, self.customers, self.items = folder, customers, items
        self._chance = Random(1)

    def _write(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return path

    def customer_file(self) -> Path:
        """Customers with addresses, terms and the webstore's own ids."""
        place = [f"billing.{part}" for part in ("address1", "city", "state", "postal_code", "country")]
        header = ["code", "name", "terms", "credit_limit", *place, "refs.webstore"]
        rows = []
        for number in range(1, self.customers + 1):
            city, state, postal_code = CITIES[number % len(CITIES)]
            lives = (f"{number} Main St.", city, state, postal_code, "CA")
            rows.append((code(number), f"Customer {number}", "N30", 5000 + number, *lives, f"W{number}"))
        return self._write("customers.csv", header, rows)

    def item_file(self) -> Path:
        """Items with prices."""
        rows = [(sku(n), f"Item {n}", "EA", "yes", f"{price(n):.2f}") for n in range(1, self.items + 1)]
        return self._write("items.csv", ("sku", "description", "uom", "stocked", "price"), rows)

    def history_file(self, documents: int) -> Path:
        """Closed invoices and orders of the last two years, two lines each, a row per line."""
        goods_of = [f"lines.{part}" for part in ("sku", "quantity", "unit_price")]
        header = ["kind", "number", "customer", "on", "due_on", "customer_po", "paid", "tax", *goods_of]
        rows = []
        for number in range(1, documents + 1):
            kind = "sales_order" if number % 4 == 0 else "sales_invoice"
            on = LAST_DAY - timedelta(self._chance.randrange(40, 730))
            goods = [(self._chance.randrange(1, self.items + 1), self._chance.randrange(1, 9)) for _ in range(2)]
            net = sum((price(item) * quantity for item, quantity in goods), Decimal(0))
            tax = (net * 5 / 100).quantize(Decimal("0.01"))
            who = code(self._chance.randrange(1, self.customers + 1))
            head = (kind, f"H{number:06d}", who, on, on + timedelta(30), f"PO{number}", f"{net + tax:.2f}", tax)
            for index, (item, quantity) in enumerate(goods):
                rows.append((*(head if index == 0 else (*head[:2], *[""] * 6)), sku(item), quantity, price(item)))
        return self._write("history.csv", header, rows)

    def opening_file(self, documents: int) -> tuple[Path, int]:
        """Open invoices and a few credits; the file, and what they come to in cents."""
        rows, total = [], 0
        for number in range(1, documents + 1):
            on = LAST_DAY - timedelta(self._chance.randrange(0, 200))
            cents = self._chance.randrange(1_00, 9_000_00) * (-1 if number % 20 == 0 else 1)
            total += cents
            who = code(self._chance.randrange(1, self.customers + 1))
            rows.append((f"OPEN{number:05d}", who, on, on + timedelta(30), f"{Decimal(cents).scaleb(-2):.2f}"))
        return self._write("opening-items.csv", ("number", "customer", "on", "due_on", "amount"), rows), total


def code(number: int) -> str:
    """A customer's account number."""
    return f"C{number:05d}"


def sku(number: int) -> str:
    """An item's stock-keeping code."""
    return f"SKU{number:05d}"


def price(number: int) -> Decimal:
    """An item's price."""
    return Decimal(999 + number * 37 % 9000).scaleb(-2)
