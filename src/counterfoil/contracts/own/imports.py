"""Bringing lines in: what the command `counterfoil import` does with a file, done with a body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Annotated

from msgspec import Meta

from counterfoil.contracts.own import replies
from counterfoil.contracts.own.replies import ProblemShown
from counterfoil.contracts.own.resource import Operation, Params, Resource
from counterfoil.contracts.own.shapes import Asked, Shown
from counterfoil.core.access import Verb
from counterfoil.core.errors import NotFound, Problem
from counterfoil.importing import KINDS, Form, Status, lines_of, run
from counterfoil.services.office import Context, Said
from counterfoil.wire.contract import Again, Reply, Request


class ImportAsked(Asked):
    """How the lines are written, and whether they are only tried.

    form: ndjson = a JSON object in each line; csv = a table with a header
    """

    form: Annotated[Form, Meta(description="ndjson or csv")] = Form.NDJSON
    dry_run: bool = False


class BadLine(Shown):
    """A line that was refused."""

    line: int
    problems: list[ProblemShown]


class Imported(Shown):
    """What became of the lines: filed now, known from before, refused; and every bad one."""

    filed: int
    known: int
    refused: int
    bad: list[BadLine]


def _import(
    ctx: Context, request: Request, params: Params, asked: ImportAsked, repeat: Callable[[Again], Reply | None]
) -> Reply:
    """File every good line and name every bad one; the same body again changes nothing."""
    kind = params["kind"]
    if kind not in KINDS:
        raise NotFound(Problem("kind_unknown", "kind", f"{kind!r} cannot be brought in; these can: {', '.join(KINDS)}"))
    said = Said(request.request_id, "import", kind, request.path, ctx.said.headers, request.body)
    counts: Counter[Status] = Counter()
    bad = []
    source = sha256(request.body).hexdigest()
    context = Context(ctx.store, ctx.caller, said, lambda: ctx.now)
    for outcome in run(context, kind, lines_of(BytesIO(request.body)), asked.dry_run, form=asked.form, source=source):
        counts[outcome.status] += 1
        if outcome.status is Status.REFUSED:
            problems = [ProblemShown(code=one.code, message=one.say, where=one.where) for one in outcome.problems]
            bad.append(BadLine(line=outcome.line, problems=problems))
    shown = Imported(filed=counts[Status.FILED], known=counts[Status.KNOWN], refused=counts[Status.REFUSED], bad=bad)
    return replies.answered(200, shown)


RESOURCE = Resource(
    "import",
    "Bringing data in",
    (
        Operation(
            method="POST",
            path="/import/{kind}",
            name="importLines",
            summary="Bring lines in; every good one is filed, every bad one named",
            verb=Verb.CREATE,
            asked=ImportAsked,
            reply=Imported,
            bare=_import,
            media=("application/x-ndjson", "text/csv"),
        ),
    ),
)
