"""What is asked of suppliers' invoices and disputes, and how they are shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from counterfoil.contracts.own.shapes import Amount, Asked, Code, CurrencyCode, Id, Line, Paged, Prose, Shown, Warned
from counterfoil.core.purchase import Calculation, DisputeKind


class Registering(Asked, kw_only=True):
    """A supplier's invoice as it is on paper.

    unit:           which of one's own units owes it; the only one without it
    total:          on the paper, tax included
    posted_on:      the day on which it is to be posted; the day of booking without it
    calculation:    whether prices hold tax, and whether it is rounded on lines or on the sum of each rate
    reverse_charge: the supplier charges no tax; it is owed and deducted by us
    """

    supplier: Code
    dated_on: date
    number: Line = ""
    unit: Code | None = None
    currency: CurrencyCode | None = None
    total: Amount | None = None
    description: Prose = ""
    posted_on: date | None = None
    due_on: date | None = None
    calculation: Calculation = Calculation.EX_TAX
    reverse_charge: bool = False


class MatchLine(Asked, kw_only=True):
    """A line over a shipment's line, or over an order's; what it gives no figure for comes from there.

    tax_rate: a fraction of the net, 0.21 is 21 %
    """

    shipment_line_id: Id | None = None
    order_line_id: Id | None = None
    quantity: Decimal | None = None
    expected_quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None


class Matching(Asked, kw_only=True):
    """Lines to match: all of them, or none."""

    lines: Annotated[list[MatchLine], Meta(max_length=1000)]


class NewAmount(Asked, kw_only=True):
    """An amount beside the lines, before tax.

    type_id:  what it is for; see /amount-types
    amount:   what is accepted; original is what the paper says, the same without it
    tax_code: or a tax_rate as a fraction of the net
    """

    type_id: Id
    amount: Amount
    original: Amount | None = None
    tax_code: Code | None = None
    tax_rate: Decimal | None = None


class NewDispute(Asked, kw_only=True):
    """A difference held against the supplier, tax included.

    kind: original = our lines are below the paper; expected = the lines carry the paper's figures
    """

    amount: Amount
    reason_id: Id
    kind: DisputeKind = DisputeKind.ORIGINAL
    description: Line = ""
    line_id: Id | None = None
    amount_id: Id | None = None


class Resolving(Asked, kw_only=True):
    """How a dispute, or a part of it, is settled; the ledger class chooses the account that takes it."""

    amount: Amount
    description: Line = ""
    ledger_class: Annotated[str, Meta(max_length=10)] = ""


class Holding(Asked, kw_only=True):
    """Why an invoice is not to be booked; null lets it go."""

    hold_status_id: Id | None


class Both(Shown):
    """An amount before tax and with it."""

    net: Amount
    gross: Amount


class Resolution(Shown):
    """What settled a dispute, or a part of it."""

    id: int
    amount: Amount
    description: str
    ledger_class: str


class DisputeShown(Shown):
    """A dispute and what has settled it."""

    id: int
    kind: str
    amount: Amount
    settled: Amount
    resolved: bool
    reason: str
    description: str
    line_id: int | None
    amount_id: int | None
    raised_by: str
    actions: list[Resolution]


class LineShown(Shown):
    """A line: what it charges, what was expected, and what is still to be disputed of it."""

    id: int
    shipment_line_id: int | None
    order_line_id: int
    order_id: int
    item_id: int | None
    quantity: Decimal
    expected_quantity: Decimal | None
    unit_price: Decimal
    expected_unit_price: Decimal
    tax_code: str | None
    tax_rate: Decimal
    charged: Both
    expected: Both
    to_dispute: Amount


class AmountShown(Shown):
    """An amount beside the lines."""

    id: int
    type_id: int
    type: str
    accepted: Both
    original: Both
    tax_code: str | None
    tax_rate: Decimal


class Head(Shown, kw_only=True):
    """A supplier's invoice in a list; supplier_number is on the paper, total what it comes to as it stands."""

    id: int
    number: str
    supplier_number: str
    supplier: str
    unit_id: int
    dated_on: date
    due_on: date | None
    booked: bool
    on_hold: bool
    unresolved: bool
    explained: bool
    currency: str
    total: Amount


class Invoice(Shown, kw_only=True):
    """A supplier's invoice whole.

    hindrance: what stands in the way of booking it
    settled:   what its booking shows on its orders as settled on account
    """

    id: int
    number: str
    supplier_number: str
    supplier: str
    unit: str
    dated_on: date
    posted_on: date | None
    due_on: date | None
    booked: bool
    hold_status_id: int | None
    description: str
    calculation: str
    reverse_charge: bool
    currency: str
    original_total: Amount | None
    total: Amount
    subtotal: Amount
    expected_total: Amount
    disputed: Amount
    settled: Amount
    hindrance: Warned | None
    lines: list[LineShown]
    amounts: list[AmountShown]
    disputes: list[DisputeShown]
    warnings: list[Warned] = []


class InvoicesAsked(Paged):
    """Which invoices: of a supplier's code, of a number on paper, of some days."""

    supplier: Code | None = None
    number: Line | None = None
    booked: bool | None = None
    unresolved: bool | None = None
    from_on: date | None = None
    to_on: date | None = None


class DisputesAsked(Paged):
    """Which disputes: all, or those that are not resolved."""

    open: bool | None = None


class DisputeRow(Shown):
    """A dispute in the queue."""

    id: int
    kind: str
    amount: Amount
    settled: Amount
    currency: str
    reason: str
    description: str
    invoice: str
    supplier_number: str
    supplier: str
    raised_by: str
    booked: bool


class Reason(Shown):
    """Why something is disputed."""

    id: int
    name: str
    description: str
    ledger_class: str
    auto_resolve: bool


class NewReason(Asked, kw_only=True):
    """A reason; auto_resolve settles its disputes at once, against the ledger class."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Line = ""
    ledger_class: Annotated[str, Meta(max_length=10)] = ""
    auto_resolve: bool = False


class AmountType(Shown):
    """What amounts beside the lines are for; goods is the total of the goods on the paper."""

    id: int
    name: str
    description: str
    ledger_class: str
    goods: bool


class NewAmountType(Asked, kw_only=True):
    """A type of amounts; the ledger class chooses its account."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Line = ""
    ledger_class: Annotated[str, Meta(max_length=10)] = ""


class Withdrawn(Shown):
    """What was taken away."""

    id: int
    number: str
