"""What a customer is shown of its own past: lists, single documents, and its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from counterfoil.core.document import Document, Tracking
from counterfoil.core.money import Currency, Money
from counterfoil.core.open_item import AgingBucket
from counterfoil.core.party import Customer


class Listed(NamedTuple):
    """One row of a customer's list of orders or invoices.

    amounts:  minor units of the list's currency
    sort_at:  milliseconds since 1970 UTC of its instant, or of its day's midnight when no instant is known
    *_on:     ISO dates
    billing, shipping: addresses as JSON objects of their non-empty parts, in the names of core.party.Address
    balance:  what is open of it now, 0 for an order
    """

    id: int
    kind: str
    state: str
    number: str
    type_code: str
    sort_at: int
    ship_on: str | None
    due_on: str | None
    subtotal: int
    discount_total: int
    tax_total: int
    total: int
    customer_po: str
    comment: str
    third_party_number: str
    order_number: str
    billing: str
    shipping: str
    balance: int
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None = not at all, and all that is given must hold.

    number, customer_po, third_party_number: whole text, without regard to case
    start_ms: a document counts from this millisecond on; one that stands for its whole day, from that UTC day on
    end_ms:   inclusive
    contact:  only what this contact placed, exactly
    """

    number: str | None = None
    customer_po: str | None = None
    third_party_number: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, newest first, and how many there are in all.

    customer_ref: the id by which the asking system knows the customer, "" in a list of orders
    """

    customer: Customer
    customer_ref: str
    unit: Currency
    rows: list[Listed]
    total: int


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order whole.

    item_refs: item id -> the id by which the asking system knows it
    shipped:   line id -> quantity
    """

    customer: Customer
    item_refs: Mapping[int, str]
    order: Document
    shipped: dict[int, Decimal]
    travels: tuple[Tracking, ...]


@dataclass(frozen=True, slots=True)
class InvoiceShown:
    """An invoice, credit note or cash sale whole.

    customer_ref, item_refs: ids by which the asking system knows the customer and the items
    balance:    what is open of it now
    ordered_at: instant or midnight of its order, None without one on file
    """

    customer: Customer
    customer_ref: str
    item_refs: Mapping[int, str]
    invoice: Document
    balance: Money
    is_reversed: bool
    ordered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer owes now, and when it last bought and paid.

    buckets: by lateness at as_of, credits negative; they add up to the balance
    last_*:  instants, or midnight of a day
    """

    customer: Customer
    unit: Currency
    as_of: date
    buckets: dict[AgingBucket, Money]
    last_charge_at: datetime | None
    last_sale_at: datetime | None
    last_payment_at: datetime | None
    last_payment: Money | None
