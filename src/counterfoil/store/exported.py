"""Lists of what a system has not exported yet.

A system that has taken something of a topic has a list of what is left for it, and only that list is read, however long
the history behind it is (docs/adr/0015). To a system that has taken nothing everything is new.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import Document, State
from counterfoil.core.exporting import TEXTUAL, Condition, Field, Operator, Sort, Standing, Topic, Value, Wanted
from counterfoil.core.journal import Entry, Posting
from counterfoil.core.money import Money, currency
from counterfoil.store.documents import draft_of
from counterfoil.store.engine import Connection, Row, Statement, one_of, utc_text
from counterfoil.store.refs import LARGEST
from counterfoil.store.rows import fold_part, from_ms, to_ms
from counterfoil.store.schema import (
    document,
    draft,
    entry,
    export_feed,
    export_pending,
    export_state,
    export_system,
    posting,
)

_ESCAPE = "/"
_topic: sa.BindParameter[str] = p("topic")
_system: sa.BindParameter[str] = p("system")
_is_registered = Statement(
    sa.select(export_system.c.topic).where(export_system.c.topic == _topic, export_system.c.system == _system)
)
_entries = Statement(
    sa.select(entry).where(one_of(entry.c.document_id, "ids"), entry.c.reverses_id.is_(None)).order_by(entry.c.seq)
)
_postings = Statement(
    sa.select(posting).where(one_of(posting.c.entry_id, "ids")).order_by(posting.c.entry_id, posting.c.position)
)
_back = entry.alias("back")
_reversals = Statement(
    sa.select(entry.c.document_id, _back.c.dated_on)
    .select_from(entry.join(_back, _back.c.reverses_id == entry.c.id))
    .where(one_of(entry.c.document_id, "ids"))
)
_drafts = Statement(
    sa.select(draft.c.id, draft.c.content, draft.c.created_at, draft.c.updated_at).where(one_of(draft.c.id, "ids"))
)
_made = Statement(sa.select(document.c.id, document.c.entered_at).where(one_of(document.c.id, "ids")))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a list's statement depends on; everything else is bound."""

    registered: bool
    since: bool
    drafts: bool
    standings: frozenset[Standing] | None
    groups: tuple[tuple[bool, tuple[tuple[Field, Operator, int, bool], ...]], ...]
    sorts: tuple[Sort, ...]


class Exported:
    """What a system may take out of the book."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listed(self, wanted: Wanted, now: datetime) -> tuple[list[tuple[int, bool]], int]:
        """A page of (id, whether it is a draft), and how many there are in all.

        now: marks of drafts made later do not count yet
        """
        params: dict[str, Any] = {"topic": wanted.topic.value, "system": wanted.system}
        registered = self._connection.row(_is_registered, **params) is not None
        shape = _Shape(
            registered=registered,
            since=wanted.since is not None,
            drafts=wanted.drafts,
            standings=wanted.standings if wanted.topic is Topic.ORDER else None,
            groups=tuple((group.any_of, tuple(_outline(test) for test in group.tests)) for group in wanted.groups),
            sorts=wanted.sorts,
        )
        params["since"] = to_ms(wanted.since or now)
        tests = [test for group in wanted.groups for test in group.tests]
        for number, test in enumerate(tests):
            params |= _bound(test, number)
        page, count = _statements(shape)
        total = self._connection.ask(count, **params)
        rows = self._connection.ask(page, **params, limit=wanted.limit, offset=min(wanted.offset, LARGEST))
        counted = total.row()
        return [(row[0], bool(row[1])) for row in rows.rows()], int(counted[0]) if counted else 0

    def drafts(self, ids: Sequence[int]) -> dict[int, tuple[Document, datetime, datetime]]:
        """Drafts by id, when each was first saved, and when last."""
        rows = self._connection.rows(_drafts, ids=list(ids))
        return {row[0]: (draft_of(json.loads(row[1])), from_ms(row[2]), from_ms(row[3])) for row in rows}

    def entered(self, ids: Sequence[int]) -> dict[int, datetime]:
        """When documents were entered, by id."""
        return {row[0]: from_ms(row[1]) for row in self._connection.rows(_made, ids=list(ids))}

    def entries(self, ids: Sequence[int]) -> dict[int, Entry]:
        """The first entry of each document, by the document's id."""
        first: dict[int, Row] = {}
        for row in self._connection.rows(_entries, ids=list(ids)):
            first.setdefault(row[4], row)
        legs: dict[int, list[Posting]] = {}
        for row in self._connection.rows(_postings, ids=[row[0] for row in first.values()]):
            _, _, account, code, amount, base, party, line = row
            legs.setdefault(row[0], []).append(Posting(account, Money(amount, currency(code)), base, party, line))
        return {
            document_id: Entry(
                date.fromisoformat(row[2]), row[3], row[5], row[6], tuple(legs.get(row[0], ())), document_id
            )
            for document_id, row in first.items()
        }

    def reversals(self, ids: Sequence[int]) -> dict[int, date]:
        """The dates of reversals, by the id of the document that was reversed."""
        return {row[0]: date.fromisoformat(row[1]) for row in self._connection.rows(_reversals, ids=list(ids))}


def _outline(test: Condition) -> tuple[Field, Operator, int, bool]:
    return test.field, test.operator, len(test.values), test.negated


@lru_cache(maxsize=256)
def _statements(shape: _Shape) -> tuple[Statement, Statement]:
    """The page and the count of a list."""
    if shape == _Shape(shape.registered, False, False, None, (), ()):
        return _plain(shape)
    parts = [_booked(shape)]
    if shape.since and shape.registered:
        parts.append(_marked_later(shape))
    if shape.drafts:
        parts.append(_drafted())
    rows = sa.union_all(*parts).subquery("listed") if len(parts) > 1 else parts[0].subquery("listed")
    number = 0
    conditions = []
    for any_of, outlines in shape.groups:
        tests = []
        for outline in outlines:
            tests.append(_condition(rows, outline, number))
            number += 1
        if tests:
            conditions.append(sa.or_(*tests) if any_of else sa.and_(*tests))
    order = [_level(rows.c[sort.field.value], sort.descending) for sort in shape.sorts]
    page = sa.select(rows.c.id, rows.c.is_draft).where(*conditions).order_by(*order, rows.c.id)
    count = sa.select(sa.func.count()).select_from(rows).where(*conditions)
    return Statement(page.limit(p("limit")).offset(p("offset"))), Statement(count)


def _level(column: sa.ColumnElement[Any], descending: bool) -> sa.ColumnElement[Any]:
    return column.desc().nulls_last() if descending else column.asc().nulls_first()


def _document_columns() -> list[sa.ColumnElement[Any]]:
    return [
        document.c.id,
        sa.literal_column("0").label("is_draft"),
        document.c.number,
        document.c.number_key,
        document.c.currency,
        document.c.customer_id,
        document.c.dated_on,
        document.c.entered_at.label("created_at"),
        document.c.entered_at.label("updated_at"),
    ]


def _plain(shape: _Shape) -> tuple[Statement, Statement]:
    """A list that is not narrowed is read and counted without looking a document up: it may be a whole book."""
    waiting, mine = _waiting(shape)
    page = sa.select(waiting.c.document_id, sa.literal_column("0")).where(mine).order_by(waiting.c.document_id)
    count = sa.select(sa.func.count()).select_from(waiting).where(mine)
    return Statement(page.limit(p("limit")).offset(p("offset"))), Statement(count)


def _waiting(shape: _Shape) -> tuple[sa.Table, sa.ColumnElement[bool]]:
    """What waits for the system, or everything where nothing is kept for it yet."""
    if shape.registered:
        mine = sa.and_(export_pending.c.system == _system, export_pending.c.topic == _topic)
        return export_pending, mine
    return export_feed, sa.and_(export_feed.c.topic == _topic, export_feed.c.source != _system)


def _booked(shape: _Shape) -> sa.Select[Any]:
    waiting, mine = _waiting(shape)
    return (
        sa.select(*_document_columns())
        .select_from(waiting.join(document, document.c.id == waiting.c.document_id))
        .where(mine, *_standing(shape))
    )


def _marked_later(shape: _Shape) -> sa.Select[Any]:
    return (
        sa.select(*_document_columns())
        .select_from(
            export_state.join(document, document.c.id == export_state.c.document_id).join(
                export_feed,
                sa.and_(
                    export_feed.c.topic == export_state.c.topic,
                    export_feed.c.document_id == export_state.c.document_id,
                ),
            )
        )
        .where(
            export_feed.c.source != _system,
            export_state.c.system == _system,
            export_state.c.topic == _topic,
            export_state.c.exported_at > p("since"),
            ~export_state.c.draft,
            *_standing(shape),
        )
    )


def _drafted() -> sa.Select[Any]:
    marked = sa.exists().where(
        export_state.c.system == _system,
        export_state.c.topic == _topic,
        export_state.c.document_id == draft.c.id,
        export_state.c.exported_at <= p("since"),
    )
    return sa.select(
        draft.c.id,
        sa.literal_column("1").label("is_draft"),
        sa.cast(sa.null(), sa.Text).label("number"),
        sa.cast(sa.null(), sa.Text).label("number_key"),
        draft.c.currency,
        draft.c.customer_id,
        draft.c.dated_on,
        draft.c.created_at,
        draft.c.updated_at,
    ).where(draft.c.kind == _topic, draft.c.state == sa.literal_column("'draft'"), draft.c.actor != _system, ~marked)


_STANDINGS = {
    Standing.OPEN: sa.and_(document.c.kind != "quote", document.c.state == State.OPEN.value),
    Standing.QUOTED: sa.and_(document.c.kind == "quote", document.c.state == State.OPEN.value),
    Standing.VOID: document.c.state == State.VOID.value,
    Standing.INVOICED: document.c.state == State.INVOICED.value,
}


def _standing(shape: _Shape) -> list[sa.ColumnElement[bool]]:
    if shape.standings is None:
        return []
    return [sa.or_(*(_STANDINGS[standing] for standing in sorted(shape.standings)))]


def _condition(rows: sa.Subquery, outline: tuple[Field, Operator, int, bool], number: int) -> sa.ColumnElement[bool]:
    field, operator, count, negated = outline
    column = rows.c[field.value]
    values: list[sa.BindParameter[Any]] = [p(f"v{number}_{n}") for n in range(count)]
    found: sa.ColumnElement[bool]
    match operator:
        case Operator.NULL:
            return column.is_not(None) if negated else column.is_(None)
        case Operator.EQ:
            found = column == values[0]
        case Operator.GT:
            found = column > values[0]
        case Operator.GTE:
            found = column >= values[0]
        case Operator.LT:
            found = column < values[0]
        case Operator.LTE:
            found = column <= values[0]
        case Operator.IN:
            found = sa.or_(*(column == value for value in values)) if values else sa.false()
        case Operator.BETWEEN:
            found = sa.and_(column >= values[0], column <= values[1])
        case Operator.CONTAINS | Operator.STARTS | Operator.ENDS:
            found = _text(rows, field).like(values[0], escape=_ESCAPE)
    return ~found if negated else found


def _text(rows: sa.Subquery, field: Field) -> sa.ColumnElement[Any]:
    if field in (Field.CREATED, Field.UPDATED):
        return utc_text(rows.c[field.value])
    if field is Field.NUMBER:
        return rows.c.number_key
    return sa.func.lower(sa.cast(rows.c[field.value], sa.Text))


def _bound(test: Condition, number: int) -> dict[str, Any]:
    if test.operator in TEXTUAL:
        return {f"v{number}_0": _pattern(test)}
    return {f"v{number}_{n}": _stored(test.operator, n, value) for n, value in enumerate(test.values)}


def _pattern(test: Condition) -> str:
    text = fold_part(str(test.values[0]))
    for special in f"{_ESCAPE}%_":
        text = text.replace(special, f"{_ESCAPE}{special}")
    return f"{'' if test.operator is Operator.STARTS else '%'}{text}{'' if test.operator is Operator.ENDS else '%'}"


def _stored(operator: Operator, place: int, value: Value) -> int | str:
    if isinstance(value, datetime):
        return _milliseconds(operator, place, value)
    return value.isoformat() if isinstance(value, date) else value


def _milliseconds(operator: Operator, place: int, at: datetime) -> int:
    """An instant to compare whole milliseconds with; one between two of them is not equal to any."""
    whole = to_ms(at)
    if from_ms(whole) == at:
        return whole
    if operator in (Operator.EQ, Operator.IN):
        return -1
    low = operator in (Operator.GTE, Operator.LT) or (operator is Operator.BETWEEN and place == 0)
    return whole + 1 if low else whole
