"""Bringing in many things with one call, line by line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256

from counterfoil.contracts.own import replies
from counterfoil.contracts.own.plumbing import key_of
from counterfoil.contracts.own.replies import ProblemShown
from counterfoil.contracts.own.resource import Operation, Params, Resource
from counterfoil.contracts.own.shapes import Asked, Shown, Warned
from counterfoil.core.access import Verb
from counterfoil.importing import KINDS, Form, LineOutcome, Status, meaning, run
from counterfoil.services.office import Context, Told
from counterfoil.wire.contract import Again, Reply, Request

_CSV = "text/csv"
_MEDIA = ("application/x-ndjson", _CSV)


class BringAsked(Asked):
    """How lines are brought in.

    dry_run: every line is tried, and nothing is kept
    """

    dry_run: bool = False


class BadLine(Shown):
    """A line that could not be brought in, and why; the first line is 1."""

    line: int
    problems: list[ProblemShown]


class WarnedLine(Shown):
    """A line that was brought in, and what its sender should know of it; the first line is 1."""

    line: int
    warnings: list[Warned]


class Brought(Shown):
    """What became of the lines: filed now, known from an earlier call, or refused."""

    filed: int
    known: int
    refused: int
    bad: list[BadLine]
    warned: list[WarnedLine]


def _bring(
    kind: str,
    ctx: Context,
    request: Request,
    params: Params,
    asked: BringAsked,
    repeat: Callable[[Again], Reply | None],
) -> Reply:
    """File every good line and name every bad one; the same body or key again files nothing twice."""
    form = Form.CSV if request.headers.get("content-type", "").split(";")[0].strip() == _CSV else Form.NDJSON
    lines, key = request.body.splitlines(keepends=True), key_of(request)
    if key is not None and not asked.dry_run:
        _bind(ctx, key, meaning(kind, lines, form))
    source = key or sha256(request.body).hexdigest()
    counts = dict.fromkeys(Status, 0)
    bad, warned = [], []
    for outcome in run(ctx, kind, lines, asked.dry_run, form=form, source=source):
        counts[outcome.status] += 1
        if outcome.status is Status.REFUSED:
            bad.append(_bad(outcome))
        elif outcome.warnings:
            warned.append(_warned(outcome))
    brought = Brought(
        filed=counts[Status.FILED],
        known=counts[Status.KNOWN],
        refused=counts[Status.REFUSED],
        bad=bad,
        warned=warned,
    )
    return replies.answered(200, brought)


def _bind(ctx: Context, key: str, content: bytes) -> None:
    """Bind a key to what it brings before the first line is filed: after a crash the same call goes on."""
    with ctx.work() as work:
        work.tell_once(key, content, lambda: Told(200, b""))


def _bad(outcome: LineOutcome) -> BadLine:
    problems = [ProblemShown(code=one.code, message=one.say, where=one.where) for one in outcome.problems]
    return BadLine(line=outcome.line, problems=problems)


def _warned(outcome: LineOutcome) -> WarnedLine:
    return WarnedLine(line=outcome.line, warnings=[Warned(code=code, message=say) for code, say in outcome.warnings])


def _name(kind: str) -> str:
    return "import" + "".join(word.title() for word in kind.split("-"))


RESOURCE = Resource(
    "import",
    "Bringing data in",
    (
        *(
            Operation(
                method="POST",
                path=f"/import/{kind}",
                name=_name(kind),
                summary=f"Bring {kind.replace('-', ' ')} in, line by line",
                verb=Verb.CREATE,
                asked=BringAsked,
                reply=Brought,
                bare=partial(_bring, kind),
                media=_MEDIA,
            )
            for kind in KINDS
        ),
    ),
)
