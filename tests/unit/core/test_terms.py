from __future__ import annotations

from datetime import date

import pytest

from counterfoil.core.terms import Terms, book_month, days_late, fiscal_year, month_text


@pytest.mark.parametrize(
    ("on", "days", "end_of_month", "due"),
    [
        ((2024, 1, 31), 0, False, (2024, 1, 31)),
        ((2024, 1, 31), 30, False, (2024, 3, 1)),
        ((2023, 12, 15), 30, True, (2024, 1, 30)),
        ((2024, 2, 10), 0, True, (2024, 2, 29)),
        ((2023, 11, 30), 1, True, (2023, 12, 1)),
        ((9999, 12, 20), 30, False, (9999, 12, 31)),
        ((9999, 12, 20), 0, True, (9999, 12, 31)),
    ],
)
def test_due(on: tuple[int, int, int], days: int, end_of_month: bool, due: tuple[int, int, int]) -> None:
    assert Terms(1, "T", "Terms", days, end_of_month).due(date(*on)) == date(*due)


def test_nothing_is_late_on_its_due_date() -> None:
    due = date(2024, 3, 1)
    assert [days_late(due, date(2024, 2, 29)), days_late(due, due), days_late(due, date(2024, 3, 2))] == [0, 0, 1]


def test_book_months() -> None:
    assert book_month(date(2024, 1, 31)) == 202401
    assert month_text(202401) == "2024-01"
    assert [fiscal_year(202403, 4), fiscal_year(202404, 4), fiscal_year(202412, 1)] == [2023, 2024, 2024]
