"""Suppliers, and the company's own units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from counterfoil.contracts.own.customers import RefAsked
from counterfoil.contracts.own.names import Names, terms_code
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
from counterfoil.contracts.own.shapes import (
    Address,
    Asked,
    Code,
    CountryCode,
    CurrencyCode,
    Id,
    Line,
    Paged,
    Shown,
    address,
    place,
)
from counterfoil.core.party import Supplier as CoreSupplier
from counterfoil.core.party import Unit as CoreUnit
from counterfoil.services import suppliers
from counterfoil.services.showing import View


class NewSupplier(Asked, kw_only=True):
    """Somebody to buy from.

    code:      its id without it
    currency:  that it invoices in; the book's own without it
    tolerance: how much of an invoice line may differ without a dispute, in its currency
    """

    name: Line
    code: Code | None = None
    currency: CurrencyCode | None = None
    terms: Code | None = None
    tolerance: Decimal = Decimal(0)
    address: Address | None = None
    refs: list[RefAsked] = []


class Supplier(Shown):
    """Somebody who is bought from."""

    id: int
    code: str
    name: str
    currency: str | None
    terms: str | None
    tolerance: Decimal
    address: Address


class NewUnit(Asked, kw_only=True):
    """A store or company of one's own.

    country:       whose taxes hold for what it buys; the book's own without it
    department_id: where its goods come in; the first department without it
    """

    name: Line
    code: Code | None = None
    country: CountryCode | None = None
    department_id: Id | None = None
    refs: list[RefAsked] = []


class Unit(Shown):
    """A store or company of one's own."""

    id: int
    code: str
    name: str
    country: str
    department_id: int


def _supplier(view: View, known: CoreSupplier) -> Supplier:
    return Supplier(
        id=known.id,
        code=known.code,
        name=known.name,
        currency=known.currency,
        terms=terms_code(view, known.terms_id),
        tolerance=known.tolerance,
        address=address(known.address),
    )


def _suppliers(asked: Reading[Paged]) -> list[tuple[Place, Supplier]]:
    rows = [((one.code,), _supplier(asked.view, one)) for one in asked.view.parties.suppliers()]
    return in_pages(rows, asked)


def _show(asked: Reading[Any]) -> Supplier:
    found = asked.view.parties.supplier(asked.id)
    if found is None:
        raise missing("supplier", asked.id)
    return _supplier(asked.view, found)


def _make(wanted: Writing[NewSupplier]) -> Supplier:
    asked, names = wanted.asked, Names(wanted.view)
    terms = names.terms(asked.terms)
    names.check()
    made = suppliers.add_supplier(
        wanted.work,
        asked.code,
        asked.name,
        unit=asked.currency,
        terms_id=terms,
        tolerance=asked.tolerance,
        address=place(asked.address) if asked.address else None,
        refs={ref.system: ref.their_id for ref in asked.refs},
    )
    return _supplier(wanted.view, made)


def _unit(known: CoreUnit) -> Unit:
    return Unit(id=known.id, code=known.code, name=known.name, country=known.country, department_id=known.department_id)


def _units(asked: Reading[Paged]) -> list[tuple[Place, Unit]]:
    known = sorted(asked.view.reference.units.values(), key=lambda unit: unit.id)
    return in_pages([((unit.id,), _unit(unit)) for unit in known], asked)


def _make_unit(wanted: Writing[NewUnit]) -> Unit:
    asked = wanted.asked
    refs = {ref.system: ref.their_id for ref in asked.refs}
    more: dict[str, Any] = {"country": asked.country, "department_id": asked.department_id, "refs": refs}
    return _unit(suppliers.add_unit(wanted.work, asked.code, asked.name, **more))


SUPPLIERS = Resource(
    "suppliers",
    "Suppliers",
    (
        listing("/suppliers", "listSuppliers", "Suppliers by code", Supplier, _suppliers, (str,)),
        making("/suppliers", "createSupplier", "A new supplier", NewSupplier, Supplier, _make),
        showing("/suppliers/{id}", "getSupplier", "One supplier", Supplier, _show),
    ),
)
UNITS = Resource(
    "units",
    "Own units",
    (
        listing("/units", "listUnits", "One's own stores and companies", Unit, _units, (int,)),
        making("/units", "createUnit", "A new unit of one's own", NewUnit, Unit, _make_unit),
    ),
)
