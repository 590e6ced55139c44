from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.errors import Invalid
from counterfoil.core.money import Money, currency
from counterfoil.core.party import Address
from counterfoil.core.tax import (
    Jurisdiction,
    Taxable,
    TaxCode,
    TaxPart,
    TaxRate,
    TaxRounding,
    adopt,
    jurisdiction_of,
    taxes,
    tolerance,
)

CAD, JPY = currency("CAD"), currency("JPY")
DAY = date(2024, 3, 1)


def code(number: int, rate: str, country: str = "CA") -> TaxCode:
    return TaxCode(number, f"T{number}", f"Tax {number}", (TaxRate(country, date(2000, 1, 1), Decimal(rate)),))


GST, PST = code(1, "0.05"), code(2, "0.07")
BC = Jurisdiction(1, "British Columbia", "CA", "BC", "", (GST, PST))


def lines(*minors: int, exempt: frozenset[int] = frozenset()) -> list[Taxable]:
    return [Taxable(Money(minor, CAD), exempt) for minor in minors]


def taxed(parts: list[TaxPart]) -> dict[int | None, int]:
    return {part.tax_code_id: part.tax.minor for part in parts}


def test_the_printed_sample_is_taxed_per_component() -> None:
    """35.99 + 14.00 at 5 % and 7 %: 2.50 + 3.50, and not 12 % of either line."""
    parts = taxes(lines(3599, 1400), BC, DAY, TaxRounding.COMPONENT, CAD)
    assert taxed(parts) == {1: 250, 2: 350}
    assert [part.base.minor for part in parts] == [4999, 4999]
    for part in parts:
        assert sum(share.minor for share in part.shares) == part.tax.minor


def test_where_tax_is_rounded_changes_it() -> None:
    three = lines(10, 10, 10)
    assert taxed(taxes(three, BC, DAY, TaxRounding.COMPONENT, CAD)) == {1: 2, 2: 2}
    assert taxed(taxes(three, BC, DAY, TaxRounding.LINE, CAD)) == {1: 3, 2: 3}


def test_parts_of_one_rate_are_rounded_together() -> None:
    """Two components of 5 % on 0.30 are 0.015 each: rounded alone 0.04, together 0.03."""
    twin = Jurisdiction(1, "Twin", "CA", "", "", (GST, code(3, "0.05"), PST))
    assert taxed(taxes(lines(30), twin, DAY, TaxRounding.COMPONENT, CAD)) == {1: 2, 3: 2, 2: 2}
    assert taxed(taxes(lines(30), twin, DAY, TaxRounding.RATE, CAD)) == {1: 2, 3: 1, 2: 2}


def test_delivered_tax_is_taken_as_it_comes() -> None:
    given = [
        Taxable(Money(1000, CAD), frozenset(), {1: Money(51, CAD), None: Money(7, CAD)}),
        Taxable(Money(2000, CAD), frozenset(), {1: Money(99, CAD), 2: Money(0, CAD)}),
    ]
    parts = taxes(given, BC, DAY, TaxRounding.DELIVERED, CAD)
    assert taxed(parts) == {1: 150, None: 7}
    assert [(part.rate, part.base.minor) for part in parts] == [(None, 3000), (None, 1000)]


def test_exempt_lines_are_skipped_per_component() -> None:
    mixed = [*lines(10000), *lines(5000, exempt=frozenset({2}))]
    parts = taxes(mixed, BC, DAY, TaxRounding.COMPONENT, CAD)
    assert taxed(parts) == {1: 750, 2: 700}
    assert [share.minor for share in parts[1].shares] == [700, 0]


def test_a_component_that_applies_to_no_line_is_no_part() -> None:
    assert taxed(taxes(lines(10000, exempt=frozenset({2})), BC, DAY, TaxRounding.COMPONENT, CAD)) == {1: 500}
    assert taxes(lines(10000), None, DAY, TaxRounding.COMPONENT, CAD) == []


def test_returns_are_taxed_as_sales_are() -> None:
    assert taxed(taxes(lines(-3599, -1400), BC, DAY, TaxRounding.COMPONENT, CAD)) == {1: -250, 2: -350}


def test_the_rate_in_force_is_the_newest_that_has_begun() -> None:
    rates = (TaxRate("CA", date(2020, 1, 1), Decimal("0.06")), TaxRate("CA", date(2024, 1, 1), Decimal("0.05")))
    dated = TaxCode(1, "GST", "GST", rates)
    assert dated.rate("CA", date(2023, 12, 31)) == Decimal("0.06")
    assert dated.rate("CA", date(2024, 1, 1)) == Decimal("0.05")
    for country, on in (("CA", date(2019, 12, 31)), ("US", DAY)):
        with pytest.raises(Invalid) as caught:
            dated.rate(country, on)
        assert caught.value.problems[0].code == "tax_rate_missing"


def place(number: int, country: str, state: str = "", prefix: str = "") -> Jurisdiction:
    return Jurisdiction(number, f"P{number}", country, state, prefix, ())


KNOWN = (place(1, "CA"), place(2, "CA", "BC"), place(3, "CA", "BC", "V6B"), place(4, "CA", "", "V6"), place(5, "US"))


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([Address(country="CA")], 1),
        ([Address(country="ca", state=" bc ")], 2),
        ([Address(country="CA", state="BC", postal_code="v6b 1A1")], 3),
        ([Address(country="CA", state="ON", postal_code="V6Z")], 4),
        ([Address(country="CA", state="ON")], 1),
        ([Address(state="BC"), Address(country="US")], 5),
        ([None, Address(), Address(country="US", state="BC"), Address(country="CA", state="BC")], 5),
        ([None, Address(country="FR")], None),
        ([], None),
    ],
)
def test_the_first_address_that_lies_somewhere_rules(addresses: list[Address | None], expected: int | None) -> None:
    found = jurisdiction_of(addresses, KNOWN)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("taxable_lines", "components", "expected"), [(1, 1, "0.02"), (2, 2, "0.02"), (5, 1, "0.025"), (10, 2, "0.10")]
)
def test_tolerance(taxable_lines: int, components: int, expected: str) -> None:
    assert tolerance(taxable_lines, components) == Decimal(expected)


def test_a_senders_tax_goes_into_the_largest_component() -> None:
    parts = taxes(lines(3599, 1400), BC, DAY, TaxRounding.COMPONENT, CAD)
    moved = adopt(parts, Money(602, CAD))
    assert taxed(moved) == {1: 250, 2: 352}
    for part in moved:
        assert sum(share.minor for share in part.shares) == part.tax.minor
    assert adopt(parts, Money(600, CAD)) == parts
    assert adopt([], Money(2, CAD)) == []
