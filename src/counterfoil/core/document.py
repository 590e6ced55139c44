"""Documents: what a sender asks for, and what the office makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from counterfoil.core.money import Money
from counterfoil.core.party import NOWHERE, Address, Customer, NewCustomer
from counterfoil.core.tax import TaxPart, TaxRounding
from counterfoil.core.tender import Tender


class Kind(StrEnum):
    """The kinds of documents; each has a number series of its own."""

    QUOTE = "quote"
    WORK_ORDER = "work_order"
    SALES_ORDER = "sales_order"
    SHIPMENT = "shipment"
    SALES_INVOICE = "sales_invoice"
    CASH_SALE = "cash_sale"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    REFUND = "refund"
    STOCK_ADJUSTMENT = "stock_adjustment"
    OPENING_ITEM = "opening_item"
    PURCHASE_ORDER = "purchase_order"
    SUPPLIER_SHIPMENT = "supplier_shipment"
    GOODS_RECEIPT = "goods_receipt"
    SUPPLIER_INVOICE = "supplier_invoice"
    SETTLEMENT = "settlement"
    REMITTANCE = "remittance"
    ACCOUNTING_ENTRY = "accounting_entry"


#: Not posted: they may become an invoice or be voided.
ORDERS = frozenset({Kind.QUOTE, Kind.WORK_ORDER, Kind.SALES_ORDER})
#: Posted sales.
INVOICES = frozenset({Kind.SALES_INVOICE, Kind.CASH_SALE, Kind.CREDIT_NOTE})
#: What a customer knows as an invoice: sales, and what an earlier system left open of its own.
SHOWN_AS_INVOICES = INVOICES | {Kind.OPENING_ITEM}
#: What a customer may be charged through the receivable account.
ON_ACCOUNT = frozenset({Kind.SALES_INVOICE, Kind.CREDIT_NOTE})
#: The supplier's side, whose rows have projections of their own: corrected by a further document, never reversed.
NOT_REVERSED = frozenset(
    {
        Kind.PURCHASE_ORDER,
        Kind.SUPPLIER_SHIPMENT,
        Kind.GOODS_RECEIPT,
        Kind.SUPPLIER_INVOICE,
        Kind.SETTLEMENT,
    }
)


class State(StrEnum):
    """Where a document stands. Posted is final; reversed and settled are derived from the book.

    HISTORY: closed in an earlier system; shown to its customer and in no balance, it posts nothing and never changes
    """

    DRAFT = "draft"
    OPEN = "open"
    INVOICED = "invoiced"
    VOID = "void"
    POSTED = "posted"
    HISTORY = "history"


class LineKind(StrEnum):
    """An item line, a charge of the whole document such as freight, text, what rounding left, or a line of an entry.

    An entry's line has its account's code for a sku; its net is its debit less its credit.
    """

    ITEM = "item"
    CHARGE = "charge"
    TEXT = "text"
    ROUNDING = "round"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A line as a sender asks for it.

    sku:        the sender's own code of an item that is not on file
    quantity:   what is charged; negative = a return
    ordered:    what had been ordered, where it differs from what is charged
    unit_price: before tax, None = the item's list price
    discount:   amount taken off the line, in major units; has the line's sign
    tax:        the line's tax by tax code (None = the sender names none) where TaxRounding is DELIVERED
    where:      the path that the sender knows
    """

    kind: LineKind = LineKind.ITEM
    item_id: int | None = None
    sku: str = ""
    description: str | None = None
    note: str = ""
    uom: str | None = None
    quantity: Decimal = Decimal(1)
    ordered: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    tax: Mapping[int | None, Decimal] | None = None
    order_line_id: int | None = None
    returns_line_id: int | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class SaleTender:
    """Money that a sender says was taken, in major units; code names a tender type."""

    code: str
    amount: Decimal
    where: str = ""


@dataclass(frozen=True, slots=True)
class Asserted:
    """The sender's own figures, in the document's currency; None where it gave none."""

    subtotal: Money | None = None
    tax: Money | None = None
    total: Money | None = None


#: The sender gave no figures.
NOT_ASSERTED = Asserted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A quote, order, invoice or cash sale as a sender asks for it.

    kind:         a finalised document whose total turns out negative is filed as a credit note
    customer:     an existing customer, by id or in hand, a new one, or None = walk-in
    on, at:       business date as written, and the instant where one is known
    book_month:   YYYYMM, None = the month of the business date
    number:       the issuer's own number of an imported document; None = ours, taken at the end
    type_code:    the invoice type whose rules hold, "" = none; sub_type is its workflow label
    reference:    the sender's order number
    order_number: the order that this invoice belongs to, where the sender names one
    original_id:  the invoice that this one gives back, where no line says so
    contact:      the merchant's reference of the person who placed it
    rate:         base units for one unit of the currency, as its issuer fixed it; None = the book's own rate
    moves_goods:  False where its issuer keeps the stock and books the cost
    asserted_*:   the sender's figures in major units
    extras:       what the contract gives and we do not model
    draft_id:     the draft that it was, whose id it keeps
    """

    kind: Kind
    customer: int | Customer | NewCustomer | None = None
    ship_to_id: int | None = None
    billing: Address | None = None
    shipping: Address | None = None
    on: date
    at: datetime | None = None
    ordered_on: date | None = None
    due_on: date | None = None
    ship_on: date | None = None
    book_month: int | None = None
    currency: str | None = None
    rate: Decimal | None = None
    number: str | None = None
    type_code: str = ""
    sub_type: str = ""
    department_id: int | None = None
    salesperson_id: int | None = None
    terminal: int | None = None
    reference: str = ""
    customer_po: str = ""
    third_party_number: str = ""
    order_number: str = ""
    original_id: int | None = None
    contact: str | None = None
    ordered_by: str = ""
    comment: str = ""
    moves_goods: bool = True
    lines: tuple[SaleLine, ...] = ()
    tenders: tuple[SaleTender, ...] = ()
    tax_rounding: TaxRounding = TaxRounding.COMPONENT
    asserted_subtotal: Decimal | None = None
    asserted_tax: Decimal | None = None
    asserted_total: Decimal | None = None
    extras: Mapping[str, object] = field(default_factory=dict)
    draft_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A document's line as filed.

    net:       quantity x unit price, rounded, less the discount
    tax_parts: what each tax code takes of it, adding up to tax
    unit_cost: millionths of the base currency that one unit left or entered stock at, None = not moved
    """

    id: int
    line_no: int
    kind: LineKind
    item_id: int | None
    sku: str
    description: str
    note: str
    uom: str
    quantity: Decimal
    ordered: Decimal
    unit_price: Decimal
    discount: Money
    net: Money
    tax: Money
    tax_parts: Mapping[int | None, Money] = field(default_factory=dict)
    ledger_class: str = ""
    stocked: bool = False
    unit_cost: int | None = None
    order_line_id: int | None = None
    returns_line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as filed; amounts in its currency.

    number:      "" until the unit of work commits, for a document that takes ours
    customer_id: the other party; on a purchase document the supplier
    ship_to_id:  another customer that it goes to; on a purchase document our own unit
    reserves:    an order that sets its stock aside
    """

    id: int
    kind: Kind
    state: State
    number: str = ""
    customer_id: int | None = None
    ship_to_id: int | None = None
    billing: Address = NOWHERE
    shipping: Address = NOWHERE
    on: date
    at: datetime | None = None
    ordered_on: date | None = None
    due_on: date | None = None
    ship_on: date | None = None
    book_month: int
    type_code: str = ""
    sub_type: str = ""
    department_id: int | None = None
    salesperson_id: int | None = None
    terminal: int | None = None
    reference: str = ""
    customer_po: str = ""
    third_party_number: str = ""
    order_number: str = ""
    order_id: int | None = None
    original_id: int | None = None
    contact: str | None = None
    ordered_by: str = ""
    comment: str = ""
    reserves: bool = False
    subtotal: Money
    discount_total: Money
    tax_total: Money
    total: Money
    asserted: Asserted = NOT_ASSERTED
    tax_rounding: TaxRounding = TaxRounding.COMPONENT
    lines: tuple[Line, ...] = ()
    taxes: tuple[TaxPart, ...] = ()
    tenders: tuple[Tender, ...] = ()
    extras: Mapping[str, object] = field(default_factory=dict)

    @property
    def variance(self) -> Money | None:
        """What the sender's total says more than ours."""
        return None if self.asserted.total is None else self.asserted.total - self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """How a shipment travels; texts as the carrier gives them."""

    carrier: str = ""
    tracking_number: str = ""
    url: str = ""
    status: str = ""
    status_at: datetime | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    delivery_charge: str = ""
    weight: str = ""
    note: str = ""
