"""Entries, open items and applications: rows <-> core values."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.journal import Entry, Posting
from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import Application, OpenItem
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.parties import group_of, survivor_of
from counterfoil.store.refs import Mint
from counterfoil.store.rows import to_ms
from counterfoil.store.schema import application, document, entry, open_item, open_item_state, posting

_item_columns = (
    open_item.c.id,
    survivor_of(open_item.c.party_id),
    open_item.c.account_id,
    open_item.c.document_id,
    sa.func.coalesce(document.c.number, ""),
    sa.func.coalesce(document.c.kind, ""),
    open_item.c.currency,
    open_item.c.amount,
    open_item_state.c.remaining,
    open_item.c.base,
    open_item.c.dated_on,
    open_item.c.due_on,
)
_items = (
    sa.select(*_item_columns)
    .join(open_item_state, open_item_state.c.item_id == open_item.c.id)
    .join(document, document.c.id == open_item.c.document_id, isouter=True)
)
_open_of = Statement(
    _items.where(one_of(open_item_state.c.party_id, "ids"), open_item_state.c.remaining != 0)
    .order_by(open_item.c.id)
    .with_for_update(of=open_item_state)
)
_of_document = Statement(
    _items.where(open_item.c.document_id == p("document_id"))
    .order_by(open_item.c.id)
    .with_for_update(of=open_item_state)
)
_back = sa.union_all(
    *(
        sa.select(side.label("item_id"), application.c.dated_on).where(one_of(side, "ids"), application.c.amount < 0)
        for side in (application.c.debit_id, application.c.credit_id)
    )
).subquery("back")
_taken_back = Statement(sa.select(_back.c.item_id, sa.func.max(_back.c.dated_on)).group_by(_back.c.item_id))
_entries_of = Statement(sa.select(entry).where(entry.c.document_id == p("document_id")).order_by(entry.c.seq))
_reversal_of = Statement(sa.select(entry.c.id).where(entry.c.reverses_id == p("id")))
_postings_of = Statement(sa.select(posting).where(posting.c.entry_id == p("id")).order_by(posting.c.position))
_next_seq = {
    # One writer at a time: counting on is dense. PostgreSQL holds the series' row until the commit.
    "sqlite": Statement(sa.select(sa.func.coalesce(sa.func.max(entry.c.seq), 0) + 1 - p("count"))),
    "postgresql": Statement(
        sa.text('UPDATE number_series SET "next" = "next" + :count WHERE kind = \'entry\' RETURNING "next" - :count')
    ),
}
_applications_of = Statement(
    sa.select(
        application.c.debit_id,
        application.c.credit_id,
        sa.func.sum(application.c.amount),
        sa.func.max(application.c.dated_on),
    )
    .where(sa.or_(application.c.debit_id == p("item_id"), application.c.credit_id == p("item_id")))
    .group_by(application.c.debit_id, application.c.credit_id)
    .having(sa.func.sum(application.c.amount) != 0)
)


@dataclass(frozen=True, slots=True)
class Filed:
    """An entry on file."""

    id: int
    seq: int
    entry: Entry


class Journal:
    """The book inside one unit of work. Heads of entries are written at the end, when their sequence is known."""

    def __init__(self, connection: Connection, mint: Mint) -> None:
        self._connection, self._mint = connection, mint
        self._heads: list[tuple[int, Entry]] = []
        self._next: int | None = None
        self._owed = 0

    def append(self, made: Entry, controlling: Collection[int], due_on: date | None = None) -> list[OpenItem]:
        """File an entry; every posting of an amount on a control account opens an item.

        controlling: ids of the control accounts
        due_on:   when the items are due, None = at once
        """
        entry_id = self._mint.take("entry")
        self._heads.append((entry_id, made))
        rows, items = [], []
        for position, leg in enumerate(made.postings):
            rows.append(_posting_row(entry_id, position, leg))
            if leg.amount and leg.account_id in controlling:
                assert leg.party_id is not None, "a posting on a control account has a party"
                items.append((position, self._opened(leg, leg.party_id, made, due_on or made.on)))
        self._connection.insert(posting, rows)
        self._connection.insert(open_item, [_item_row(entry_id, position, item) for position, item in items])
        return [item for _, item in items]

    def _opened(self, leg: Posting, party_id: int, made: Entry, due_on: date) -> OpenItem:
        return OpenItem(
            id=self._mint.take("open_item"),
            party_id=party_id,
            account_id=leg.account_id,
            document_id=made.document_id,
            number="",
            kind="",
            amount=leg.amount,
            remaining=leg.amount,
            base=leg.base,
            on=made.on,
            due_on=due_on,
        )

    def last_entry_id(self) -> int:
        """The id of the entry filed last in this unit of work."""
        return self._heads[-1][0]

    def apply(self, made: Application, entry_id: int | None, now: datetime, actor: str) -> None:
        """File an application; the database refuses one that does not fit."""
        row = {
            "id": self._mint.take("application"),
            "debit_id": made.debit_id,
            "credit_id": made.credit_id,
            "amount": made.amount.minor,
            "dated_on": made.on.isoformat(),
            "entry_id": entry_id,
            "made_at": to_ms(now),
            "actor": actor,
        }
        self._connection.insert(application, [row])

    def ask_sequence(self) -> Callable[[], int]:
        """Draw the dense sequence of all entries: the first one's. Keeps others from posting until the end.

        Who has drawn once counts on alone; `settle` writes what that came to.
        """
        count = len(self._heads)
        if not count:
            return lambda: 0
        if (first := self._next) is not None:
            self._next, self._owed = first + count, self._owed + count
            return lambda: first
        dialect = self._connection.dialect
        answer = self._connection.ask(_next_seq[dialect], count=0 if dialect == "sqlite" else count)

        def read() -> int:
            row = answer.row()
            assert row is not None, "there is no series for entries"
            self._next = int(row[0]) + count
            return int(row[0])

        return read

    def settle(self) -> None:
        """Write how far the sequence was counted on after it was drawn."""
        if self._owed and self._connection.dialect == "postgresql":
            self._connection.run(_next_seq["postgresql"], count=self._owed)

    def write_heads(self, first: int, now: datetime, actor: str) -> None:
        """Write the heads of the entries, numbered from first."""
        rows = [_entry_row(entry_id, first + n, made, now, actor) for n, (entry_id, made) in enumerate(self._heads)]
        self._connection.insert(entry, rows)
        self._heads.clear()

    def hold(self) -> None:
        """Keep others from posting until the unit of work ends."""
        if self._connection.dialect == "postgresql":
            self._connection.value(_next_seq["postgresql"], count=0)

    def open_items(self, party_id: int) -> list[OpenItem]:
        """What is open with a party and with all that have been merged into it, held until the unit of work ends."""
        return self._items(_open_of, ids=group_of(self._connection, party_id))

    def items_of(self, document_id: int) -> list[OpenItem]:
        """The items that a document opened, settled ones too, held until the unit of work ends."""
        return self._items(_of_document, document_id=document_id)

    def _items(self, statement: Statement, **params: int | list[int]) -> list[OpenItem]:
        """Items, and once they are held, when something was last taken back from them."""
        rows = self._connection.rows(statement, **params)
        found = self._connection.rows(_taken_back, ids=[row[0] for row in rows]) if rows else []
        last = {item_id: date.fromisoformat(on) for item_id, on in found}
        return [_to_item(row, last.get(row[0])) for row in rows]

    def applications_of(self, item_id: int) -> list[tuple[int, int, int, date]]:
        """What is applied to an item now: (debit, credit, minor units, latest date), taken-back ones left out."""
        found = self._connection.rows(_applications_of, item_id=item_id)
        return [(debit, credit, int(amount), date.fromisoformat(on)) for debit, credit, amount, on in found]

    def entries_of(self, document_id: int) -> list[Filed]:
        """The entries of a document in their order."""
        return [self._to_filed(row) for row in self._connection.rows(_entries_of, document_id=document_id)]

    def is_reversed(self, entry_id: int) -> bool:
        """Whether an entry has been negated."""
        return self._connection.row(_reversal_of, id=entry_id) is not None

    def _to_filed(self, row: Row) -> Filed:
        entry_id, seq, on, month, document_id, rule, text, reverses, _, _ = row
        legs = tuple(to_posting(leg) for leg in self._connection.rows(_postings_of, id=entry_id))
        return Filed(entry_id, seq, Entry(date.fromisoformat(on), month, rule, text, legs, document_id, reverses))


def _to_item(row: Row, taken_back_on: date | None) -> OpenItem:
    number, party, account, document_id, text, kind, code, amount, remaining, base, on, due_on = row
    unit = currency(code)
    return OpenItem(
        id=number,
        party_id=party,
        account_id=account,
        document_id=document_id,
        number=text,
        kind=kind,
        amount=Money(amount, unit),
        remaining=Money(remaining, unit),
        base=base,
        on=date.fromisoformat(on),
        due_on=date.fromisoformat(due_on),
        taken_back_on=taken_back_on,
    )


def to_posting(row: Row) -> Posting:
    """A leg of an entry from its row."""
    _, _, account, code, amount, base, party, line = row
    return Posting(account, Money(amount, currency(code)), base, party, line)


def _posting_row(entry_id: int, position: int, leg: Posting) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "position": position,
        "account_id": leg.account_id,
        "currency": leg.amount.currency.code,
        "amount": leg.amount.minor,
        "base": leg.base,
        "party_id": leg.party_id,
        "line_id": leg.line_id,
    }


def _item_row(entry_id: int, position: int, item: OpenItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "entry_id": entry_id,
        "position": position,
        "party_id": item.party_id,
        "account_id": item.account_id,
        "document_id": item.document_id,
        "currency": item.amount.currency.code,
        "amount": item.amount.minor,
        "base": item.base,
        "dated_on": item.on.isoformat(),
        "due_on": item.due_on.isoformat(),
    }


def _entry_row(entry_id: int, seq: int, made: Entry, now: datetime, actor: str) -> dict[str, Any]:
    return {
        "id": entry_id,
        "seq": seq,
        "dated_on": made.on.isoformat(),
        "month": made.month,
        "document_id": made.document_id,
        "rule": made.rule,
        "text": made.text,
        "reverses_id": made.reverses,
        "made_at": to_ms(now),
        "actor": actor,
    }
