"""Telling the other system what is in the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from counterfoil.core.errors import Unavailable
from counterfoil.core.ports import Flow, Mark, MarksRefused, Pulling, Source, SourceBroken, Told
from counterfoil.core.syncing import Happening, Pulled, PulledState, next_try
from counterfoil.services.office import Context
from counterfoil.store import Known, Store

#: How many entries are tried, in one run, to find out in which words marks are taken.
_PROBES = 3


class Marking:
    """One run's marks of one account.

    account: what is known of the account; forget lets it be read anew
    context: opens a call: operation, path, body
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        pulling: Pulling,
        run_id: str,
        account: Callable[[], Known],
        forget: Callable[[], None],
        context: Callable[[str, str, bytes], Context],
    ) -> None:
        self._store, self._source, self._pulling, self._run_id = store, source, pulling, run_id
        self._account, self._forget, self._context = account, forget, context
        self._probed = 0

    def send(self, flow: Flow, *, full: bool = False) -> None:
        """Tell of everything that waits for it, in batches.

        full: only whole batches; what is left goes with the next documents
        """
        shape = self._shape(flow)
        if shape is None:
            return
        while batch := self._waiting(flow, self._pulling.batch):
            if full and len(batch) < self._pulling.batch:
                return
            self._tell(flow, batch, shape)

    def _waiting(self, flow: Flow, limit: int) -> list[Pulled]:
        context = self._context("mark", "", b"")
        account = self._account()
        with self._store.reader() as reader:
            found: list[Pulled] = []
            for state in (PulledState.IMPORTED, PulledState.CLOSING):
                if len(found) < limit:
                    found += reader.syncs.in_state(account.id, flow, state, context.now, 0, limit - len(found))
            return found

    def _shape(self, flow: Flow) -> str | None:
        """The words for this flow's marks: the known ones, else what a single entry shows; None when nothing works."""
        shapes = self._source.shapes
        if flow is not Flow.ACCOUNTING_ENTRIES or len(shapes) == 1:
            return shapes[0]
        learned = self._account().learned
        if learned.shape:
            return learned.shape
        for one in self._waiting(flow, _PROBES - self._probed):
            self._probed += 1
            found = self._probe(flow, one, shapes)
            if found is not None:
                self._learn(found)
                return found
        return None

    def _probe(self, flow: Flow, one: Pulled, shapes: Sequence[str]) -> str | None:
        """Mark one entry in one way after another until it has left the list."""
        told, say = Told("", b"", 0, b""), ""
        for shape in shapes:
            try:
                told = self._source.mark(flow, [Mark(one.their_id, one.note)], shape)
            except MarksRefused as error:
                told, say = error.told, str(error)
                continue
            except SourceBroken:
                raise
            except Unavailable:
                if shape == shapes[-1]:
                    raise
                continue
            if not self._is_listed(flow, one.their_id):
                self._told(flow, [one], told)
                return shape
            say = "it was confirmed and is still listed"
        self._refused(flow, one, told, say)
        return None

    def _is_listed(self, flow: Flow, their_id: int) -> bool:
        number = 0
        seen: set[int] = set()
        while rows := [one.their_id for one in self._source.page(flow, number).rows]:
            if their_id in rows:
                return True
            if seen.issuperset(rows):
                return False
            seen.update(rows)
            number += 1
        return False

    def _learn(self, shape: str) -> None:
        account = self._account()
        with self._store.unit() as unit:
            unit.syncs.learn(account.id, replace(account.learned, shape=shape))
        self._forget()

    def _tell(self, flow: Flow, batch: Sequence[Pulled], shape: str) -> None:
        """One call; a batch that is refused is split until what cannot be told stands alone."""
        try:
            told = self._source.mark(flow, [Mark(one.their_id, one.note) for one in batch], shape)
        except MarksRefused as error:
            if len(batch) == 1:
                self._refused(flow, batch[0], error.told, str(error))
                return
            middle = len(batch) // 2
            self._tell(flow, batch[:middle], shape)
            self._tell(flow, batch[middle:], shape)
            return
        self._told(flow, batch, told)

    def _told(self, flow: Flow, batch: Sequence[Pulled], told: Told) -> None:
        account = self._account()
        with self._context(f"mark {flow.value}", told.path, told.body).work() as work:
            marks = [Mark(one.their_id, one.note) for one in batch]
            work.unit.syncs.marked(account.id, flow, marks, work.now)
            work.unit.syncs.count(self._run_id, marked=len(batch))
            work.answer(told.status, told.reply)

    def _refused(self, flow: Flow, one: Pulled, told: Told, say: str) -> None:
        """It is in the book, and the other system cannot be told: kept for another try, and for a person to see."""
        account = self._account()
        with self._context(f"mark {flow.value}", told.path, told.body).work() as work:
            attempts = one.attempts + 1
            again = next_try(attempts, work.now)
            failed = replace(one, code="mark_refused", say=say, attempts=attempts, next_try_at=again)
            work.unit.syncs.move(account.id, failed)
            happening = Happening("mark_refused", "mark_refused", say, work.now, work.actor)
            work.unit.syncs.note(account.id, flow, one.their_id, happening)
            work.unit.syncs.count(self._run_id, failed=1)
            work.answer(told.status, told.reply)
