"""Documents into another system, each exactly once: intent, commit, call, answer; in doubt, look it up.

Every step may be killed at any instant and done again: what a step has committed it finds (docs/adr/0018).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from counterfoil.core.document import Document, Kind
from counterfoil.core.errors import BookError, Conflict, NotFound, Problem, Refused, Unavailable
from counterfoil.core.exporting import (
    Condition,
    ExportEvent,
    ExportState,
    Field,
    Group,
    Operator,
    Topic,
    Wanted,
    topic_of,
)
from counterfoil.core.ports import (
    Answered,
    Outcall,
    Outgoing,
    Prepared,
    Pushing,
    Search,
    Sighting,
    Target,
    TargetRefused,
    TargetSilent,
)
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.services import exporting, payables
from counterfoil.services.credentials import principal
from counterfoil.services.office import Clock, Context, Said, Work, utc_now
from counterfoil.store import Reader, Store, Unsettled

_PAGE = 50
_NOTE = 1000
#: Nothing is sent out of these: what was begun is looked up, the rest waits for a person.
_BEGUN = frozenset({ExportState.SENT, ExportState.IN_DOUBT})
_WAITING = frozenset({ExportState.FAILED, ExportState.PARKED})


class Came(StrEnum):
    """What came of one document.

    HELD_BACK: it cannot be sent as it is; it goes as soon as it can
    WAITING:   refused there, or put aside for a person
    IN_DOUBT:  it may be there; looked for again by the next run
    """

    SENT = "sent"
    ADOPTED = "adopted"
    HELD_BACK = "held_back"
    WAITING = "waiting"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Went:
    """A run: what came of the documents, and why it ended early, "" = it did not."""

    came: dict[Came, int]
    say: str = ""


class Push:
    """The work of pushing into one system; one process at a time does it.

    stop: called between documents; raises to leave the run
    """

    def __init__(
        self,
        store: Store,
        target: Target,
        pushing: Pushing,
        *,
        clock: Clock = utc_now,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._target, self._pushing = store, target, pushing
        self._clock, self._stop = clock, stop
        self._principal = principal(store, f"push:{target.name}")

    def run(self, tell: Callable[[str, Came], None] = lambda number, came: None) -> Went:
        """Push everything that waits for the system, what was begun before first.

        tell: is told what came of each document, by its number
        """
        came: dict[Came, int] = {}

        def one(topic: Topic, document_id: int, number: str) -> None:
            self._stop()
            found = self.push(topic, document_id)
            if found is not None:
                came[found] = came.get(found, 0) + 1
                tell(number, found)

        try:
            with self._context("register", Outcall("", b"")).work() as work:
                exporting.register(work, self._target.name, self._pushing.topics)
            done = set()
            for begun in self._unsettled():
                if begun.state in _BEGUN:
                    done.add((begun.topic, begun.document_id))
                    one(begun.topic, begun.document_id, begun.number)
            for topic in self._pushing.topics:
                for document in self._waiting(topic):
                    if (topic, document.id) not in done:
                        one(topic, document.id, document.number)
        except Unavailable as error:
            return Went(came, str(error))
        return Went(came)

    def _unsettled(self) -> list[Unsettled]:
        with self._store.reader() as reader:
            return reader.exports.unsettled(self._target.name)

    def _waiting(self, topic: Topic) -> Iterator[Document]:
        """What waits for the system and has not come from it, oldest first, page by page."""
        after = 0
        while page := self._page(topic, after):
            with self._store.reader() as reader:
                sources = reader.exports.sources(topic, [document.id for document in page])
            yield from (document for document in page if sources.get(document.id) not in self._pushing.sources)
            after = page[-1].id

    def _page(self, topic: Topic, after: int) -> list[Document]:
        tests = [Condition(Field.ID, Operator.GT, (after,))]
        if self._pushing.since is not None:
            tests.append(Condition(Field.DATE, Operator.GTE, (self._pushing.since,)))
        wanted = Wanted(topic=topic, system=self._target.name, groups=(Group(tuple(tests)),), limit=_PAGE)
        page = exporting.listed(self._context("list", Outcall("", b"")), wanted)
        return [row.document for row in page.rows]

    def push(self, topic: Topic, document_id: int) -> Came | None:
        """One document, as far as it can go now; None where there is nothing to do.

        raises: Unavailable when the system cannot be reached, or lets us in no more
        """
        history = self._history(topic, document_id)
        state = history[-1].state if history else None
        if state is ExportState.ACKNOWLEDGED:
            return None
        if state in _WAITING:
            return Came.WAITING
        try:
            prepared = self._target.prepare(self._outgoing(document_id))
        except Unavailable:
            raise
        except BookError as error:
            return self._hold_back(topic, document_id, history, str(error))
        if state in _BEGUN:
            return self._look_up(topic, document_id, prepared, history)
        there = self._known(prepared, history)
        if there is not None and there.parts == len(prepared.parts):
            return self._adopt(topic, document_id, there)
        return self._send(topic, document_id, prepared, state, there)

    def _history(self, topic: Topic, document_id: int) -> list[ExportEvent]:
        with self._store.reader() as reader:
            events = reader.exports.history(document_id)
        mine = [event for event in events if (event.system, event.topic) == (self._target.name, topic)]
        # Ids are handed to processes in blocks: only within one process do they tell what came first.
        return sorted(mine, key=lambda event: event.at)

    def _outgoing(self, document_id: int) -> Outgoing:
        with self._store.snapshot() as reader:
            document = reader.documents.get(document_id)
            assert document is not None, "what waits for a system is on file"
            if reader.exported.reversals([document_id]):
                raise Refused(Problem("reversed", "", f"{document.number} has been reversed"))
            tenders = document.tenders or reader.documents.money_with(document_id)
            supplied = None
            if document.kind is Kind.SUPPLIER_INVOICE:
                supplied = payables.invoice_on(reader, document_id, document.on)
            their_ids = self._their_ids(reader, document, supplied)
            return Outgoing(document, tenders, supplied, reader.reference, their_ids)

    def _their_ids(
        self, reader: Reader, document: Document, supplied: InvoiceShown | None
    ) -> dict[tuple[str, int], str]:
        wanted = {("customer", number) for number in (document.customer_id, document.ship_to_id) if number}
        wanted |= {("item", line.item_id) for line in document.lines if line.item_id is not None}
        if supplied is not None:
            wanted |= {("party", party.id) for party in (supplied.supplier, supplied.unit)}
            wanted |= {("item", number) for number in supplied.items}
        found = {}
        for kind, number in sorted(wanted):
            theirs = reader.refs.theirs(self._pushing.refs, kind, number)
            if theirs is not None:
                found[kind, number] = theirs
        return found

    def _hold_back(self, topic: Topic, document_id: int, history: Sequence[ExportEvent], say: str) -> Came:
        """Note why it cannot be sent, once; what was begun stays begun."""
        note = say[:_NOTE]
        begun = bool(history) and history[-1].state in _BEGUN
        state = ExportState.IN_DOUBT if begun else ExportState.QUEUED
        if not history or (history[-1].state, history[-1].note) != (state, note):
            with self._context("hold back", Outcall("", b"")).work() as work:
                self._record(work, topic, document_id, state, note)
        return Came.IN_DOUBT if begun else Came.HELD_BACK

    def _known(self, prepared: Prepared, history: Sequence[ExportEvent]) -> Sighting | None:
        """What is there of it, where the other system has told its id; None if that is gone, or something else now."""
        told = _told(history)
        return self._target.seen(prepared, told) if told else None

    def _send(
        self, topic: Topic, document_id: int, prepared: Prepared, state: ExportState | None, there: Sighting | None
    ) -> Came:
        """Part after part, each with its intent committed before the call.

        there: how far it has come before, None = not at all
        """
        at = there or _NOTHING
        while at.parts < len(prepared.parts):
            try:
                call = self._target.call(prepared, at.parts, at.number)
            except Unavailable:
                raise
            except BookError as error:
                return self._unworded(topic, document_id, at, str(error))
            context = self._context("push", call)
            with context.work() as work:
                self._require(work, topic, document_id, state)
                note = f"part {at.parts + 1} of {len(prepared.parts)}" if len(prepared.parts) > 1 else ""
                self._record(work, topic, document_id, ExportState.SENT, note, at.remote_id)
            state = ExportState.SENT
            try:
                answered = self._target.send(call)
            except TargetRefused as error:
                return self._refused(context, topic, document_id, error, at)
            except TargetSilent as error:
                self._silent(context, topic, document_id, error, begun=at.parts > 0)
                if not error.acted:
                    raise
                return self._look_up(topic, document_id, prepared, self._history(topic, document_id))
            except Unavailable as error:
                back = ExportState.IN_DOUBT if at.parts else ExportState.QUEUED
                with context.work(1) as work:
                    self._record(work, topic, document_id, back, str(error))
                raise
            at = Sighting(answered.remote_id or at.remote_id, answered.number or at.number, at.parts + 1)
        self._acknowledge(context, topic, document_id, at, answered)
        return Came.SENT

    def _unworded(self, topic: Topic, document_id: int, at: Sighting, say: str) -> Came:
        """Nothing of it there, it waits until it can be said; half of it there, it is a person's business."""
        if at.parts:
            return self._park(topic, document_id, f"{at.number} is there with {at.parts} of its parts: {say}")
        return self._hold_back(topic, document_id, self._history(topic, document_id), say)

    def _require(self, work: Work, topic: Topic, document_id: int, state: ExportState | None) -> None:
        """Conflict where somebody else has taken the document on meanwhile."""
        work.unit.documents.get(document_id, hold=True)
        found = work.unit.exports.state(self._target.name, topic, document_id)
        if found is not state:
            raise Conflict(Problem("push_under_way", "", f"document {document_id} is being pushed by somebody else"))

    def _refused(self, context: Context, topic: Topic, document_id: int, error: TargetRefused, at: Sighting) -> Came:
        """Refused as a whole it has failed; refused half-way, what is there of it is a person's business."""
        state, note = ExportState.FAILED, str(error)
        if at.parts:
            state = ExportState.PARKED
            note = f"{at.number} is there with {at.parts} of its parts; the next was refused: {note}"
        with context.work(1) as work:
            self._record(work, topic, document_id, state, note)
            work.answer(error.status, error.reply)
        return Came.WAITING

    def _silent(self, context: Context, topic: Topic, document_id: int, error: TargetSilent, *, begun: bool) -> None:
        state = ExportState.IN_DOUBT if error.acted or begun else ExportState.QUEUED
        with context.work(1) as work:
            self._record(work, topic, document_id, state, str(error))
            work.answer(error.status, error.reply)

    def _acknowledge(self, context: Context, topic: Topic, document_id: int, at: Sighting, answered: Answered) -> None:
        with context.work(1) as work:
            self._refer(work, document_id, at.remote_id)
            note = f"{at.number}: {answered.say}" if answered.say else at.number
            self._record(work, topic, document_id, ExportState.ACKNOWLEDGED, note, at.remote_id)
            work.answer(answered.status, answered.reply)

    def _refer(self, work: Work, document_id: int, remote_id: str) -> None:
        known = work.unit.refs.ours(self._target.name, "document", remote_id)
        if remote_id and known is None:
            work.unit.refs.add(self._target.name, "document", remote_id, document_id)

    def _look_up(self, topic: Topic, document_id: int, prepared: Prepared, history: Sequence[ExportEvent]) -> Came:
        """It may be there: adopt it, go on with what is missing, send it again, or leave it to a person."""
        sent_at = max(event.at for event in history if event.state is ExportState.SENT)
        if history[-1].state is ExportState.SENT:
            with self._context("look up", Outcall("", b"")).work() as work:
                self._record(work, topic, document_id, ExportState.IN_DOUBT, "it was sent, and no answer is on file")
        search = self._search(prepared, history, sent_at.date())
        found = self._not_others(document_id, search.found)
        if search.say:
            return self._park(topic, document_id, f"it cannot be told whether it is there: {search.say}")
        if len(found) > 1:
            numbers = ", ".join(one.number for one in found)
            return self._park(topic, document_id, f"more than one record there may be it: {numbers}")
        if found and found[0].parts == len(prepared.parts):
            return self._adopt(topic, document_id, found[0])
        if self._clock() < sent_at + self._pushing.settle:
            # What was under way when the line broke may still arrive.
            return Came.IN_DOUBT
        if found or self._pushing.resend:
            return self._send(topic, document_id, prepared, ExportState.IN_DOUBT, found[0] if found else None)
        return self._park(topic, document_id, _CHOICES)

    def _search(self, prepared: Prepared, history: Sequence[ExportEvent], sent_on: date) -> Search:
        """By the id that was told for it; without one, by what it is."""
        told = _told(history)
        if not told:
            return self._target.find(prepared, sent_on)
        one = self._target.seen(prepared, told)
        return Search((one,)) if one else Search((), f"{told} is not there any more, or not equal to it")

    def _not_others(self, document_id: int, found: Sequence[Sighting]) -> list[Sighting]:
        """Those that are not another document's already."""
        with self._store.reader() as reader:
            owners = [reader.refs.ours(self._target.name, "document", one.remote_id) for one in found]
        return [one for one, owner in zip(found, owners, strict=True) if owner in (None, document_id)]

    def _adopt(self, topic: Topic, document_id: int, one: Sighting) -> Came:
        with self._context("adopt", Outcall("", b"")).work() as work:
            self._found(work, topic, document_id, one)
        return Came.ADOPTED

    def _found(self, work: Work, topic: Topic, document_id: int, one: Sighting) -> None:
        self._refer(work, document_id, one.remote_id)
        self._record(work, topic, document_id, ExportState.FOUND_REMOTE, f"found there as {one.number}", one.remote_id)
        self._record(work, topic, document_id, ExportState.ACKNOWLEDGED, one.number, one.remote_id)

    def _park(self, topic: Topic, document_id: int, say: str) -> Came:
        with self._context("park", Outcall("", b"")).work() as work:
            self._record(work, topic, document_id, ExportState.PARKED, say)
        return Came.WAITING

    def adopt(self, ctx: Context, document_id: int, remote_id: str) -> str:
        """A person says which record there it is: its number there.

        raises: Refused where that record is not equal to it; Conflict where it is another document's
        """
        prepared = self._target.prepare(self._outgoing(document_id))
        one = self._target.seen(prepared, remote_id)
        if one is None or one.parts < len(prepared.parts):
            raise Refused(Problem("not_equal", "", f"{remote_id} is not there, or not equal to it"))
        if not self._not_others(document_id, [one]):
            raise Conflict(Problem("remote_taken", "", f"{one.number} is another document's already"))
        with ctx.work() as work:
            self._found(work, self._settled_by_a_person(work, document_id), document_id, one)
        return one.number

    def resend(self, ctx: Context, document_id: int) -> None:
        """A person says that it is not there, or was mended: the next run sends it."""
        with ctx.work() as work:
            topic = self._settled_by_a_person(work, document_id)
            self._record(work, topic, document_id, ExportState.REOPENED, "to be sent again")

    def _settled_by_a_person(self, work: Work, document_id: int) -> Topic:
        document = work.unit.documents.get(document_id, hold=True)
        topic = topic_of(document) if document else None
        if document is None or topic is None:
            raise NotFound(Problem("document_not_found", "", "no such document leaves the book"))
        state = work.unit.exports.state(self._target.name, topic, document_id)
        if state not in _WAITING | {ExportState.IN_DOUBT}:
            raise Conflict(Problem("wrong_state", "", f"{document.number} does not wait for a person"))
        return topic

    def _record(
        self, work: Work, topic: Topic, document_id: int, state: ExportState, note: str, remote_id: str = ""
    ) -> None:
        exporting.record(work, self._target.name, topic, {document_id: note[:_NOTE]}, state, remote_id)

    def _context(self, operation: str, call: Outcall) -> Context:
        said = Said(uuid.uuid4().hex, self._target.contract, operation, call.path, body=call.body)
        return Context(self._store, self._principal, said, self._clock)


def _told(history: Sequence[ExportEvent]) -> str:
    """What the other system called the document last, "" = it has not told."""
    return next((event.remote_id for event in reversed(history) if event.remote_id), "")


_NOTHING = Sighting("", "", 0)
_CHOICES = (
    "no answer came, and it is not there. Look there yourself: if it is, name the record (resolve --adopt RECORD);"
    " if it is not, let it be sent again (resolve --resend)"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where documents stand with a system: counts by topic and state, and those that are not there yet."""

    counts: dict[tuple[Topic, ExportState], int]
    unsettled: list[Unsettled]


def standing(store: Store, system: str) -> Standing:
    """Where documents stand with a system."""
    with store.reader() as reader:
        return Standing(reader.exports.counts(system), reader.exports.unsettled(system))
