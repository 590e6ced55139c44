"""Following one document through the book: the calls about it, what it is set against, what it came from and led to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.journal import Entry, Posting
from counterfoil.core.money import Money, currency
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.rows import fold, from_ms
from counterfoil.store.schema import (
    application,
    document,
    entry,
    message,
    message_body,
    open_item,
    open_item_state,
    posting,
    stock_level,
)

#: How many calls back a text is looked for, and how many that may hold it are read.
WINDOW, MOST = 100_000, 50

_MESSAGE = (
    message.c.id,
    message.c.request_id,
    message.c.part,
    message.c.contract,
    message.c.operation,
    message.c.path,
    message.c.status,
    message.c.reply,
    message.c.caller,
    message.c.received_at,
    message.c.document_id,
    message.c.sha256,
    message.c.refused,
)
_brought = Statement(
    sa.select(*_MESSAGE).join(document, document.c.message_id == message.c.id).where(document.c.id == p("id"))
)
_about = Statement(sa.select(*_MESSAGE).where(message.c.document_id == p("id")).order_by(message.c.id))
_newest = Statement(sa.select(sa.func.coalesce(sa.func.max(message.c.id), 0)))
_body = Statement(
    sa.select(message_body.c.body).where(
        message_body.c.request_id == p("request_id"), message_body.c.sha256 == p("sha256")
    )
)
_HOLDS = {
    "sqlite": "instr(b.body, :bytes) > 0 OR instr(m.reply, :text) > 0",
    "postgresql": "position(:bytes IN b.body) > 0 OR position(:text IN m.reply) > 0",
}
_mentioning = {
    dialect: Statement(
        sa.text(
            "SELECT m.id, m.request_id, m.part, m.contract, m.operation, m.path, m.status, m.reply, m.caller,"  # noqa: S608
            " m.received_at, m.document_id, m.sha256, m.refused FROM message m"
            " LEFT JOIN message_body b ON b.request_id = m.request_id AND b.sha256 = m.sha256"
            f" WHERE m.id > :after AND m.contract <> 'cli' AND ({holds}) ORDER BY m.id DESC LIMIT :most"
        )
    )
    for dialect, holds in _HOLDS.items()
}
_numbered = Statement(
    sa.select(document.c.id)
    .where(document.c.number_key == p("folded"))
    .order_by(document.c.is_ours.desc(), document.c.id)
)
_entered = Statement(
    sa.select(document.c.entered_at, document.c.actor, document.c.is_ours).where(document.c.id == p("id"))
)
_own_entries = sa.select(entry.c.id).where(entry.c.document_id == p("id"))


def _realised(side: sa.ColumnElement[int]) -> sa.Select[tuple[int]]:
    """Entries of exchange differences that applications of the document's items realised."""
    joined = sa.select(application.c.entry_id).join(open_item, side == open_item.c.id)
    return joined.where(open_item.c.document_id == p("id"), application.c.entry_id.is_not(None))


_entries = Statement(
    sa.select(entry)
    .where(
        entry.c.id.in_(
            sa.union_all(_own_entries, _realised(application.c.debit_id), _realised(application.c.credit_id))
        )
    )
    .order_by(entry.c.seq)
)
_postings = Statement(
    sa.select(posting).where(one_of(posting.c.entry_id, "ids")).order_by(posting.c.entry_id, posting.c.position)
)
_items = Statement(
    sa.select(
        open_item.c.account_id,
        open_item.c.currency,
        open_item.c.due_on,
        open_item_state.c.remaining,
    )
    .join(open_item_state, open_item_state.c.item_id == open_item.c.id)
    .where(open_item.c.document_id == p("id"))
    .order_by(open_item.c.id)
)
_related = Statement(
    sa.select(
        document.c.id,
        document.c.kind,
        document.c.number,
        document.c.state,
        document.c.entered_at,
        document.c.order_id,
        document.c.original_id,
    )
    .where(
        sa.or_(
            one_of(document.c.id, "ids"),
            sa.and_(document.c.order_id.is_not(None), document.c.order_id == p("id")),
            sa.and_(document.c.original_id.is_not(None), document.c.original_id == p("id")),
        )
    )
    .order_by(document.c.id)
)
_other_item, _other = open_item.alias("other_item"), document.alias("other")


def _applied_to(
    own: sa.ColumnElement[int], other: sa.ColumnElement[int]
) -> sa.Select[tuple[str, str, str, int, str, int, str]]:
    return (
        sa.select(
            sa.func.coalesce(_other.c.kind, ""),
            sa.func.coalesce(_other.c.number, ""),
            open_item.c.currency,
            application.c.amount,
            application.c.dated_on,
            application.c.made_at,
            application.c.actor,
        )
        .join(open_item, own == open_item.c.id)
        .join(_other_item, other == _other_item.c.id)
        .join(_other, _other.c.id == _other_item.c.document_id, isouter=True)
        .where(open_item.c.document_id == p("id"))
    )


_applications = Statement(
    sa.union_all(
        _applied_to(application.c.debit_id, application.c.credit_id),
        _applied_to(application.c.credit_id, application.c.debit_id),
    )
)
_lying = Statement(
    sa.select(stock_level.c.item_id, stock_level.c.on_hand).where(
        one_of(stock_level.c.item_id, "ids"), stock_level.c.department_id == p("department_id")
    )
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as evidence kept it.

    document_id: what it led to, None = it was refused, or was about no document
    refused:     it had no effect
    """

    id: int
    request_id: str
    part: int
    contract: str
    operation: str
    path: str
    status: int
    reply: str
    caller: str
    at: datetime
    document_id: int | None
    sha256: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Relative:
    """A document that another one came from or led to."""

    id: int
    kind: str
    number: str
    state: str
    at: datetime
    order_id: int | None
    original_id: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry with when it was made and by whom."""

    seq: int
    entry: Entry
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Left:
    """What is open of an item, on which account and until when."""

    account_id: int
    remaining: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class SetAgainst:
    """An application as one of its two documents sees it; amount in minor units, negative = taken back."""

    kind: str
    number: str
    currency: str
    amount: int
    on: date
    at: datetime
    actor: str


class Traces:
    """What is on file about one document."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def numbered(self, number: str) -> list[int]:
        """Ids of the documents of a number without regard to case, ours first."""
        return [row[0] for row in self._connection.rows(_numbered, folded=fold(number))]

    def entered(self, document_id: int) -> tuple[datetime, str, bool]:
        """When a document was entered, by whom, and whether its number is ours."""
        row = self._connection.row(_entered, id=document_id)
        assert row is not None, "the document is on file"
        return from_ms(row[0]), row[1], bool(row[2])

    def calls(self, document_id: int) -> list[Heard]:
        """The call that brought a document, then those about it, each part once."""
        found = self._connection.rows(_brought, id=document_id) + self._connection.rows(_about, id=document_id)
        return list({heard.id: heard for heard in map(_heard, found)}.values())

    def mentioning(self, text: str) -> list[Heard]:
        """Late calls through doors whose body or answer holds a text as a word of its own, oldest first."""
        newest: int = self._connection.value(_newest)
        rows = self._connection.rows(
            _mentioning[self._connection.dialect],
            bytes=text.encode(),
            text=text,
            after=newest - WINDOW,
            most=MOST,
        )
        return [heard for heard in reversed([_heard(row) for row in rows]) if self._says(heard, text)]

    def _says(self, heard: Heard, text: str) -> bool:
        body: bytes = self._connection.value(_body, request_id=heard.request_id, sha256=heard.sha256) or b""
        word = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])")
        return any(word.search(said) for said in (heard.reply, bytes(body).decode(errors="replace")))

    def entries(self, document_id: int) -> list[Posted]:
        """A document's entries in their order, with the exchange differences that its applications realised."""
        heads = self._connection.rows(_entries, id=document_id)
        legs: dict[int, list[Posting]] = {}
        for row in self._connection.rows(_postings, ids=[head[0] for head in heads]) if heads else ():
            legs.setdefault(row[0], []).append(Posting(row[2], Money(row[4], currency(row[3])), *row[5:]))
        return [_posted(head, legs[head[0]]) for head in heads]

    def items(self, document_id: int) -> list[Left]:
        """The items that a document opened, with what is left of them now."""
        rows = self._connection.rows(_items, id=document_id)
        return [
            Left(account, Money(left, currency(unit)), date.fromisoformat(due)) for account, unit, due, left in rows
        ]

    def relatives(self, document_id: int, others: Iterable[int]) -> list[Relative]:
        """Some documents by id, and those that name a document as their order or original."""
        rows = self._connection.rows(_related, id=document_id, ids=sorted(others))
        return [
            Relative(number, kind, text, state, from_ms(at), order_id, original_id)
            for number, kind, text, state, at, order_id, original_id in rows
            if number != document_id
        ]

    def applications(self, document_id: int) -> list[SetAgainst]:
        """What was set against a document's items, or they against others, and taken back."""
        rows = self._connection.rows(_applications, id=document_id)
        return [
            SetAgainst(kind, number, unit, amount, date.fromisoformat(on), from_ms(at), actor)
            for kind, number, unit, amount, on, at, actor in rows
        ]

    def lying(self, item_ids: Collection[int], department_id: int) -> dict[int, int]:
        """What is on hand of items in a department, in millionths."""
        rows = self._connection.rows(_lying, ids=sorted(item_ids), department_id=department_id)
        return dict.fromkeys(item_ids, 0) | dict(rows)


def _heard(row: Row) -> Heard:
    number, request_id, part, contract, operation, path, status, reply, caller, at, document_id, digest, refused = row
    return Heard(
        id=number,
        request_id=request_id,
        part=part,
        contract=contract,
        operation=operation,
        path=path,
        status=status,
        reply=reply,
        caller=caller,
        at=from_ms(at),
        document_id=document_id,
        sha256=digest,
        refused=document_id is None if refused is None else bool(refused),
    )


def _posted(row: Row, legs: list[Posting]) -> Posted:
    _, seq, on, month, document_id, rule, text, reverses, made_at, actor = row
    made = Entry(date.fromisoformat(on), month, rule, text, tuple(legs), document_id, reverses)
    return Posted(seq, made, from_ms(made_at), actor)
