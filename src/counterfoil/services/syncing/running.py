"""A whole run: its steps in their order, each of which may be done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from counterfoil.core.errors import Unavailable
from counterfoil.core.ports import Flow, SourceBroken
from counterfoil.services.syncing.pulling import Pull


@dataclass(frozen=True, slots=True)
class Went:
    """How a step went.

    imported: documents that it brought into the book
    say:      what a person should know
    failed:   the run cannot end well; fatal = it ends here
    more:     the other system may have more to give
    """

    imported: int = 0
    say: str = ""
    failed: bool = False
    fatal: bool = False
    more: bool = False


#: Does a step and gives its result, or gives the result that it had when it was done before.
Step = Callable[[str, Callable[[], Went]], Went]


def run(pull: Pull, step: Step, since: datetime | None = None) -> None:
    """Do a whole run; every flow is gone through until a list brings nothing new into the book.

    since: go through the lists once, for what was exported after this instant too
    """
    step("open", lambda: _opened(pull, since))
    went: list[Went] = []
    for flow in pull.flows:
        went += _flow(pull, flow, step, since)
        if went and went[-1].fatal:
            break
    said = list(dict.fromkeys(one.say for one in went if one.say))
    broken = any(one.failed for one in went)
    more = any(one.more for one in went)
    step("end", lambda: _ended(pull, "; ".join(said), broken, more))


def _flow(pull: Pull, flow: Flow, step: Step, since: datetime | None) -> list[Went]:
    """Pending marks, then sweeps with their imports; ends early where the other system does not go along."""
    went = [step(f"flush {flow.value}", lambda: tried(flow, lambda: _flushed(pull, flow)))]
    for number in range(pull.sweeps if since is None else 1):
        if went[-1].fatal:
            break
        swept = step(f"sweep {flow.value} {number}", lambda: tried(flow, lambda: Went(say=pull.sweep(flow, since))))
        went.append(swept)
        if swept.fatal:
            break
        settled = step(f"settle {flow.value} {number}", lambda: tried(flow, lambda: Went(pull.settle(flow))))
        went.append(settled)
        if swept.failed or settled.failed or not settled.imported:
            break
    else:
        if since is None:
            say = f"each of {pull.sweeps} passes over {flow.value} brought something new: run it again for the rest"
            went.append(Went(say=say, more=True))
    return went


def tried(flow: Flow, effect: Callable[[], Went]) -> Went:
    """A step whose trouble with the other system is its result."""
    try:
        return effect()
    except Unavailable as error:
        return Went(say=f"{flow.value}: {error}", failed=True, fatal=isinstance(error, SourceBroken))


def _opened(pull: Pull, since: datetime | None) -> Went:
    pull.open(since)
    return Went()


def _flushed(pull: Pull, flow: Flow) -> Went:
    pull.flush(flow)
    return Went()


def _ended(pull: Pull, say: str, broken: bool, more: bool) -> Went:
    pull.end(say, broken=broken, more=more)
    return Went()


def at_once(name: str, effect: Callable[[], Went]) -> Went:
    """The plainest way to do a step: now, and without remembering it."""
    del name
    return effect()
