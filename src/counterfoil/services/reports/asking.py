"""What a report may be asked: texts as people and programs write them, read into dates, months and codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.terms import book_month, fiscal_year
from counterfoil.services.reports.model import Period

T = TypeVar("T")

AS_OF, PERIOD, FROM, PARTY = "as_of", "period", "from", "party"

_MONTH = re.compile(r"([0-9]{4})-?([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked.

    as_of:   business date it looks from, both sides of every comparison
    period:  book months; None = the report's own default
    from_on: first business date
    party:   code of a customer
    """

    as_of: date
    period: Period | None = None
    from_on: date | None = None
    party: str = ""

    def months(self, fiscal_month: int) -> Period:
        """The period; else the fiscal year so far."""
        last = book_month(self.as_of)
        return self.period or Period(fiscal_year(last, fiscal_month) * 100 + fiscal_month, last)


def read(texts: Mapping[str, str], takes: Collection[str], today: date) -> Asked:
    """The question of some texts by name.

    takes:  the names that the report knows
    raises: Invalid with every problem
    """
    problems = [
        Problem("unknown_parameter", name, f"this report knows no {name}") for name in sorted(set(texts) - set(takes))
    ]
    as_of, from_on = (_read(_day, texts, name, problems) for name in (AS_OF, FROM))
    months = _read(period, texts, PERIOD, problems)
    if PARTY in takes and not texts.get(PARTY):
        problems.append(Problem("party_required", PARTY, "name the customer by its code"))
    if from_on and from_on > (as_of or today):
        problems.append(Problem("period_invalid", FROM, f"{from_on} is after {as_of or today}"))
    if problems:
        raise Invalid(problems)
    return Asked(as_of or today, months, from_on, texts.get(PARTY, ""))


def _read(reader: Callable[[str, str], T], texts: Mapping[str, str], name: str, problems: list[Problem]) -> T | None:
    try:
        return reader(texts[name], name) if texts.get(name) else None
    except Invalid as error:
        problems += error.problems
        return None


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(Problem("date_invalid", where, f"{text!r} is no date YYYY-MM-DD")) from error


def period(text: str, where: str = PERIOD) -> Period:
    """A month YYYYMM or YYYY-MM, a year, or two of them as FROM..TO."""
    first, separator, last = text.partition("..")
    start, end = _months(first, where), _months(last if separator else first, where)
    if end.last < start.first:
        raise Invalid(Problem("period_invalid", where, f"{text!r} ends before it begins"))
    return Period(start.first, end.last)


def _months(text: str, where: str) -> Period:
    if _YEAR.fullmatch(text) and int(text):
        return Period(int(text) * 100 + 1, int(text) * 100 + 12)
    found = _MONTH.fullmatch(text)
    if found and int(found[1]) and 1 <= int(found[2]) <= 12:
        month = int(found[1]) * 100 + int(found[2])
        return Period(month, month)
    raise Invalid(Problem("period_invalid", where, f"{text!r} is no month YYYYMM, no year, and not FROM..TO of these"))
