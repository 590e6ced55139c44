"""Pulling by hand: pages fetched, and each invoice's rows inserted in a durable commit of its own.

Nothing is checked, learned or marked, and no state is kept: figures are taken as they are sent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from hashlib import sha256
from typing import Any

import httpx2
import psycopg

from bench import rows
from counterfoil.store import open_store

_DIGITS = {"DKK": 2, "EUR": 2, "JPY": 0, "KWD": 3}
_RECEIVABLE, _TAX, _SALES, _CHARGES, _ROUNDING = 5, 7, 11, 12, 17
_INCLUDES = "&".join(f"includes[{n}]={name}" for n, name in enumerate(("customer", "lines", "lines.product")))
_AT = 1_700_000_000_000
Execute = Callable[[str, Sequence[Any]], Any]


def pull(url: str, address: str) -> int:
    """Fetch every invoice and file it; how many there were."""
    headers = {"Authorization": "Bearer token", "X-Traede-App-Key": "key"}
    done = page = 0
    with httpx2.Client(base_url=address, headers=headers) as http:
        hand = _Sqlite(url) if url.startswith("sqlite") else _Postgresql(url)
        while True:
            asked = f"/v10/invoices/export?system_id=floor&include_non_booked=0&{_INCLUDES}&page={page}&limit=60"
            found = json.loads(http.get(asked).content, parse_float=Decimal)["invoices"]
            if not found:
                return done
            for wire in found:
                done += 1
                hand.file(done, wire)
            page += 1


class _Filer:
    """Turns an invoice into rows; the engine writes them."""

    def __init__(self) -> None:
        self._customers: dict[str, int] = {}
        self._lines = self._entries = 0

    def rows_of(self, number: int, wire: dict[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
        """Table -> rows."""
        unit = wire["currency"]
        digits, rate = _DIGITS[unit], Decimal(wire["exchange_rate"])

        def minor(amount: Any) -> int:
            return int(Decimal(amount).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))

        made: dict[str, list[tuple[Any, ...]]] = {}
        customer = self._customer(made, wire["customer"], unit)
        nets = [minor(line["line_total"]) for line in wire["lines"]]
        taxes = [minor(line["vat_amount"]) for line in wire["lines"]]
        parts = [("item", line, net, tax) for line, net, tax in zip(wire["lines"], nets, taxes, strict=True)]
        left = minor(wire["vat_total"]) - sum(taxes)
        for name in ("shipping_cost", "handling_fee"):
            if fee := minor(wire[name]):
                parts.append(("charge", {"product_name": name}, fee, 0))
        parts = parts or [("text", {"product_name": "No lines"}, 0, 0)]
        kind, line, net, tax = parts[-1]
        parts[-1] = (kind, line, net, tax + left)
        tax_total, total = minor(wire["vat_total"]), minor(wire["total"])
        if rest := total - tax_total - sum(part[2] for part in parts):
            parts.append(("round", {"product_name": "Rounding"}, rest, 0))
        day = date.fromisoformat(wire["invoice_date"])
        self._put_lines(made, number, parts, digits)
        made["document_tax"] = [(number, 0, None, None, 0, tax_total)] if tax_total else []
        if total:
            self._put_entry(
                made, number, customer, parts, (unit, digits, rate), (total, tax_total), day, wire["due_date"]
            )
        self._put_head(made, number, wire, customer, day, (total - tax_total, tax_total, total))
        return made

    def _customer(self, made: dict[str, Any], wire: dict[str, Any], unit: str) -> int:
        code = wire["customer_number"]
        if code not in self._customers:
            self._customers[code] = 1000 + len(self._customers)
            billing = json.dumps(wire["addresses"][0])
            made["party"] = [(self._customers[code], "customer", code, wire["name"], unit, None, "[]", billing)]
        return self._customers[code]

    def _put_lines(self, made: dict[str, Any], number: int, parts: Sequence[Any], digits: int) -> None:
        made["document_line"] = []
        for position, (kind, line, net, tax) in enumerate(parts, start=1):
            self._lines += 1
            quantity = Decimal(line.get("quantity", 1))
            price = Decimal(line.get("price") or Decimal(net).scaleb(-digits))
            whole = int((quantity * price).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
            share = json.dumps({"": tax}) if tax else "{}"
            made["document_line"].append((
                self._lines, number, position, kind, None, line.get("sku") or "", line["product_name"] or "", "", "",
                int(quantity * rows.MILLION), int(quantity * rows.MILLION), int(price * rows.MILLION), whole - net, net,
                tax, share, "", False, None, None,
            ))  # fmt: skip

    def _put_entry(
        self,
        made: dict[str, Any],
        number: int,
        customer: int,
        parts: Sequence[Any],
        unit: Any,
        sums: Any,
        day: date,
        due_on: str,
    ) -> None:
        code, digits, rate = unit
        first = self._lines - len(parts) + 1
        roles = {"item": _SALES, "charge": _CHARGES, "text": _SALES, "round": _ROUNDING}
        legs: list[tuple[int, int, int | None, int | None]] = [(_RECEIVABLE, sums[0], customer, None)]
        legs += [(roles[part[0]], -part[2], None, first + n) for n, part in enumerate(parts) if part[2]]
        legs += [(_TAX, -sums[1], None, None)] if sums[1] else []
        postings: list[tuple[Any, ...]] = []
        residue = 0
        for position, (account, amount, party, line) in enumerate(legs):
            base = int((Decimal(amount).scaleb(-digits) * rate).scaleb(2).quantize(Decimal(1), ROUND_HALF_UP))
            residue += base
            postings.append((number, position, account, code, amount, base, party, line))
        if residue:
            postings.append((number, len(legs), _ROUNDING, "DKK", 0, -residue, None, None))
        made["posting"] = postings
        self._entries += 1
        iso, month = day.isoformat(), day.year * 100 + day.month
        made["entry"] = [(number, self._entries, iso, month, number, "sales_invoice/1", "Sales invoice", _AT, "floor")]
        item = (number, number, 0, customer, _RECEIVABLE, number, code, sums[0], postings[0][5], iso, due_on)
        made["open_item"] = [item]

    def _put_head(
        self, made: dict[str, Any], number: int, wire: dict[str, Any], customer: int, day: date, sums: Any
    ) -> None:
        subtotal, tax, total = sums
        text, address = wire["invoice_number"], json.dumps(wire["invoice_address"])
        discount = sum(line[12] for line in made["document_line"])
        made["document"] = [(
            number, "sales_invoice", "posted", text, text.lower(), False, customer, address, address, wire["currency"],
            day.isoformat(), _AT, _AT, wire["due_date"], day.year * 100 + day.month, "", "", 1, "", wire["reference"],
            wire["reference"].lower(), "", wire["order_number"], None, "", "", False, subtotal, discount, tax, total,
            None, None, total, 0, "delivered", 2, _AT, "floor", number,
        )]  # fmt: skip
        body = json.dumps(wire, default=str).encode()
        digest = sha256(body).hexdigest()
        reply = f"Imported as {text}"
        told = (number, str(number), 0, "traede", "import", text, "{}", digest, 200, reply, "floor", _AT, number)
        made["message"] = [told]
        made["message_body"] = [(str(number), digest, body, _AT)]
        made["idempotency"] = [(1, "traede", f"invoices:{number}", digest, json.dumps({"number": text}))]


class _Sqlite(_Filer):
    """sqlite3 with the durability of ours."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._db = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=512)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            self._db.execute(f"PRAGMA {pragma}")

    def file(self, number: int, wire: dict[str, Any]) -> None:
        """One invoice, one commit."""
        made = self.rows_of(number, wire)
        self._db.execute("BEGIN IMMEDIATE")
        for table, filed in made.items():
            self._db.executemany(_insertion(table, "?"), filed)
        self._db.execute("COMMIT")


class _Postgresql(_Filer):
    """psycopg, prepared statements in a pipeline."""

    def __init__(self, url: str) -> None:
        super().__init__()
        engine = open_store(url).engine
        address = engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._db = psycopg.connect(
            address, autocommit=True, prepare_threshold=0, options=f"-csearch_path={engine.schema}"
        )

    def file(self, number: int, wire: dict[str, Any]) -> None:
        """One invoice, one commit."""
        made = self.rows_of(number, wire)
        with self._db.pipeline():
            self._db.execute("BEGIN")
            for table, filed in made.items():
                for row in filed:
                    self._db.execute(_insertion(table, "%s"), row)
            self._db.execute("COMMIT")


@cache
def _insertion(table: str, mark: str) -> str:
    names = rows.columns(table)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
