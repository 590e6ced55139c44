"""Accounting entries as a sender gives them: booked line by line, without a recipe that would make up any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

#: The member of a document's extras that holds its EntryType.
TYPE = "entry_type"


class EntryType(StrEnum):
    """What an accounting entry is about."""

    COGS = "cogs"
    INVENTORY_ADJUSTMENT = "inventory_adjustment"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line as a sender gives it, in major units of the entry's currency.

    account: code of an account of the chart
    where:   the path that the sender knows
    """

    account: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    text: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountingEntry:
    """An entry to be booked as given; its debits and credits must be equal.

    book_month: YYYYMM, None = the month of the date
    currency:   None = the book's base currency
    rate:       base units for one unit of the currency, None = the book's own rate of that day
    reference:  the sender's own name for it
    """

    on: date
    lines: tuple[EntryLine, ...]
    type: EntryType = EntryType.OTHER
    text: str = ""
    book_month: int | None = None
    currency: str | None = None
    rate: Decimal | None = None
    reference: str = ""
    extras: Mapping[str, object] = field(default_factory=dict)
