"""Buying: what was ordered and shipped, and the supplier's invoice as it is registered, matched and disputed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from counterfoil.core.money import Money


class Calculation(StrEnum):
    """How a supplier's invoice comes to its tax.

    IN_TAX, EX_TAX:         unit prices with or without it; rounded on each line
    IN_TAX_SUM, EX_TAX_SUM: the same, rounded on the sum of each rate, whose cents are put on its lines
    """

    IN_TAX = "in_tax"
    EX_TAX = "ex_tax"
    IN_TAX_SUM = "in_tax_sum"
    EX_TAX_SUM = "ex_tax_sum"

    @property
    def includes_tax(self) -> bool:
        """Whether unit prices include tax."""
        return self in (Calculation.IN_TAX, Calculation.IN_TAX_SUM)

    @property
    def on_sum(self) -> bool:
        """Whether tax is rounded on the sum of each rate."""
        return self in (Calculation.IN_TAX_SUM, Calculation.EX_TAX_SUM)


class DisputeKind(StrEnum):
    """Which side of an invoice a dispute stands on.

    ORIGINAL: our accepted lines are below the paper; it raises the invoice's total to the paper's
    EXPECTED: the lines carry the paper's figures, and differ from what we expect
    """

    ORIGINAL = "original"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """A line of a supplier's shipment and what has become of it; quantities as ordered, prices before tax.

    matched:       on lines of all invoices that exist, open or booked
    expected:      what those invoices are expected to charge
    relieved:      the part that booked invoices took out of goods received not invoiced
    tax_rate:      fraction of the net
    received_cost, relieved_cost: minor units that went into and out of that account
    received_base, relieved_base: the same in the base currency
    """

    id: int
    shipment_id: int
    order_id: int
    order_line_id: int
    supplier_id: int
    unit_id: int
    item_id: int
    currency: str
    unit_price: Decimal
    tax_code_id: int | None
    tax_rate: Decimal
    shipped: Decimal
    received: Decimal = Decimal(0)
    matched: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)
    relieved: Decimal = Decimal(0)
    received_cost: int = 0
    relieved_cost: int = 0
    received_base: int = 0
    relieved_base: int = 0
    completed: bool = False

    @property
    def available(self) -> Decimal:
        """What was received and stands on no invoice yet."""
        return max(Decimal(0), self.received - self.matched)

    @property
    def expectable(self) -> Decimal:
        """What a further invoice may be expected to charge."""
        return max(Decimal(0), min(self.available, self.received - self.expected))


@dataclass(frozen=True, slots=True)
class ResolveAction:
    """How a dispute, or a part of it, was settled; the ledger class chooses the account that takes it."""

    id: int
    amount: Money
    description: str
    ledger_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A difference that we hold against the supplier, tax included.

    line_id, amount_id: what it is attached to; neither = the invoice
    """

    id: int
    kind: DisputeKind
    amount: Money
    reason_id: int
    description: str = ""
    line_id: int | None = None
    amount_id: int | None = None
    raised_by: str = ""
    email: str = ""
    actions: tuple[ResolveAction, ...] = ()

    @property
    def settled(self) -> Money:
        """What its actions have settled."""
        return Money(sum(action.amount.minor for action in self.actions), self.amount.currency)

    @property
    def resolved(self) -> bool:
        """Whether nothing of it is left."""
        return self.settled == self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedLine:
    """A line of a supplier's invoice against what was ordered, and shipped where that is known.

    expected_quantity:   None = no other than the quantity
    expectation_given:   the sender set it; else it follows from what was received
    tax_rate:            fraction of the net, as expected_tax_rate
    """

    id: int
    shipment_line_id: int | None
    order_line_id: int
    order_id: int
    item_id: int | None
    quantity: Decimal
    expected_quantity: Decimal | None = None
    expectation_given: bool = False
    unit_price: Decimal
    expected_unit_price: Decimal
    tax_code_id: int | None
    tax_rate: Decimal
    expected_tax_rate: Decimal
    ledger_class: str = ""

    @property
    def due_quantity(self) -> Decimal:
        """What we expect to be charged for."""
        return self.quantity if self.expected_quantity is None else self.expected_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalAmount:
    """An amount before tax that stands beside the lines, such as freight.

    goods:    the total of the goods as the paper has it: a control total as soon as there are lines
    amount:   what we accept; original is what the paper says
    tax_rate: fraction of the net
    """

    id: int
    type_id: int
    goods: bool
    ledger_class: str
    amount: Money
    original: Money
    tax_code_id: int | None
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that lies elsewhere and belongs to an invoice."""

    reference: str
    url: str
    attached_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierInvoice:
    """A supplier's invoice as registered.

    number:          ours; supplier_number is on the paper
    booked:          closed for good
    unit_id:         which of our own units owes it
    asserted_total:  on the paper, tax included
    starts_on:       the day on which it is to be posted, None = the day of booking
    reverse_charge:  the supplier charges no tax; we owe it and deduct it
    hold_status_id:  not None = not to be booked
    files:           references of what is attached
    """

    id: int
    number: str
    booked: bool
    supplier_id: int
    unit_id: int
    supplier_number: str
    on: date
    description: str
    currency: str
    asserted_total: Money | None
    starts_on: date | None
    due_on: date | None
    calculation: Calculation
    reverse_charge: bool
    hold_status_id: int | None
    fiscal_id: str
    files: tuple[AttachedFile, ...] = ()
    lines: tuple[MatchedLine, ...] = ()
    amounts: tuple[AdditionalAmount, ...] = ()
    disputes: tuple[Dispute, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountType:
    """What an additional amount is for; the ledger class chooses its account.

    goods: the total of the goods on the paper
    """

    id: int
    name: str
    description: str
    ledger_class: str
    goods: bool = False


@dataclass(frozen=True, slots=True)
class DisputeReason:
    """Why something is disputed.

    auto_resolve: a dispute for this reason is settled at once, against the ledger class
    """

    id: int
    name: str
    description: str
    ledger_class: str
    auto_resolve: bool = False


class Happening(StrEnum):
    """What a supplier event tells."""

    RECEIVED = "received"
    PURCHASE = "purchase"
    TAX = "tax"
    VARIANCE = "variance"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierEvent:
    """Something that concerns the ledger: amounts of an invoice, of its disputes, of goods that came in.

    amount: tax included, in the document's currency
    """

    kind: Happening
    amount: Money
    tax: Money | None = None
    tax_rate: Decimal | None = None
    tax_code_id: int | None = None
    ledger_class: str = ""
    unit_id: int | None = None
    invoice_id: int | None = None
    line_id: int | None = None
    dispute_id: int | None = None
    action_id: int | None = None
    order_id: int | None = None
    order_line_id: int | None = None
    shipment_id: int | None = None
    item_id: int | None = None
    remark: str = ""
