"""What is told of a document: its life in order of time, and what is wrong with it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Document
from counterfoil.store import Reader


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a document.

    what:    its sort: call, document, entry, application, related, export, …
    details: more of it by name, as JSON can hold it
    lines:   the same for people, below the sentence
    """

    at: datetime
    what: str
    say: str
    details: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now, and what to do about it."""

    code: str
    say: str
    do: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The document in question, and the book that tells of it.

    is_ours: its number is of our series
    """

    reader: Reader
    document: Document
    today: date
    is_ours: bool
    customer: str


@dataclass(frozen=True, slots=True)
class Life:
    """All that is known of one document."""

    kind: str
    number: str
    state: str
    customer: str
    on: date
    currency: str
    total: Decimal
    events: tuple[Event, ...]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """What another system delivered and is not in the book.

    flow, their_id: how it is known there
    """

    account: str
    flow: str
    their_id: int
    number: str
    state: str
    events: tuple[Event, ...]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to tell of a number.

    lives:    the documents that have it, ours first
    outside:  what has it, was delivered, and is not in the book
    mentions: calls that hold it and led to none of these documents
    says:     where it was looked for in vain
    """

    number: str
    lives: tuple[Life, ...]
    outside: tuple[Outside, ...]
    mentions: tuple[Event, ...]
    says: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The answer as JSON can hold it."""
        return {
            "number": self.number,
            "documents": [_life(life) for life in self.lives],
            "outside": [_outside(one) for one in self.outside],
            "mentions": [_event(event) for event in self.mentions],
            "says": list(self.says),
        }


def _life(life: Life) -> dict[str, Any]:
    return {
        "kind": life.kind,
        "number": life.number,
        "state": life.state,
        "customer": life.customer,
        "dated_on": life.on.isoformat(),
        "currency": life.currency,
        "total": life.total,
        "events": [_event(event) for event in life.events],
        "wrong": [_trouble(trouble) for trouble in life.troubles],
    }


def _outside(one: Outside) -> dict[str, Any]:
    return {
        "account": one.account,
        "flow": one.flow,
        "their_id": one.their_id,
        "state": one.state,
        "events": [_event(event) for event in one.events],
        "wrong": [_trouble(trouble) for trouble in one.troubles],
    }


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {"code": trouble.code, "say": trouble.say, "do": trouble.do}


def _event(event: Event) -> dict[str, Any]:
    return {"at": event.at.isoformat(), "what": event.what, "say": event.say, **event.details}
