"""The rows of one posted invoice, as plain tuples in the tables' column order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bench.orders import Order

Row = tuple[Any, ...]

#: Ids of the floor's rows begin here, above those of the company's own setup.
BASE = 1_000_000
RECEIVABLE, INVENTORY, TAX, SALES, COST = 5, 6, 7, 11, 13
MILLION = 1_000_000
_ADDRESS = '{"address1":"Main St.","city":"Kelowna","country":"CA","name":"Customer","state":"BC"}'


@dataclass(slots=True)
class Costed:
    """What the three lines took from stock.

    values: (item, new on hand, new value) per line
    costs:  (average, cents moved) per line
    """

    values: list[tuple[int, int, int]]
    costs: list[tuple[int, int]]


def costed(order: Order, valuations: dict[int, Row]) -> Costed:
    """Take the goods out at the moving average; valuations: item -> (item, on hand, value, average)."""
    made = Costed([], [])
    for item, quantity, _ in order.lines:
        _, on_hand, value, average = valuations[item]
        moved = (quantity * average + 5000) // 10_000
        made.values.append((item, on_hand - quantity * MILLION, value - moved))
        made.costs.append((average, -moved))
    return made


def lines(order: Order, number: int, goods: Costed) -> list[Row]:
    """document_line."""
    taxes = _shares(order)
    return [
        (number * 32 + n, number, n, "item", item, f"SKU{item:05d}", f"Item {item}", "", "EA", quantity * MILLION,
         quantity * MILLION, price * 10_000, 0, quantity * price, taxes[n - 1], "", True, goods.costs[n - 1][0], None,
         None)
        for n, (item, quantity, price) in enumerate(order.lines, start=1)
    ]  # fmt: skip


def _shares(order: Order) -> list[int]:
    whole = sum(order.taxes)
    shares = [quantity * price * 12 // 100 for _, quantity, price in order.lines]
    return [shares[0] + whole - sum(shares), *shares[1:]]


def taxes(order: Order, number: int) -> list[Row]:
    """document_tax."""
    gst, pst = order.taxes
    return [(number, 0, 1, 50_000, order.net, gst), (number, 1, 2, 70_000, order.net, pst)]


def postings(order: Order, number: int, goods: Costed) -> list[Row]:
    """posting: receivable, a row per line and per tax, inventory, cost."""
    total = order.net + sum(order.taxes)
    moved = sum(cents for _, cents in goods.costs)
    legs = [(RECEIVABLE, total, order.customer_id, None)]
    legs += [(SALES, -q * price, None, number * 32 + n) for n, (_, q, price) in enumerate(order.lines, start=1)]
    legs += [(TAX, -tax, None, None) for tax in order.taxes]
    legs += [(INVENTORY, moved, None, None), (COST, -moved, None, None)]
    return [(number, n, account, "CAD", cents, cents, party, line) for n, (account, cents, party, line) in enumerate(legs)]


def moves(order: Order, number: int, goods: Costed) -> list[Row]:
    """stock_move."""
    day = order.on.isoformat()
    return [
        (number * 32 + n, item, 1, number * 32 + n, -quantity * MILLION, goods.costs[n - 1][1], 0, day)
        for n, (item, quantity, _) in enumerate(order.lines, start=1)
    ]


def open_item(order: Order, number: int) -> Row:
    """open_item; its state is the trigger's."""
    total, day = order.net + sum(order.taxes), order.on.isoformat()
    return (number, number, 0, order.customer_id, RECEIVABLE, number, "CAD", total, total, day, day)


def entry(order: Order, number: int, seq: int, now: int) -> Row:
    """entry."""
    day = order.on
    month = day.year * 100 + day.month
    return (number, seq, day.isoformat(), month, number, "sales_invoice/1", "Sales invoice", None, now, "bench")


def document(order: Order, number: int, text: str, now: int) -> Row:
    """document."""
    day, tax = order.on, sum(order.taxes)
    return (
        number, "sales_invoice", "posted", text, text.lower(), True, order.customer_id, None, _ADDRESS, _ADDRESS, "CAD",
        day.isoformat(), None, (day.toordinal() - 719_163) * 86_400_000, None, day.isoformat(), None,
        day.year * 100 + day.month, "A", "", 1, None, None, order.reference, "", None, "", None, "", None, None, None,
        "", "", False, order.net, 0, tax, order.net + tax, order.net, tax, order.net + tax, 0, "component", 2, None,
        now, "bench", number,
    )  # fmt: skip


def message(order: Order, number: int, body: bytes, reply: str, now: int) -> Row:
    """message."""
    digest = sha256(body).hexdigest()
    return (number, order.reference, 0, "systemfive", "addInvoice", "/addInvoice", "{}", digest, 200, reply, "bench",
            now, number)  # fmt: skip


def now_ms() -> int:
    """The instant, in milliseconds."""
    return time.time_ns() // 1_000_000
