"""Pulled documents and runs: rows <-> core values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.ports import Fetched, Flow, Learned, Mark
from counterfoil.core.syncing import Happening, Pulled, PulledState, Run, RunState
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.refs import Mint
from counterfoil.store.rows import from_ms, to_ms
from counterfoil.store.schema import sync_account, sync_document, sync_event, sync_run

_account = Statement(
    sa.select(sync_account.c.id, sync_account.c.signs, sync_account.c.shape).where(sync_account.c.name == p("name"))
)
_learn = Statement(sa.text("UPDATE sync_account SET signs = :signs, shape = :shape WHERE id = :id"))
_IS_IT = sa.and_(
    sync_document.c.account_id == p("account_id"),
    sync_document.c.flow == p("flow"),
    sync_document.c.their_id == p("their_id"),
)
#: Written as the partial index is, so that it serves.
_OPEN = sa.text("state <> 'marked' AND state <> 'closed'")
_COLUMNS = (
    sync_document.c.flow,
    sync_document.c.their_id,
    sync_document.c.state,
    sync_document.c.number,
    sync_document.c.content,
    sync_document.c.raw,
    sync_document.c.document_id,
    sync_document.c.code,
    sync_document.c.say,
    sync_document.c.attempts,
    sync_document.c.next_try_at,
    sync_document.c.note,
    sync_document.c.first_seen_at,
    sync_document.c.last_seen_at,
    sync_document.c.imported_at,
    sync_document.c.marked_at,
)
_one = Statement(sa.select(*_COLUMNS).where(_IS_IT))
_held = Statement(sa.select(*_COLUMNS).where(_IS_IT).with_for_update())
_state = Statement(sa.select(sync_document.c.state).where(_IS_IT).with_for_update())
_known = Statement(
    sa.select(*_COLUMNS).where(
        sync_document.c.account_id == p("account_id"),
        sync_document.c.flow == p("flow"),
        one_of(sync_document.c.their_id, "ids"),
    )
)
_in_state = Statement(
    sa.select(*_COLUMNS)
    .where(
        sync_document.c.account_id == p("account_id"),
        sync_document.c.flow == p("flow"),
        sync_document.c.state == p("state"),
        sync_document.c.their_id > p("after"),
        _OPEN,
    )
    .where(sa.or_(sync_document.c.next_try_at.is_(None), sync_document.c.next_try_at <= p("now")))
    .order_by(sync_document.c.their_id)
    .limit(p("limit"))
)
_stuck = Statement(
    sa.select(*_COLUMNS)
    .where(sync_document.c.account_id == p("account_id"), _OPEN, sync_document.c.code != "")
    .order_by(sync_document.c.flow, sync_document.c.their_id)
)
_counts = Statement(
    sa.select(sync_document.c.flow, sync_document.c.state, sa.func.count())
    .where(sync_document.c.account_id == p("account_id"))
    .group_by(sync_document.c.flow, sync_document.c.state)
)
_waiting = Statement(
    sa.select(sync_document.c.their_id, sync_document.c.document_id).where(
        sync_document.c.account_id == p("account_id"),
        sync_document.c.waits_for == p("invoice"),
        sa.text("waits_for IS NOT NULL"),
    )
)
_of_document = Statement(
    sa.select(sync_account.c.name, *_COLUMNS)
    .join(sync_account, sync_account.c.id == sync_document.c.account_id)
    .where(sync_document.c.document_id == p("document_id"), sa.text("document_id IS NOT NULL"))
)
_numbered = Statement(
    sa.select(sync_account.c.name, *_COLUMNS)
    .join(sync_account, sync_account.c.id == sync_document.c.account_id)
    .where(sync_document.c.number == p("number"), sa.text("document_id IS NULL"))
    .order_by(sync_account.c.name, sync_document.c.flow, sync_document.c.their_id)
)
_happenings = Statement(
    sa.select(sync_event.c.what, sync_event.c.code, sync_event.c.say, sync_event.c.at, sync_event.c.actor)
    .where(
        sync_event.c.account_id == p("account_id"),
        sync_event.c.flow == p("flow"),
        sync_event.c.their_id == p("their_id"),
    )
    .order_by(sync_event.c.at)
)


def _change(what: str) -> Statement:
    """An UPDATE of one pulled document."""
    where = "account_id = :account_id AND flow = :flow AND their_id = :their_id"
    return Statement(sa.text(f"UPDATE sync_document SET {what} WHERE {where}"))  # noqa: S608 - names of ours


_restage = _change("number = :number, raw = :raw, state = :state, last_seen_at = :now, next_try_at = NULL")
_seen = _change("last_seen_at = :now")
_imported = _change(
    "state = 'imported', number = :number, content = :content, raw = NULL, document_id = :document_id,"
    " waits_for = :waits_for, code = '', say = '', attempts = 0, next_try_at = NULL, note = :note, imported_at = :now"
)
_moved = _change(
    "state = :state, code = :code, say = :say, attempts = :attempts, next_try_at = :next_try_at, note = :note"
)
_marked = Statement(
    sa.update(sync_document)
    .where(
        sync_document.c.account_id == p("of_account"),
        sync_document.c.flow == p("of_flow"),
        one_of(sync_document.c.their_id, "ids"),
        sa.text("state IN ('imported', 'closing')"),
    )
    .values(
        state=sa.text("CASE WHEN state = 'closing' THEN 'closed' ELSE 'marked' END"),
        code="",
        say="",
        attempts=0,
        next_try_at=sa.null(),
        marked_at=p("now"),
    )
)
_linked = _change("waits_for = NULL")
_run = Statement(sa.select(sync_run).where(sync_run.c.id == p("id")))
_runs = Statement(
    sa.select(sync_run)
    .where(sync_run.c.account_id == p("account_id"))
    .order_by(sync_run.c.started_at.desc())
    .limit(p("limit"))
)
_last_began = Statement(
    sa.select(sync_account.c.name, sa.func.max(sync_run.c.started_at))
    .where(sync_account.c.id == sync_run.c.account_id)
    .group_by(sync_account.c.name)
    .order_by(sync_account.c.name)
)
_count = Statement(
    sa.text(
        "UPDATE sync_run SET pages = pages + :pages, staged = staged + :staged, imported = imported + :imported,"
        " marked = marked + :marked, failed = failed + :failed WHERE id = :id"
    )
)
_end = Statement(sa.text("UPDATE sync_run SET state = :state, say = :say, ended_at = :now WHERE id = :id"))
_abandoned = Statement(
    sa.text(
        "UPDATE sync_run SET state = 'failed', say = :say, ended_at = :now"
        " WHERE account_id = :account_id AND state = 'running' AND id <> :id"
    )
)


_oldest = Statement(
    sa.select(sync_account.c.name, sync_document.c.flow, sa.func.min(sync_document.c.first_seen_at))
    .where(sync_account.c.id == sync_document.c.account_id, sa.text("state <> 'marked' AND state <> 'closed'"))
    .group_by(sync_account.c.name, sync_document.c.flow)
    .order_by(sync_account.c.name, sync_document.c.flow)
)

#: What is noted of a run whose end nobody noted, as after a restore or a fault of ours.
_NO_END = "it broke off; a later run goes on with what it left"


@dataclass(frozen=True, slots=True)
class Known:
    """An account on file, with what has been found out about it."""

    id: int
    learned: Learned


class Syncs:
    """Pulled documents inside one unit of work, or read outside of one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, name: str) -> Known | None:
        """The account of a name."""
        row = self._connection.row(_account, name=name)
        return Known(row[0], Learned(row[1], row[2])) if row else None

    def oldest(self) -> list[tuple[str, str, datetime]]:
        """Since when the oldest document waits that is not in the book and told: (account, flow, first seen)."""
        return [(row[0], row[1], from_ms(row[2])) for row in self._connection.rows(_oldest)]

    def last_began(self) -> list[tuple[str, datetime]]:
        """When the newest run of each account began."""
        return [(row[0], from_ms(row[1])) for row in self._connection.rows(_last_began)]

    def add_account(self, name: str, mint: Mint) -> None:
        """File an account."""
        row = {"id": mint.take("sync_account"), "name": name, "signs": "", "shape": ""}
        self._connection.insert(sync_account, [row])

    def learn(self, account_id: int, learned: Learned) -> None:
        """Keep what has been found out about an account."""
        self._connection.run(_learn, id=account_id, signs=learned.signs, shape=learned.shape)

    def known(self, account_id: int, flow: Flow, ids: Collection[int]) -> dict[int, Pulled]:
        """Those of some documents that have been seen before."""
        rows = self._connection.rows(_known, account_id=account_id, flow=flow.value, ids=sorted(ids))
        return {row[1]: _to_pulled(row) for row in rows}

    def stage(self, account_id: int, flow: Flow, fetched: Iterable[Fetched], now: datetime) -> None:
        """File documents that have not been seen before, as they arrived."""
        at = to_ms(now)
        rows = [
            {
                "account_id": account_id,
                "flow": flow.value,
                "their_id": one.their_id,
                "state": PulledState.STAGED.value,
                "number": one.number,
                "content": "",
                "raw": one.raw.decode(),
                "document_id": None,
                "waits_for": None,
                "code": "",
                "say": "",
                "attempts": 0,
                "next_try_at": None,
                "note": "",
                "first_seen_at": at,
                "last_seen_at": at,
                "imported_at": None,
                "marked_at": None,
            }
            for one in fetched
        ]
        self._connection.insert(sync_document, rows, "ON CONFLICT (account_id, flow, their_id) DO NOTHING")

    def restage(self, account_id: int, flow: Flow, fetched: Fetched, state: PulledState, now: datetime) -> None:
        """Take a document's newest delivery, to be looked at at once."""
        self._connection.run(
            _restage,
            **_key(account_id, flow, fetched.their_id),
            number=fetched.number,
            raw=fetched.raw.decode(),
            state=state.value,
            now=to_ms(now),
        )

    def seen(self, account_id: int, flow: Flow, their_id: int, now: datetime) -> None:
        """Note that a document was delivered once more."""
        self._connection.run(_seen, **_key(account_id, flow, their_id), now=to_ms(now))

    def get(self, account_id: int, flow: Flow, their_id: int, hold: bool = False) -> Pulled | None:
        """A pulled document; hold keeps it from others until the unit of work ends."""
        row = self._connection.row(_held if hold else _one, **_key(account_id, flow, their_id))
        return _to_pulled(row) if row else None

    def ask_state(self, account_id: int, flow: Flow, their_id: int) -> Callable[[], PulledState | None]:
        """Ask where a pulled document stands, and keep it from others until the unit of work ends."""
        answer = self._connection.ask(_state, **_key(account_id, flow, their_id))
        return lambda: PulledState(row[0]) if (row := answer.row()) else None

    def in_state(
        self, account_id: int, flow: Flow, state: PulledState, now: datetime, after: int, limit: int
    ) -> list[Pulled]:
        """Documents in a state whose time has come, by their id, behind one id."""
        rows = self._connection.rows(
            _in_state,
            account_id=account_id,
            flow=flow.value,
            state=state.value,
            after=after,
            now=to_ms(now),
            limit=limit,
        )
        return [_to_pulled(row) for row in rows]

    def stuck(self, account_id: int) -> list[Pulled]:
        """Everything that could not be imported or told, and what waits for a person."""
        return [_to_pulled(row) for row in self._connection.rows(_stuck, account_id=account_id)]

    def counts(self, account_id: int) -> dict[tuple[Flow, PulledState], int]:
        """How many documents stand where."""
        rows = self._connection.rows(_counts, account_id=account_id)
        return {(Flow(flow), PulledState(state)): count for flow, state, count in rows}

    def imported(
        self,
        account_id: int,
        taken: Pulled,
        *,
        number: str,
        content: str,
        document_id: int,
        waits_for: int | None,
        note: str,
        now: datetime,
    ) -> None:
        """Note that a document is in the book, in the unit of work that puts it there."""
        self._connection.run(
            _imported,
            **_key(account_id, taken.flow, taken.their_id),
            number=number,
            content=content,
            document_id=document_id,
            waits_for=waits_for,
            note=note,
            now=to_ms(now),
        )

    def move(self, account_id: int, moved: Pulled) -> None:
        """Write where a document stands now, and why."""
        self._connection.run(
            _moved,
            **_key(account_id, moved.flow, moved.their_id),
            state=moved.state.value,
            code=moved.code,
            say=moved.say,
            attempts=moved.attempts,
            next_try_at=None if moved.next_try_at is None else to_ms(moved.next_try_at),
            note=moved.note,
        )

    def marked(self, account_id: int, flow: Flow, marks: Sequence[Mark], now: datetime) -> None:
        """Note that the other system has been told."""
        ids = [mark.their_id for mark in marks]
        self._connection.run(_marked, of_account=account_id, of_flow=flow.value, ids=ids, now=to_ms(now))

    def ask_waiting_for(self, account_id: int, invoice: int) -> Callable[[], list[tuple[int, int]]]:
        """Ask for the credit notes that wait for an invoice: (their id, our document)."""
        answer = self._connection.ask(_waiting, account_id=account_id, invoice=invoice)
        return lambda: [(row[0], row[1]) for row in answer.rows()]

    def linked(self, account_id: int, their_id: int) -> None:
        """Note that a credit note has found its invoice."""
        self._connection.run(_linked, **_key(account_id, Flow.CREDIT_NOTES, their_id))

    def of_document(self, document_id: int) -> list[tuple[str, Pulled]]:
        """Where a document of the book was pulled from: (account, pulled)."""
        rows = self._connection.rows(_of_document, document_id=document_id)
        return [(row[0], _to_pulled(row[1:])) for row in rows]

    def numbered(self, number: str) -> list[tuple[str, Pulled]]:
        """Delivered documents of a number that are not in the book: (account, pulled)."""
        return [(row[0], _to_pulled(row[1:])) for row in self._connection.rows(_numbered, number=number)]

    def note(self, account_id: int, flow: Flow, their_id: int, happening: Happening) -> None:
        """Keep something that happened to a document."""
        row = {
            **_key(account_id, flow, their_id),
            "what": happening.what,
            "code": happening.code,
            "say": happening.say,
            "at": to_ms(happening.at),
            "actor": happening.actor,
        }
        self._connection.insert(sync_event, [row])

    def happenings(self, account_id: int, flow: Flow, their_id: int) -> list[Happening]:
        """What has happened to a document, oldest first."""
        rows = self._connection.rows(_happenings, **_key(account_id, flow, their_id))
        return [Happening(what, code, say, from_ms(at), actor) for what, code, say, at, actor in rows]

    def open_run(self, account_id: int, run_id: str, since: datetime | None, now: datetime) -> None:
        """File a run that begins; one that is on file goes on.

        Runs of an account go one after another: an earlier one that is under way by its own account never ended.
        """
        row: dict[str, Any] = {
            "id": run_id,
            "account_id": account_id,
            "since": None if since is None else to_ms(since),
            "state": RunState.RUNNING.value,
            "started_at": to_ms(now),
            "ended_at": None,
            **dict.fromkeys(("pages", "staged", "imported", "marked", "failed"), 0),
            "say": "",
        }
        self._connection.insert(sync_run, [row], "ON CONFLICT (id) DO NOTHING")
        self._connection.run(_abandoned, account_id=account_id, id=run_id, say=_NO_END, now=to_ms(now))

    def count(self, run_id: str, **more: int) -> None:
        """Add to a run's counts, in the unit of work that does what is counted."""
        zero = dict.fromkeys(("pages", "staged", "imported", "marked", "failed"), 0)
        self._connection.run(_count, id=run_id, **(zero | more))

    def end_run(self, run_id: str, state: RunState, say: str, now: datetime) -> None:
        """Note how a run ended."""
        self._connection.run(_end, id=run_id, state=state.value, say=say, now=to_ms(now))

    def run(self, run_id: str) -> Run | None:
        """A run."""
        row = self._connection.row(_run, id=run_id)
        return _to_run(row) if row else None

    def runs(self, account_id: int, limit: int) -> list[Run]:
        """The newest runs of an account."""
        return [_to_run(row) for row in self._connection.rows(_runs, account_id=account_id, limit=limit)]


def _key(account_id: int, flow: Flow, their_id: int) -> Mapping[str, Any]:
    return {"account_id": account_id, "flow": flow.value, "their_id": their_id}


def _instant(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


def _to_pulled(row: Row) -> Pulled:
    flow, their_id, state, number, content, raw, document_id, code, say, attempts, again, note, first, last, *done = row
    return Pulled(
        flow=Flow(flow),
        their_id=their_id,
        state=PulledState(state),
        number=number,
        content=content,
        raw=raw or "",
        document_id=document_id,
        code=code,
        say=say,
        attempts=attempts,
        next_try_at=_instant(again),
        note=note,
        first_seen_at=from_ms(first),
        last_seen_at=from_ms(last),
        imported_at=_instant(done[0]),
        marked_at=_instant(done[1]),
    )


def _to_run(row: Row) -> Run:
    names = dict(zip(sync_run.columns.keys(), row, strict=True))
    del names["account_id"]
    return Run(
        **names
        | {
            "state": RunState(names["state"]),
            "since": _instant(names["since"]),
            "started_at": from_ms(names["started_at"]),
            "ended_at": _instant(names["ended_at"]),
        }
    )
