"""Pushing documents into other systems."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from counterfoil import app as building
from counterfoil.app import Store
from counterfoil.cli.desk import app, context, open_book, out, settings
from counterfoil.cli.documents import find
from counterfoil.cli.tables import minute
from counterfoil.core.document import INVOICES, Document, Kind
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.exporting import topic_of
from counterfoil.services import pushing
from counterfoil.services.pushing import Came, Push

push_app = typer.Typer(help="The book's documents into other systems.", no_args_is_help=True)
app.add_typer(push_app, name="push")

_Connection = Annotated[str | None, typer.Option(help="Name of the connection; needed where there are several.")]
_Number = Annotated[str, typer.Argument(help="Number of the document.")]
_WORDS = {
    Came.SENT: "sent",
    Came.ADOPTED: "found there",
    Came.HELD_BACK: "held back",
    Came.WAITING: "waiting for you",
    Came.IN_DOUBT: "in doubt",
}


def _commands(contract: str, what: str, kinds: Collection[Kind]) -> None:
    """The commands of one contract, the same for each."""
    group = typer.Typer(help=what, no_args_is_help=True)
    push_app.add_typer(group, name=contract)

    @group.command("run")
    def run(
        connection: _Connection = None,
        number: Annotated[str | None, typer.Option(help="Only this document.")] = None,
    ) -> None:
        """Push what waits: exit status 0 complete, 3 something waits for you or another try, 4 it could not go on."""
        chosen, store = building.connection(settings(), contract, connection), open_book()
        with building.pushing(store, contract, chosen) as push:
            if number is None:
                _all(push, contract)
            else:
                _one(push, _document(store, number, kinds))

    @group.command("status")
    def status(connection: _Connection = None) -> None:
        """How many documents stand where with the other system."""
        chosen = building.connection(settings(), contract, connection)
        found = pushing.standing(open_book(), chosen.target)
        table = Table("Kind", "State", "Documents", title=chosen.target, title_justify="left")
        for (topic, state), count in sorted(found.counts.items()):
            table.add_row(topic.value, state.value, str(count))
        out.print(table)

    @group.command("parked")
    def parked(connection: _Connection = None) -> None:
        """What is not there yet, with the reason; exit status 3 if there is any."""
        chosen = building.connection(settings(), contract, connection)
        store = open_book()
        found, zone = pushing.standing(store, chosen.target).unsettled, ZoneInfo(building.reference(store).time_zone)
        table = Table("Number", "State", "Since", "Why")
        for one in found:
            table.add_row(one.number, one.state.value, minute(one.at, zone), one.note)
        out.print(table if found else "Everything that was pushed is there.")
        raise typer.Exit(3 if found else 0)

    @group.command("resolve")
    def resolve(
        number: _Number,
        adopt: Annotated[str | None, typer.Option(help="It is there: the number or id of its record.")] = None,
        resend: Annotated[bool, typer.Option(help="It is not there, or was mended: send it.")] = False,
        connection: _Connection = None,
    ) -> None:
        """Decide on a document that waits for you."""
        if (adopt is None) == (not resend):
            raise Invalid(Problem("choice_missing", "", "say either --adopt RECORD or --resend"))
        chosen, store = building.connection(settings(), contract, connection), open_book()
        document = _document(store, number, kinds)
        ctx = context(store, "push resolve")
        with building.pushing(store, contract, chosen) as push:
            if adopt is not None:
                out.print(f"{number} is {push.adopt(ctx, document.id, adopt)} there")
            else:
                push.resend(ctx, document.id)
                out.print(f"{number} will be sent by the next run")


def _all(push: Push, contract: str) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("pushing", total=None)
        went = push.run(lambda told, came: progress.update(task, description=f"{told}: {_WORDS[came]}"))
    counts = ", ".join(f"{went.came.get(came, 0)} {word}" for came, word in _WORDS.items())
    out.print(f"{'Stopped' if went.say else 'Done'}: {counts}")
    if went.say:
        out.print(f"Note: {went.say}", style="yellow")
        raise typer.Exit(4)
    if any(went.came.get(came) for came in (Came.HELD_BACK, Came.WAITING, Came.IN_DOUBT)):
        out.print(f"See: counterfoil push {contract} parked")
        raise typer.Exit(3)


def _one(push: Push, document: Document) -> None:
    topic = topic_of(document)
    assert topic is not None, "only kinds that leave the book are asked for"
    came = push.push(topic, document.id)
    out.print(f"{document.number}: {_WORDS[came] if came else 'is there already'}")
    raise typer.Exit(0 if came in (None, Came.SENT, Came.ADOPTED) else 3)


def _document(store: Store, number: str, kinds: Collection[Kind]) -> Document:
    with context(store, "push").work() as work:
        document = work.unit.documents.get(find(work, number, kinds))
    assert document is not None, "what was found is on file"
    return document


_commands("systemfive", "Invoices, credit notes and cash sales into a System Five.", INVOICES)
_commands("eva", "Suppliers' invoices that are booked here into an EVA.", (Kind.SUPPLIER_INVOICE,))
