"""Ids: minting our own, and what other systems call our things."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from threading import Lock

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.errors import Conflict
from counterfoil.store.engine import Answer, Connection, Row, Statement, one_of
from counterfoil.store.schema import external_ref, metadata

#: How many ids one value of a PostgreSQL sequence stands for; see the first migration.
_BLOCK = {"party": 1, "contact": 1, "item": 1, "document": 1}
_BLOCK_SIZE = 32
LARGEST = 2**31 - 1

#: What a table's things are called in external references, where that is another word.
_NAMED = {"party": "customer"}
#: Kinds that a unit of work needs many ids of; PostgreSQL has a sequence for each.
_SEQUENCED = (
    "party",
    "contact",
    "item",
    "document",
    "document_line",
    "entry",
    "open_item",
    "application",
    "stock_move",
    "message",
    "invoice_line",
    "additional_amount",
    "dispute",
    "resolve_action",
    "supplier_event",
    "invoice_change",
    "export_event",
)


#: A draft's id becomes its document's.
_SHARED = {"document": "draft"}


def _last_id(kind: str) -> sa.ScalarSelect[int]:
    last = sa.func.max(metadata.tables[kind].c.id)
    if kind not in _SHARED:
        return sa.select(sa.func.coalesce(last, 0)).scalar_subquery()
    both = (last, sa.func.max(metadata.tables[_SHARED[kind]].c.id))
    one = sa.union_all(*(sa.select(number.label("id")) for number in both)).subquery()
    return sa.select(sa.func.coalesce(sa.func.max(one.c.id), 0)).scalar_subquery()


_last_of_all = Statement(sa.select(*(_last_id(kind) for kind in _SEQUENCED)))


@cache
def _last_of(kind: str) -> Statement:
    return Statement(sa.select(_last_id(kind)))


_claimed = Statement(
    sa.select(external_ref.c.their_number)
    .where(external_ref.c.kind == p("kind"), external_ref.c.their_number == p("number"))
    .limit(1)
)
_theirs = Statement(
    sa.select(external_ref.c.their_id).where(
        external_ref.c.kind == p("kind"),
        external_ref.c.our_id == p("our_id"),
        external_ref.c.system == p("system"),
        external_ref.c.is_primary,
    )
)
_theirs_of = Statement(
    sa.select(external_ref.c.our_id, external_ref.c.their_id).where(
        external_ref.c.kind == p("kind"),
        one_of(external_ref.c.our_id, "ids"),
        external_ref.c.system == p("system"),
        external_ref.c.is_primary,
    )
)
_ours = Statement(
    sa.select(external_ref.c.our_id).where(
        external_ref.c.system == p("system"), external_ref.c.kind == p("kind"), external_ref.c.their_id == p("their_id")
    )
)
_next_value = {name: Statement(sa.select(sa.func.nextval(f"id_{name}"))) for name in _BLOCK}
_next_values = {
    name: Statement(
        sa.select(sa.func.nextval(f"id_{name}")).select_from(
            sa.func.generate_series(sa.literal_column("1"), p("count"))
        )
    )
    for name in _BLOCK
}
_either = Statement(
    sa.select(external_ref.c.their_number, external_ref.c.our_id).where(
        external_ref.c.system == p("system"),
        external_ref.c.kind == p("kind"),
        sa.or_(one_of(external_ref.c.their_number, "ids"), one_of(external_ref.c.our_id, "ids")),
    )
)
_demote = Statement(
    sa.text(
        "UPDATE external_ref SET is_primary = false WHERE kind = :kind AND our_id = :from_id AND system IN"
        " (SELECT system FROM external_ref WHERE kind = :kind AND our_id = :into_id AND is_primary)"
    )
)
_pass_on = Statement(sa.text("UPDATE external_ref SET our_id = :into_id WHERE kind = :kind AND our_id = :from_id"))
_kinds = Statement(sa.select(external_ref.c.kind).where(external_ref.c.their_number.is_not(None)).distinct())


class Blocks:
    """Ids taken from PostgreSQL's sequences and not used yet, shared by a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: dict[str, list[int]] = {}

    def take(self, connection: Connection, kind: str) -> int:
        """One id.

        The database is asked without the lock: its answer may have to wait for a row that another unit of work holds,
        and that one may be about to take an id.
        """
        with self._lock:
            left = self._left.setdefault(kind, [])
            if left:
                return left.pop()
        first: int = connection.raw.execute(f"SELECT nextval('id_{kind}')").fetchone()[0]
        with self._lock:
            left.extend(range(first + _BLOCK.get(kind, _BLOCK_SIZE) - 1, first, -1))
        return first


class Mint:
    """New ids inside one unit of work. Never reused, below 2^31, skipping those that another system has claimed."""

    def __init__(self, connection: Connection, blocks: Blocks, claimed: Callable[[], Collection[str]]) -> None:
        """claimed: kinds of things of which another system's whole-number ids are on file"""
        self._connection, self._blocks, self._claimed = connection, blocks, claimed
        self._newly_claimed: set[str] = set()
        self._next: dict[str, int] = {}
        self._ahead: dict[str, list[Answer]] = {}
        self._ready: dict[str, list[int]] = {}

    def ahead(self, kind: str) -> None:
        """Ask for an id that will be needed soon, unless one is at hand."""
        if self._ahead.get(kind) or self._ready.get(kind):
            return
        if self._connection.dialect == "postgresql" and kind in _BLOCK:
            self._ahead.setdefault(kind, []).append(self._connection.ask(_next_value[kind]))

    def several(self, kind: str, count: int) -> None:
        """Fetch ids of a kind that will be needed soon."""
        if self._connection.dialect == "postgresql" and count and kind in _BLOCK:
            rows = self._connection.rows(_next_values[kind], count=count)
            self._ready.setdefault(kind, []).extend(row[0] for row in reversed(rows))

    def take(self, kind: str) -> int:
        """One new id of a kind of thing (a table's name)."""
        named = _NAMED.get(kind, kind)
        while True:
            number = self._one(kind)
            assert number <= LARGEST, f"ids of {kind} are used up"
            if not self._is_claimed(named) or not self._connection.row(_claimed, kind=named, number=number):
                return number

    def claims(self, kind: str) -> None:
        """Another system has named things of a kind in this unit of work."""
        self._newly_claimed.add(kind)

    def _is_claimed(self, kind: str) -> bool:
        return kind in self._newly_claimed or kind in self._claimed()

    def _one(self, kind: str) -> int:
        connection = self._connection
        if ready := self._ready.get(kind):
            return ready.pop()
        if asked := self._ahead.get(kind):
            row = asked.pop().row()
            assert row is not None
            return int(row[0])
        if connection.dialect == "postgresql" and kind in _SEQUENCED:
            return self._blocks.take(connection, kind)
        # One writer at a time, and rows are never deleted: the largest id in use is the last one given.
        if kind in _SEQUENCED and not self._next:
            row = connection.row(_last_of_all)
            assert row is not None
            self._next = {name: last + 1 for name, last in zip(_SEQUENCED, row, strict=True)}
        elif kind not in self._next:
            self._next[kind] = connection.value(_last_of(kind)) + 1
        number = self._next[kind]
        self._next[kind] = number + 1
        return number


class Refs:
    """What other systems call our things."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ahead: dict[tuple[str, str, str], Answer] = {}

    def ahead(self, system: str, kind: str, their_id: str) -> None:
        """Ask for our id for theirs, which will be needed soon."""
        answer = self._connection.ask(_ours, system=system, kind=kind, their_id=their_id)
        self._ahead[system, kind, their_id] = answer

    def ours(self, system: str, kind: str, their_id: str) -> int | None:
        """Our id for theirs; None when that system has no such id on file."""
        key = system, kind, their_id
        if key not in self._ahead:
            self.ahead(*key)
        row = self._ahead.pop(key).row()
        return row[0] if row else None

    def ours_of(self, system: str, kind: str, their_numbers: Iterable[int]) -> dict[int, int]:
        """Our ids for whole-number ids of a system; a thing that it has no id of its own for goes by ours.

        The ids given back for such things are not checked to exist.
        """
        return self.ours_of_each(system, {kind: their_numbers})[kind]

    def ours_of_each(self, system: str, wanted: Mapping[str, Iterable[int]]) -> dict[str, dict[int, int]]:
        """The same for several kinds of things at once: kind -> theirs -> ours."""
        numbers = {kind: sorted(set(theirs)) for kind, theirs in wanted.items()}
        asked = {
            kind: self._connection.ask(_either, system=system, kind=kind, ids=ids)
            for kind, ids in numbers.items()
            if ids
        }
        return {kind: _matched(ids, asked[kind].rows()) if ids else {} for kind, ids in numbers.items()}

    def theirs(self, system: str, kind: str, our_id: int) -> str | None:
        """The id that a system knows our thing by; None when it goes by ours."""
        found: str | None = self._connection.value(_theirs, system=system, kind=kind, our_id=our_id)
        return found

    def theirs_of(self, system: str, kind: str, our_ids: Iterable[int]) -> dict[int, str]:
        """The ids that a system knows our things by: its own, and ours where it has none."""
        wanted = sorted(set(our_ids))
        rows = self._connection.rows(_theirs_of, system=system, kind=kind, ids=wanted) if wanted else []
        return {our_id: str(our_id) for our_id in wanted} | dict(rows)

    def add(self, system: str, kind: str, their_id: str, our_id: int) -> None:
        """File a system's id for a thing; the first one of a thing is its primary.

        raises: Conflict when that system uses the id for another thing
        """
        known = self.ours(system, kind, their_id)
        if known == our_id:
            return
        if known is not None:
            raise Conflict.of("ref_taken", f"{system} {kind} {their_id} is already on file for another {kind}")
        number = int(their_id) if their_id.isascii() and their_id.isdigit() and int(their_id) <= LARGEST else None
        row = {
            "system": system,
            "kind": kind,
            "their_id": their_id,
            "our_id": our_id,
            "their_number": number,
            "is_primary": self.theirs(system, kind, our_id) is None,
        }
        self._connection.insert(external_ref, [row])

    def pass_on(self, kind: str, from_id: int, into_id: int) -> None:
        """Let all ids of one thing lead to another; where a system has a primary one for both, the other's stays so."""
        self._connection.run(_demote, kind=kind, from_id=from_id, into_id=into_id)
        self._connection.run(_pass_on, kind=kind, from_id=from_id, into_id=into_id)

    def claimed_kinds(self) -> frozenset[str]:
        """Kinds of things of which whole-number ids of other systems are on file."""
        return frozenset(kind for (kind,) in self._connection.rows(_kinds))


def _matched(wanted: Iterable[int], rows: Sequence[Row]) -> dict[int, int]:
    named = {their_number: our_id for their_number, our_id in rows if their_number is not None}
    renamed = {our_id for _, our_id in rows}
    return {number: named.get(number, number) for number in wanted if number in named or number not in renamed}
