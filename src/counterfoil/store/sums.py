"""Sums and lists of the book for reports: by book month, by tax, by item, by customer."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import OpenItem
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.parties import group_of
from counterfoil.store.reference import ACCOUNT_PREFIX
from counterfoil.store.schema import (
    application,
    document,
    document_line,
    document_tax,
    entry,
    item,
    number_series,
    open_item,
    posting,
    setting,
    stock_move,
)

_ZERO: sa.ColumnClause[int] = sa.literal_column("0")
_reversed = entry.alias("reversed")
_in_months = entry.c.month.between(p("first"), p("last"))
_in_days = entry.c.dated_on.between(p("from_on"), p("to_on"))


def _whole(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A sum as a whole number: PostgreSQL adds 64 bits up to a numeric."""
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


_moved = Statement(
    sa.select(posting.c.account_id, posting.c.currency, _whole(posting.c.amount), _whole(posting.c.base))
    .join(entry, entry.c.id == posting.c.entry_id)
    .where(_in_months)
    .group_by(posting.c.account_id, posting.c.currency)
)
_elsewhere = Statement(
    sa.select(
        entry.c.seq,
        entry.c.dated_on,
        entry.c.month,
        sa.func.coalesce(document.c.number, ""),
        entry.c.text,
        _whole(posting.c.base),
        _whole(sa.case((posting.c.base > _ZERO, posting.c.base), else_=_ZERO)),
    )
    .join(posting, posting.c.entry_id == entry.c.id)
    .join(document, document.c.id == entry.c.document_id, isouter=True)
    .where(sa.or_(sa.and_(_in_months, ~_in_days), sa.and_(_in_days, ~_in_months)), one_of(posting.c.account_id, "ids"))
    .group_by(entry.c.seq, entry.c.dated_on, entry.c.month, document.c.number, entry.c.text)
    .order_by(entry.c.seq)
)
_sign = sa.case((entry.c.reverses_id.is_(None), sa.literal_column("1")), else_=sa.literal_column("-1"))
_rule = sa.func.coalesce(_reversed.c.rule, entry.c.rule)
_is_sale = sa.or_(
    *(_rule == sa.literal_column(f"'{kind}/1'") for kind in ("sales_invoice", "credit_note", "cash_sale"))
)
_entries = entry.join(_reversed, _reversed.c.id == entry.c.reverses_id, isouter=True)
_original_tax = document_tax.alias("original_tax")
#: What is credited in proportion to an invoice has no rate of its own: it is the invoice's.
_rate = sa.func.coalesce(
    document_tax.c.rate,
    sa.select(sa.func.max(_original_tax.c.rate))
    .where(
        _original_tax.c.document_id == document.c.original_id, _original_tax.c.tax_code_id == document_tax.c.tax_code_id
    )
    .scalar_subquery(),
).label("at_rate")
_taxes = Statement(
    sa.select(
        document_tax.c.tax_code_id,
        _rate,
        document.c.currency,
        _whole(document_tax.c.base * _sign),
        _whole(document_tax.c.tax * _sign),
        sa.func.count(document.c.id.distinct()),
    )
    .select_from(
        _entries.join(document, document.c.id == entry.c.document_id).join(
            document_tax, document_tax.c.document_id == document.c.id
        )
    )
    .where(_in_months, _is_sale)
    .group_by(document_tax.c.tax_code_id, sa.text("at_rate"), document.c.currency)
    .order_by(document.c.currency, document_tax.c.tax_code_id, sa.text("at_rate"))
)
_tax_postings = Statement(
    sa.select(
        entry.c.seq,
        entry.c.dated_on,
        sa.func.coalesce(document.c.number, ""),
        entry.c.text,
        posting.c.currency,
        _is_sale,
        _whole(posting.c.amount),
    )
    .select_from(
        _entries.join(posting, posting.c.entry_id == entry.c.id).join(
            document, document.c.id == entry.c.document_id, isouter=True
        )
    )
    .where(_in_months, one_of(posting.c.account_id, "ids"), posting.c.line_id.is_(None))
    .group_by(entry.c.seq, entry.c.dated_on, document.c.number, entry.c.text, posting.c.currency, _rule)
    .order_by(entry.c.seq)
)
_stock = Statement(
    sa.select(
        item.c.sku,
        item.c.description,
        item.c.uom,
        _whole(stock_move.c.quantity),
        _whole(stock_move.c.value - stock_move.c.variance),
    )
    .join(item, item.c.id == stock_move.c.item_id)
    .where(stock_move.c.dated_on <= p("as_of"))
    .group_by(item.c.sku, item.c.description, item.c.uom)
    .order_by(item.c.sku)
)
_moves = sa.exists().where(
    document_line.c.document_id == entry.c.document_id, stock_move.c.line_id == document_line.c.id
)
_without_moves = Statement(
    sa.select(
        entry.c.seq, entry.c.dated_on, sa.func.coalesce(document.c.number, ""), entry.c.text, _whole(posting.c.base)
    )
    .join(posting, posting.c.entry_id == entry.c.id)
    .join(document, document.c.id == entry.c.document_id, isouter=True)
    .where(entry.c.dated_on <= p("as_of"), one_of(posting.c.account_id, "ids"), ~_moves)
    .group_by(entry.c.seq, entry.c.dated_on, document.c.number, entry.c.text)
    .order_by(entry.c.seq)
)
_series = Statement(
    sa.select(
        number_series.c.kind,
        number_series.c.prefix,
        number_series.c.next,
        sa.select(sa.func.count(document.c.number.distinct()))
        .where(document.c.kind == number_series.c.kind, document.c.is_ours)
        .scalar_subquery(),
        sa.select(sa.func.max(document.c.number))
        .where(document.c.kind == number_series.c.kind, document.c.is_ours)
        .scalar_subquery(),
    ).order_by(number_series.c.kind)
)
_entry_numbers = Statement(sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(entry.c.seq), 0)))
_settings = Statement(sa.select(setting.c.name, setting.c.value))
_applied = (
    sa.select(sa.func.coalesce(sa.func.sum(application.c.amount), 0))
    .where(application.c.dated_on <= p("as_of"))
    .correlate(open_item)
)
_account_of = Statement(
    sa.select(
        open_item.c.id,
        open_item.c.party_id,
        open_item.c.account_id,
        open_item.c.document_id,
        sa.func.coalesce(document.c.number, ""),
        sa.func.coalesce(document.c.kind, ""),
        open_item.c.currency,
        open_item.c.amount,
        sa.cast(
            open_item.c.amount
            - _applied.where(application.c.debit_id == open_item.c.id).scalar_subquery()
            + _applied.where(application.c.credit_id == open_item.c.id).scalar_subquery(),
            sa.BigInteger,
        ),
        open_item.c.base,
        open_item.c.dated_on,
        open_item.c.due_on,
    )
    .join(document, document.c.id == open_item.c.document_id, isouter=True)
    .where(one_of(open_item.c.party_id, "party_ids"), open_item.c.dated_on <= p("as_of"))
    .order_by(open_item.c.dated_on, open_item.c.id)
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What some accounts were moved by in all: minor units of a currency, and of the base currency."""

    account_id: int
    currency: str
    amount: int
    base: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An entry that a period by book month and the same days by the calendar do not both hold.

    base:  what it moves the accounts in question by, in minor units of the base currency
    debit: the debits among that
    """

    seq: int
    on: date
    month: int
    number: str
    text: str
    base: int
    debit: int


@dataclass(frozen=True, slots=True)
class Taxed:
    """What documents charged of one tax at one rate; amounts in minor units, rate in millionths."""

    tax_code_id: int | None
    rate: int | None
    currency: str
    base: int
    tax: int
    documents: int


@dataclass(frozen=True, slots=True)
class Leg:
    """What one entry moves some accounts by in one currency.

    is_sale: it is a sale's own, or the reversal of one
    """

    seq: int
    on: date
    number: str
    text: str
    currency: str
    is_sale: bool
    amount: int


@dataclass(frozen=True, slots=True)
class Stocked:
    """What lay of an item on a date: quantity in millionths, value in minor units of the base currency."""

    sku: str
    description: str
    uom: str
    quantity: int
    value: int


@dataclass(frozen=True, slots=True)
class Series:
    """A number series: how many were drawn, how many are in use, the last one in use."""

    kind: str
    prefix: str
    drawn: int
    used: int
    last: str


class Sums:
    """Sums and lists of the book."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def moved(self, first: int, last: int) -> list[Moved]:
        """What every account was moved by in some book months."""
        return [Moved(*row) for row in self._connection.rows(_moved, first=first, last=last)]

    def elsewhere(
        self, first: int, last: int, from_on: date, to_on: date, accounts: Collection[int]
    ) -> list[Elsewhere]:
        """Entries on some accounts that are booked in these months and dated on other days, or the other way round."""
        days = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat()}
        rows = self._connection.rows(_elsewhere, first=first, last=last, ids=list(accounts), **days)
        return [Elsewhere(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]

    def taxes(self, first: int, last: int) -> list[Taxed]:
        """What sales booked in some months charged of each tax; reversed ones count against their reversal's month."""
        return [Taxed(*row) for row in self._connection.rows(_taxes, first=first, last=last)]

    def tax_postings(self, first: int, last: int, accounts: Collection[int]) -> list[Leg]:
        """What entries of some months put on tax accounts, lines of documents left out."""
        rows = self._connection.rows(_tax_postings, first=first, last=last, ids=list(accounts))
        return [_leg(row) for row in rows]

    def stock(self, as_of: date) -> list[Stocked]:
        """What lay of every item on a date."""
        return [Stocked(*row) for row in self._connection.rows(_stock, as_of=as_of.isoformat())]

    def without_moves(self, as_of: date, accounts: Collection[int]) -> list[tuple[int, date, str, str, int]]:
        """(sequence, date, document, text, base) of entries on some accounts whose document moved no goods."""
        rows = self._connection.rows(_without_moves, as_of=as_of.isoformat(), ids=list(accounts))
        return [(seq, date.fromisoformat(on), number, text, base) for seq, on, number, text, base in rows]

    def series(self) -> list[Series]:
        """Every number series of documents, then that of entries."""
        rows = self._connection.rows(_series)
        count, last = self._connection.rows(_entry_numbers)[0]
        return [
            *(
                Series(kind, prefix, ahead - 1, used, highest or "")
                for kind, prefix, ahead, used, highest in rows
                if kind != "entry"
            ),
            Series("entry", "", last, count, str(last or "")),
        ]

    def accounts_of(self, role: str) -> set[str]:
        """Codes of the accounts that ever played a role, by default or for a ledger class."""
        return {
            json.loads(value)
            for name, value in self._connection.rows(_settings)
            if name.startswith(ACCOUNT_PREFIX) and name.rpartition(".")[2] == role
        }

    def account_of(self, party_id: int, as_of: date) -> list[OpenItem]:
        """Every item of a party, and of those merged into it, up to a date, with what was open then, oldest first."""
        ids = group_of(self._connection, party_id)
        return [_item(row) for row in self._connection.rows(_account_of, party_ids=ids, as_of=as_of.isoformat())]


def _leg(row: Row) -> Leg:
    seq, on, number, text, unit, is_sale, amount = row
    return Leg(seq, date.fromisoformat(on), number, text, unit, bool(is_sale), amount)


def _item(row: Row) -> OpenItem:
    unit = currency(row[6])
    return OpenItem(
        id=row[0],
        party_id=row[1],
        account_id=row[2],
        document_id=row[3],
        number=row[4],
        kind=row[5],
        amount=Money(row[7], unit),
        remaining=Money(row[8], unit),
        base=row[9],
        on=date.fromisoformat(row[10]),
        due_on=date.fromisoformat(row[11]),
    )
