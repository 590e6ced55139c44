"""Customers, their addresses and the people who order for them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Address:
    """A name and a place, copied onto every document that uses it.

    country: ISO 3166 alpha-2 where known, else as the sender wrote it
    """

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    address1: str = ""
    address2: str = ""
    address3: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


#: No address at all.
NOWHERE = Address()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who buys on account.

    code:         unique text, the account number that a webstore asks for
    currency:     ISO code, fixed at the first posting; None until then
    credit_limit: in the customer's currency, None = no limit set
    exempt_from:  ids of the tax codes that do not apply to this customer
    """

    id: int
    code: str
    name: str
    currency: str | None = None
    terms_id: int | None = None
    credit_limit: Decimal | None = None
    exempt_from: frozenset[int] = frozenset()
    billing: Address = NOWHERE
    shipping: Address | None = None


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer that a door asks us to create together with its document."""

    billing: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who orders for a customer; reference is the merchant's own id for that person."""

    id: int
    customer_id: int
    name: str
    reference: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Somebody we buy from on account.

    currency:  ISO code that it invoices in; None = the book's base
    tolerance: how much of an invoice line may differ without a dispute, in major units
    """

    id: int
    code: str
    name: str
    currency: str | None = None
    terms_id: int | None = None
    tolerance: Decimal = Decimal(0)
    address: Address = NOWHERE


@dataclass(frozen=True, slots=True)
class Unit:
    """One of our own stores or companies: who owes a supplier's invoice, and where the goods come in.

    country: whose taxes hold for what it buys
    """

    id: int
    code: str
    name: str
    country: str
    department_id: int
