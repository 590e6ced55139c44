"""The taxes that suppliers charge: of an item, and of what a code or a rate names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from counterfoil.core.errors import Invalid, NotFound, Problem, Refused
from counterfoil.core.party import Unit
from counterfoil.core.stock import Item
from counterfoil.core.tax import TaxCode
from counterfoil.services.office import Work


def purchase_tax(work: Work, item: Item, unit: Unit, on: date, where: str = "") -> tuple[int | None, Decimal]:
    """The tax that a supplier charges on an item: (code, fraction of the net); a book without taxes has none."""
    number = item.tax_code_id or work.reference.policy.purchase_tax
    if number is None:
        if work.reference.tax_codes:
            say = f"item {item.sku} names no tax, and the book has no default one for purchases"
            raise Refused(Problem("tax_of_item_missing", where, say))
        return None, Decimal(0)
    return number, rate_of(work, number, unit.country, on, where)


def rate_of(work: Work, number: int, country: str, on: date, where: str = "tax") -> Decimal:
    """What a tax code takes in a country on a day."""
    code = work.reference.tax_codes.get(number)
    if code is None:
        raise NotFound(Problem("tax_code_not_found", where, f"there is no tax code {number}"))
    if not _holds(code, country, on):
        raise Refused(Problem("tax_code_without_rate", where, f"tax code {code.code} has no rate in {country} on {on}"))
    return code.rate(country, on)


def _holds(code: TaxCode, country: str, on: date) -> bool:
    return any(one.country == country and one.from_on <= on for one in code.rates)


def code_of_rate(work: Work, country: str, rate: Decimal, on: date, where: str = "tax") -> int | None:
    """The tax code that takes a rate in a country on a day; None for no tax in a book without taxes."""
    for code in work.reference.tax_codes.values():
        if _holds(code, country, on) and code.rate(country, on) == rate:
            return code.id
    if not rate and not work.reference.tax_codes:
        return None
    raise Refused(Problem("tax_rate_unknown", where, f"no tax code takes {rate} in {country}"))


def named_tax(
    work: Work, country: str, on: date, code: int | None, rate: Decimal | None, where: str = "tax"
) -> tuple[int | None, Decimal]:
    """The tax code and rate that a sender names by either, or by both if they agree."""
    if code is None and rate is None:
        raise Invalid(Problem("tax_required", where, "name a tax code or a tax rate"))
    if code is None:
        assert rate is not None, "one of them is given"
        return code_of_rate(work, country, rate, on, where), rate
    found = rate_of(work, code, country, on, where)
    if rate is not None and rate != found:
        raise Invalid(Problem("tax_differs", where, f"tax code {code} takes {found}, not {rate}"))
    return code, found
