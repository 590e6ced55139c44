"""What every report is: columns, rows, totals, and what it says of itself. Whoever shows one knows only this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from counterfoil.core.money import Money
from counterfoil.core.terms import month_text


class ColumnKind(StrEnum):
    """What the cells of a column hold: str, date, int, Decimal or Money; None is an empty cell of any kind."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    QUANTITY = "quantity"
    MONEY = "money"


Cell = str | date | int | Decimal | Money | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its title for people."""

    name: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Period:
    """Book months from first to last, both included, as YYYYMM."""

    first: int
    last: int

    @property
    def from_on(self) -> date:
        """Its first day by the calendar."""
        return date(self.first // 100, self.first % 100, 1)

    @property
    def to_on(self) -> date:
        """Its last day by the calendar."""
        year, month = divmod(self.last, 100)
        return date(year, 12, 31) if month == 12 else date.fromordinal(date(year, month + 1, 1).toordinal() - 1)

    def __str__(self) -> str:
        first, last = month_text(self.first), month_text(self.last)
        return first if first == last else f"{first} to {last}"


class Part(StrEnum):
    """What a row is: one of what is listed, one that explains why two sums differ, or a sum."""

    ROW = "row"
    RECONCILING = "reconciling"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report, ready to be shown.

    rows, reconciling, totals: a cell for each column
    reconciling:               entries that one side of a comparison knows and the other does not
    says:                      what it found out about itself, its last lines
    holds:                     whether what had to agree did; None where nothing is compared
    as_of, period:             the one that it was asked for
    grouped:                   so many leading cells say what several rows have in common
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    reconciling: tuple[Row, ...] = ()
    says: tuple[str, ...] = ()
    holds: bool | None = None
    as_of: date | None = None
    period: Period | None = None
    grouped: int = 0

    def lines(self) -> Iterator[tuple[Part, Row]]:
        """All rows with what each is, in the order in which they are shown."""
        for part, rows in ((Part.ROW, self.rows), (Part.TOTAL, self.totals), (Part.RECONCILING, self.reconciling)):
            for row in rows:
                yield part, row

    def plain(self) -> dict[str, Any]:
        """The report as JSON can hold it: rows are objects by column name, amounts Decimals in major units."""
        names = [column.name for column in self.columns]

        def named(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
            return [dict(zip(names, map(plain, row), strict=True)) for row in rows]

        return {
            "report": self.name,
            "title": self.title,
            "as_of": plain(self.as_of),
            "period": str(self.period) if self.period else None,
            "columns": [{"name": c.name, "title": c.title, "kind": c.kind.value} for c in self.columns],
            "rows": named(self.rows),
            "totals": named(self.totals),
            "reconciling": named(self.reconciling),
            "says": list(self.says),
            "ties": self.holds,
        }


def plain(cell: Cell) -> str | int | Decimal | None:
    """A cell as JSON can hold it."""
    if isinstance(cell, Money):
        return cell.amount
    return cell.isoformat() if isinstance(cell, date) else cell


def said(money: Money) -> str:
    """An amount as a sentence holds it."""
    return f"{money.amount:,f} {money.currency}"
