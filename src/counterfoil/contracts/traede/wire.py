"""The replies as TRAEDE's own pages and this contract's decisions spell them.

Amounts are JSON numbers in major units; instants `YYYY-MM-DDTHH:MM:SS.ffffffZ`, dates `YYYY-MM-DD`; what is UNSET
was not included and is left out.
source: the README beside this file
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

Number = int | Decimal
#: Something included: the thing, its id, or none.
Shown = Any
Meta = dict[str, object]


class PaymentTerm(msgspec.Struct, frozen=True):
    """When an invoice is to be paid."""

    name: str
    erp_code: str


class Address(msgspec.Struct, frozen=True):
    """A name and a place; country as ISO 3166 alpha-2 where it is known as such."""

    name: str
    attention: str | None
    street: str
    street_2: str | None
    zip: str
    city: str
    state: str | None
    country: str | None
    title: str | None = None
    remote_erp_id: str | None = None


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is sold to."""

    id: int
    customer_number: str
    name: str
    currency: str
    email: str | None = None
    telephone: str | None = None
    vat_number: str | None = None
    eori_number: str | None = None
    discount_percentage: Number = 0
    active: bool = True
    payment_term: PaymentTerm | None
    addresses: list[Address]
    meta: Meta = {}


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """An item as a product."""

    id: int
    item_number: str
    name: str
    meta: Meta = {}


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant costs in one currency."""

    sales_price: Number
    rec_sales_price: Number = 0
    offer_price: Number | None = None
    b2c_offer_price: Number | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the one variant of its product."""

    id: int
    product_id: int
    sku: str
    ean: str | None = None
    attributes: Meta = {}
    prices: dict[str, Price]
    meta: Meta = {}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold; id is null while it is a draft's."""

    id: int | None
    product_id: int | None
    variant_id: int | None
    sku: str | None
    ean: str | None = None
    item_number: str | None
    product_name: str
    full_name: str
    attributes: Meta = {}
    country_of_origin: str | None = None
    composition: str | None = None
    hs_tariff_code: str | None = None
    quantity: Number
    price: Number
    discount_percentage: Number
    vat_percentage: Number | None
    vat_amount: Number
    line_total: Number
    product: Shown | UnsetType = UNSET
    variant: Shown | UnsetType = UNSET


class _Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What invoices, credit notes and orders have in common."""

    id: int
    status: str
    order_type: str = "b2b"
    customer_id: int | None
    customer_number: str | None
    email: str | None = None
    telephone: str | None = None
    vat_number: str | None = None
    eori_number: str | None = None
    reference: str | None
    currency: str
    exchange_rate: Number | None
    discount_percentage: Number = 0
    shipping_cost: Number
    handling_fee: Number = 0
    subtotal: Number
    vat_total: Number
    total: Number
    vat_percentage: Number | None
    vat_zone: str | None
    note: str | None
    payment_term: PaymentTerm | None
    bank_account: str | None = None
    invoice_address: Address
    delivery_address: Address
    meta: Meta
    created_at: str
    updated_at: str
    customer: Shown | UnsetType = UNSET
    lines: Shown | UnsetType = UNSET


class Invoice(_Sale, frozen=True, kw_only=True):
    """A sales invoice, or a draft of one."""

    invoice_number: str | None
    booked_at: str | None
    invoice_date: str
    due_date: str | None
    order_number: str | None


class CreditNote(_Sale, frozen=True, kw_only=True):
    """A credit note; what it gives back is positive everywhere."""

    credit_note_number: str | None
    booked_at: str | None
    invoice_date: str
    due_date: str | None
    order_number: str | None
    invoice_id: int | None
    claim_type: str | None = None
    claim_cause: str | None = None
    rma: str | None = None


class Order(_Sale, frozen=True, kw_only=True):
    """A quote, work order or sales order."""

    order_number: str
    order_date: str
    delivery_date: str | None


class EntryLine(msgspec.Struct, frozen=True):
    """A debit or a credit."""

    account: str
    debit: Number
    credit: Number
    text: str


class AccountingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be booked directly; account and contra_account only where it has one debit and one credit."""

    id: int
    type: str
    date: str
    text: str
    currency: str
    exchange_rate: Number | None
    amount: Number
    account: str | None
    contra_account: str | None
    lines: list[EntryLine]
    source_type: str | None
    source_id: int | None
    meta: Meta
    created_at: str
    updated_at: str


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A document that a system has now."""

    system_id: str
    note: str | None
    exported_at: str


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong; detail names the offending item."""

    status: int
    code: int
    detail: str


class Faults(msgspec.Struct, frozen=True):
    """Everything that is wrong."""

    errors: list[Fault]


class Failed(msgspec.Struct, frozen=True):
    """A failure of ours."""

    status: str
    message: str
