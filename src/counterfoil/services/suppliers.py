"""Suppliers and our own units: filing them, finding them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem
from counterfoil.core.money import currency
from counterfoil.core.party import NOWHERE, Address, Supplier, Unit
from counterfoil.services.office import Work
from counterfoil.services.registry import file_refs, new_party


def add_supplier(
    work: Work,
    code: str | None,
    name: str,
    *,
    unit: str | None = None,
    terms_id: int | None = None,
    tolerance: Decimal = Decimal(0),
    address: Address | None = None,
    refs: Mapping[str, str] | None = None,
) -> Supplier:
    """File a new supplier.

    code:      None = its id
    unit:      the currency that it invoices in
    tolerance: major units of an invoice line that need no dispute
    refs:      system -> that system's id for it
    """
    _check_code(work, code)
    if unit is not None:
        currency(unit)
    if tolerance < 0:
        raise Invalid(Problem("tolerance_invalid", "tolerance", f"{tolerance} is no tolerance"))
    number, code = new_party(work, code)
    made = Supplier(
        id=number,
        code=code,
        name=name,
        currency=unit,
        terms_id=terms_id,
        tolerance=tolerance,
        address=address or NOWHERE,
    )
    work.unit.parties.add_supplier(made)
    file_refs(work, "party", number, refs)
    return made


def _check_code(work: Work, code: str | None) -> None:
    if code is not None and work.unit.parties.id_of_code(code) is not None:
        raise Conflict(Problem("code_taken", "code", f"the code {code!r} is taken"))


def add_unit(
    work: Work,
    code: str | None,
    name: str,
    *,
    country: str | None = None,
    department_id: int | None = None,
    refs: Mapping[str, str] | None = None,
) -> Unit:
    """File one of our own units.

    country:       None = the book's own
    department_id: where its goods come in, None = the first department
    """
    _check_code(work, code)
    departments = work.reference.departments
    department = department_id if department_id is not None else min(departments)
    if department not in departments:
        raise NotFound(Problem("department_unknown", "department", f"there is no department {department}"))
    number, code = new_party(work, code)
    made = Unit(number, code, name, country or work.reference.country, department)
    work.unit.parties.add_unit(made)
    work.unit.references.touch()
    file_refs(work, "party", number, refs)
    return made


def supplier(work: Work, number: int, where: str = "supplier") -> Supplier:
    """The supplier of an id."""
    found = work.unit.parties.supplier(number)
    if found is None:
        raise NotFound(Problem("supplier_not_found", where, f"there is no supplier {number}"))
    return found


def supplier_by_code(work: Work, code: str) -> Supplier:
    """The supplier of a code."""
    found = work.unit.parties.supplier_by_code(code)
    if found is None:
        raise NotFound(Problem("supplier_not_found", "supplier", f"there is no supplier {code!r}"))
    return found


def unit_by_code(work: Work, code: str) -> Unit:
    """Our own unit of a code."""
    for known in work.reference.units.values():
        if known.code == code:
            return known
    raise NotFound(Problem("unit_not_found", "unit", f"there is no unit {code!r}"))


def unit(work: Work, number: int | None, where: str = "unit") -> Unit:
    """One of our units; None = the only one."""
    known = work.reference.units
    if number is None and len(known) == 1:
        return next(iter(known.values()))
    if number is None or number not in known:
        say = "name one of our units" if number is None else f"there is no unit {number}"
        raise NotFound(Problem("unit_not_found", where, say))
    return known[number]
