"""Several effects in one unit of work, each with its own keys, numbers and evidence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from counterfoil.core.errors import Conflict, Problem
from counterfoil.services.office import Context, Outcome, Said, Work
from counterfoil.store import Unit

#: The keys of a batch's effects are apart from those of calls, at whichever door it comes in.
_KEYS = "import"


class _Trial(Exception):
    """A batch that was only tried."""


@contextlib.contextmanager
def batch(context: Context, keep: bool = True) -> Iterator[Batch]:
    """Effects that are committed together at the end, or rolled back whole.

    keep: False = rolled back in any case
    """
    with contextlib.suppress(_Trial):
        with context.store.unit() as unit:
            effects = Batch(context, unit)
            yield effects
            if not keep:
                unit.settle()
                raise _Trial
        context.tell(effects.came_of_it)


class Batch:
    """A unit of work in which effects follow one another: each sees what those before it have filed."""

    def __init__(self, context: Context, unit: Unit) -> None:
        self._context, self.unit = context, unit
        self._bound: dict[str, tuple[bytes, Any]] = {}
        self.came_of_it: list[tuple[str, str]] = []

    def claim(self, contents: Mapping[str, bytes]) -> None:
        """Take the keys of all effects at once; those that are bound already keep what they are bound to."""
        self._bound = self.unit.evidence.claim_each(self._context.caller.id, _KEYS, contents)

    def known(self, key: str, content: bytes) -> Outcome | None:
        """What an earlier effect of a key came to, None for a new one; Conflict when the content was another."""
        if key not in self._bound:
            return None
        bound, result = self._bound[key]
        if bound != content:
            say = f"the same key with other content is {result['number']}"
            raise Conflict(Problem("reference_conflict", "key", say))
        warnings = tuple((code, say) for code, say in result["warnings"])
        return Outcome(result["document_id"], result["number"], warnings, replayed=True)

    @contextlib.contextmanager
    def effect(self, part: int, body: bytes, refused: bool = False) -> Iterator[Work]:
        """One effect, or one that was refused: its evidence and numbers are filed at the end."""
        context = self._context
        call = context.said
        said = Said(call.request_id, call.contract, call.operation, call.path, call.headers, body)
        work = Work(Context(context.store, context.caller, said, lambda: context.now), self.unit, part)
        yield work
        work.conclude(refused)
        self.came_of_it += [("", "refused")] if refused else work.came_of_it

    def bind(self, key: str, content: bytes, outcome: Outcome) -> None:
        """File what an effect came to under its key."""
        result = {"document_id": outcome.document_id, "number": outcome.number, "warnings": list(outcome.warnings)}
        self.unit.evidence.conclude(self._context.caller.id, _KEYS, key, content, result)
        self._bound[key] = (content, result)

    def refuse(self, part: int, body: bytes, status: int, reply: bytes) -> None:
        """File the evidence of a part that had no effect."""
        with self.effect(part, body, refused=True) as work:
            work.answer(status, reply)
