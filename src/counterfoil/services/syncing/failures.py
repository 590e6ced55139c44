"""What a person sees of pulled documents, and does about those that cannot go on alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from counterfoil.core.errors import Conflict, NotFound, Problem
from counterfoil.core.ports import Flow, Learned
from counterfoil.core.syncing import STUCK, UNTOLD, Happening, Pulled, PulledState, Run
from counterfoil.services.office import Work
from counterfoil.store import Store

_RUNS = 10


@dataclass(frozen=True, slots=True)
class Status:
    """Where an account stands.

    learned: what has been found out about its system
    counts:  how many of its documents stand where
    stuck:   what could not be imported or told, or waits for a person
    runs:    the newest first
    """

    learned: Learned
    counts: dict[tuple[Flow, PulledState], int]
    stuck: Sequence[Pulled]
    runs: Sequence[Run]


def status(store: Store, account: str) -> Status:
    """Where an account stands; empty for one that was never pulled."""
    with store.snapshot() as reader:
        known = reader.syncs.account(account)
        if known is None:
            return Status(Learned(), {}, (), ())
        syncs = reader.syncs
        return Status(known.learned, syncs.counts(known.id), syncs.stuck(known.id), syncs.runs(known.id, _RUNS))


def last_began(store: Store) -> list[tuple[str, datetime]]:
    """When the newest run of each account began."""
    with store.reader() as reader:
        return reader.syncs.last_began()


def run_of(store: Store, run_id: str) -> Run | None:
    """A run as far as it is."""
    with store.reader() as reader:
        return reader.syncs.run(run_id)


def raw_of(store: Store, account: str, flow: Flow, their_id: int) -> str:
    """A document as it arrived, where it is not in the book yet."""
    with store.reader() as reader:
        known = reader.syncs.account(account)
        found = reader.syncs.get(known.id, flow, their_id) if known else None
    if found is None or not found.raw:
        raise NotFound(Problem("not_staged", "id", f"{account} has no {flow.value} {their_id} waiting"))
    return found.raw


def retry(work: Work, account: str, flow: Flow | None = None, their_id: int | None = None) -> int:
    """Let what failed be tried again by the next run, at once; how many there are.

    flow, their_id: one document, None = all of the account
    """
    account_id = _account(work, account)
    chosen = [
        one
        for one in work.unit.syncs.stuck(account_id)
        if one.state is not PulledState.CHANGED
        and (flow is None or one.flow is flow)
        and their_id in (None, one.their_id)
    ]
    if their_id is not None and not chosen:
        raise NotFound(Problem("not_failed", "id", f"{account} has no failed document {their_id}"))
    for one in chosen:
        work.unit.syncs.move(account_id, replace(one, next_try_at=None))
        happening = Happening("retried", "", "to be tried again", work.now, work.actor)
        work.unit.syncs.note(account_id, one.flow, one.their_id, happening)
    return len(chosen)


def close(work: Work, account: str, flow: Flow, their_id: int, note: str) -> None:
    """Give a document up: it is not imported any more, and the other system is told it is done with, and why.

    One that the other system does not let us mark is only put aside.
    """
    if not note.strip():
        raise Conflict(Problem("note_required", "note", "say why it is closed; the note is kept and sent"))
    account_id = _account(work, account)
    one = work.unit.syncs.get(account_id, flow, their_id, hold=True)
    if one is None:
        raise NotFound(Problem("not_pulled", "id", f"{account} has no {flow.value} {their_id}"))
    untold = one.state in UNTOLD and one.code
    if one.state not in STUCK and not untold:
        raise Conflict(Problem("wrong_state", "id", f"{flow.value} {their_id} is {one.state.value}"))
    state = PulledState.CLOSED if untold else PulledState.CLOSING
    closed = replace(one, state=state, code="", say="", attempts=0, next_try_at=None, note=note.strip()[:200])
    work.unit.syncs.move(account_id, closed)
    work.unit.syncs.note(account_id, flow, their_id, Happening("closed", one.code, note.strip(), work.now, work.actor))


def _account(work: Work, name: str) -> int:
    known = work.unit.syncs.account(name)
    if known is None:
        raise NotFound(Problem("account_unknown", "account", f"nothing was ever pulled from {name}"))
    return known.id
