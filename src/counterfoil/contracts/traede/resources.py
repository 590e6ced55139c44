"""The four things that are exported, and how each is spelled."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.core.exporting import Field, Topic

_DATES = {"created_at": Field.CREATED, "updated_at": Field.UPDATED}
_SALE = {"id": Field.ID, "currency": Field.CURRENCY, "customer_id": Field.CUSTOMER, **_DATES}
_RELATIONS = ("customer", "lines", "lines.product", "lines.variant")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that systems take.

    path:      after the version
    root:      the key of its lists
    arrays:    the keys under which a mark may name them, ids the keys of an id in there; the first is the usual one
    relations: what may be included
    fields:    what may be filtered and sorted by
    """

    topic: Topic
    name: str
    path: str
    root: str
    arrays: tuple[str, ...]
    ids: tuple[str, ...]
    relations: tuple[str, ...]
    fields: dict[str, Field]
    has_drafts: bool = False


INVOICES = Resource(
    Topic.SALES_INVOICE,
    "invoice",
    "invoices",
    "invoices",
    ("invoices",),
    ("invoice_id",),
    _RELATIONS,
    {**_SALE, "invoice_number": Field.NUMBER, "invoice_date": Field.DATE},
    has_drafts=True,
)
CREDIT_NOTES = Resource(
    Topic.CREDIT_NOTE,
    "credit note",
    "credit-notes",
    "credit_notes",
    ("credit_notes",),
    ("credit_note_id",),
    _RELATIONS,
    {**_SALE, "credit_note_number": Field.NUMBER, "invoice_date": Field.DATE},
    has_drafts=True,
)
#: The guide marks accounting entries under the names of credit notes, the reference under their own: both are read.
ACCOUNTING_ENTRIES = Resource(
    Topic.ACCOUNTING_ENTRY,
    "accounting entry",
    "accounting-entries",
    "accounting_entries",
    ("accounting_entries", "credit_notes"),
    ("accounting_entry_id", "credit_note_id"),
    (),
    {"id": Field.ID, "currency": Field.CURRENCY, "date": Field.DATE, **_DATES},
)
ORDERS = Resource(
    Topic.ORDER,
    "order",
    "orders",
    "orders",
    ("orders",),
    ("order_id",),
    _RELATIONS,
    {**_SALE, "order_number": Field.NUMBER, "order_date": Field.DATE},
)
RESOURCES = (INVOICES, CREDIT_NOTES, ACCOUNTING_ENTRIES, ORDERS)
