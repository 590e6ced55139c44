"""Payment terms, due dates, lateness and book months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms: so many days after the document, or after the end of its month.

    days: whole days, 0 = due at once
    """

    id: int
    code: str
    name: str
    days: int
    end_of_month: bool = False

    def due(self, on: date) -> date:
        """The date by which a document of that date is to be paid; the last of the calendar for one beyond it."""
        try:
            start = _next_month(on) - timedelta(days=1) if self.end_of_month else on
            return start + timedelta(days=self.days)
        except (OverflowError, ValueError):
            return date.max


def _next_month(on: date) -> date:
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


def days_late(due_on: date, as_of: date) -> int:
    """Whole days past due; 0 on the due date and before."""
    return max(0, (as_of - due_on).days)


def book_month(on: date) -> int:
    """The accounting period of a date, as the number YYYYMM."""
    return on.year * 100 + on.month


def month_text(month: int) -> str:
    """202401 as "2024-01"."""
    return f"{month // 100:04d}-{month % 100:02d}"


def fiscal_year(month: int, first_month: int) -> int:
    """The calendar year in which the fiscal year of a book month begins."""
    year, number = divmod(month, 100)
    return year if number >= first_month else year - 1
