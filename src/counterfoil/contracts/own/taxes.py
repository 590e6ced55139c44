"""Tax codes with their rates, and jurisdictions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    in_pages,
    listing,
    making,
    missing,
    showing,
)
from counterfoil.contracts.own.shapes import Asked, Code, CountryCode, Line, Paged, Shown
from counterfoil.core.tax import Jurisdiction as CoreJurisdiction
from counterfoil.core.tax import TaxCode as CoreCode
from counterfoil.services import keeping, registry


class NewTaxRate(Asked):
    """What a tax takes in a country from a day on; rate is a fraction of the net, 0.05 = 5 %."""

    country: CountryCode
    from_on: date
    rate: Decimal


class NewTaxCode(Asked):
    """A tax."""

    code: Code
    name: Line
    rates: list[NewTaxRate] = []


class TaxRate(Shown):
    """What a tax takes in a country from a day on."""

    country: str
    from_on: date
    rate: Decimal


class TaxCode(Shown):
    """A tax with its rates."""

    id: int
    code: str
    name: str
    rates: list[TaxRate]


class NewJurisdiction(Asked):
    """A place with its own taxes, in the order in which they are shown.

    state, postal_prefix: empty = any
    """

    name: Line
    country: CountryCode
    tax_codes: list[Code]
    state: Line = ""
    postal_prefix: Line = ""


class Jurisdiction(Shown):
    """A place with its own taxes."""

    id: int
    name: str
    country: str
    state: str
    postal_prefix: str
    tax_codes: list[str]


def _code(known: CoreCode) -> TaxCode:
    rates = [TaxRate(country=one.country, from_on=one.from_on, rate=one.rate) for one in known.rates]
    return TaxCode(id=known.id, code=known.code, name=known.name, rates=rates)


def _codes(asked: Reading[Paged]) -> list[tuple[Place, TaxCode]]:
    return in_pages([((one.id,), _code(one)) for one in asked.view.reference.tax_codes.values()], asked)


def _one(asked: Reading[Any]) -> TaxCode:
    known = asked.view.reference.tax_codes.get(asked.id)
    if known is None:
        raise missing("tax code", asked.id)
    return _code(known)


def _make(wanted: Writing[NewTaxCode]) -> TaxCode:
    asked, names = wanted.asked, Names(wanted.view)
    if len({(rate.country, rate.from_on) for rate in asked.rates}) < len(asked.rates):
        names.wrong("repeated", "rates", "a country has two rates from one day on")
    names.check()
    known = wanted.work.reference.tax_codes.values()
    registry.require_free(any(one.code == asked.code for one in known), "tax code", asked.code)
    rates = [(rate.country, rate.from_on, rate.rate) for rate in asked.rates]
    number = registry.add_tax_code(wanted.work, asked.code, asked.name, rates)
    return _code(wanted.work.unit.references.read().tax_codes[number])


def _add_rate(wanted: Writing[NewTaxRate]) -> TaxCode:
    asked = wanted.asked
    keeping.add_tax_rate(wanted.work, wanted.id, asked.country, asked.from_on, asked.rate)
    return _code(wanted.work.unit.references.read().tax_codes[wanted.id])


def _place(known: CoreJurisdiction) -> Jurisdiction:
    return Jurisdiction(
        id=known.id,
        name=known.name,
        country=known.country,
        state=known.state,
        postal_prefix=known.postal_prefix,
        tax_codes=[code.code for code in known.tax_codes],
    )


def _places(asked: Reading[Paged]) -> list[tuple[Place, Jurisdiction]]:
    return in_pages([((one.id,), _place(one)) for one in asked.view.reference.jurisdictions], asked)


def _add_place(wanted: Writing[NewJurisdiction]) -> Jurisdiction:
    asked, names = wanted.asked, Names(wanted.view)
    codes = names.tax_codes(asked.tax_codes, "tax_codes")
    if len(set(asked.tax_codes)) < len(asked.tax_codes):
        names.wrong("repeated", "tax_codes", "a tax code is named twice")
    names.check()
    registry.add_jurisdiction(wanted.work, asked.name, asked.country, codes, asked.state, asked.postal_prefix)
    return _place(max(wanted.work.unit.references.read().jurisdictions, key=lambda one: one.id))


RESOURCE = Resource(
    "tax-codes",
    "Taxes",
    (
        listing("/tax-codes", "listTaxCodes", "Tax codes with their rates", TaxCode, _codes, (int,)),
        making("/tax-codes", "createTaxCode", "A new tax code", NewTaxCode, TaxCode, _make),
        showing("/tax-codes/{id}", "getTaxCode", "One tax code", TaxCode, _one),
        making("/tax-codes/{id}/rates", "addTaxRate", "A new rate, from a day on", NewTaxRate, TaxCode, _add_rate),
    ),
)
JURISDICTIONS = Resource(
    "jurisdictions",
    "Jurisdictions",
    (
        listing("/jurisdictions", "listJurisdictions", "Places with their taxes", Jurisdiction, _places, (int,)),
        making("/jurisdictions", "createJurisdiction", "A new place", NewJurisdiction, Jurisdiction, _add_place),
    ),
)
