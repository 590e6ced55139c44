"""What the office expects of a system that documents are pulled from, or pushed into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from counterfoil.core.accounting import AccountingEntry
from counterfoil.core.document import Document, Sale
from counterfoil.core.errors import BookError, Problem, Unavailable
from counterfoil.core.exporting import Topic
from counterfoil.core.party import NOWHERE, Address
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.core.reference import Reference
from counterfoil.core.tender import Tender


class Flow(StrEnum):
    """The kinds of documents that are pulled, in the order in which they are: what is referred to comes first."""

    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    ACCOUNTING_ENTRIES = "accounting_entries"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it arrived.

    raw:    JSON, every digit as it was sent
    number: what people know it by, "" where it says none
    """

    their_id: int
    raw: bytes
    number: str = ""


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
    lost: what is wrong with documents of it that cannot be told from others, "" if there are none
    """

    path: str
    rows: Sequence[Fetched]
    lost: str = ""


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
    """The other system lets us in no more: a person has to look."""


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


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document on its way into another system.

    tenders:   the money that came with it; what was given back is negative
    supplied:  a supplier's invoice with all that it names; None for all other kinds
    reference: the book's
    their_id:  (kind, our id) -> what that system calls it; what it has no id for is missing
    """

    document: Document
    tenders: tuple[Tender, ...]
    supplied: InvoiceShown | None
    reference: Reference
    their_id: Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document in the other system's words, ready to be sent in one or more parts, each of them a call.

    key:   what the other system is to know it by
    parts: what its contract needs to word each call; opaque to the office
    """

    key: str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Outcall:
    """One call that is to be made, as evidence keeps it."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The other system has it, or a further part of it.

    remote_id: its id of the record, "" = as before
    number:    what it calls the document, "" = as before
    say:       what it noted besides, "" = nothing
    """

    remote_id: str
    number: str
    say: str
    status: int
    reply: bytes


@dataclass(frozen=True, slots=True)
class Sighting:
    """What may be our document, seen in the other system.

    parts: how many of its parts are there
    """

    remote_id: str
    number: str
    parts: int


@dataclass(frozen=True, slots=True)
class Search:
    """What was found of a document whose call was not answered.

    say: why nothing can be concluded, "" = it was looked for everywhere
    """

    found: tuple[Sighting, ...]
    say: str = ""


class TargetRefused(BookError):
    """The other system understood and said no, and nothing of it was done."""

    def __init__(self, problem: Problem, status: int, reply: bytes) -> None:
        super().__init__(problem)
        self.status, self.reply = status, reply


class TargetSilent(Unavailable):
    """No usable answer came.

    acted: whether it may have been done
    """

    def __init__(self, problem: Problem, *, acted: bool, status: int = 0, reply: bytes = b"") -> None:
        super().__init__(problem)
        self.acted, self.status, self.reply = acted, status, reply


class TargetBroken(Unavailable):
    """The other system lets us in no more: nothing was done, and a person has to look."""


class Target(Protocol):
    """A system that documents are pushed into."""

    @property
    def name(self) -> str:
        """Its name in the book, such as systemfive:main."""

    @property
    def contract(self) -> str:
        """The contract that it keeps to, such as systemfive."""

    def prepare(self, one: Outgoing) -> Prepared:
        """The document in its words; Invalid with every reason why it cannot be sent."""

    def call(self, prepared: Prepared, part: int, number: str) -> Outcall:
        """The call that brings a part; number is what it calls the document since the first one.

        raises: Unavailable when it has to be asked for that and cannot; Refused for what it lacks
        """

    def send(self, call: Outcall) -> Answered:
        """Make a call, once.

        raises: TargetRefused, TargetSilent, TargetBroken
        """

    def find(self, prepared: Prepared, sent_on: date) -> Search:
        """Look for a document that was sent on a day or after it; Unavailable when it cannot be asked."""

    def seen(self, prepared: Prepared, remote_id: str) -> Sighting | None:
        """One record there, if it is this document; Unavailable when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Pushing:
    """How documents are pushed: what the operator decides.

    topics:   what they leave as, in the order in which they go
    since:    documents dated before stay here, None = all go
    refs:     the system whose ids for customers and items hold there
    sources:  principals through whom the other system's own documents come in; those never go back
    resend:   what is not found there after a call without an answer is sent again, under the same key
    settle:   for so long after a call, that something is not there does not mean that it will not be
    """

    topics: tuple[Topic, ...]
    since: date | None
    refs: str
    sources: frozenset[str] = frozenset()
    resend: bool = False
    settle: timedelta = timedelta(seconds=120)
