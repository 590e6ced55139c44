"""Tax codes with dated rates, jurisdictions with components, and the tax of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterfoil.core.errors import Invalid
from counterfoil.core.money import Currency, Money, split, total
from counterfoil.core.party import Address


class TaxRounding(StrEnum):
    """Where a document's tax is rounded to minor units, half up.

    COMPONENT: each component on the sum of its taxable lines (System Five)
    LINE:      each line, then added
    RATE:      the sum of all lines of one rate
    DELIVERED: not at all; every line brings its tax
    """

    COMPONENT = "component"
    LINE = "line"
    RATE = "rate"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """What a tax code takes in one country from a date on.

    rate: a fraction of the net amount, 0.05 = 5 %
    """

    country: str
    from_on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax: GST, PST of a province, VAT at the high rate."""

    id: int
    code: str
    name: str
    rates: tuple[TaxRate, ...]

    def rate(self, country: str, on: date) -> Decimal:
        """The rate in force in a country on a date; Invalid when there is none."""
        valid = [rate for rate in self.rates if rate.country == country and rate.from_on <= on]
        if not valid:
            raise Invalid.of("tax_rate_missing", f"tax code {self.code} has no rate for {country} on {on}")
        return max(valid, key=lambda rate: rate.from_on).rate


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A place with its own taxes.

    state, postal_prefix: "" = any
    tax_codes:            the components, in the order in which they are shown
    """

    id: int
    name: str
    country: str
    state: str
    postal_prefix: str
    tax_codes: tuple[TaxCode, ...]

    def covers(self, address: Address) -> bool:
        """Whether an address lies in it."""
        return (
            _plain(address.country) == _plain(self.country)
            and self.state in ("", address.state.strip().upper())
            and _plain(address.postal_code).startswith(_plain(self.postal_prefix))
        )


def _plain(text: str) -> str:
    return text.replace(" ", "").upper()


def jurisdiction_of(addresses: Iterable[Address | None], known: Sequence[Jurisdiction]) -> Jurisdiction | None:
    """The most precise jurisdiction of the first address that lies in any.

    addresses: in order of precedence; one that resolves to nothing falls through to the next
    """
    for address in addresses:
        if address is None:
            continue
        found = [place for place in known if place.covers(address)]
        if found:
            return max(found, key=lambda place: (len(place.postal_prefix), len(place.state)))
    return None


@dataclass(frozen=True, slots=True)
class Taxable:
    """A line as tax sees it.

    exempt_from: ids of tax codes that skip it
    delivered:   its tax by tax code as the sender gives it, for TaxRounding.DELIVERED
    """

    net: Money
    exempt_from: frozenset[int] = frozenset()
    delivered: Mapping[int | None, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaxPart:
    """What one tax code takes from a document.

    rate:   the fraction, None when the tax came as delivered
    shares: the tax of each line, in line order, adding up to tax
    """

    tax_code_id: int | None
    rate: Decimal | None
    base: Money
    tax: Money
    shares: tuple[Money, ...]


def taxes(
    lines: Sequence[Taxable], place: Jurisdiction | None, on: date, rounding: TaxRounding, unit: Currency
) -> list[TaxPart]:
    """The tax of a document, one part per component that applies to any of its lines.

    place: None = nothing is taxed
    """
    if rounding is TaxRounding.DELIVERED:
        return _delivered(lines, unit)
    parts: list[TaxPart] = []
    for code in place.tax_codes if place else ():
        rate = code.rate(place.country, on) if place else Decimal(0)
        bases = [Money(0, unit) if code.id in line.exempt_from else line.net for line in lines]
        taxed = [code.id not in line.exempt_from for line in lines]
        if not any(taxed):
            continue
        base = total(bases, unit)
        if rounding is TaxRounding.LINE:
            shares = [Money.of(part.amount * rate, unit) for part in bases]
        else:
            shares = split(Money.of(base.amount * rate, unit), [part.minor for part in bases])
        parts.append(TaxPart(code.id, rate, base, total(shares, unit), tuple(shares)))
    if rounding is TaxRounding.RATE:
        return _rounded_together(parts, unit)
    return parts


def _delivered(lines: Sequence[Taxable], unit: Currency) -> list[TaxPart]:
    nothing = Money(0, unit)
    parts = []
    for code in dict.fromkeys(code for line in lines for code, tax in line.delivered.items() if tax):
        shares = tuple(line.delivered.get(code, nothing) for line in lines)
        base = total((line.net for line, share in zip(lines, shares, strict=True) if share), unit)
        parts.append(TaxPart(code, None, base, total(shares, unit), shares))
    return parts


def _rounded_together(parts: list[TaxPart], unit: Currency) -> list[TaxPart]:
    """Parts of one rate are rounded as one sum; the last of them takes the difference."""
    result = list(parts)
    for rate in {part.rate for part in parts}:
        same = [index for index, part in enumerate(parts) if part.rate == rate]
        exact = Money.of(sum((parts[i].base.amount for i in same), Decimal(0)) * (rate or Decimal(0)), unit)
        difference = exact - total((parts[i].tax for i in same), unit)
        if difference:
            result[same[-1]] = with_tax(parts[same[-1]], parts[same[-1]].tax + difference)
    return result


def with_tax(part: TaxPart, tax: Money) -> TaxPart:
    """The part at another tax, the difference shared over its lines by their old shares."""
    spread = split(tax - part.tax, [abs(share.minor) for share in part.shares])
    shares = tuple(old + new for old, new in zip(part.shares, spread, strict=True))
    return TaxPart(part.tax_code_id, part.rate, part.base, tax, shares)


def tolerance(taxable_lines: int, components: int) -> Decimal:
    """How far a sender's tax may be from ours: the larger of 0.02 and half a cent per taxable line and component.

    returns: major units, not rounded: half a cent more than it says would let a whole cent more through
    source:  System Five contract, T4
    """
    return max(Decimal("0.02"), Decimal("0.005") * taxable_lines * components)


def adopt(parts: list[TaxPart], asserted: Money) -> list[TaxPart]:
    """The parts with their sum moved to the sender's figure; the difference goes into the largest.

    Where nothing is taxed there is no part to hold a sender's cent, and ours stands.
    """
    difference = asserted - total((part.tax for part in parts), asserted.currency)
    if not difference or not parts:
        return parts
    largest = max(range(len(parts)), key=lambda index: abs(parts[index].tax.minor))
    return [with_tax(part, part.tax + difference) if i == largest else part for i, part in enumerate(parts)]
