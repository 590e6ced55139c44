"""Builds a book of many invoices in minutes: rows straight into the tables, every law kept.

`python -m bench.build URL INVOICES` makes and fills a new book; `counterfoil check` is clean on it.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bench import company, rows
from bench.filling import Filler, filler

#: The book's invoices lie in so many days before today.
DAYS = 730
#: Invoices per customer, on average; the first customers have many more.
PER_CUSTOMER = 100
_CHUNK = 4000
_BODY = b'{"Invoice":[{"InvoiceHeader":{"InvoiceCustomer":%d,"ReferenceNo":"%s","InvoiceDate":"%s","Cents":%d}}]}'


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
        self.rows: dict[str, list[rows.Row]] = defaultdict(list)
        self.settled: dict[int, int] = {}
        self.tally: dict[tuple[int, int], int] = defaultdict(int)
        self.sold: dict[int, int] = defaultdict(int)
        self.owed: dict[int, list[_Owed]] = defaultdict(list)
        self.chance = random.Random(customers)

    def flush(self) -> None:
        """Hand all rows over."""
        for table, waiting in self.rows.items():
            self.fill.copy(table, waiting)
        self.rows.clear()

    def invoice(self, day: date) -> None:
        """One invoice on account; one in five settles a work order of the day before."""
        ids, add, chance = self.ids, self.rows, self.chance
        customer = int(self.customers * chance.random() ** 2) + 1
        goods = [(chance.randrange(1, company.ITEMS + 1), chance.randrange(1, 6)) for _ in range(3)]
        sums = rows.figures(sum(quantity * company.price(item) for item, quantity in goods))
        order = self._order(customer, day - timedelta(1), goods, sums) if chance.random() < 0.2 else None
        ids.document += 1
        number, line = ids.document, ids.line + 1
        self._lines(number, goods, sums, order[2] if order else None)
        text = self._number("sales_invoice", "INV-")
        self._head(number, "sales_invoice", "posted", text, customer, day, sums, 2, order[:2] if order else None)
        add["stock_move"] += rows.moves(ids.move + 1, line, goods, day)
        ids.move += len(goods)
        for item, quantity in goods:
            self.sold[item] += quantity
        legs = rows.sale_legs(customer, line, goods, sums)
        self._entry(number, day, "sales_invoice/1", "Sales invoice", legs)
        self._open(number, 0, customer, sums.total, day, day + timedelta(30))
        self.owed[customer].append(_Owed(ids.item, sums.total))

    def _order(self, customer: int, day: date, goods: list[rows.Goods], sums: rows.Figures) -> tuple[int, str, int]:
        """A finalised work order: (document, number, first line)."""
        self.ids.document += 1
        number, line, text = self.ids.document, self.ids.line + 1, self._number("work_order", "W-")
        self._lines(number, goods, sums, None)
        self._head(number, "work_order", "invoiced", text, customer, day, sums, 1, None)
        return number, text, line

    def _number(self, kind: str, prefix: str) -> str:
        self.ids.numbers[kind] += 1
        return f"{prefix}{self.ids.numbers[kind]:06d}"

    def _lines(self, number: int, goods: list[rows.Goods], sums: rows.Figures, order_line: int | None) -> None:
        self.rows["document_line"] += rows.lines(number, self.ids.line + 1, goods, sums, order_line)
        self.rows["document_tax"] += rows.taxes(number, sums)
        self.ids.line += len(goods)

    def _head(
        self,
        number: int,
        kind: str,
        state: str,
        text: str,
        customer: int,
        day: date,
        sums: rows.Figures,
        shelf: int,
        order: tuple[int, str] | None,
    ) -> None:
        midnight = rows.midnight(day)
        at = midnight + self.chance.randrange(rows.DAY_MS) if number % 2 else None
        self.ids.message += 1
        reference, entered = f"B{number:09d}", midnight + rows.DAY_MS
        self.rows["document"].append(
            rows.document(
                number, kind, state, text, customer, day, at, sums, shelf, order, reference, self.ids.message, entered
            )
        )
        if shelf:
            self.tally[customer, shelf] += 1
        body = _BODY % (customer, reference.encode(), day.isoformat().encode(), sums.net)
        said = rows.message(self.ids.message, number, reference, body, "", entered)
        self.rows["message"].append(said)
        self.rows["message_body"].append((reference, said[7], body, entered))
        result = f'{{"document_id":{number},"number":"{text}","warnings":[]}}'
        self.rows["idempotency"].append((1, "systemfive", reference, said[7], result))

    def _entry(self, number: int, day: date, rule: str, text: str, legs: Sequence[rows.Row]) -> None:
        self.ids.entry += 1
        made = rows.midnight(day) + rows.DAY_MS
        self.rows["posting"] += rows.postings(self.ids.entry, legs)
        self.rows["entry"].append(rows.entry(self.ids.entry, self.ids.entry, number, day, rule, text, made))

    def _open(self, number: int, position: int, customer: int, cents: int, day: date, due: date) -> None:
        self.ids.item += 1
        made = rows.open_item(self.ids.item, self.ids.entry, position, number, customer, cents, day, due)
        self.rows["open_item"].append(made)
        self.rows["open_item_state"].append((made[0], *made[3:5], *made[6:]))

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
            number, text = ids.document, self._number("receipt", "RC-")
            self._head(number, "receipt", "posted", text, customer, day, rows.Figures(total, 0, 0), 0, None)
            self.rows["document_tender"].append((number, 0, rows.TRANSFER, total, 0))
            legs = [(rows.BANK, total, None, None), (rows.RECEIVABLE, -total, customer, None)]
            self._entry(number, day, "receipt/1", "Receipt", legs)
            self._open(number, 1, customer, -total, day, day)
            self.settled[ids.item] = -extra
            for owed in paid:
                ids.application += 1
                self.rows["application"].append(
                    (ids.application, owed.item_id, ids.item, owed.amount, day.isoformat(), 0, company.CALLER)
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


def _parties(customers: int) -> Iterator[rows.Row]:
    for number in range(1, customers + 1):
        address = company.address_text(number)
        yield number, "customer", company.code(number), f"Customer {number}", "CAD", 1, "[]", address


#: What triggers and the office put on offer to other systems.
_OFFERED = (
    "INSERT INTO export_feed"
    " SELECT CASE WHEN kind IN ('quote', 'work_order', 'sales_order') THEN 'order' ELSE kind END,"
    " id, actor FROM document d WHERE kind IN ('sales_invoice', 'credit_note', 'quote', 'work_order', 'sales_order')"
    " AND NOT EXISTS (SELECT 1 FROM export_feed f WHERE f.document_id = d.id)",
    "INSERT INTO export_feed SELECT 'accounting_entry', id, actor FROM document WHERE kind = 'sales_invoice'"
    " AND EXISTS (SELECT 1 FROM document_line l WHERE l.document_id = document.id AND l.unit_cost IS NOT NULL)",
)


def _project(book: _Book) -> None:
    fill = book.fill
    fill.run("UPDATE open_item_state SET remaining = {1} WHERE item_id = {0}", list(book.settled.items()))
    fill.copy("customer_tally", [(who, shelf, "CAD", "", count) for (who, shelf), count in book.tally.items()])
    sold = [(item, quantity * rows.MILLION, quantity * company.cost(item)) for item, quantity in book.sold.items()]
    fill.run("UPDATE stock_value SET on_hand = on_hand - {1}, value = value - {2} WHERE item_id = {0}", sold)
    levels = [(item, quantity) for item, quantity, _ in sold]
    fill.run("UPDATE stock_level SET on_hand = on_hand - {1} WHERE item_id = {0} AND department_id = 1", levels)
    drawn = list(book.ids.numbers.items())
    fill.run('UPDATE number_series SET "next" = "next" + {1} WHERE kind = {0}', drawn)
    for text in _OFFERED:
        fill.run(text, [()])
    fill.count_on(book.ids.entry)


def main() -> None:
    """Build a book from the command line."""
    url, invoices = sys.argv[1], int(sys.argv[2])
    build(url, invoices, print)


if __name__ == "__main__":
    main()
