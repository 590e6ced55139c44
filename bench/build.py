"""Builds a book of many invoices in minutes: rows straight into the tables, every law kept.

`python -m bench.build URL INVOICES` makes and fills a new book; `counterfoil check` is clean on it.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from bench import company
from bench.filling import Filler, filler

#: The book's invoices lie in so many days before today.
DAYS = 730
#: Invoices per customer, on average; the first customers have many more.
PER_CUSTOMER = 100
_CHUNK = 4000
_RECEIVABLE, _BANK, _INVENTORY, _TAX, _SALES, _COST = 5, 4, 6, 7, 11, 13
_TRANSFER = 3
_MILLION = 1_000_000
_DAY_MS = 86_400_000

Row = tuple[Any, ...]


@dataclass(slots=True)
class _Owed:
    """An invoice that waits for its payment: its open item and amount in cents."""

    item_id: int
    amount: int


@dataclass(slots=True)
class _Counters:
    """The last ids and numbers given."""

    document: int
    line: int
    entry: int
    item: int
    application: int = 0
    move: int = 0
    message: int = 0
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class _Book:
    """Rows that wait for their table, and the sums that projections show at the end."""

    def __init__(self, fill: Filler, customers: int) -> None:
        self.fill, self.customers = fill, customers
        last = fill.last
        self.ids = _Counters(
            document=last("document"), line=last("document_line"), entry=last("entry"), item=last("open_item"),
            application=last("application"), move=last("stock_move"), message=last("message"),
        )  # fmt: skip
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.settled: dict[int, int] = {}
        self.tally: dict[tuple[int, int], int] = defaultdict(int)
        self.sold: dict[int, int] = defaultdict(int)
        self.owed: dict[int, list[_Owed]] = defaultdict(list)
        self.chance = random.Random(customers)  # noqa: S311 - the same book for the same size

    def flush(self) -> None:
        """Hand all rows over."""
        for table, rows in self.rows.items():
            self.fill.copy(table, rows)
        self.rows.clear()

    def invoice(self, day: date) -> None:
        """One invoice on account; one in five settles a work order of the day before."""
        ids, add, chance = self.ids, self.rows, self.chance
        customer = int(self.customers * chance.random() ** 2) + 1
        lines = [(chance.randrange(1, company.ITEMS + 1), chance.randrange(1, 6)) for _ in range(3)]
        net = sum(quantity * company.price(item) for item, quantity in lines)
        gst, pst = (net * 5 + 50) // 100, (net * 7 + 50) // 100
        figures = (net, gst, pst)
        order = self._order(customer, day - timedelta(1), lines, figures) if chance.random() < 0.2 else None
        ids.document += 1
        number = ids.document
        text = self._number("sales_invoice", "INV-")
        first = self._lines(number, lines, figures, order[1] if order else None)
        self._head(number, "sales_invoice", "posted", text, customer, day, figures, shelf=2, order=order)
        ids.entry += 1
        total = net + gst + pst
        legs: list[tuple[int, int, int | None, int | None]] = [(_RECEIVABLE, total, customer, None)]
        moved = 0
        for n, (item, quantity) in enumerate(lines):
            legs.append((_SALES, -quantity * company.price(item), None, first + n))
            cents = quantity * company.cost(item)
            moved += cents
            ids.move += 1
            add["stock_move"].append(
                (ids.move, item, 1, first + n, -quantity * _MILLION, -cents, 0, day.isoformat())
            )  # fmt: skip
            self.sold[item] += quantity
        legs += [(_TAX, -gst, None, None), (_TAX, -pst, None, None)]
        legs += [(_INVENTORY, -moved, None, None), (_COST, moved, None, None)]
        self._entry(number, day, "sales_invoice/1", "Sales invoice", legs)
        self._open(number, customer, total, day, day + timedelta(30))
        self.owed[customer].append(_Owed(ids.item, total))

    def _order(self, customer: int, day: date, lines: list[tuple[int, int]], figures: Row) -> tuple[int, int, str]:
        """A finalised work order: (document, first line, number)."""
        self.ids.document += 1
        number, text = self.ids.document, self._number("work_order", "W-")
        first = self._lines(number, lines, figures, None)
        self._head(number, "work_order", "invoiced", text, customer, day, figures, shelf=1, order=None)
        return number, first, text

    def _number(self, kind: str, prefix: str) -> str:
        self.ids.numbers[kind] += 1
        return f"{prefix}{self.ids.numbers[kind]:06d}"

    def _lines(self, number: int, lines: list[tuple[int, int]], figures: Row, order_line: int | None) -> int:
        add, first, (net, gst, pst) = self.rows, self.ids.line + 1, figures
        shares = [quantity * company.price(item) * 12 // 100 for item, quantity in lines]
        shares[0] += gst + pst - sum(shares)
        for n, (item, quantity) in enumerate(lines):
            millionths = quantity * _MILLION
            add["document_line"].append(
                (first + n, number, n + 1, "item", item, f"SKU{item:05d}", f"Item {item}", "", "EA", millionths,
                 millionths, company.price(item) * 10_000, 0, quantity * company.price(item), shares[n], "", True,
                 company.cost(item) * 10_000, None if order_line is None else order_line + n, None)
            )  # fmt: skip
        add["document_tax"].append((number, 0, 1, 50_000, net, gst))
        add["document_tax"].append((number, 1, 2, 70_000, net, pst))
        self.ids.line += len(lines)
        return first

    def _head(
        self, number: int, kind: str, state: str, text: str, customer: int, day: date, figures: Row, shelf: int,
        order: tuple[int, int, str] | None,
    ) -> None:  # fmt: skip
        net, gst, pst = figures
        midnight = (day.toordinal() - 719_163) * _DAY_MS
        at = midnight + self.chance.randrange(_DAY_MS) if number % 2 else None
        due = (day + timedelta(30)).isoformat() if kind == "sales_invoice" else None
        address = company.address_text(customer)
        self.ids.message += 1
        reference = f"B{number:09d}"
        body = b'{"Invoice":[{"InvoiceHeader":{"ReferenceNo":"%s"}}]}' % reference.encode()
        digest = sha256(body).hexdigest()
        entered = midnight + _DAY_MS
        self.rows["document"].append(
            (number, kind, state, text, text.lower(), True, customer, None, address, address, "CAD", day.isoformat(),
             at, midnight if at is None else at, None, due, None, day.year * 100 + day.month, "A", "", 1, None, None,
             reference, f"PO{number}", f"po{number}", "", None, order[2] if order else "", order[0] if order else None,
             None, None, "", "", shelf == 1, net, 0, gst + pst, net + gst + pst, net, gst + pst, net + gst + pst, 0,
             "component", shelf, None, entered, company.CALLER, self.ids.message)
        )  # fmt: skip
        if shelf:
            self.tally[customer, shelf] += 1
        self.rows["message"].append(
            (self.ids.message, reference, 0, "systemfive", "addInvoice", "/addInvoice", "{}", digest, 200, "",
             company.CALLER, entered, number)
        )  # fmt: skip
        self.rows["message_body"].append((reference, body, entered))
        result = f'{{"document_id":{number},"number":"{text}","warnings":[]}}'
        self.rows["idempotency"].append((1, "systemfive", reference, digest, result))

    def _entry(
        self, number: int, day: date, rule: str, text: str, legs: list[tuple[int, int, int | None, int | None]]
    ) -> None:
        entry, month = self.ids.entry, day.year * 100 + day.month
        self.rows["posting"] += [
            (entry, n, account, "CAD", cents, cents, party, line)
            for n, (account, cents, party, line) in enumerate(legs)
        ]
        made = (day.toordinal() - 719_162) * _DAY_MS
        self.rows["entry"].append(
            (entry, entry, day.isoformat(), month, number, rule, text, None, made, company.CALLER)
        )

    def _open(self, number: int, customer: int, cents: int, day: date, due: date, position: int = 0) -> None:
        self.ids.item += 1
        item, on, due_on = self.ids.item, day.isoformat(), due.isoformat()
        self.rows["open_item"].append(
            (item, self.ids.entry, position, customer, _RECEIVABLE, number, "CAD", cents, cents, on, due_on)
        )
        self.rows["open_item_state"].append((item, customer, _RECEIVABLE, "CAD", cents, cents, on, due_on))

    def pay(self, day: date) -> None:
        """Half of the customers pay what they owed before, in one receipt each; a few amounts stay open."""
        ids, chance = self.ids, self.chance
        for customer, items in self.owed.items():
            if not items or chance.random() < 0.5:
                continue
            paid = [owed for owed in items if chance.random() < 0.97]
            if not paid:
                continue
            extra = chance.randrange(1, 5000) if chance.random() < 0.02 else 0
            total = sum(owed.amount for owed in paid) + extra
            ids.document += 1
            ids.entry += 1
            number = ids.document
            self._head(
                number, "receipt", "posted", self._number("receipt", "RC-"), customer, day, (total, 0, 0), shelf=0,
                order=None,
            )  # fmt: skip
            self.rows["document_tender"].append((number, 0, _TRANSFER, total, 0))
            legs = [(_BANK, total, None, None), (_RECEIVABLE, -total, customer, None)]
            self._entry(number, day, "receipt/1", "Receipt", legs)
            self._open(number, customer, -total, day, day, position=1)
            self.settled[ids.item] = -extra
            for owed in paid:
                ids.application += 1
                self.rows["application"].append(
                    (ids.application, owed.item_id, ids.item, owed.amount, day.isoformat(), None, 0, company.CALLER)
                )
                self.settled[owed.item_id] = 0
            items.clear()


def build(url: str, invoices: int, told: Callable[[str], None] = lambda said: None) -> None:
    """Make a book at an address and fill it.

    told: hears how far it is
    """
    began = time.perf_counter()
    customers = max(10, invoices // PER_CUSTOMER)
    company.make(url, customers=0).engine.dispose()
    with filler(url) as fill:
        fill.copy("party", list(_parties(customers)))
        book = _Book(fill, customers)
        today = datetime.now(UTC).date()
        done = 0
        for n in range(DAYS):
            day = today - timedelta(DAYS - 1 - n)
            for _ in range(invoices * (n + 1) // DAYS - invoices * n // DAYS):
                book.invoice(day)
                done += 1
                if done % _CHUNK == 0:
                    book.flush()
            if n % 15 == 14:
                book.pay(day)
                book.flush()
                told(f"{done:,} of {invoices:,} invoices in {time.perf_counter() - began:.0f} s")
        book.flush()
        told("projections and indexes")
        _project(book)
    told(f"built in {time.perf_counter() - began:.0f} s")


def _parties(customers: int) -> Iterator[Row]:
    for number in range(1, customers + 1):
        address = company.address_text(number)
        yield number, "customer", company.code(number), f"Customer {number}", "CAD", 1, None, "[]", address, None


def _project(book: _Book) -> None:
    fill = book.fill
    fill.run("UPDATE open_item_state SET remaining = {1} WHERE item_id = {0}", list(book.settled.items()))
    fill.copy("customer_tally", [(who, shelf, "CAD", "", count) for (who, shelf), count in book.tally.items()])
    sold = [(item, quantity * _MILLION, quantity * company.cost(item)) for item, quantity in book.sold.items()]
    fill.run("UPDATE stock_value SET on_hand = on_hand - {1}, value = value - {2} WHERE item_id = {0}", sold)
    levels = [(item, quantity) for item, quantity, _ in sold]
    fill.run("UPDATE stock_level SET on_hand = on_hand - {1} WHERE item_id = {0} AND department_id = 1", levels)
    drawn = list(book.ids.numbers.items())
    fill.run('UPDATE number_series SET "next" = "next" + {1} WHERE kind = {0}', drawn)
    fill.count_on(book.ids.entry)


def main() -> None:
    """Build a book from the command line."""
    url, invoices = sys.argv[1], int(sys.argv[2])
    build(url, invoices, print)


if __name__ == "__main__":
    main()
