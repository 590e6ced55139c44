"""Documents on their way from another system into the book: where each stands, and what a run came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from counterfoil.core.ports import Flow


class PulledState(StrEnum):
    """Where a pulled document stands.

    STAGED:   on file as it arrived
    DRAFT:    not booked where it comes from; looked at again when it is delivered again
    FAILED:   could not be imported; tried again later
    IMPORTED: in the book, and the other system is to be told
    MARKED:   the other system has been told
    CHANGED:  delivered again with other content than was imported; a person decides
    CLOSING:  closed by a person, and the other system is to be told
    CLOSED:   closed by a person, and told
    """

    STAGED = "staged"
    DRAFT = "draft"
    FAILED = "failed"
    IMPORTED = "imported"
    MARKED = "marked"
    CHANGED = "changed"
    CLOSING = "closing"
    CLOSED = "closed"


#: What waits for the other system to be told.
UNTOLD = frozenset({PulledState.IMPORTED, PulledState.CLOSING})
#: What a person may try again or close.
STUCK = frozenset({PulledState.FAILED, PulledState.CHANGED})


class RunState(StrEnum):
    """How a run ended: everything is in the book and told; not all of it; it could not go on."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A pulled document and where it stands.

    content:     hash of what was accounted, "" before it was imported
    raw:         as it arrived, "" once it is imported
    code, say:   why it failed
    attempts:    how often it was tried in vain
    next_try_at: when it is tried again, None = at once
    note:        what the other system is told
    """

    flow: Flow
    their_id: int
    state: PulledState
    number: str = ""
    content: str = ""
    raw: str = ""
    document_id: int | None = None
    code: str = ""
    say: str = ""
    attempts: int = 0
    next_try_at: datetime | None = None
    note: str = ""
    first_seen_at: datetime
    last_seen_at: datetime
    imported_at: datetime | None = None
    marked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something in a pulled document's life beside its plain way into the book."""

    what: str
    code: str
    say: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run over an account: how far it is, and how it ended.

    since: the instant of an explicit re-export, None = what we do not have
    say:   why it ended so
    """

    id: str
    state: RunState
    since: datetime | None
    started_at: datetime
    ended_at: datetime | None
    pages: int = 0
    staged: int = 0
    imported: int = 0
    marked: int = 0
    failed: int = 0
    say: str = ""


_FIRST, _LONGEST = timedelta(minutes=5), timedelta(days=1)


def next_try(attempts: int, now: datetime) -> datetime:
    """When something that has failed so many times is tried again: after twice as long each time, up to a day."""
    return now + min(_LONGEST, _FIRST * (1 << min(attempts - 1, 12)))
