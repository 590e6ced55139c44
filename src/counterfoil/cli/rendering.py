"""How a report looks on a terminal, and as JSON."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterfoil.services.reports.forms import text
from counterfoil.services.reports.model import ColumnKind, Part, Report, Row
from counterfoil.wire.codec import encode

_RIGHT = frozenset({ColumnKind.NUMBER, ColumnKind.QUANTITY, ColumnKind.MONEY})


def table(out: Console, report: Report) -> None:
    """The report as a table, with what it says of itself below."""
    shown = Table(title=report.title, title_justify="left")
    for column in report.columns:
        right = column.kind in _RIGHT
        shown.add_column(Text(column.title), justify="right" if right else "left", no_wrap=right)
    before: tuple[Part, Row] = (Part.ROW, ())
    for part, row in report.lines():
        head = row[: report.grouped]
        again = bool(head) and before == (part, head)
        if before[0] is not part or (report.grouped and part is Part.ROW and not again):
            shown.add_section()
        before = (part, head)
        cells = (None,) * report.grouped + row[report.grouped :] if again else row
        shown.add_row(*(Text(text(cell)) for cell in cells), style="bold" if part is Part.TOTAL else None)
    out.print(shown)
    for line in report.says:
        out.print(line, highlight=False, markup=False)


def as_json(report: Report) -> str:
    """The report as one JSON document."""
    return encode(report.plain()).decode()
