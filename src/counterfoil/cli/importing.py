"""Bringing files in, and merging customers that were two by mistake."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from counterfoil.cli.desk import app, bringing, change, open_book, out
from counterfoil.core.errors import Invalid, Problem
from counterfoil.importing import KINDS, Form, LineOutcome, Status, lines_of, run, said
from counterfoil.importing.records import PROBLEMS
from counterfoil.services import merging
from counterfoil.services.office import Work

#: Exit status when some lines could not be brought in.
SOME_BAD = 3
_WORDS = {Status.FILED: "filed", Status.KNOWN: "there already", Status.REFUSED: "bad"}

Tell = Callable[[LineOutcome], None]


@app.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="An NDJSON or CSV file; see docs/importing.md.")],
    kind: Annotated[str, typer.Option(help=f"What its lines are: {', '.join(KINDS)}.")],
    form: Annotated[Form | None, typer.Option("--format", help="How it is written; else by its name.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try every line and keep nothing.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where the bad lines go, each with its reasons.")] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="A JSON object per line with problems or warnings, and one of sums at the end."),
    ] = False,
) -> None:
    """File every good line and name every bad one; the same file again goes on where it stopped.

    Exit status 0 when all lines are in the book, 3 when some are bad.
    """
    written = form or (Form.CSV if file.suffix.lower() in (".csv", ".tsv") else Form.NDJSON)
    counts: Counter[Status] = Counter()
    try:
        if errors is not None and errors.exists() and errors.samefile(file):
            raise Invalid(Problem("same_file", "errors", f"{errors} is the file that is brought in: name another"))
        with ExitStack() as stack:
            source = stack.enter_context(file.open("rb"))
            digest = file_digest(source, "sha256").hexdigest()
            size = source.tell()
            source.seek(0)
            shown = stack.enter_context(_progress(file.name, quiet=as_json))
            task = shown.add_task(file.name, total=size)
            tell = _telling(stack, shown.console, errors, written, as_json)
            lines = _counted(source, lambda done: shown.update(task, completed=done))
            context = bringing(open_book(), kind)
            for outcome in run(context, kind, lines, dry_run, form=written, source=digest):
                counts[outcome.status] += 1
                tell(outcome)
    except OSError as error:
        if error.filename is None:
            raise  # it is not about a file: whoever read what is printed here is gone
        raise Invalid(Problem("file_unreadable", "", f"{error.filename}: {error.strerror}")) from error
    _sum_up(counts, dry_run, as_json)
    if counts[Status.REFUSED]:
        raise typer.Exit(SOME_BAD)


def _progress(name: str, quiet: bool) -> Progress:
    """A bar on standard error, where a person is looking."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet or not console.is_terminal)


def _counted(source: BinaryIO, tell: Callable[[int], None]) -> Iterator[bytes]:
    for line in lines_of(source):
        yield line
        tell(source.tell())


def _telling(stack: ExitStack, console: Console, errors: Path | None, form: Form, as_json: bool) -> Tell:
    """What is done about each outcome: lines with problems or warnings are named, bad ones written out if wanted."""
    tells: list[Tell] = [_tell_json if as_json else lambda outcome: _tell(console, outcome)]
    if errors is not None:
        into = stack.enter_context(errors.open("w", encoding="utf-8", newline=""))
        tells.append(
            _bad_rows(csv.writer(into)) if form is Form.CSV else lambda outcome: _bad_line(into.write, outcome)
        )

    def tell(outcome: LineOutcome) -> None:
        if outcome.status is Status.REFUSED:
            for one in tells:
                one(outcome)
        elif outcome.warnings:
            tells[0](outcome)

    return tell


def _tell(console: Console, outcome: LineOutcome) -> None:
    says = [f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in outcome.problems]
    says += [f"warning: {say}" for _, say in outcome.warnings]
    for say in says:
        console.print(f"line {outcome.line}: {say}", markup=False, highlight=False, soft_wrap=True)


def _tell_json(outcome: LineOutcome) -> None:
    told: dict[str, Any] = {"line": outcome.line}
    if outcome.problems:
        told["problems"] = said(outcome.problems)
    if outcome.warnings:
        told["warnings"] = [{"code": code, "say": say} for code, say in outcome.warnings]
    print(json.dumps(told))


def _reasons(outcome: LineOutcome) -> str:
    return "; ".join(
        f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in outcome.problems
    )


def _bad_line(write: Callable[[str], Any], outcome: LineOutcome) -> None:
    """The line as it was, with its reasons in it where it is an object."""
    raw = outcome.record.raw.decode("utf-8", "replace")
    if outcome.record.found is not None:
        raw = raw.rstrip().removesuffix("}").rstrip()
        comma = "" if raw.endswith("{") else ", "
        raw = f"{raw}{comma}{json.dumps(PROBLEMS)}: {json.dumps(_reasons(outcome))}}}"
    write(raw + "\n")


def _bad_rows(rows: Any) -> Tell:
    """The rows as they were, with a column for their reasons."""
    begun: list[bool] = []

    def tell(outcome: LineOutcome) -> None:
        header, *cells = outcome.record.rows
        kept = [number for number, name in enumerate(header) if name != PROBLEMS]
        if not begun:
            begun.append(True)
            rows.writerow([*(header[number] for number in kept), PROBLEMS])
        for index, row in enumerate(cells):
            values = [row[number] if number < len(row) else "" for number in kept]
            rows.writerow([*values, _reasons(outcome) if not index else ""])

    return tell


def _sum_up(counts: Counter[Status], dry_run: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**{status.value: counts[status] for status in Status}, "dry_run": dry_run}))
        return
    told = ", ".join(f"{counts[status]:,} {word}" for status, word in _WORDS.items())
    out.print(f"{told}{'; nothing was kept' if dry_run else ''}", highlight=False)


@app.command("merge-customer")
def merge_customer(
    gone: Annotated[str, typer.Argument(metavar="FROM", help="Code of the customer that ends.")],
    kept: Annotated[str, typer.Argument(metavar="INTO", help="Code of the customer that goes on for it.")],
) -> None:
    """Let one customer go on for another: codes, ids, contacts, documents and open items lead to it from now on."""

    def merge(work: Work) -> None:
        merging.merge(work, gone, kept)

    change("merge-customer", merge)
    out.print(f"{gone} is {kept} from now on")
