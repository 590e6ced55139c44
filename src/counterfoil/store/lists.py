"""Lists of the book, page by page: each page begins where the last one ended, whatever was filed meanwhile.

A page is asked for by the place of the row before it: the values of the columns that the list is ordered by. None of
them ever changes, so that no row is skipped or repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import Document, Kind, Tracking
from counterfoil.core.journal import Entry
from counterfoil.core.money import Money, currency
from counterfoil.store.documents import to_document, to_tracking
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.journal import to_posting
from counterfoil.store.rows import fold, from_ms
from counterfoil.store.schema import (
    application,
    document,
    entry,
    open_item,
    open_item_state,
    party,
    posting,
    tracking,
)

#: The place of a row in its list.
Place = Sequence[Any]

_debit, _credit = open_item.alias("debit"), open_item.alias("credit")
_charge, _paid_by = document.alias("charge"), document.alias("paid_by")
_back = entry.alias("back")
#: The customer that goes on for a merged one.
_goes_on = party.alias("goes_on")
_open = (
    sa.select(sa.cast(sa.func.coalesce(sa.func.sum(open_item_state.c.remaining), 0), sa.BigInteger))
    .join(open_item, open_item.c.id == open_item_state.c.item_id)
    .where(open_item.c.document_id == document.c.id)
    .scalar_subquery()
)
_reversed = (
    sa.select(_back.c.id)
    .select_from(entry.join(_back, _back.c.reverses_id == entry.c.id))
    .where(entry.c.document_id == document.c.id)
    .limit(sa.literal_column("1"))
    .scalar_subquery()
    .is_not(None)
)
_whole = (
    sa.select(
        document,
        sa.func.coalesce(_goes_on.c.id, party.c.id),
        sa.func.coalesce(_goes_on.c.code, party.c.code, ""),
        _open,
        _reversed,
    )
    .join(party, party.c.id == document.c.customer_id, isouter=True)
    .join(_goes_on, _goes_on.c.id == party.c.merged_into, isouter=True)
)
_headed = _whole.order_by(document.c.dated_on.desc(), document.c.id.desc()).limit(p("limit"))
_narrowed: dict[str, sa.ColumnElement[bool]] = {
    "customer_id": document.c.customer_id == p("customer_id"),
    "number": document.c.number_key == p("number"),
    "from_on": document.c.dated_on >= p("from_on"),
    "to_on": document.c.dated_on <= p("to_on"),
    "state": document.c.state == p("state"),
    "order_id": document.c.order_id == p("order_id"),
    "original_id": document.c.original_id == p("original_id"),
}
_one = Statement(_whole.where(document.c.id == p("id")))
_tracking = Statement(sa.select(tracking).where(tracking.c.shipment_id == p("id")))
_entry_columns = (entry, sa.func.coalesce(document.c.number, ""))
_entry = Statement(
    sa.select(*_entry_columns)
    .join(document, document.c.id == entry.c.document_id, isouter=True)
    .where(entry.c.id == p("id"))
)
_postings = Statement(
    sa.select(posting).where(one_of(posting.c.entry_id, "ids")).order_by(posting.c.entry_id, posting.c.position)
)
_entry_narrowed: dict[str, sa.ColumnElement[bool]] = {
    "document_id": entry.c.document_id == p("document_id"),
    "from_on": entry.c.dated_on >= p("from_on"),
    "to_on": entry.c.dated_on <= p("to_on"),
}


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A document in a list, with its lines where it is shown alone.

    customer_id, customer: of the customer, or of the one that goes on for it; a supplier alike
    open:                  what is open of it, a charge +, a credit -
    reversed:              whether its entries have been negated
    """

    document: Document
    customer_id: int | None
    customer: str
    open: Money
    reversed: bool
    entered_at: datetime
    actor: str
    message_id: int | None


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry of the journal."""

    id: int
    seq: int
    number: str
    entry: Entry
    made_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ApplicationShown:
    """A credit set against a charge, or taken back from it where the amount is negative."""

    id: int
    on: date
    amount: Money
    customer: str
    charge_id: int
    charge: str
    credit_id: int
    credit: str
    made_at: datetime
    actor: str


class Lists:
    """Pages of what is on file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def documents(
        self, kinds: Collection[Kind], narrowed: Mapping[str, Any], before: Place | None, limit: int
    ) -> list[DocumentShown]:
        """Documents of some kinds, latest business date first, without lines; a place is (date, id).

        narrowed: customer_ids (a list), number, from_on, to_on, state, order_id, original_id
        """
        given = dict(narrowed)
        customers = given.pop("customer_ids", None)
        if "number" in given:
            given["number"] = fold(given["number"])
        if before is not None:
            given |= {"on": before[0], "id": before[1]}
        each = [given] if customers is None else [{**given, "customer_id": number} for number in customers]
        lists = [
            self._connection.rows(_documents(kind.value, tuple(sorted(one))), limit=limit, **one)
            for kind in sorted(kinds)
            for one in each
        ]
        width = len(document.columns)
        on = document.columns.keys().index("dated_on")
        rows = islice(merge(*lists, key=lambda row: (row[on], row[0]), reverse=True), limit)
        return [_shown(row, (), width) for row in rows]

    def document(self, document_id: int) -> DocumentShown | None:
        """A document's head and what became of it."""
        row = self._connection.row(_one, id=document_id)
        return _shown(row, (), len(document.columns)) if row else None

    def tracking(self, shipment_id: int) -> Tracking | None:
        """How a shipment travels."""
        row = self._connection.row(_tracking, id=shipment_id)
        return to_tracking(row) if row else None

    def entries(self, narrowed: Mapping[str, Any], after: Place | None, limit: int) -> list[EntryShown]:
        """The journal in its order, which no later entry ever precedes; the place is (seq,).

        narrowed: document_id, from_on, to_on
        """
        given = {**narrowed, **({"after": after[0]} if after else {})}
        return self._entries(self._connection.rows(_journal(tuple(sorted(given))), limit=limit, **given))

    def entry(self, entry_id: int) -> EntryShown | None:
        """One entry."""
        return next(iter(self._entries(self._connection.rows(_entry, id=entry_id))), None)

    def _entries(self, rows: Sequence[Row]) -> list[EntryShown]:
        legs: dict[int, list[Row]] = {row[0]: [] for row in rows}
        for leg in self._connection.rows(_postings, ids=list(legs)) if legs else ():
            legs[leg[0]].append(leg)
        shown = []
        for number, seq, on, month, document_id, rule, text, reverses, made_at, actor, document_number in rows:
            postings = tuple(to_posting(leg) for leg in legs[number])
            made = Entry(date.fromisoformat(on), month, rule, text, postings, document_id, reverses)
            shown.append(EntryShown(number, seq, document_number, made, from_ms(made_at), actor))
        return shown

    def applications(self, narrowed: Mapping[str, Any], before: Place | None, limit: int) -> list[ApplicationShown]:
        """What was set against what, latest filed first; narrowed by document_id, the place is (id,)."""
        given = {**narrowed, **({"before": before[0]} if before else {})}
        rows = self._connection.rows(_applications(tuple(sorted(given))), limit=limit, **given)
        return [
            ApplicationShown(
                id=number,
                on=date.fromisoformat(on),
                amount=Money(minor, currency(unit)),
                customer=customer,
                charge_id=charge_id,
                charge=charge,
                credit_id=credit_id,
                credit=credit,
                made_at=from_ms(made_at),
                actor=actor,
            )
            for number, on, minor, unit, customer, charge_id, charge, credit_id, credit, made_at, actor in rows
        ]


@cache
def _documents(kind: str, given: tuple[str, ...]) -> Statement:
    conditions = [_narrowed[name] for name in given if name in _narrowed]
    if "on" in given:
        conditions.append(sa.tuple_(document.c.dated_on, document.c.id) < sa.tuple_(p("on"), p("id")))
    return Statement(_headed.where(document.c.kind == sa.literal_column(f"'{kind}'"), *conditions))


@cache
def _journal(given: tuple[str, ...]) -> Statement:
    conditions = {**_entry_narrowed, "after": entry.c.seq > p("after")}
    return Statement(
        sa.select(*_entry_columns)
        .join(document, document.c.id == entry.c.document_id, isouter=True)
        .where(*(conditions[name] for name in given))
        .order_by(entry.c.seq)
        .limit(p("limit"))
    )


@cache
def _applications(given: tuple[str, ...]) -> Statement:
    conditions = {
        "document_id": sa.or_(
            *(
                side.in_(sa.select(open_item.c.id).where(open_item.c.document_id == p("document_id")))
                for side in (application.c.debit_id, application.c.credit_id)
            )
        ),
        "before": application.c.id < p("before"),
    }
    return Statement(
        sa.select(
            application.c.id,
            application.c.dated_on,
            application.c.amount,
            _debit.c.currency,
            sa.func.coalesce(_goes_on.c.code, party.c.code),
            _charge.c.id,
            _charge.c.number,
            _paid_by.c.id,
            _paid_by.c.number,
            application.c.made_at,
            application.c.actor,
        )
        .join(_debit, _debit.c.id == application.c.debit_id)
        .join(_credit, _credit.c.id == application.c.credit_id)
        .join(party, party.c.id == _debit.c.party_id)
        .join(_goes_on, _goes_on.c.id == party.c.merged_into, isouter=True)
        .join(_charge, _charge.c.id == _debit.c.document_id)
        .join(_paid_by, _paid_by.c.id == _credit.c.document_id)
        .where(*(conditions[name] for name in given))
        .order_by(application.c.id.desc())
        .limit(p("limit"))
    )


def _shown(row: Row, lines: Sequence[Row], width: int) -> DocumentShown:
    made = to_document(row[:width], lines)
    fields = dict(zip(document.columns.keys(), row[:width], strict=True))
    customer_id, customer, remaining, is_reversed = row[width:]
    return DocumentShown(
        document=made,
        customer_id=customer_id,
        customer=customer,
        open=Money(int(remaining), made.total.currency),
        reversed=bool(is_reversed),
        entered_at=from_ms(fields["entered_at"]),
        actor=fields["actor"],
        message_id=fields["message_id"],
    )
