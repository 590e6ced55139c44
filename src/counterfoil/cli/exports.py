"""What has left the book for other systems, at the command line."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from counterfoil import app as building
from counterfoil.cli.desk import app, change, context, open_book, out
from counterfoil.cli.documents import find
from counterfoil.cli.tables import moment
from counterfoil.core.document import ORDERS, Kind
from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.exporting import ExportState, Topic, topic_of
from counterfoil.services import exporting
from counterfoil.services.office import Work

export_app = typer.Typer(help="What other systems have taken out of the book.", no_args_is_help=True)
app.add_typer(export_app, name="export")

_LEAVING = ORDERS | {
    Kind.SALES_INVOICE,
    Kind.CASH_SALE,
    Kind.CREDIT_NOTE,
    Kind.ACCOUNTING_ENTRY,
    Kind.STOCK_ADJUSTMENT,
    Kind.SUPPLIER_INVOICE,
}
Number = Annotated[str, typer.Argument(help="Number of the document.")]


@export_app.command("history")
def history(document: Number) -> None:
    """A document's whole way into other systems."""
    ctx = context(open_book(), "export history")
    zone = ZoneInfo(building.reference(ctx.store).time_zone)
    with ctx.work() as work:
        number = find(work, document, _LEAVING)
    table = Table("When", "System", "As", "State", "By", "Note")
    for event in exporting.history(ctx, number):
        topic = event.topic.value.replace("_", " ") + (" (draft)" if event.draft else "")
        table.add_row(moment(event.at, zone), event.system, topic, event.state.value, event.actor, event.note)
    out.print(table)


@export_app.command("reopen")
def reopen(
    system: Annotated[str, typer.Argument(help="The system that is to be given it once more.")],
    document: Number,
    note: str = "",
    entry: Annotated[bool, typer.Option(help="Its accounting entry (cost of goods), not the document itself.")] = False,
) -> None:
    """Let a system take a document once more."""

    def effect(work: Work) -> None:
        number = find(work, document, _LEAVING)
        found = work.unit.documents.get(number)
        topic = Topic.ACCOUNTING_ENTRY if entry or found is None else topic_of(found)
        if topic is None:
            raise NotFound(Problem("document_not_found", "document", f"{document} leaves the book by its entry only"))
        exporting.record(work, system, topic, {number: note}, ExportState.REOPENED)

    change("export reopen", effect)
    out.print(f"{system} will be given {document} once more")
