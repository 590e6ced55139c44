"""What a sale would be taxed with, asked before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from counterfoil.core.document import Kind, Sale, SaleLine
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.money import Money, currency
from counterfoil.core.party import Address, Customer
from counterfoil.core.pricing import Pricing, price
from counterfoil.core.reference import Reference
from counterfoil.core.tax import Jurisdiction, jurisdiction_of
from counterfoil.services.office import Context

#: sku, the line's amount before tax, and the path that the sender knows.
Quoted = tuple[str, Decimal, str]


def tax(ctx: Context, customer_code: str, postcode: str, lines: Sequence[Quoted]) -> Money:
    """The tax of some lines today, rounded as the invoice over them will be.

    postcode: where the goods go, "" = to the customer
    raises:   Invalid naming the customer, or every item, that is not on file
    """
    with ctx.store.snapshot() as reader:
        reference = reader.reference
        customer = reader.parties.customer_by_code(customer_code)
        items = reader.items.by_skus(sku for sku, _, _ in lines)
        today = ctx.now.astimezone(ZoneInfo(reference.time_zone)).date()
    problems = [
        Problem("item_not_found", where, f"there is no item {sku!r}") for sku, _, where in lines if sku not in items
    ]
    if customer is None:
        say = f"there is no customer {customer_code!r}"
        problems.insert(0, Problem("customer_not_found", "request.header.customer_code", say))
    if customer is None or problems:
        raise Invalid(problems)
    unit = currency(customer.currency) if customer.currency else reference.base
    if not lines:
        return Money(0, unit)
    asked = tuple(SaleLine(item_id=items[sku].id, unit_price=amount, where=where) for sku, amount, where in lines)
    using = Pricing(
        items={item.id: item for item in items.values()},
        unit=unit,
        base=reference.base,
        exempt=customer.exempt_from,
        place=_place(reference, customer, postcode),
        binding=False,
        strict=False,
    )
    numbers = count(1)
    priced = price(Sale(kind=Kind.QUOTE, on=today, lines=asked), using, lambda: next(numbers))
    if priced.problems:
        raise Invalid(priced.problems)
    return priced.tax_total


def _place(reference: Reference, customer: Customer, postcode: str) -> Jurisdiction | None:
    """Where it is taxed: the customer's own address of that postcode, else the place of the longest postcode prefix."""
    addresses = [one for one in (customer.shipping, customer.billing) if one is not None]
    own = [one for one in addresses if postcode and _plain(one.postal_code) == _plain(postcode)]
    known = reference.jurisdictions
    if postcode and not own:
        home = next((one.country for one in addresses if one.country), reference.country)
        found = [
            place
            for place in known
            if place.postal_prefix and place.covers(Address(country=home, state=place.state, postal_code=postcode))
        ]
        if found:
            return max(found, key=lambda place: len(place.postal_prefix))
    return jurisdiction_of((*own, *addresses, reference.policy.own_address), known)


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()
