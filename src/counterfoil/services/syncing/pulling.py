"""One account pulled: lists gone through, documents imported one by one, marks sent for what is in the book.

Every step may be killed at any instant and done again: what a step has committed it finds, and nothing twice.
source: TRAEDE contract, §11
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from counterfoil.core.errors import BookError, Problem, Unavailable
from counterfoil.core.ports import Fetched, Flow, Page, Pulling, Source, SourceBroken, Taken
from counterfoil.core.syncing import UNTOLD, Happening, Pulled, PulledState, Run, RunState, next_try
from counterfoil.services.credentials import principal
from counterfoil.services.office import Clock, Context, Filed, Said, Work, utc_now
from counterfoil.services.syncing.marking import Marking
from counterfoil.services.syncing.taking import ahead, link, take
from counterfoil.store import Known, Store

_CHUNK = 100
_NOTE = 200
_SAY = 1000


class Pull:
    """A run's work on one account; the order of its steps is the caller's.

    stop: called where the run may be left; raises to leave it
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        pulling: Pulling,
        run_id: str,
        *,
        clock: Clock = utc_now,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._source, self._pulling, self._run_id = store, source, pulling, run_id
        self._clock, self._stop = clock, stop
        self._untold: Unavailable | None = None
        self._known: Known | None = None
        self._principal = principal(store, f"sync:{source.name}")
        self._marking = Marking(store, source, pulling, run_id, self.account, self._forget, self.context)

    @property
    def flows(self) -> Sequence[Flow]:
        """What is pulled, in order."""
        return self._source.flows

    @property
    def sweeps(self) -> int:
        """How often a list is gone through, at most."""
        return self._pulling.sweeps

    def open(self, since: datetime | None = None) -> None:
        """File the run, and the account when it is new."""
        with self._store.unit() as unit:
            known = unit.syncs.account(self._source.name)
            if known is None:
                unit.syncs.add_account(self._source.name, unit.mint)
                known = unit.syncs.account(self._source.name)
            assert known is not None, "the account was just filed"
            unit.syncs.open_run(known.id, self._run_id, since, self._clock())

    def sweep(self, flow: Flow, since: datetime | None = None) -> str:
        """Go through a list to its end and stage what is new; why it ended early, "" if it did not.

        raises: Unavailable at the end, when documents of it cannot be told from others
        """
        seen: set[int] = set()
        lost: list[str] = []
        number = 0
        while True:
            self._stop()
            page = self._source.page(flow, number, since)
            lost += [page.lost] if page.lost else []
            fresh = [one for one in page.rows if one.their_id not in seen]
            if not fresh and lost:
                raise Unavailable([Problem("contract_broken", flow.value, say) for say in lost])
            if page.rows and not fresh:
                return f"page {number} of {flow.value} brings only what was seen: the other system ignores pages"
            if not fresh:
                return ""
            seen.update(one.their_id for one in fresh)
            self._stage(flow, page, list({one.their_id: one for one in fresh}.values()))
            number += 1

    def _stage(self, flow: Flow, page: Page, fresh: Sequence[Fetched]) -> None:
        account = self.account()
        with self.context(f"list {flow.value}", page.path).work() as work:
            syncs, now = work.unit.syncs, work.now
            known = syncs.known(account.id, flow, [one.their_id for one in fresh])
            new = [one for one in fresh if one.their_id not in known]
            syncs.stage(account.id, flow, new, now)
            for one in fresh:
                before = known.get(one.their_id)
                if before is None:
                    continue
                if before.state in (PulledState.STAGED, PulledState.DRAFT, PulledState.FAILED):
                    if before.raw != one.raw.decode():
                        syncs.restage(account.id, flow, one, PulledState.STAGED, now)
                    continue
                syncs.seen(account.id, flow, one.their_id, now)
                after = self._delivered_again(account, flow, before, one)
                if after is not None:
                    syncs.move(account.id, after)
                    if after.state is PulledState.CHANGED and before.state is not PulledState.CHANGED:
                        happening = Happening("changed", after.code, after.say, now, work.actor)
                        syncs.note(account.id, flow, one.their_id, happening)
            syncs.count(self._run_id, pages=1, staged=len(new))

    def _delivered_again(self, account: Known, flow: Flow, before: Pulled, one: Fetched) -> Pulled | None:
        """Where something that is in the book, or was closed, stands after it was delivered once more."""
        if before.state in UNTOLD:
            return None
        if before.state is PulledState.CLOSED:
            return replace(before, state=PulledState.CLOSING)
        try:
            taken = self._source.read(flow, one.raw, account.learned)
            content, say = taken.content, f"delivered again as {taken.number} with other content"
        except BookError as error:
            content, say = "", f"delivered again with other content: {error}"
        if content == before.content:
            return replace(before, state=PulledState.IMPORTED, code="", say="", attempts=0, next_try_at=None)
        return replace(before, state=PulledState.CHANGED, code="changed_after_import", say=say)

    def flush(self, flow: Flow) -> None:
        """Tell the other system of everything that waits for it."""
        self._marking.send(flow)

    def settle(self, flow: Flow) -> int:
        """Import what is staged and what is to be tried again, and tell the other system; how many were imported.

        What can be imported is, even while the other system cannot be told.
        """
        self._untold = None
        imported = sum(self._import_all(flow, state) for state in (PulledState.STAGED, PulledState.FAILED))
        if self._untold is not None:
            raise self._untold
        self._marking.send(flow)
        return imported

    def _tell(self, flow: Flow) -> None:
        if self._untold is not None:
            return
        try:
            self._marking.send(flow, full=True)
        except SourceBroken:
            raise
        except Unavailable as error:
            self._untold = error

    def _import_all(self, flow: Flow, state: PulledState) -> int:
        # What fails now is due later than this instant, and is not met again by the same step.
        account, started, after, imported = self.account(), self._clock(), 0, 0
        while True:
            with self._store.reader() as reader:
                chunk = reader.syncs.in_state(account.id, flow, state, started, after, _CHUNK)
            if not chunk:
                return imported
            for one in chunk:
                self._stop()
                done = self._import(flow, one)
                imported += done
                if done and imported % self._pulling.batch == 0:
                    self._tell(flow)
            after = chunk[-1].their_id

    def _import(self, flow: Flow, one: Pulled) -> int:
        """Import one document; 1 if it is in the book now."""
        account = self.account()
        context = self.context(f"import {flow.value}", f"{self._source.name}/{flow.value}/{one.their_id}", one.raw)
        try:
            taken = self._source.read(flow, one.raw.encode(), account.learned)
            if taken.draft:
                self._keep_draft(context, account, one)
                return 0
            return self._file(context, account, flow, one, taken)
        except Unavailable:
            raise
        except BookError as error:
            say = "; ".join(
                f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in error.problems
            )
            self._failed(context, account, one, Problem(error.problems[0].code, "", say))
        except Exception as error:
            # A mistake of ours must not keep the documents behind this one out of the book.
            self._failed(context, account, one, Problem("unexpected", "", f"{type(error).__name__}: {error}"))
        return 0

    def _file(self, context: Context, account: Known, flow: Flow, one: Pulled, taken: Taken) -> int:
        with context.work() as work:
            syncs = work.unit.syncs
            state = syncs.ask_state(account.id, flow, one.their_id)
            ahead(work, self._source.name, taken)
            if state() not in (PulledState.STAGED, PulledState.FAILED):
                return 0
            original = syncs.get(account.id, Flow.INVOICES, taken.refers_to) if taken.refers_to else None
            original_id = original.document_id if original else None
            outcome = work.once(
                [f"{self._source.name}:{flow.value}:{one.their_id}"],
                bytes.fromhex(taken.content),
                lambda: self._effect(work, account, flow, one, taken, original_id),
            )
            note = f"Imported as {outcome.number}"[:_NOTE]
            waits_for = taken.refers_to if original_id is None else None
            syncs.imported(
                account.id,
                one,
                number=taken.number,
                content=taken.content,
                document_id=outcome.document_id,
                waits_for=waits_for,
                note=note,
                now=work.now,
            )
            if taken.signs and not account.learned.signs:
                syncs.learn(account.id, replace(account.learned, signs=taken.signs))
                self._forget()
            syncs.count(self._run_id, imported=1)
            work.answer(200, note.encode())
        return 1

    def _effect(
        self, work: Work, account: Known, flow: Flow, one: Pulled, taken: Taken, original_id: int | None
    ) -> Filed:
        ask = work.unit.syncs.ask_waiting_for
        waiting = ask(account.id, one.their_id) if flow is Flow.INVOICES else tuple
        filed = take(work, self._source.name, taken, self._pulling.tax_codes, original_id)
        link(work, account.id, filed.document.id, original_id, waiting())
        return filed

    def _keep_draft(self, context: Context, account: Known, one: Pulled) -> None:
        with context.work() as work:
            work.unit.syncs.move(account.id, replace(one, state=PulledState.DRAFT, code="", say="", next_try_at=None))
            work.answer(202, b"a draft")

    def _failed(self, context: Context, account: Known, one: Pulled, problem: Problem) -> None:
        """File why a document is not in the book; one that is, with other content, waits for a person instead."""
        attempts = one.attempts + 1
        changed = problem.code == "reference_conflict"
        with context.work(1) as work:
            again = None if changed else next_try(attempts, work.now)
            state = PulledState.CHANGED if changed else PulledState.FAILED
            code, say = problem.code, problem.say[:_SAY]
            failed = replace(one, state=state, code=code, say=say, attempts=attempts, next_try_at=again)
            work.unit.syncs.move(account.id, failed)
            happening = Happening("changed" if changed else "failed", code, say, work.now, work.actor)
            work.unit.syncs.note(account.id, one.flow, one.their_id, happening)
            work.unit.syncs.count(self._run_id, failed=1)
            work.answer(422, f"{code}: {say}".encode())

    def end(self, say: str = "", *, broken: bool = False, more: bool = False) -> Run:
        """Close the run: complete, partial while anything waits for a person or another try, or failed.

        more: the other system had more to give when the run was to end
        """
        account = self.account()
        with self._store.unit() as unit:
            stuck = unit.syncs.stuck(account.id)
            state = RunState.FAILED if broken else RunState.PARTIAL if stuck or more else RunState.COMPLETE
            unit.syncs.end_run(self._run_id, state, say, self._clock())
            run = unit.syncs.run(self._run_id)
        assert run is not None, "a run that ends was opened"
        return run

    def account(self) -> Known:
        """The account with what has been found out about it so far."""
        if self._known is None:
            with self._store.reader() as reader:
                self._known = reader.syncs.account(self._source.name)
        assert self._known is not None, "the run was opened"
        return self._known

    def _forget(self) -> None:
        self._known = None

    def context(self, operation: str, path: str, body: str | bytes = b"") -> Context:
        """A call of this account's, with evidence of its own."""
        said = body.encode() if isinstance(body, str) else body
        about = Said(uuid.uuid4().hex, self._source.contract, operation, path, body=said)
        return Context(self._store, self._principal, about, self._clock)
