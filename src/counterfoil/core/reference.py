"""What a book knows before any document: its base, accounts, taxes, tender and invoice types, and how it posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal

from counterfoil.core.errors import Problem, Refused
from counterfoil.core.journal import Account, Role
from counterfoil.core.money import Currency
from counterfoil.core.party import NOWHERE, Address, Unit
from counterfoil.core.purchase import AmountType, DisputeReason
from counterfoil.core.tax import Jurisdiction, TaxCode
from counterfoil.core.tender import TenderType
from counterfoil.core.terms import Terms


@dataclass(frozen=True, slots=True)
class Policy:
    """The book's own settings that change what is posted; each change is kept with its date and actor.

    work_orders_reserve_stock: a work order sets its stock aside
    post_work_order_deposits:  money taken on a work order is posted at once, to deposits
    strict_totals:             a sender's subtotal that differs from its lines is refused
    block_negative_stock:      more than is on hand cannot be sold
    credit_over_invoice:       credit notes may exceed the invoice they credit
    default_department, default_salesperson: ids, taken where a sender names none
    purchase_tax:              id of the tax code that suppliers charge on items that name none
    own_address:               the store's own, last resort of the tax jurisdiction
    """

    work_orders_reserve_stock: bool = True
    post_work_order_deposits: bool = False
    strict_totals: bool = False
    block_negative_stock: bool = False
    credit_over_invoice: bool = False
    default_department: int | None = None
    default_salesperson: int | None = None
    purchase_tax: int | None = None
    own_address: Address = NOWHERE


POLICY_NAMES = tuple(entry.name for entry in fields(Policy))


@dataclass(frozen=True, slots=True)
class InvoiceType:
    """A sender's type letter and the workflow labels it may carry."""

    code: str
    name: str
    sub_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """A department, salesperson or terminal."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class AccountMap:
    """Which account plays which role, by default and for a ledger class."""

    roles: Mapping[Role, int]
    classes: Mapping[str, Mapping[Role, int]] = field(default_factory=dict)

    def of(self, role: Role, ledger_class: str = "") -> int:
        """The account of a role; Refused when the book has none."""
        account = self.classes.get(ledger_class, {}).get(role) or self.roles.get(role)
        if account is None:
            raise Refused(Problem("account_missing", "", f"the book has no account for {role.value}"))
        return account


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A consistent snapshot of all reference data; version changes whenever any of it does.

    closed_through: last closed book month as YYYYMM, 0 = none
    fiscal_month:   the month in which the fiscal year begins
    controlling:    ids of the accounts whose every posting is an open item
    claimed:        kinds of things of which another system's whole-number ids are on file
    prefixes:       kind of document -> how our numbers begin
    merged:         id of a customer that was merged -> of the one that goes on for it
    """

    version: int
    base: Currency
    country: str
    time_zone: str
    fiscal_month: int
    closed_through: int
    policy: Policy
    accounts: Mapping[int, Account]
    account_map: AccountMap
    tax_codes: Mapping[int, TaxCode]
    jurisdictions: Sequence[Jurisdiction]
    tender_types: Mapping[str, TenderType]
    invoice_types: Mapping[str, InvoiceType]
    departments: Mapping[int, Named]
    salespeople: Mapping[int, Named]
    terms: Mapping[int, Terms]
    units: Mapping[int, Unit]
    amount_types: Mapping[int, AmountType]
    dispute_reasons: Mapping[int, DisputeReason]
    hold_statuses: Mapping[int, Named]
    rates: Mapping[str, Sequence[tuple[str, Decimal]]]
    claimed: frozenset[str]
    controlling: frozenset[int]
    prefixes: Mapping[str, str]
    merged: Mapping[int, int]

    def one_with(self, customer_id: int) -> list[int]:
        """The ids of a customer and of all that have been merged with it, in order."""
        kept = self.merged.get(customer_id, customer_id)
        return sorted([kept, *(gone for gone, into in self.merged.items() if into == kept)])

    def rate(self, code: str, on: str) -> Decimal | None:
        """Base units for one unit of a currency on a date (ISO text), None for the base currency itself.

        raises: Refused with rate_missing when there is none on or before that date
        """
        if code == self.base.code:
            return None
        valid = [rate for from_on, rate in self.rates.get(code, ()) if from_on <= on]
        if not valid:
            raise Refused(Problem("rate_missing", "currency", f"no exchange rate for {code} on {on}"))
        return valid[-1]
