"""Posting by hand: one durable commit per invoice, straight through the driver.

Nothing is checked, priced or taxed: the caller's figures are taken as they are. The rows, the database's own guards,
the gapless numbers and the dense sequence are ours.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import psycopg

from bench import rows
from counterfoil.store import open_store

#: Ids of the floor's rows begin here, above those of the company's own setup; lines and moves have 32 to a document.
_BASE = 30_000_000
_RECORD = '{"RecordId":%d,"RecordDesc":"%s","ActionResult":"Invoice %s added","ActionSuccess":true}'


class Invoice(NamedTuple):
    """An invoice on account as the floor takes it: it only adds up."""

    reference: str
    customer: int
    day: date
    goods: Sequence[rows.Goods]
    sums: rows.Figures


class _Parts(NamedTuple):
    """The rows that need no number."""

    lines: list[rows.Row]
    taxes: list[rows.Row]
    moves: list[rows.Row]
    postings: list[rows.Row]
    open_item: rows.Row


def _parts(made: Invoice, number: int) -> _Parts:
    first = number * 32
    item = rows.open_item(number, number, 0, number, made.customer, made.sums.total, made.day, made.day + timedelta(30))
    return _Parts(
        rows.lines(number, first, made.goods, made.sums, None),
        rows.taxes(number, made.sums),
        rows.moves(first, first, made.goods, made.day),
        rows.postings(number, rows.sale_legs(made.customer, first, made.goods, made.sums)),
        item,
    )


def _head(made: Invoice, number: int, text: str, now: int) -> rows.Row:
    day = made.day
    return rows.document(
        number,
        "sales_invoice",
        "posted",
        text,
        made.customer,
        day,
        None,
        made.sums,
        2,
        None,
        made.reference,
        number,
        now,
    )


def _entry(made: Invoice, number: int, seq: int, now: int) -> rows.Row:
    return rows.entry(number, seq, number, made.day, "sales_invoice/1", "Sales invoice", now)


def _taken(made: Invoice, found: Sequence[Any]) -> list[tuple[int, int, int]]:
    """(item, on hand, value) after the goods left at their average; found: (item, on hand, value, average)."""
    before = {item: (on_hand, value, average) for item, on_hand, value, average in found}
    after = []
    for item, quantity in made.goods:
        on_hand, value, average = before[item]
        after.append((item, on_hand - quantity * rows.MILLION, value - (quantity * average + 5000) // 10_000))
    return after


@cache
def _insertion(table: str, mark: str, count: int = 1) -> str:
    names = rows.columns(table)
    one = f"({', '.join([mark] * len(names))})"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([one] * count)}"


class SqlitePoster:
    """sqlite3, WAL, synchronous=FULL; writers of several processes wait for a file lock, in turn."""

    def __init__(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        self._db = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._turn = os.open(f"{path}-floor", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def post(self, made: Invoice, body: bytes) -> str:
        """Post an invoice; what is answered of it, as System Five words it."""
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                reply = self._file(made, body)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        return reply

    def _file(self, made: Invoice, body: bytes) -> str:
        run, many, now = self._db.execute, self._db.executemany, time.time_ns() // 1_000_000
        content = sha256(body).hexdigest()
        run(_CLAIM, (made.reference, content))
        items = [item for item, _ in made.goods]
        run("SELECT currency, terms_id, billing FROM party WHERE id = ?", (made.customer,)).fetchone()
        run("SELECT sku, price, stocked FROM item WHERE id IN (?, ?, ?)", items).fetchall()
        found = run("SELECT item_id, on_hand, value, average FROM stock_value WHERE item_id IN (?, ?, ?)", items)
        taken = _taken(made, found.fetchall())
        (last,) = run("SELECT max(id) FROM document").fetchone()
        (seq,) = run("SELECT max(seq) + 1 FROM entry").fetchone()
        number = max(last, _BASE) + 1
        parts = _parts(made, number)
        many(_LINES, parts.lines)
        many(_TAXES, parts.taxes)
        many("UPDATE stock_value SET on_hand = ?2, value = ?3 WHERE item_id = ?1", taken)
        many(
            "UPDATE stock_level SET on_hand = on_hand - ?2 WHERE item_id = ?1 AND department_id = 1",
            [(item, quantity * rows.MILLION) for item, quantity in made.goods],
        )
        many(_MOVES, parts.moves)
        many(_POSTINGS, parts.postings)
        run(_OPEN_ITEM, parts.open_item)
        prefix, drawn = run(_NUMBER).fetchone()
        text = f"{prefix}{drawn:06d}"
        reply = _RECORD % (number, text, text)
        run(_DOCUMENT, _head(made, number, text, now))
        run(_COST_OFFERED, (number,))
        run(_ENTRY, _entry(made, number, seq, now))
        said = rows.message(number, number, made.reference, body, reply, now)
        run(_MESSAGE, said)
        run("INSERT INTO message_body VALUES (?, ?, ?, ?)", (made.reference, said[7], body, now))
        run(_CONCLUDE, (reply, made.reference))
        return reply

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()
        os.close(self._turn)


_CLAIM = "INSERT INTO idempotency (principal_id, contract, key, content) VALUES (1, 'systemfive', ?, ?)"
_COST_OFFERED = "INSERT INTO export_feed VALUES ('accounting_entry', ?, 'floor')"
_CONCLUDE = "UPDATE idempotency SET result = ? WHERE principal_id = 1 AND contract = 'systemfive' AND key = ?"
_NUMBER = 'UPDATE number_series SET "next" = "next" + 1 WHERE kind = \'sales_invoice\' RETURNING prefix, "next" - 1'
_SEQ = 'UPDATE number_series SET "next" = "next" + 1 WHERE kind = \'entry\' RETURNING "next" - 1'
_LINES, _TAXES, _MOVES, _POSTINGS, _OPEN_ITEM, _DOCUMENT, _ENTRY, _MESSAGE = (
    _insertion(table, "?")
    for table in (
        "document_line", "document_tax", "stock_move", "posting", "open_item", "document", "entry", "message",
    )
)  # fmt: skip
_VALUES = (
    "UPDATE stock_value v SET on_hand = n.on_hand, value = n.value"
    " FROM (VALUES (%s::int, %s::bigint, %s::bigint), (%s, %s, %s), (%s, %s, %s)) n(item_id, on_hand, value)"
    " WHERE v.item_id = n.item_id"
)
_LEVELS = (
    "UPDATE stock_level l SET on_hand = l.on_hand - n.quantity"
    " FROM (VALUES (%s::int, %s::bigint), (%s, %s), (%s, %s)) n(item_id, quantity)"
    " WHERE l.item_id = n.item_id AND l.department_id = 1"
)


class PostgresqlPoster:
    """psycopg, prepared statements, three round trips: read, file and draw numbers, write heads and commit."""

    def __init__(self, url: str) -> None:
        engine = open_store(url).engine
        address = engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._db = psycopg.connect(
            address, autocommit=True, prepare_threshold=0, options=f"-csearch_path={engine.schema}"
        )

    def post(self, made: Invoice, body: bytes) -> str:
        """Post an invoice; what is answered of it, as System Five words it."""
        with self._db.pipeline():
            self._db.execute("BEGIN")
            try:
                reply = self._file(made, body)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        return reply

    def _file(self, made: Invoice, body: bytes) -> str:
        run, now = self._run, time.time_ns() // 1_000_000
        content = sha256(body).hexdigest()
        run(_CLAIM.replace("?", "%s"), (made.reference, content))
        items = [item for item, _ in made.goods]
        run("SELECT currency, terms_id, billing FROM party WHERE id = %s", (made.customer,))
        run("SELECT sku, price, stocked FROM item WHERE id IN (%s, %s, %s)", items)
        minted = run("SELECT nextval('id_document')")
        found = run(
            "SELECT item_id, on_hand, value, average FROM stock_value WHERE item_id IN (%s, %s, %s)"
            " ORDER BY item_id FOR UPDATE",
            items,
        )
        taken = _taken(made, found.fetchall())
        number = _BASE + minted.fetchone()[0]
        parts = _parts(made, number)
        self._many("document_line", parts.lines)
        self._many("document_tax", parts.taxes)
        self._many("stock_move", parts.moves)
        self._many("posting", parts.postings)
        self._many("open_item", [parts.open_item])
        run(_VALUES, [value for row in taken for value in row])
        run(_LEVELS, [value for item, quantity in made.goods for value in (item, quantity * rows.MILLION)])
        seq, drawn = run(_SEQ), run(_NUMBER)
        prefix, next_ = drawn.fetchone()
        text = f"{prefix}{next_:06d}"
        reply = _RECORD % (number, text, text)
        self._many("document", [_head(made, number, text, now)])
        run(_COST_OFFERED.replace("?", "%s"), (number,))
        self._many("entry", [_entry(made, number, seq.fetchone()[0], now)])
        said = rows.message(number, number, made.reference, body, reply, now)
        self._many("message", [said])
        run("INSERT INTO message_body VALUES (%s, %s, %s, %s)", (made.reference, said[7], body, now))
        run(_CONCLUDE.replace("?", "%s"), (reply, made.reference))
        return reply

    def _run(self, text: str, params: Sequence[Any] = ()) -> Any:
        return self._db.execute(text, params)

    def _many(self, table: str, filed: list[rows.Row]) -> None:
        self._run(_insertion(table, "%s", len(filed)), [value for row in filed for value in row])

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


Poster = SqlitePoster | PostgresqlPoster


def poster(url: str) -> Poster:
    """The floor's way of posting on an engine."""
    return SqlitePoster(url) if url.startswith("sqlite") else PostgresqlPoster(url)
