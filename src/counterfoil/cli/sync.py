"""Pulling documents from other systems, and runs that nobody waits for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from counterfoil import app as building
from counterfoil.cli.desk import app, change, open_book, out, settings
from counterfoil.cli.tables import minute, moment
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.ports import Flow
from counterfoil.core.syncing import PulledState, Run, RunState
from counterfoil.services import syncing
from counterfoil.wire.moment import parse_moment

sync_app = typer.Typer(help="Other systems' documents into the book.", no_args_is_help=True)
traede_app = typer.Typer(help="Invoices, credit notes and accounting entries from TRAEDE.", no_args_is_help=True)
app.add_typer(sync_app, name="sync")
sync_app.add_typer(traede_app, name="traede")

_STATUS = {RunState.COMPLETE: 0, RunState.PARTIAL: 3, RunState.FAILED: 4, RunState.RUNNING: 4}
_Account = Annotated[str | None, typer.Option(help="Name of the account; needed where there are several.")]
_Kind = Annotated[Flow, typer.Argument(help="invoices, credit_notes or accounting_entries.")]


@app.command()
def worker() -> None:
    """Do scheduled runs, and go on with those of workers that died, until stopped."""
    store, told = open_book(), threading.Event()
    with building.runner(store, settings()).started(schedules=True) as runner, _told_to_stop(told):
        out.print("Working; stop with Ctrl-C")
        runner.work(told)


@contextmanager
def _told_to_stop(told: threading.Event) -> Iterator[None]:
    """The first signal to stop sets the event; what is under way is left at its next document."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        told.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@traede_app.command("run")
def run(
    account: _Account = None,
    exported_since: Annotated[
        str | None,
        typer.Option(help="Also what was exported after this instant (UTC): one pass over the lists, nothing twice."),
    ] = None,
) -> None:
    """Pull now and wait for the end: exit status 0 complete, 3 something waits for you, 4 it could not go on."""
    since = _instant(exported_since)
    chosen, store, told = building.traede_account(settings(), account), open_book(), threading.Event()
    with building.runner(store, settings()).started() as runner, _told_to_stop(told):
        runner.take_over()
        run_id = runner.ask(chosen.name, since)
        with _progress() as progress:
            task = progress.add_task("waiting", total=None, counts="")
            while not runner.is_over(run_id) and not told.wait(0.1):
                _show(progress, task, syncing.run_of(store, run_id))
    done = syncing.run_of(store, run_id)
    if told.is_set() and (done is None or done.state is RunState.RUNNING):
        out.print("Left where it stands; the next run or worker goes on with it.")
        raise typer.Exit(130)
    if done is None:
        out.print("The run did not get as far as the book; see the log.", style="red")
        raise typer.Exit(_STATUS[RunState.FAILED])
    _tell(done)
    raise typer.Exit(_STATUS[done.state])


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = parse_moment(text)
    if found is None:
        raise Invalid(Problem("instant_invalid", "exported_since", f"{text!r} is no instant such as 2024-05-01T12:00Z"))
    return found.at or datetime.combine(found.on, datetime.min.time(), UTC)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    )


def _show(progress: Progress, task: TaskID, run: Run | None) -> None:
    if run is not None:
        total = max(run.staged, run.imported) or None
        progress.update(task, description="pulling", total=total, completed=run.imported, counts=_counts(run))


def _counts(run: Run) -> str:
    return f"{run.staged} fetched, {run.imported} imported, {run.marked} marked, {run.failed} failed"


def _tell(run: Run) -> None:
    out.print(f"{run.state.value.capitalize()}: {_counts(run)}")
    if run.say:
        out.print(f"Note: {run.say}", style="yellow")
    if run.state is RunState.PARTIAL:
        out.print("See: counterfoil sync traede failures")


def _zone(store: building.Store) -> ZoneInfo:
    return ZoneInfo(building.reference(store).time_zone)


@traede_app.command("status")
def status(account: _Account = None) -> None:
    """Where an account's documents stand, and its last runs."""
    chosen = building.traede_account(settings(), account)
    store = open_book()
    found, zone = syncing.status(store, chosen.source), _zone(store)
    documents = Table("Kind", "State", "Documents", title=f"{chosen.source}", title_justify="left")
    for (flow, state), count in sorted(found.counts.items()):
        documents.add_row(flow.value, state.value, str(count))
    out.print(documents)
    runs = Table("Run", "State", "Began", "Ended", "Fetched", "Imported", "Marked", "Failed", "Note")
    for one in found.runs:
        ended = moment(one.ended_at, zone) if one.ended_at else ""
        counts = (one.staged, one.imported, one.marked, one.failed)
        runs.add_row(
            one.id[:8], one.state.value, moment(one.started_at, zone), ended, *(str(count) for count in counts), one.say
        )
    out.print(runs)


@traede_app.command("failures")
def failures(account: _Account = None) -> None:
    """What could not be imported or marked, with the reason; exit status 3 if there is any."""
    chosen = building.traede_account(settings(), account)
    store = open_book()
    stuck, zone = syncing.status(store, chosen.source).stuck, _zone(store)
    table = Table("Kind", "Id", "Number", "State", "Reason", "What", "Tries", "Since", "Next try")
    for one in stuck:
        again = minute(one.next_try_at, zone) if one.next_try_at else "next run"
        when = "" if one.state is PulledState.CHANGED else again
        known_as = (one.flow.value, str(one.their_id), one.number)
        since = minute(one.first_seen_at, zone)
        table.add_row(*known_as, one.state.value, one.code, one.say, str(one.attempts), since, when)
    out.print(table if stuck else "Nothing has failed.")
    raise typer.Exit(3 if stuck else 0)


@traede_app.command("retry")
def retry(
    kind: Annotated[Flow | None, typer.Argument(help="invoices, credit_notes or accounting_entries; else all.")] = None,
    number: Annotated[int | None, typer.Argument(help="TRAEDE's id of the document; else all of the kind.")] = None,
    account: _Account = None,
) -> None:
    """Let what failed be tried again by the next run, without waiting for its time."""
    chosen, counted = building.traede_account(settings(), account), []
    change("sync retry", lambda work: counted.append(syncing.retry(work, chosen.source, kind, number)))
    out.print(f"{counted[0]} to be tried again by the next run")


@traede_app.command("skip")
def skip(
    kind: _Kind,
    number: Annotated[int, typer.Argument(help="TRAEDE's id of the document.")],
    note: Annotated[str, typer.Option(help="Why; it is kept, and sent to TRAEDE as the mark's note.")],
    account: _Account = None,
) -> None:
    """Give a document up: the next run marks it in TRAEDE without importing it."""
    chosen = building.traede_account(settings(), account)
    change("sync skip", lambda work: syncing.close(work, chosen.source, kind, number, note))
    out.print(f"Closed {kind.value} {number}")


@traede_app.command("inspect")
def inspect(
    kind: _Kind,
    what: Annotated[str, typer.Argument(help="A file with one captured payload, or the id of a document that waits.")],
    account: _Account = None,
) -> None:
    """Show which field of a payload went where, what was left over, and what it would be in the book."""
    chosen, store = building.traede_account(settings(), account), open_book()
    raw = syncing.raw_of(store, chosen.source, kind, int(what)).encode() if what.isdigit() else _file(what)
    learned = syncing.status(store, chosen.source).learned
    # Imported late, as in the app module.
    from counterfoil.contracts.traede.client import Traede

    seen = Traede(chosen, building.reference(store).base).inspect(kind, raw, learned)
    fields = Table("Field", "Value", "Goes to")
    for path, value, goes_to in seen.fields:
        fields.add_row(path, value, goes_to or "[yellow]left over[/yellow]")
    out.print(fields)
    for problem in seen.problems:
        out.print(f"{problem.code}: {problem.where}: {problem.say}", style="red")
    for line in seen.becomes:
        out.print(line)
    raise typer.Exit(1 if seen.problems else 0)


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Invalid(Problem("file_unreadable", "", f"{name} cannot be read: {error.strerror}")) from error
