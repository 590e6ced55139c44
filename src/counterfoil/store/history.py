"""A customer's own past, read through indexes alone: no list, detail or balance scans documents or postings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.history import Filter, Listed
from counterfoil.core.money import Currency, Money, from_millionths
from counterfoil.store.documents import SHELF_INVOICES, SHELF_ORDERS
from counterfoil.store.engine import Answer, Connection, Statement
from counterfoil.store.refs import LARGEST
from counterfoil.store.rows import DAY_MS, fold, from_ms
from counterfoil.store.schema import (
    customer_tally,
    document,
    document_line,
    entry,
    open_item,
    open_item_state,
)

_shipment = document.alias("shipment")
_back = entry.alias("back")
_balance = (
    sa.select(sa.cast(sa.func.coalesce(sa.func.sum(open_item_state.c.remaining), 0), sa.BigInteger))
    .join(open_item, open_item.c.id == open_item_state.c.item_id)
    .where(open_item.c.document_id == document.c.id)
    .scalar_subquery()
)
# Not EXISTS: PostgreSQL would answer that once for all documents, by reading every reversal there is.
_reversed = (
    sa.select(_back.c.id)
    .select_from(entry.join(_back, _back.c.reverses_id == entry.c.id))
    .where(entry.c.document_id == document.c.id)
    .limit(sa.literal_column("1"))
    .scalar_subquery()
    .is_not(None)
)
_has_shipments = sa.exists(
    sa.select(1).where(_shipment.c.order_id == document.c.id, _shipment.c.kind == "shipment").correlate(document)
)
_columns = {
    SHELF_ORDERS: [sa.literal_column("0"), sa.false()],
    SHELF_INVOICES: [_balance, _reversed],
}


def _shelf(which: int) -> sa.ColumnElement[bool]:
    """Written out, not bound, and with the partial indexes' own condition: SQLite proves nothing, it compares terms."""
    return sa.and_(document.c.shelf == sa.literal_column(str(which)), document.c.shelf != sa.literal_column("0"))


def _found_on(which: int) -> sa.ColumnElement[bool]:
    """Of what a search key has found: an expression, so that no engine walks the whole shelf instead."""
    return document.c.shelf + sa.literal_column("0") == sa.literal_column(str(which))


_conditions: dict[str, sa.ColumnElement[bool]] = {
    "number": document.c.number_key == p("number"),
    "customer_po": document.c.customer_po_key == p("customer_po"),
    "third_party_number": document.c.third_party_key == p("third_party_number"),
    "start_ms": sa.and_(
        document.c.sort_at >= p("start_day"),
        sa.or_(document.c.sort_at >= p("start_ms"), document.c.sort_at % DAY_MS == 0),
    ),
    "end_ms": document.c.sort_at <= p("end_ms"),
    "contact": document.c.contact == p("contact"),
}
_SEARCHED = ("number", "customer_po", "third_party_number")


@cache
def _list(which: int, given: tuple[str, ...]) -> Statement:
    return Statement(
        sa.select(
            *(document.c[name] for name in Listed._fields[:18]),
            *_columns[which],
        )
        .where(*_where(which, given))
        .order_by(document.c.sort_at.desc(), document.c.number.desc(), document.c.id.desc())
        .limit(p("limit"))
        .offset(p("offset"))
    )


@cache
def _count(which: int, given: tuple[str, ...]) -> Statement:
    return Statement(sa.select(sa.func.count()).select_from(document).where(*_where(which, given)))


def _where(which: int, given: tuple[str, ...]) -> list[sa.ColumnElement[bool]]:
    searched = any(name in _SEARCHED for name in given)
    mine = [
        document.c.customer_id == p("customer_id"),
        _found_on(which) if searched else _shelf(which),
        document.c.currency == p("currency"),
    ]
    return mine + [_conditions[name] for name in given]


_tally = Statement(
    sa.select(customer_tally.c.documents).where(
        customer_tally.c.customer_id == p("customer_id"),
        customer_tally.c.shelf == p("shelf"),
        customer_tally.c.currency == p("currency"),
        customer_tally.c.contact == p("contact"),
    )
)


@cache
def _one(which: int) -> Statement:
    return Statement(
        sa.select(document.c.id, *_columns[which], _has_shipments if which == SHELF_ORDERS else sa.false())
        .where(
            document.c.customer_id == p("customer_id"),
            _found_on(which),
            document.c.currency == p("currency"),
            document.c.number_key == p("folded"),
            document.c.number == p("number"),
        )
        .order_by(document.c.id)
        .limit(1)
    )


_sort_at = Statement(sa.select(document.c.sort_at).where(document.c.id == p("id")))
_shipped = Statement(
    sa.select(document_line.c.order_line_id, sa.func.sum(document_line.c.quantity))
    .select_from(document_line.join(_shipment, _shipment.c.id == document_line.c.document_id))
    .where(_shipment.c.order_id == p("id"), _shipment.c.kind == "shipment")
    .group_by(document_line.c.order_line_id)
)
_due = Statement(
    sa.select(open_item_state.c.due_on, sa.func.sum(open_item_state.c.remaining))
    .where(
        open_item_state.c.party_id == p("customer_id"),
        open_item_state.c.remaining != sa.literal_column("0"),
        open_item_state.c.currency == p("currency"),
    )
    .group_by(open_item_state.c.due_on, open_item_state.c.remaining > sa.literal_column("0"))
)


def _newest(*conditions: sa.ColumnElement[bool]) -> Statement:
    return Statement(
        sa.select(document.c.sort_at, document.c.total)
        .where(document.c.customer_id == p("customer_id"), document.c.currency == p("currency"), *conditions)
        .order_by(document.c.sort_at.desc())
        .limit(1)
    )


_last_order = _newest(
    document.c.shelf == sa.literal_column("1"),
    document.c.kind != sa.literal_column("'quote'"),
    document.c.state != "void",
)
_last_charge = _newest(_shelf(SHELF_INVOICES), document.c.kind != "credit_note", ~_reversed)
_last_payment = _newest(document.c.kind == sa.literal_column("'receipt'"), ~_reversed)


@dataclass(frozen=True, slots=True)
class DueSum:
    """What is open of all items due on one day, charges and credits apart."""

    remaining: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a customer asked for; balance in minor units."""

    id: int
    balance: int
    is_reversed: bool
    has_shipments: bool


class History:
    """Reads for live doors. Amounts and documents in one currency, the customer's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listed(
        self, shelf: int, customer_id: int, unit: Currency, narrowed: Filter, limit: int, offset: int
    ) -> tuple[list[Listed], int]:
        """Some rows of a list, newest first, and how many match in all."""
        given = tuple(field.name for field in fields(Filter) if getattr(narrowed, field.name) is not None)
        params = _params(narrowed, given) | {"customer_id": customer_id, "currency": unit.code}
        counted = self._ask_total(shelf, given, params)
        found = self._connection.ask(_list(shelf, given), **params, limit=limit, offset=min(offset, LARGEST))
        total = counted.row()
        return [Listed._make(row) for row in found.rows()], int(total[0]) if total else 0

    def _ask_total(self, shelf: int, given: tuple[str, ...], params: dict[str, Any]) -> Answer:
        """How many rows match; a list that is not narrowed is counted already."""
        if not set(given) <= {"contact"}:
            return self._connection.ask(_count(shelf, given), **params)
        return self._connection.ask(
            _tally,
            customer_id=params["customer_id"],
            currency=params["currency"],
            shelf=shelf,
            contact=params.get("contact", ""),
        )

    def one(self, shelf: int, customer_id: int, unit: Currency, number: str) -> Found | None:
        """A customer's document by its exact number."""
        row = self._connection.row(
            _one(shelf), customer_id=customer_id, currency=unit.code, folded=fold(number), number=number
        )
        return Found(row[0], int(row[1]), bool(row[2]), bool(row[3])) if row else None

    def sort_at(self, document_id: int) -> datetime | None:
        """When a document was made."""
        found = self._connection.value(_sort_at, id=document_id)
        return None if found is None else from_ms(found)

    def shipped(self, order_id: int) -> dict[int, Decimal]:
        """What has been shipped of an order's lines."""
        return {row[0]: from_millionths(int(row[1])) for row in self._connection.rows(_shipped, id=order_id)}

    def ask_due(self, customer_id: int, unit: Currency) -> Answer:
        """Ask what is open with a customer."""
        return self._connection.ask(_due, customer_id=customer_id, currency=unit.code)

    def due(self, asked: Answer, unit: Currency) -> list[DueSum]:
        """What is open with a customer, by due date."""
        return [DueSum(Money(int(minor), unit), date.fromisoformat(due_on)) for due_on, minor in asked.rows()]

    def last(self, customer_id: int, unit: Currency) -> tuple[datetime | None, datetime | None, datetime | None, int]:
        """Last charge (invoice or cash sale), last sale (order or charge), last payment and its minor units."""
        params = {"customer_id": customer_id, "currency": unit.code}
        asked = [self._connection.ask(statement, **params) for statement in (_last_order, _last_charge, _last_payment)]
        order, charge, payment = (answer.row() for answer in asked)
        sales = [row[0] for row in (order, charge) if row]
        return (
            from_ms(charge[0]) if charge else None,
            from_ms(max(sales)) if sales else None,
            from_ms(payment[0]) if payment else None,
            payment[1] if payment else 0,
        )


def _params(narrowed: Filter, given: tuple[str, ...]) -> dict[str, Any]:
    params: dict[str, Any] = {name: getattr(narrowed, name) for name in given}
    for name in _SEARCHED:
        if name in params:
            params[name] = fold(params[name])
    if "start_ms" in params:
        params["start_day"] = params["start_ms"] // DAY_MS * DAY_MS
    return params
