"""What every command needs: the settings, the store, and a unit of work with the operator as its actor."""

from __future__ import annotations

import getpass
import os
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from counterfoil import config
from counterfoil.app import Store, book_store
from counterfoil.core.errors import BookError, Invalid, Problem, Unavailable
from counterfoil.services.credentials import principal
from counterfoil.services.office import Context, Filed, Outcome, Said, Work

app = typer.Typer(
    name="counterfoil",
    help="One self-hosted invoice back office over one double-entry book.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
#: A pipe has no width of its own; reports need more than the 80 columns that would be assumed.
out = Console(width=None if sys.stdout.isatty() else 132)

_chosen: list[Path] = []


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"counterfoil {version('counterfoil')}")
        raise typer.Exit


@app.callback()
def choose(
    settings: Annotated[Path | None, typer.Option(help="Settings file, else counterfoil.toml here.")] = None,
    said: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Say which version it is.")
    ] = False,
) -> None:
    """Read before every command: which settings file holds."""
    del said
    _chosen[:] = [settings] if settings else []


def settings_file() -> Path | None:
    """The settings file that was named on the command line."""
    return _chosen[0] if _chosen else None


def settings() -> config.Settings:
    """The settings that hold for this command."""
    return config.load(os.environ, settings_file())


def open_book() -> Store:
    """The store of the book that the settings name; Refused when it is not there or not current."""
    return book_store(settings().database.url)


def context(store: Store, operation: str) -> Context:
    """A call by whoever sits at the command line."""
    said = Said(uuid.uuid4().hex, "cli", operation, path="", body=" ".join(sys.argv[1:]).encode())
    return Context(store, principal(store, f"cli:{getpass.getuser()}"), said)


def bringing(store: Store, kind: str) -> Context:
    """A file on its way in; whoever brings it, a line that was brought before is known again."""
    keeper = principal(store, "import")
    said = Said(uuid.uuid4().hex, "import", kind, path="", body=b"")
    return Context(store, replace(keeper, name=f"cli:{getpass.getuser()}"), said)


def act(operation: str, effect: Callable[[Work], Filed]) -> Outcome:
    """One effect in one unit of work; prints its warnings."""
    store = open_book()
    with context(store, operation).work() as work:
        outcome = work.perform(lambda: effect(work))
    for _, say in outcome.warnings:
        out.print(f"Note: {say}", style="yellow")
    return outcome


def change(operation: str, effect: Callable[[Work], None]) -> None:
    """One change of reference data in one unit of work."""
    with context(open_book(), operation).work() as work:
        effect(work)


def because(error: BookError) -> str:
    """What the database itself said when it did not answer; such words are for the operator, and go to no door."""
    root: BaseException = error
    while root.__cause__ is not None:
        root = root.__cause__
    return f": {' '.join(str(root).split())}" if isinstance(error, Unavailable) and root is not error else ""


def said(error: Exception) -> str:
    """What the system says, without the name of the file, which the sentence around it has."""
    return getattr(error, "strerror", None) or str(error)


def day(text: str | None) -> date | None:
    """A date option; Invalid for text that is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(Problem("date_invalid", "", f"{text!r} is no date YYYY-MM-DD")) from error
