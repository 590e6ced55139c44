"""The replies as EvolutionX spells them.

Amounts are JSON numbers in major units unless said otherwise; dates `YYYY-MM-DDTHH:MM:SS[.mmm]` in UTC; what is UNSET
is left out.
"""

from decimal import Decimal

import msgspec
from msgspec import UNSET, Raw, UnsetType

Number = int | Decimal | Raw


class OrderAddress(msgspec.Struct, frozen=True):
    """Whom an order is billed or shipped to."""

    customer_code: str
    name: str
    address1: str
    address2: str
    address3: str
    city: str
    state: str
    postal_code: str


class InvoiceAddress(msgspec.Struct, frozen=True):
    """Whom an invoice is billed or shipped to; customer_id is the record's id, not its account number."""

    customer_id: str
    customer_code: str
    name: str
    address1: str
    address2: str
    address3: str
    city: str
    state: str
    postal_code: str


class ListedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a list."""

    order_id: str
    customer_code: str
    order_type_description: str
    order_status_description: str
    order_date: str
    ship_date: str | UnsetType = UNSET
    discount_total: Number
    sub_total: Number
    tax_total: Number
    total: Number
    customer_po: str
    order_comments: str
    third_party_order_number: str


class Orders(msgspec.Struct, frozen=True):
    """A page of orders."""

    orders: list[ListedOrder]
    total_orders: int


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order; quantities are text, amounts are numbers."""

    line_no: int
    product_id: str
    sku: str
    description: str
    note: str
    uom: str
    qty: str
    qty_shipped: str
    unit_price: Number
    tax: Number
    total: Number


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """How a shipment travels."""

    carrier_account_number: str
    delivery_charge: str
    delivery_date: str | UnsetType = UNSET
    shipping_date: str | UnsetType = UNSET
    status: str
    status_time: str | UnsetType = UNSET
    weight: str
    note: str
    tracking_number: str
    tracking_url: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order whole; sales_tax and tax_total are the same."""

    order_id: str
    customer_code: str
    billing_details: OrderAddress
    shipping_details: OrderAddress
    order_type_description: str
    order_status_description: str
    order_date: str
    ship_date: str | UnsetType = UNSET
    discount_total: Number
    sub_total: Number
    tax_total: Number
    sales_tax: Number
    total: Number
    ordered_by: str
    customer_po: str
    order_comments: str
    third_party_order_number: str
    order_lines: list[OrderLine]
    tracking_information: list[Tracking] | UnsetType = UNSET


class ListedInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice of a list; sales_tax and tax_total are the same."""

    invoice_id: str
    customer_code: str
    billing_details: InvoiceAddress
    shipping_details: InvoiceAddress
    order_id: str
    invoice_status_description: str
    invoice_date: str
    duedate: str | UnsetType = UNSET
    discount_total: Number
    sub_total: Number
    tax_total: Number
    sales_tax: Number
    total: Number
    balance: Number
    customer_po: str


class Invoices(msgspec.Struct, frozen=True):
    """A page of invoices."""

    invoices: list[ListedInvoice]
    total_invoices: int


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an invoice; quantities and prices are text with a point, price is the line's whole amount."""

    line_no: int
    item_id: str
    sku: str
    qty: str
    qty_shipped: str
    description: str
    uom: str
    unit_price: str
    tax: Number
    price: str
    note: str


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice whole; discount and discount_total are the same, and so are sales_tax and tax_total."""

    invoice_id: str
    customer_code: str
    billing_details: InvoiceAddress
    shipping_details: InvoiceAddress
    order_id: str
    invoice_status_description: str
    order_date: str | UnsetType = UNSET
    invoice_date: str
    duedate: str | UnsetType = UNSET
    discount: Number
    discount_total: Number
    sub_total: Number
    tax_total: Number
    sales_tax: Number
    total: Number
    balance: Number
    customer_po: str
    note: str
    invoice_lines: list[InvoiceLine]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's account; open_credits is positive."""

    customer_code: str
    balance: Number
    total_due: Number
    last_charge_date: str | UnsetType = UNSET
    last_sale_date: str | UnsetType = UNSET
    last_payment_date: str | UnsetType = UNSET
    last_payment_amount: Number | UnsetType = UNSET
    due_30_days: Number
    due_60_days: Number
    due_90_days: Number
    due_120_days: Number
    due_over_120_days: Number
    open_credits: Number
    credit_available: Number | UnsetType = UNSET


class TaxAmount(msgspec.Struct, frozen=True):
    """The tax of a cart."""

    salestax_amount: Number


class CheckoutTax(msgspec.Struct, frozen=True):
    """What the checkout is told of tax."""

    data: TaxAmount


class ShippingOffer(msgspec.Struct, frozen=True):
    """A way to ship; total is the same amount as text with two places."""

    label: str
    fixed_rate: Number
    total: str


class ShippingMethods(msgspec.Struct, frozen=True):
    """The ways in which a cart may be shipped."""

    shipping_methods: list[ShippingOffer]


class PushedOrder(msgspec.Struct, frozen=True):
    """The order that a pushed one became; the store may keep it as the order's Seller Reference."""

    order_id: str


class Nothing(msgspec.Struct, frozen=True):
    """`{}`: there is no such thing, or none that this customer may see."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a request was not answered.

    fields: what is wrong by field, for a 422
    """

    error: str
    message: str
    fields: dict[str, str] | UnsetType = UNSET
