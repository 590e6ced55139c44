"""Who calls, when, and the unit of work in which one effect happens."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from counterfoil.core.document import Document
from counterfoil.core.errors import Conflict
from counterfoil.core.journal import Entry
from counterfoil.core.open_item import OpenItem
from counterfoil.core.reference import Reference
from counterfoil.store import Drawn, Message, Principal, Store, Unit

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The instant it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """A call as evidence keeps it.

    headers: an allow-list, never a credential
    """

    request_id: str
    contract: str
    operation: str
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an effect came to, kept under its key so that a repetition gets the same.

    number:   "" for a draft
    warnings: (code, sentence) of what the sender should know
    """

    document_id: int
    number: str
    warnings: tuple[tuple[str, str], ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller of an effect is told, found again by its key; the same to every repetition."""

    status: int
    reply: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """What a service filed: the document, and what the sender should know about it."""

    document: Document
    warnings: tuple[tuple[str, str], ...] = ()


#: Is told what came of an effect: contract, kind of document ("" = none), outcome: filed, repeated or refused.
Observer = Callable[[str, str, str], None]


def _nobody(contract: str, kind: str, outcome: str) -> None:
    """Nobody counts."""


class Context:
    """One call on the book: who, when, what was said.

    observe: is told what came of it, once that is committed
    """

    def __init__(
        self, store: Store, caller: Principal, said: Said, clock: Clock = utc_now, observe: Observer = _nobody
    ) -> None:
        self.store, self.caller, self.said = store, caller, said
        self.now = clock()
        self._observe = observe

    @contextlib.contextmanager
    def work(self, part: int = 0) -> Iterator[Work]:
        """One effect: committed with its keys, evidence and number together, or rolled back whole.

        part: the place of this effect in a call that carries several
        """
        with self.store.unit() as unit:
            work = Work(self, unit, part)
            yield work
            work.conclude()
        self.tell(work.came_of_it)

    def tell(self, came_of_it: Iterable[tuple[str, str]]) -> None:
        """Say what effects came to, once they are committed: kind of document, outcome."""
        for kind, outcome in came_of_it:
            self._observe(self.said.contract, kind, outcome)

    def refuse(self, status: int, reply: bytes, part: int = 0) -> None:
        """File the evidence of a call, or a part of one, that had no effect."""
        with self.store.unit() as unit:
            work = Work(self, unit, part)
            work.answer(status, reply)
            work.conclude(refused=True)
        self.tell([("", "refused")])


class Work:
    """A unit of work in a caller's hands: what the services read from and file into."""

    def __init__(self, context: Context, unit: Unit, part: int) -> None:
        self.unit, self.now, self.caller = unit, context.now, context.caller
        self._said, self._part = context.said, part
        self._drawn: Drawn | None = None
        self._answer: tuple[int, bytes] | None = None
        self._document_id: int | None = None
        self._claimed: list[str] = []
        self._message_id: int | None = None
        self.came_of_it: list[tuple[str, str]] = []

    @property
    def reference(self) -> Reference:
        """The reference data that holds for this unit of work."""
        return self.unit.reference

    @property
    def today(self) -> date:
        """The book's day, in the book's time zone."""
        return self.now.astimezone(ZoneInfo(self.reference.time_zone)).date()

    @property
    def request_id(self) -> str:
        """The call that it belongs to."""
        return self._said.request_id

    @property
    def actor(self) -> str:
        """Who does it."""
        return self.caller.name

    def once(self, keys: Sequence[str], content: bytes, effect: Callable[[], Filed]) -> Outcome:
        """The effect's outcome; a repeated request gets its first one and no second effect.

        keys:    the contract's keys of this effect, in order of claim; none = no protection. Where several are bound
                 already, that of the same content counts
        content: hash of what the request means
        raises:  Conflict naming the first document when a key is bound to another content
        """
        bound = None
        for key in keys:
            known = self.unit.evidence.claim(self.caller.id, self._said.contract, key, content)
            if known is None:
                self._claimed.append(key)
            elif bound is None or known[0] == content:
                bound = known
        outcome = self.perform(effect) if bound is None else self._repeated(*bound, content)
        result = {"document_id": outcome.document_id, "number": outcome.number, "warnings": list(outcome.warnings)}
        for key in self._claimed:
            self.unit.evidence.conclude(self.caller.id, self._said.contract, key, content, result)
        return outcome

    def perform(self, effect: Callable[[], Filed]) -> Outcome:
        """Run an effect and draw its numbers."""
        filed = effect()
        self._drawn = self.unit.draw()
        self._document_id = filed.document.id
        number = filed.document.number or self._drawn.numbers.get(filed.document.id, "")
        return Outcome(filed.document.id, number, filed.warnings)

    def perform_and_write(self, effect: Callable[[], Filed]) -> Outcome:
        """The same, with all that was filed written, so that it can be read back; nothing may be filed after it."""
        outcome = self.perform(effect)
        assert self._drawn is not None, "performing draws"
        self.unit.write_heads(self._drawn, self.now, self.actor, self._evidence_id())
        return outcome

    def tell_once(self, key: str | None, content: bytes, effect: Callable[[], Told]) -> Told:
        """What an effect's caller is told; a repeated request is told the same and has no second effect.

        key:     the caller's own, None = no protection
        content: hash of what the request means
        raises:  Conflict naming the first request when the key is bound to another content
        """
        binding = self.caller.id, self._said.contract
        known = self.unit.evidence.claim(*binding, key, content) if key else None
        if known is not None:
            told = self._first_told(*known, content)
        else:
            told = effect()
            if key:
                self.unit.evidence.conclude(*binding, key, content, {"message_id": self._evidence_id()})
        self.answer(told.status, told.reply)
        return told

    def _first_told(self, bound: bytes, result: dict[str, Any], content: bytes) -> Told:
        first = self.unit.evidence.message(result["message_id"])
        assert first is not None, "what a key leads to is on file"
        if bound != content:
            say = (
                f"the same key was used with other content by request {first.request_id} of {first.received_at:%F %TZ}"
            )
            raise Conflict.of("reference_conflict", say, "Idempotency-Key")
        self._document_id = first.document_id
        self.came_of_it.append(("", "repeated"))
        return Told(first.status, first.reply.encode(), replayed=True)

    def also(self, key: str, content: bytes) -> None:
        """Claim one more key for the effect under way, of something that did not exist before it."""
        taken = self.unit.evidence.claim(self.caller.id, self._said.contract, key, content)
        assert taken is None, "a key of something new is free"
        self._claimed.append(key)

    def ask_others(self, prefix: str) -> Callable[[], bool]:
        """Ask whether the caller has keys at this door that begin with a text, beside those claimed so far."""
        claimed = len(self._claimed)
        count = self.unit.evidence.ask_keys_with(self.caller.id, self._said.contract, prefix)
        return lambda: count() > claimed

    def _repeated(self, bound: bytes, result: dict[str, Any], content: bytes) -> Outcome:
        number = result["number"]
        if bound != content:
            raise Conflict.of("reference_conflict", f"the same reference with other content is document {number}")
        self._document_id = result["document_id"]
        self.came_of_it.append(("", "repeated"))
        warnings = tuple((code, say) for code, say in result["warnings"])
        return Outcome(result["document_id"], number, warnings, replayed=True)

    def answer(self, status: int, reply: bytes) -> None:
        """What the caller is told; kept as evidence."""
        self._answer = (status, reply)

    def file(self, document: Document) -> None:
        """File a new document."""
        self.unit.documents.add(document)
        self.came_of_it.append((document.kind.value, "filed"))

    def post(self, entry: Entry, due_on: date | None = None) -> list[OpenItem]:
        """File an entry with the items that it opens; an entry without postings is none."""
        if not entry.postings:
            return []
        return self.unit.journal.append(entry, self.reference.controlling, due_on)

    def conclude(self, refused: bool = False) -> None:
        """Write what was filed: heads with their numbers, and the evidence.

        refused: the call had no effect
        """
        drawn = self._drawn or self.unit.draw()
        message_id = self._evidence_id()
        self.unit.write_heads(drawn, self.now, self.actor, message_id)
        status, reply = self._answer or (0, b"")
        self.unit.evidence.file(
            message_id,
            Message(
                request_id=self._said.request_id,
                part=self._part,
                contract=self._said.contract,
                operation=self._said.operation,
                path=self._said.path,
                headers=self._said.headers,
                body=self._said.body,
                status=status,
                reply=reply.decode(),
                caller=self.actor,
                received_at=self.now,
                document_id=self._document_id,
                refused=refused,
            ),
        )

    def _evidence_id(self) -> int:
        if self._message_id is None:
            self._message_id = self.unit.mint.take("message")
        return self._message_id
