"""What leaves the book for another system: what there is to take, how far each system has come with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from counterfoil.core.document import ORDERS, Document, Kind
from counterfoil.core.journal import Entry
from counterfoil.core.money import Currency
from counterfoil.core.party import Customer
from counterfoil.core.stock import Item
from counterfoil.core.tax import TaxCode
from counterfoil.core.terms import Terms


class Topic(StrEnum):
    """What a document may leave the book as.

    An invoice leaves as itself, and its cost of goods as an accounting entry of the same id; so does the entry of a
    stock adjustment. Each is exported on its own.
    """

    SALES_INVOICE = "sales_invoice"
    CASH_SALE = "cash_sale"
    CREDIT_NOTE = "credit_note"
    ACCOUNTING_ENTRY = "accounting_entry"
    ORDER = "order"
    SUPPLIER_INVOICE = "supplier_invoice"


class ExportState(StrEnum):
    """How far a document is on its way into another system.

    QUEUED, SENT: we mean to send it; it is under way
    IN_DOUBT:     no answer came, the other system may have it
    FOUND_REMOTE: it was looked for there and found
    ACKNOWLEDGED: the other system has it: exported
    FAILED, PARKED: refused there; put aside for a person
    REOPENED:     to be exported once more
    """

    QUEUED = "queued"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    FOUND_REMOTE = "found_remote"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    PARKED = "parked"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class ExportEvent:
    """One step of a document into another system.

    draft:     it was a draft then; an acknowledged draft is exported once more when it is booked
    remote_id: what the other system calls it, "" = not told
    """

    topic: Topic
    document_id: int
    system: str
    state: ExportState
    at: datetime
    actor: str
    note: str = ""
    remote_id: str = ""
    draft: bool = False


class Field(StrEnum):
    """What a list may be narrowed and sorted by."""

    ID = "id"
    NUMBER = "number"
    CURRENCY = "currency"
    CUSTOMER = "customer_id"
    DATE = "dated_on"
    CREATED = "created_at"
    UPDATED = "updated_at"


class Operator(StrEnum):
    """How a field is tested; NULL is true where it holds nothing."""

    EQ = "eq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "ct"
    STARTS = "sw"
    ENDS = "ew"
    IN = "in"
    BETWEEN = "bt"
    NULL = "null"


#: Compare the field's text, without regard to case; an instant's is YYYY-MM-DD HH:MM:SS in UTC.
TEXTUAL = frozenset({Operator.CONTAINS, Operator.STARTS, Operator.ENDS})

Value = int | str | date | datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    values:  of the field's own type, text for a TEXTUAL operator: two for BETWEEN, any number for IN, none for NULL
    negated: true where it would be false; where the field holds nothing both are false, except for NULL
    """

    field: Field
    operator: Operator
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all must hold, or any one; a group without conditions always holds."""

    tests: tuple[Condition, ...]
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """One level of a list's order; what holds nothing comes first, last when descending."""

    field: Field
    descending: bool = False


class Standing(StrEnum):
    """Where an order stands, as a system may ask for it."""

    OPEN = "open"
    QUOTED = "quoted"
    VOID = "void"
    INVOICED = "invoiced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a system asks for.

    since:     also what was exported later than this instant, None = only what never was
    drafts:    drafts too, under the same rule
    standings: of orders
    groups:    all of them must hold
    sorts:     then by id
    """

    topic: Topic
    system: str
    since: datetime | None = None
    drafts: bool = False
    standings: frozenset[Standing] = frozenset({Standing.OPEN})
    groups: tuple[Group, ...] = ()
    sorts: tuple[Sort, ...] = ()
    limit: int
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """A document as it may leave the book.

    entry:       what the topic ACCOUNTING_ENTRY consists of; None elsewhere
    accounts:    account id -> code, of that entry
    rate:        base units for one unit of its currency, None = not known, as for a draft without a rate
    created_at:  when it was entered, updated_at when it changed last
    reversed_on: the date of its reversal
    """

    document: Document
    created_at: datetime
    updated_at: datetime
    customer: Customer | None = None
    terms: Terms | None = None
    rate: Decimal | None = None
    entry: Entry | None = None
    accounts: Mapping[int, str] = field(default_factory=dict)
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Some of what a system has not exported, and how many there are in all.

    items:         by id, those of the rows' lines
    tax_codes:     by id, all of the book's
    base, country: the book's own
    """

    rows: tuple[Exportable, ...]
    total: int
    items: Mapping[int, Item]
    tax_codes: Mapping[int, TaxCode]
    base: Currency
    country: str


def topic_of(document: Document) -> Topic | None:
    """What a document leaves the book as; None for kinds that do not."""
    if document.kind in ORDERS:
        return Topic.ORDER
    return Topic(document.kind.value) if document.kind in _THEMSELVES else None


_THEMSELVES = frozenset(
    {Kind.SALES_INVOICE, Kind.CASH_SALE, Kind.CREDIT_NOTE, Kind.ACCOUNTING_ENTRY, Kind.SUPPLIER_INVOICE}
)
