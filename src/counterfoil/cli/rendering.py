"""How a report looks: as a table on a terminal, as JSON, as CSV, as a workbook. All show the same rows and totals."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterfoil.core.money import Money
from counterfoil.services.reports.model import Cell, ColumnKind, Part, Report, Row, plain
from counterfoil.wire.codec import encode

_RIGHT = frozenset({ColumnKind.NUMBER, ColumnKind.QUANTITY, ColumnKind.MONEY})
#: A spreadsheet takes text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def text(cell: Cell) -> str:
    """A cell as people read it; an amount of nothing is a dash."""
    if isinstance(cell, Money):
        return f"{cell.amount:,f}" if cell else "-"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def as_json(report: Report) -> str:
    """The report as one JSON document."""
    return encode(report.plain()).decode()


def as_csv(report: Report) -> str:
    """The report as CSV: what each line is, then a cell per column; amounts plain, no text a formula."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["part", *(column.name for column in report.columns)])
    for part, row in report.lines():
        writer.writerow([part.value, *(_csv_cell(cell) for cell in row)])
    return written.getvalue()


def _csv_cell(cell: Cell) -> str:
    shown = plain(cell)
    if isinstance(shown, str):
        return f"'{shown}" if shown.startswith(_FORMULA) else shown
    return "" if shown is None else f"{shown:f}" if isinstance(shown, Decimal) else str(shown)


def to_workbook(report: Report, file: Path) -> None:
    """Write the report as an XLSX workbook with one sheet; amounts are numbers shown in their currency's decimals."""
    # Imported late: no other command needs it.
    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]

    with Workbook(str(file), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _Sheet(book, book.add_worksheet(report.name[:31]), report).write()


class _Sheet:
    def __init__(self, book: Any, sheet: Any, report: Report) -> None:
        self._book, self._sheet, self._report = book, sheet, report
        self._formats: dict[tuple[str, bool], Any] = {}

    def write(self) -> None:
        report, sheet = self._report, self._sheet
        sheet.write_string(0, 0, report.title, self._format("", bold=True))
        for place, title in enumerate(["", *(column.title for column in report.columns)]):
            sheet.write_string(2, place, title, self._format("", bold=True))
        line = 2
        for line, (part, row) in enumerate(report.lines(), start=3):
            sheet.write_string(line, 0, part.value)
            for place, cell in enumerate(row, start=1):
                self._write(line, place, cell, part is Part.TOTAL)
        for offset, say in enumerate(report.says, start=2):
            sheet.write_string(line + offset, 0, say)
        for place, width in enumerate(self._widths()):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(3, 0)

    def _write(self, line: int, place: int, cell: Cell, bold: bool) -> None:
        if cell is None:
            return
        if isinstance(cell, Money):
            digits = cell.currency.digits
            places = "#,##0" + ("." + "0" * digits if digits else "")
            # Fifteen digits fit a workbook's number exactly; the book's amounts have fourteen.
            self._sheet.write_number(line, place, cell.amount, self._format(places, bold))
        elif isinstance(cell, date):
            self._sheet.write_datetime(line, place, cell, self._format("yyyy-mm-dd", bold))
        elif isinstance(cell, int | Decimal):
            self._sheet.write_number(line, place, cell, self._format("General", bold))
        else:
            self._sheet.write_string(line, place, cell, self._format("", bold))

    def _format(self, places: str, bold: bool) -> Any:
        found = self._formats.get((places, bold))
        if found is None:
            wanted: dict[str, Any] = {"bold": bold}
            if places:
                wanted["num_format"] = places
            found = self._formats[places, bold] = self._book.add_format(wanted)
        return found

    def _widths(self) -> Iterator[int]:
        yield 12
        for place, column in enumerate(self._report.columns):
            longest = max((len(text(row[place])) for _, row in self._report.lines()), default=0)
            yield min(max(longest, len(column.title), 8), 60) + 1
