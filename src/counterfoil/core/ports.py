"""What the office expects of a system that documents are pulled from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from counterfoil.core.accounting import AccountingEntry
from counterfoil.core.document import Sale
from counterfoil.core.errors import BookError, Problem, Unavailable
from counterfoil.core.party import NOWHERE, Address


class Flow(StrEnum):
    """The kinds of documents that are pulled, in the order in which they are: what is referred to comes first."""

    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    ACCOUNTING_ENTRIES = "accounting_entries"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it arrived.

    raw: JSON, every digit as it was sent
    """

    their_id: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Whom a pulled sale is for; number is the key by which it is found in the book."""

    number: str
    name: str = ""
    billing: Address = NOWHERE
    shipping: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A pulled document in the book's words.

    draft:     it says that it is not booked; nothing else is then to be relied on
    content:   hash of what is accounted, "" for a draft
    sale:      an invoice or credit note without its customer's and items' ids
    rates:     the fraction that taxes each of its lines, None = not said
    refers_to: their id of the invoice that a credit note gives back
    signs:     the convention that this document proves for its system's credit notes, "" = it fits several
    """

    number: str = ""
    draft: bool = False
    content: str = ""
    sale: Sale | None = None
    buyer: Buyer | None = None
    rates: Sequence[Decimal | None] = ()
    refers_to: int | None = None
    signs: str = ""
    entry: AccountingEntry | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A document that the other system is told we have."""

    their_id: int
    note: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What has been found out about a system and is kept.

    signs: how its credit notes carry their signs, "" = not known yet
    shape: the words in which it takes marks of accounting entries, "" = not known yet
    """

    signs: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    path: what was asked for, without credentials
    """

    path: str
    rows: Sequence[Fetched]


@dataclass(frozen=True, slots=True)
class Told:
    """A call by which the other system was told something, as evidence keeps it."""

    path: str
    body: bytes
    status: int
    reply: bytes


class MarksRefused(BookError):
    """A batch of marks was understood and refused; one of them, or all, cannot be taken."""

    def __init__(self, problem: Problem, told: Told) -> None:
        super().__init__(problem)
        self.told = told


class SourceBroken(Unavailable):
    """The other system keeps to its contract no more, or lets us in no more: a person has to look."""


class Source(Protocol):
    """A system that hands out documents until it is told that we have them.

    Every method may raise Unavailable.
    """

    @property
    def name(self) -> str:
        """Its name in the book, such as traede:main."""

    @property
    def contract(self) -> str:
        """The contract that it keeps to, such as traede."""

    @property
    def flows(self) -> Sequence[Flow]:
        """What is pulled from it."""

    @property
    def shapes(self) -> Sequence[str]:
        """The words in which it may take marks of accounting entries, the likeliest first."""

    def page(self, flow: Flow, number: int, since: datetime | None = None) -> Page:
        """A page, counted from 0, of what we do not have by its own account; empty behind the last one.

        since: also what we got after this instant
        """

    def read(self, flow: Flow, raw: bytes, learned: Learned) -> Taken:
        """A document in the book's words; Invalid with every problem."""

    def mark(self, flow: Flow, marks: Sequence[Mark], shape: str) -> Told:
        """Tell it what we have; MarksRefused when it says no."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """How an account is pulled: what the operator decides.

    tax_codes: percentage as text -> code of a tax in the book
    batch:     documents named in one call of marks, at most
    sweeps:    times that a list is gone through in one run, at most
    """

    tax_codes: dict[str, str] = field(default_factory=dict)
    batch: int = 10
    sweeps: int = 20
