"""Customers, and the people who order for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from counterfoil.contracts.own.names import Names, tax_code_names, terms_code
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    editing,
    listing,
    making,
    missing,
    showing,
)
from counterfoil.contracts.own.shapes import (
    Address,
    Amount,
    Asked,
    Code,
    CurrencyCode,
    Line,
    Paged,
    Shown,
    address,
    place,
)
from counterfoil.core.access import Verb
from counterfoil.core.party import Contact as CorePerson
from counterfoil.core.party import Customer as CoreCustomer
from counterfoil.services import keeping, merging, registry
from counterfoil.services.showing import View


class RefAsked(Asked):
    """What another system calls it."""

    system: Code
    their_id: Code


class NewCustomer(Asked, kw_only=True):
    """A customer.

    code:        the account number that a webstore asks for; its id without one
    currency:    fixed at the first posting
    exempt_from: codes of the taxes that do not apply
    billing:     a name that is not given is the customer's
    """

    code: Code | None = None
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    currency: CurrencyCode | None = None
    terms: Code | None = None
    credit_limit: Amount | None = None
    exempt_from: list[Code] = []
    billing: Address | None = None
    shipping: Address | None = None
    refs: list[RefAsked] = []


class CustomerChanges(Asked):
    """What changes of a customer; members that are not given stay."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    currency: CurrencyCode | UnsetType | None = UNSET
    terms: Code | UnsetType | None = UNSET
    credit_limit: Amount | UnsetType | None = UNSET
    exempt_from: list[Code] | UnsetType = UNSET
    billing: Address | UnsetType = UNSET
    shipping: Address | UnsetType | None = UNSET


class Customer(Shown):
    """A customer; credit_limit in its currency."""

    id: int
    code: str
    name: str
    currency: str | None
    terms: str | None
    credit_limit: Amount | None
    exempt_from: list[str]
    billing: Address
    shipping: Address | None


class Merging(Asked, kw_only=True):
    """The code of the customer that goes on for this one."""

    into: Code


class CustomersAsked(Paged):
    """Which customers: the one of a code, or the one that goes on for it."""

    code: Code | None = None


class NewContact(Asked):
    """A person; reference is the merchant's own id for that person, unique with the customer."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    reference: Code
    email: Line = ""


class Contact(Shown):
    """A person who orders for a customer."""

    id: int
    customer_id: int
    name: str
    reference: str
    email: str


def shown(view: View, known: CoreCustomer) -> Customer:
    """A customer as it is shown."""
    return Customer(
        id=known.id,
        code=known.code,
        name=known.name,
        currency=known.currency,
        terms=terms_code(view, known.terms_id),
        credit_limit=known.credit_limit,
        exempt_from=tax_code_names(view, known.exempt_from),
        billing=address(known.billing),
        shipping=address(known.shipping) if known.shipping else None,
    )


def _list(asked: Reading[CustomersAsked]) -> list[tuple[Place, Customer]]:
    if asked.asked.code:
        known = asked.view.parties.customer_by_code(asked.asked.code)
        found = [known] if known and asked.place is None else []
    else:
        found = asked.view.registers.customers(asked.place, asked.asked.limit + 1)
    return [((one.code,), shown(asked.view, one)) for one in found]


def _one(asked: Reading[Any]) -> Customer:
    found = asked.view.parties.customer(asked.id)
    if found is None:
        raise missing("customer", asked.id)
    return shown(asked.view, found)


def _make(wanted: Writing[NewCustomer]) -> Customer:
    asked, names = wanted.asked, Names(wanted.view)
    terms_id, exempt = names.terms(asked.terms), names.tax_codes(asked.exempt_from, "exempt_from")
    _check_limit(names, asked.credit_limit)
    systems = [ref.system for ref in asked.refs]
    if len(set(systems)) < len(systems):
        names.wrong("repeated", "refs", "a system is named twice")
    names.check()
    if asked.code is not None:
        registry.require_free(wanted.work.unit.parties.id_of_code(asked.code) is not None, "customer", asked.code)
    made = registry.add_customer(
        wanted.work,
        asked.code,
        asked.name,
        billing=place(replace(asked.billing, name=asked.billing.name or asked.name)) if asked.billing else None,
        shipping=place(asked.shipping) if asked.shipping else None,
        unit=asked.currency,
        terms_id=terms_id,
        credit_limit=asked.credit_limit,
        exempt_from=exempt,
        refs={ref.system: ref.their_id for ref in asked.refs},
    )
    return shown(wanted.view, made)


def _check_limit(names: Names, limit: Decimal | UnsetType | None) -> None:
    if isinstance(limit, Decimal) and limit < 0:
        names.wrong("out_of_range", "credit_limit", f"{limit} is no credit limit")


def _change(wanted: Writing[CustomerChanges]) -> Customer:
    asked, names = wanted.asked, Names(wanted.view)
    known = keeping.hold_customer(wanted.work, wanted.id)
    wanted.require(shown(wanted.view, known))
    changes: dict[str, Any] = {
        name: value for name in ("name", "currency", "credit_limit") if (value := getattr(asked, name)) is not UNSET
    }
    _check_limit(names, asked.credit_limit)
    if asked.terms is not UNSET:
        changes["terms_id"] = names.terms(asked.terms)
    if asked.exempt_from is not UNSET:
        changes["exempt_from"] = frozenset(names.tax_codes(asked.exempt_from, "exempt_from"))
    if asked.billing is not UNSET:
        changes["billing"] = place(asked.billing)
    if asked.shipping is not UNSET:
        changes["shipping"] = place(asked.shipping) if asked.shipping else None
    names.check()
    return shown(wanted.view, keeping.change_customer(wanted.work, known, changes))


def _merge(wanted: Writing[Merging]) -> Customer:
    known = keeping.hold_customer(wanted.work, wanted.id)
    return shown(wanted.view, merging.merge(wanted.work, known.code, wanted.asked.into))


def _contact(known: CorePerson) -> Contact:
    return Contact(
        id=known.id,
        customer_id=known.customer_id,
        name=known.name,
        reference=known.reference,
        email=known.email,
    )


def _contacts(asked: Reading[Paged]) -> list[tuple[Place, Contact]]:
    if asked.view.parties.customer(asked.id) is None:
        raise missing("customer", asked.id)
    found = asked.view.registers.contacts(asked.id, asked.place, asked.asked.limit + 1)
    return [((one.id,), _contact(one)) for one in found]


def _add_contact(wanted: Writing[NewContact]) -> Contact:
    asked, known = wanted.asked, keeping.hold_customer(wanted.work, wanted.id)
    taken = wanted.work.unit.registers.contact_taken(known.id, asked.reference)
    registry.require_free(taken, "contact", asked.reference, "reference")
    return _contact(registry.add_contact(wanted.work, known.code, asked.name, asked.reference, asked.email))


RESOURCE = Resource(
    "customers",
    "Customers",
    (
        listing("/customers", "listCustomers", "Customers by code", Customer, _list, (str,), CustomersAsked),
        making("/customers", "createCustomer", "A new customer", NewCustomer, Customer, _make),
        showing("/customers/{id}", "getCustomer", "One customer", Customer, _one, tagged=True),
        editing("/customers/{id}", "changeCustomer", "Change a customer", CustomerChanges, Customer, _change),
        making(
            "/customers/{id}/merge",
            "mergeCustomer",
            "Let another customer go on for it",
            Merging,
            Customer,
            _merge,
            Verb.MANAGE,
        ),
        listing("/customers/{id}/contacts", "listContacts", "Who orders for a customer", Contact, _contacts, (int,)),
        making("/customers/{id}/contacts", "createContact", "A new contact", NewContact, Contact, _add_contact),
    ),
)
