"""Bringing lines in by hand: parsed, looked up in dictionaries, and written with executemany, a batch per commit.

Nothing is checked: a number that is there already or a customer that is not ends the script. The rows and the
database's own guards are ours.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

import psycopg

from bench import company, rows
from bench.rows import MILLION, OPENING, RECEIVABLE, Row
from counterfoil.store import open_store

_DOCUMENT = (
    *("id", "kind", "state", "number", "number_key", "is_ours", "customer_id", "billing", "shipping", "currency"),
    *("dated_on", "sort_at", "due_on", "book_month", "type_code", "sub_type", "reference", "customer_po"),
    *("third_party_number", "order_number", "ordered_by", "comment", "reserves", "subtotal", "discount_total"),
    *("tax_total", "total", "asserted_tax", "tax_rounding", "shelf", "entered_at", "actor", "message_id"),
)
_COLUMNS = {
    "document": _DOCUMENT,
    "document_line": tuple(rows.columns("document_line")[:-2]),
    "document_tax": ("document_id", "position", "base", "tax"),
    **{name: tuple(rows.columns(name)) for name in ("entry", "posting", "open_item", "message", "message_body")},
    "idempotency": tuple(rows.columns("idempotency")),
}
#: Ids of the floor's rows begin here, above those of the company's own setup; entries and lines have 32 to a document.
_BASE = 30_000_000
Batch = dict[str, list[Row]]


class Importer:
    """A connection, what it must know of the book, and the next id."""

    def __init__(self, url: str) -> None:
        store = open_store(url)
        self._sqlite = store.engine.dialect == "sqlite"
        self._db: Any
        if self._sqlite:
            self._db = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=512)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
                self._db.execute(f"PRAGMA {pragma}")
        else:
            address = store.engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._db = psycopg.connect(address, autocommit=True, options=f"-csearch_path={store.engine.schema}")
        store.engine.dispose()
        self._customers = {
            code: (number, billing)
            for number, code, billing in self._db.execute("SELECT id, code, billing FROM party").fetchall()
        }
        self._items = {
            sku: (number, description)
            for number, sku, description in self._db.execute("SELECT id, sku, description FROM item").fetchall()
        }
        self._next = _BASE

    def bring(self, kind: str, lines: Iterable[bytes], source: str, together: int) -> None:
        """File all lines of a kind."""
        made, remaining = {"history": self._history, "opening-items": self._opening}[kind], iter(lines)
        number = 0
        while some := list(islice(remaining, together)):
            batch: Batch = {name: [] for name in _COLUMNS}
            now = time.time_ns() // 1_000_000
            with self._pipeline():
                self._db.execute("BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
                seq = self._sequence(len(some)) if kind == "opening-items" else 0
                for place, line in enumerate(some):
                    number += 1
                    self._next += 1
                    made(batch, json.loads(line), self._next, seq + place, now)
                    self._said(batch, line, kind, source, number, now)
                for name, filed in batch.items():
                    self._many(name, filed)
                self._db.execute("COMMIT")

    def _pipeline(self) -> AbstractContextManager[Any]:
        pipeline: AbstractContextManager[Any] = nullcontext() if self._sqlite else self._db.pipeline()
        return pipeline

    def _sequence(self, count: int) -> int:
        if self._sqlite:
            return int(self._db.execute("SELECT coalesce(max(seq), 0) + 1 FROM entry").fetchone()[0])
        text = 'UPDATE number_series SET "next" = "next" + %s WHERE kind = \'entry\' RETURNING "next" - %s'
        return int(self._db.execute(text, (count, count)).fetchone()[0])

    def _history(self, batch: Batch, found: dict[str, Any], number: int, seq: int, now: int) -> None:
        tax, nets = _cents(found["tax"]), []
        for position, line in enumerate(found["lines"]):
            item, description = self._items[line["sku"]]
            price = _cents(line["unit_price"])
            net = line["quantity"] * price
            share = tax if position == 0 else 0
            quantity = line["quantity"] * MILLION
            nets.append(net)
            batch["document_line"].append(
                (number * 32 + position, number, position + 1, "item", item, line["sku"], description, "", "EA",
                 quantity, quantity, price * 10_000, 0, net, share, f'{{"0":{share}}}', "", False)
            )  # fmt: skip
        batch["document_tax"].append((number, 0, sum(nets), tax))
        self._document(batch, found, number, "sales_invoice", "history", (sum(nets), tax), now)

    def _opening(self, batch: Batch, found: dict[str, Any], number: int, seq: int, now: int) -> None:
        cents, on = _cents(found["amount"]), found["on"]
        who, _ = self._customers[found["customer"]]
        day = date.fromisoformat(on)
        batch["entry"].append(rows.entry(number, seq, number, day, "opening_item/1", "Opening item", now))
        batch["posting"] += rows.postings(number, [(RECEIVABLE, cents, who, None), (OPENING, -cents, None, None)])
        due_on = date.fromisoformat(found["due_on"])
        batch["open_item"].append(rows.open_item(number, number, 0, number, who, cents, day, due_on))
        self._document(batch, found, number, "opening_item", "posted", (cents, 0), now)

    def _document(
        self, batch: Batch, found: dict[str, Any], number: int, kind: str, state: str, sums: tuple[int, int], now: int
    ) -> None:
        who, address = self._customers[found["customer"]]
        day, text, (net, tax) = date.fromisoformat(found["on"]), found["number"], sums
        batch["document"].append(
            (number, kind, state, text, text.lower(), False, who, address, address, "CAD", found["on"],
             rows.midnight(day), found["due_on"], day.year * 100 + day.month, "", "", "", "", "", "", "", "", False,
             net, 0, tax, net + tax, tax or None, "delivered", 2, now, company.CALLER, number)
        )  # fmt: skip

    def _said(self, batch: Batch, line: bytes, kind: str, source: str, part: int, now: int) -> None:
        digest, number = sha256(line).hexdigest(), self._next
        text = batch["document"][-1][3]
        reply = f'{{"number":"{text}","warnings":[]}}'
        result = f'{{"document_id":{number},"number":"{text}","warnings":[]}}'
        batch["message"].append(
            (number, source, part, "import", kind, "", "{}", digest, 200, reply, company.CALLER, now, number)
        )
        batch["message_body"].append((source, digest, line, now))
        batch["idempotency"].append((1, "import", f"{kind}:{source}:{part}", digest, result))

    def _many(self, table: str, filed: Sequence[Row]) -> None:
        names = _COLUMNS[table]
        marks = ", ".join(["?" if self._sqlite else "%s"] * len(names))
        text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        if self._sqlite:
            self._db.executemany(text, filed)
        elif filed:
            self._db.cursor().executemany(text, filed)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))
