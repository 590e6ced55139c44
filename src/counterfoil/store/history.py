"""A customer's own past, read through indexes alone: no list, detail or balance scans documents or postings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import Document
from counterfoil.core.history import Filter, Listed
from counterfoil.core.money import Currency, Money, currency, from_millionths
from counterfoil.core.party import Customer
from counterfoil.store.documents import SHELF_INVOICES, SHELF_ORDERS, to_document
from counterfoil.store.engine import Answer, Connection, Statement, one_of
from counterfoil.store.parties import CUSTOMER, group_of, survivor_of_code, to_customer
from counterfoil.store.refs import LARGEST
from counterfoil.store.rows import DAY_MS, fold, from_ms
from counterfoil.store.schema import (
    book,
    customer_tally,
    document,
    document_line,
    entry,
    external_ref,
    open_item,
    open_item_state,
    party,
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
def _list(which: int, given: tuple[str, ...], grouped: bool) -> Statement:
    return Statement(
        sa.select(
            *(document.c[name] for name in Listed._fields[:18]),
            *_columns[which],
        )
        .where(*_where(which, given, grouped))
        .order_by(document.c.sort_at.desc(), document.c.number.desc(), document.c.id.desc())
        .limit(p("limit"))
        .offset(p("offset"))
    )


@cache
def _count(which: int, given: tuple[str, ...], grouped: bool) -> Statement:
    return Statement(sa.select(sa.func.count()).select_from(document).where(*_where(which, given, grouped)))


def _where(which: int, given: tuple[str, ...], grouped: bool) -> list[sa.ColumnElement[bool]]:
    searched = any(name in _SEARCHED for name in given)
    mine = [
        _of_customer(document.c.customer_id, grouped),
        _found_on(which) if searched else _shelf(which),
        document.c.currency == p("currency"),
    ]
    return mine + [_conditions[name] for name in given]


def _of_customer(column: sa.ColumnElement[int], grouped: bool) -> sa.ColumnElement[bool]:
    """A customer's own, or its and theirs that have been merged into it: few customers pay for merging."""
    return one_of(column, "customer_ids") if grouped else column == p("customer_id")


@cache
def _tally(grouped: bool) -> Statement:
    return Statement(
        sa.select(sa.func.sum(customer_tally.c.documents)).where(
            _of_customer(customer_tally.c.customer_id, grouped),
            customer_tally.c.shelf == p("shelf"),
            customer_tally.c.currency == p("currency"),
            customer_tally.c.contact == p("contact"),
        )
    )


_unit = sa.func.coalesce(party.c.currency, book.c.currency)
_theirs = (
    sa.select(external_ref.c.their_id)
    .where(
        external_ref.c.system == p("system"),
        external_ref.c.kind == sa.literal_column("'customer'"),
        external_ref.c.our_id == party.c.id,
        external_ref.c.is_primary,
    )
    .scalar_subquery()
)
_merged = party.alias("merged")
_has_merged = sa.exists(sa.select(1).where(_merged.c.merged_into == party.c.id).correlate(party))
_known = Statement(
    sa.select(*CUSTOMER, _unit, book.c.time_zone, _theirs, _has_merged)
    .select_from(party.join(book, sa.true()))
    .where(party.c.id == survivor_of_code)
)
_owned = document.join(party, party.c.id == document.c.customer_id).join(book, sa.true())


def _is_asked(grouped: bool) -> sa.ColumnElement[bool]:
    """The customer of a code; of one that is known to go on for others, their ids and its."""
    if grouped:
        return one_of(party.c.id, "customer_ids")
    return sa.and_(party.c.code == p("code"), party.c.kind == sa.literal_column("'customer'"))


def _in(grouped: bool) -> sa.ColumnElement[str]:
    """The currency that a customer is shown in."""
    return p("currency") if grouped else _unit


def _numbered(which: int, grouped: bool) -> sa.ColumnElement[bool]:
    """The customer's document of a number, exactly as written."""
    return sa.and_(
        _is_asked(grouped),
        _found_on(which),
        document.c.currency == _in(grouped),
        document.c.number_key == p("folded"),
        document.c.number == p("number"),
    )


@cache
def _one(which: int, grouped: bool) -> Statement:
    return Statement(
        sa.select(*document.columns, *_columns[which], _has_shipments if which == SHELF_ORDERS else sa.false())
        .select_from(_owned)
        .where(_numbered(which, grouped))
        .order_by(document.c.id)
        .limit(1)
    )


@cache
def _lines_of(which: int, grouped: bool) -> Statement:
    names = sa.and_(
        external_ref.c.system == p("system"),
        external_ref.c.kind == sa.literal_column("'item'"),
        external_ref.c.our_id == document_line.c.item_id,
        external_ref.c.is_primary,
    )
    return Statement(
        sa.select(*document_line.columns, external_ref.c.their_id)
        .select_from(
            _owned.join(document_line, document_line.c.document_id == document.c.id).join(
                external_ref, names, isouter=True
            )
        )
        .where(_numbered(which, grouped))
        .order_by(document_line.c.document_id, document_line.c.line_no)
    )


_sort_at = Statement(sa.select(document.c.sort_at).where(document.c.id == p("id")))
_shipped = Statement(
    sa.select(document_line.c.order_line_id, sa.func.sum(document_line.c.quantity))
    .select_from(document_line.join(_shipment, _shipment.c.id == document_line.c.document_id))
    .where(_shipment.c.order_id == p("id"), _shipment.c.kind == "shipment")
    .group_by(document_line.c.order_line_id)
)


@cache
def _due(grouped: bool) -> Statement:
    return Statement(
        sa.select(open_item_state.c.due_on, sa.func.sum(open_item_state.c.remaining))
        .select_from(open_item_state.join(party, party.c.id == open_item_state.c.party_id).join(book, sa.true()))
        .where(
            _is_asked(grouped),
            open_item_state.c.remaining != sa.literal_column("0"),
            open_item_state.c.currency == _in(grouped),
        )
        .group_by(open_item_state.c.due_on, open_item_state.c.remaining > sa.literal_column("0"))
    )


def _newest(column: sa.Column[Any], grouped: bool, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    mine = one_of(document.c.customer_id, "customer_ids") if grouped else document.c.customer_id == party.c.id
    return (
        sa.select(column)
        .where(mine, document.c.currency == _in(grouped), *conditions)
        .order_by(document.c.sort_at.desc())
        .limit(1)
        .correlate(party, book)
        .scalar_subquery()
    )


_is_order = sa.and_(
    document.c.shelf == sa.literal_column("1"),
    document.c.kind != sa.literal_column("'quote'"),
    document.c.state != sa.literal_column("'void'"),
)
_is_charge = sa.and_(
    _shelf(SHELF_INVOICES),
    document.c.kind != sa.literal_column("'credit_note'"),
    sa.or_(document.c.kind != sa.literal_column("'opening_item'"), document.c.total > sa.literal_column("0")),
    ~_reversed,
)
_is_payment = sa.and_(document.c.kind == sa.literal_column("'receipt'"), ~_reversed)


@cache
def _last(grouped: bool) -> Statement:
    newest = sa.select(
        _newest(document.c.sort_at, grouped, _is_order),
        _newest(document.c.sort_at, grouped, _is_charge),
        _newest(document.c.sort_at, grouped, _is_payment),
        _newest(document.c.total, grouped, _is_payment),
    )
    return Statement(newest if grouped else newest.select_from(party.join(book, sa.true())).where(_is_asked(grouped)))


@dataclass(frozen=True, slots=True)
class DueSum:
    """What is open of all items due on one day, charges and credits apart."""

    remaining: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Known:
    """A customer as a door knows it: what it is shown in, and the id by which the asking system knows it.

    has_merged: others have been merged into it, so that its past is in several hands
    """

    customer: Customer
    unit: Currency
    time_zone: str
    ref: str
    has_merged: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a customer asked for.

    balance:   what is open of it
    item_refs: our id of an item -> the id by which the asking system knows it
    """

    document: Document
    balance: Money
    is_reversed: bool
    has_shipments: bool
    item_refs: dict[int, str]


class History:
    """Reads for live doors. Amounts and documents in one currency, the customer's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listed(self, shelf: int, known: Known, narrowed: Filter, limit: int, offset: int) -> tuple[list[Listed], int]:
        """Some rows of a customer's list, newest first, and how many match in all."""
        given = tuple(field.name for field in fields(Filter) if getattr(narrowed, field.name) is not None)
        whose = {"currency": known.unit.code} | self._whose(known)
        params = _params(narrowed, given) | whose
        counted = self._ask_total(shelf, given, params, whose, known.has_merged)
        statement = _list(shelf, given, known.has_merged)
        found = self._connection.ask(statement, **params, limit=limit, offset=min(offset, LARGEST))
        total = counted.row()
        return [Listed._make(row) for row in found.rows()], int(total[0] or 0) if total else 0

    def _whose(self, known: Known) -> dict[str, Any]:
        return self._group(known) if known.has_merged else {"customer_id": known.customer.id}

    def _group(self, known: Known) -> dict[str, Any]:
        return {"customer_ids": group_of(self._connection, known.customer.id)}

    def _ask_total(
        self, shelf: int, given: tuple[str, ...], params: dict[str, Any], whose: dict[str, Any], grouped: bool
    ) -> Answer:
        """How many rows match; a list that is not narrowed is counted already."""
        if not set(given) <= {"contact"}:
            return self._connection.ask(_count(shelf, given, grouped), **params)
        return self._connection.ask(_tally(grouped), **whose, shelf=shelf, contact=params.get("contact", ""))

    def ask_customer(self, code: str, system: str) -> Answer:
        """Ask for the customer of a code, as a system knows it."""
        return self._connection.ask(_known, code=code, system=system)

    def customer(self, asked: Answer) -> Known | None:
        """The customer that was asked for."""
        row = asked.row()
        if row is None:
            return None
        unit, zone, ref, has_merged = row[len(CUSTOMER) :]
        customer = to_customer(row[: len(CUSTOMER)])
        return Known(customer, currency(unit), zone, ref if ref is not None else str(customer.id), bool(has_merged))

    def ask_one(self, shelf: int, code: str, number: str, system: str) -> tuple[Answer, Answer]:
        """Ask for a customer's document by its exact number."""
        return self._ask_one(shelf, False, system, {"code": code, "folded": fold(number), "number": number})

    def ask_one_of(self, shelf: int, known: Known, number: str, system: str) -> tuple[Answer, Answer]:
        """The same of a customer that others have been merged into."""
        params = self._group(known) | {"currency": known.unit.code, "folded": fold(number), "number": number}
        return self._ask_one(shelf, True, system, params)

    def _ask_one(self, shelf: int, grouped: bool, system: str, params: dict[str, Any]) -> tuple[Answer, Answer]:
        lines = _lines_of(shelf, grouped)
        return self._connection.ask(_one(shelf, grouped), **params), self._connection.ask(
            lines, **params, system=system
        )

    def one(self, asked: tuple[Answer, Answer]) -> Found | None:
        """The document that was asked for."""
        row = asked[0].row()
        if row is None:
            return None
        *head, balance, is_reversed, has_shipments = row
        lines = [line for line in asked[1].rows() if line[1] == head[0]]
        document = to_document(head, [line[:-1] for line in lines])
        refs = {
            line.item_id: named[-1] if named[-1] is not None else str(line.item_id)
            for line, named in zip(document.lines, lines, strict=True)
            if line.item_id is not None
        }
        open_ = Money(int(balance), document.total.currency)
        return Found(document, open_, bool(is_reversed), bool(has_shipments), refs)

    def sort_at(self, document_id: int) -> datetime | None:
        """When a document was made."""
        found = self._connection.value(_sort_at, id=document_id)
        return None if found is None else from_ms(found)

    def shipped(self, order_id: int) -> dict[int, Decimal]:
        """What has been shipped of an order's lines."""
        return {row[0]: from_millionths(int(row[1])) for row in self._connection.rows(_shipped, id=order_id)}

    def ask_account(self, code: str) -> tuple[Answer, Answer]:
        """Ask what is open with a customer, and when it last bought and paid."""
        return self._connection.ask(_due(False), code=code), self._connection.ask(_last(False), code=code)

    def ask_account_of(self, known: Known) -> tuple[Answer, Answer]:
        """The same of a customer that others have been merged into."""
        whose = self._group(known) | {"currency": known.unit.code}
        return self._connection.ask(_due(True), **whose), self._connection.ask(_last(True), **whose)

    def due(self, asked: tuple[Answer, Answer], unit: Currency) -> list[DueSum]:
        """What is open with a customer, by due date."""
        return [DueSum(Money(int(minor), unit), date.fromisoformat(due_on)) for due_on, minor in asked[0].rows()]

    def last(self, asked: tuple[Answer, Answer]) -> tuple[datetime | None, datetime | None, datetime | None, int]:
        """Last charge (invoice or cash sale), last sale (order or charge), last payment and its minor units."""
        order, charge, payment, amount = asked[1].row() or (None, None, None, None)
        sales = [at for at in (order, charge) if at is not None]
        return (
            None if charge is None else from_ms(charge),
            from_ms(max(sales)) if sales else None,
            None if payment is None else from_ms(payment),
            amount or 0,
        )


def _params(narrowed: Filter, given: tuple[str, ...]) -> dict[str, Any]:
    params: dict[str, Any] = {name: getattr(narrowed, name) for name in given}
    for name in _SEARCHED:
        if name in params:
            params[name] = fold(params[name])
    if "start_ms" in params:
        params["start_day"] = params["start_ms"] // DAY_MS * DAY_MS
    return params
