"""Posting by hand: one durable commit per invoice, straight through the driver."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

import psycopg

from bench.floors import rows
from bench.orders import Order
from counterfoil.store import open_store

_REPLY = '{"RecordDesc":"%s","RecordId":%d}'


def _insert(table: str, columns: int, mark: str = "?") -> str:
    return f"INSERT INTO {table} VALUES ({', '.join([mark] * columns)})"


class SqlitePoster:
    """sqlite3, WAL, synchronous=FULL."""

    def __init__(self, url: str) -> None:
        self._db = sqlite3.connect(
            url.removeprefix("sqlite:///"), timeout=30, isolation_level=None, check_same_thread=False,
            cached_statements=512,
        )  # fmt: skip
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            self._db.execute(f"PRAGMA {pragma}")

    def post(self, order: Order, body: bytes) -> str:
        """Post an invoice; its reply."""
        run, many, now = self._db.execute, self._db.executemany, rows.now_ms()
        content = sha256(body).hexdigest()
        run("BEGIN IMMEDIATE")
        try:
            run("INSERT INTO idempotency VALUES (1, 'systemfive', ?, ?, NULL)", (order.reference, content))
            items = [item for item, _, _ in order.lines]
            run("SELECT currency, terms_id, billing FROM party WHERE id = ?", (order.customer_id,)).fetchone()
            run("SELECT sku, price, stocked FROM item WHERE id IN (?, ?, ?)", items).fetchall()
            found = run("SELECT item_id, on_hand, value, average FROM stock_value WHERE item_id IN (?, ?, ?)", items)
            goods = rows.costed(order, {row[0]: row for row in found})
            (last,) = run("SELECT max(id) FROM document").fetchone()
            (seq,) = run("SELECT max(seq) + 1 FROM entry").fetchone()
            number = max(last, rows.BASE) + 1
            many(_insert("document_line", 20), rows.lines(order, number, goods))
            many(_insert("document_tax", 6), rows.taxes(order, number))
            many("UPDATE stock_value SET on_hand = ?2, value = ?3 WHERE item_id = ?1", goods.values)
            many(
                "UPDATE stock_level SET on_hand = on_hand - ? WHERE item_id = ? AND department_id = 1",
                [(quantity * rows.MILLION, item) for item, quantity, _ in order.lines],
            )
            many(_insert("stock_move", 8), rows.moves(order, number, goods))
            many(_insert("posting", 8), rows.postings(order, number, goods))
            run(_insert("open_item", 11), rows.open_item(order, number))
            taken = run(
                'UPDATE number_series SET "next" = "next" + 1 WHERE kind = \'sales_invoice\''
                ' RETURNING prefix, "next" - 1'
            ).fetchone()
            text = f"{taken[0]}{taken[1]:06d}"
            reply = _REPLY % (text, number)
            run(_insert("document", 49), rows.document(order, number, text, now))
            run(_insert("entry", 10), rows.entry(order, number, seq, now))
            run(_insert("message", 13), rows.message(order, number, body, reply, now))
            run("INSERT INTO message_body VALUES (?, ?, ?)", (order.reference, body, now))
            run(
                "UPDATE idempotency SET result = ? WHERE principal_id = 1 AND contract = 'systemfive' AND key = ?",
                (reply, order.reference),
            )
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
        return reply

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class PostgresqlPoster:
    """psycopg, prepared statements, three round trips: read, file and draw numbers, write heads and commit."""

    def __init__(self, url: str) -> None:
        engine = open_store(url).engine
        address = url.replace(f"?schema={engine.schema}", "?").replace(f"&schema={engine.schema}", "").rstrip("?&")
        self._db = psycopg.connect(
            address, autocommit=True, prepare_threshold=0, options=f"-csearch_path={engine.schema}"
        )

    def post(self, order: Order, body: bytes) -> str:
        """Post an invoice; its reply."""
        run, now = self._db.execute, rows.now_ms()
        content = sha256(body).hexdigest()
        with self._db.pipeline():
            run("BEGIN")
            try:
                run("INSERT INTO idempotency VALUES (1, 'systemfive', %s, %s, NULL)", (order.reference, content))
                items = [item for item, _, _ in order.lines]
                run("SELECT currency, terms_id, billing FROM party WHERE id = %s", (order.customer_id,))
                run("SELECT sku, price, stocked FROM item WHERE id IN (%s, %s, %s)", items)
                minted = run("SELECT nextval('id_document')")
                found = run(
                    "SELECT item_id, on_hand, value, average FROM stock_value WHERE item_id IN (%s, %s, %s)"
                    " ORDER BY item_id FOR UPDATE",
                    items,
                )
                goods = rows.costed(order, {row[0]: row for row in found})
                number = rows.BASE + minted.fetchone()[0]  # type: ignore[index]
                self._file(order, number, goods)
                seq = run("UPDATE number_series SET \"next\" = \"next\" + 1 WHERE kind = 'entry' RETURNING \"next\" - 1")
                taken = run(
                    "UPDATE number_series SET \"next\" = \"next\" + 1 WHERE kind = 'sales_invoice'"
                    " RETURNING prefix, \"next\" - 1"
                )
                prefix, drawn = taken.fetchone()  # type: ignore[misc]
                text = f"{prefix}{drawn:06d}"
                reply = _REPLY % (text, number)
                run(_insert("document", 49, "%s"), rows.document(order, number, text, now))
                run(_insert("entry", 10, "%s"), rows.entry(order, number, seq.fetchone()[0], now))  # type: ignore[index]
                run(_insert("message", 13, "%s"), rows.message(order, number, body, reply, now))
                run("INSERT INTO message_body VALUES (%s, %s, %s)", (order.reference, body, now))
                run(
                    "UPDATE idempotency SET result = %s"
                    " WHERE principal_id = 1 AND contract = 'systemfive' AND key = %s",
                    (reply, order.reference),
                )
                run("COMMIT")
            except BaseException:
                run("ROLLBACK")
                raise
        return reply

    def _file(self, order: Order, number: int, goods: rows.Costed) -> None:
        self._many("document_line", rows.lines(order, number, goods))
        self._many("document_tax", rows.taxes(order, number))
        self._many("stock_move", rows.moves(order, number, goods))
        self._many("posting", rows.postings(order, number, goods))
        self._many("open_item", [rows.open_item(order, number)])
        self._db.execute(
            "UPDATE stock_value v SET on_hand = n.on_hand, value = n.value"
            " FROM (VALUES (%s::int, %s::bigint, %s::bigint), (%s, %s, %s), (%s, %s, %s)) n(item_id, on_hand, value)"
            " WHERE v.item_id = n.item_id",
            [value for row in goods.values for value in row],
        )
        self._db.execute(
            "UPDATE stock_level l SET on_hand = l.on_hand - n.quantity"
            " FROM (VALUES (%s::int, %s::bigint), (%s, %s), (%s, %s)) n(item_id, quantity)"
            " WHERE l.item_id = n.item_id AND l.department_id = 1",
            [value for item, quantity, _ in order.lines for value in (item, quantity * rows.MILLION)],
        )

    def _many(self, table: str, filed: list[rows.Row]) -> None:
        one = f"({', '.join(['%s'] * len(filed[0]))})"
        text = f"INSERT INTO {table} VALUES {', '.join([one] * len(filed))}"
        self._db.execute(text, [value for row in filed for value in row])

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


Poster = SqlitePoster | PostgresqlPoster


def poster(url: str) -> Poster:
    """The floor's way of posting on an engine."""
    return SqlitePoster(url) if url.startswith("sqlite") else PostgresqlPoster(url)
