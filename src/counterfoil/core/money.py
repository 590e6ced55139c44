"""Currencies, amounts and quantities; the one place that rounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from counterfoil.core.errors import Invalid

#: Amounts stay below this many minor units, so that a book's sums fit 64 bits.
AMOUNT_LIMIT = 10**13
#: Quantities and unit prices stay below this, with at most six decimals.
QUANTITY_LIMIT = 10**9
MILLION = 1_000_000
_ONE = Decimal(1)

_CODE = re.compile(r"[A-Z]{3}")
# ISO 4217: every code that does not have two decimals.
_DIGITS = dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: its ISO 4217 code and how many decimals its minor unit has."""

    code: str
    digits: int

    def __str__(self) -> str:
        return self.code


@cache
def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code; raises Invalid for text that is no code."""
    if not _CODE.fullmatch(code):
        raise Invalid.of("currency_invalid", f"{code!r} is no three-letter currency code")
    return Currency(code, _DIGITS.get(code, 2))


def half_up(raw: Decimal, digits: int = 0) -> int:
    """The whole number of 10^-digits nearest to raw, ties away from zero."""
    return int(raw.scaleb(digits).quantize(_ONE, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount as whole minor units of one currency."""

    minor: int
    currency: Currency

    @classmethod
    def of(cls, raw: Decimal | int, currency: Currency) -> Money:
        """raw in major units, rounded half up to the currency's minor unit; Invalid when it is too large."""
        return within(cls(half_up(Decimal(raw), currency.digits), currency))

    @classmethod
    def exactly(cls, raw: Decimal, currency: Currency, where: str = "") -> Money:
        """raw in major units, Invalid when it is finer than the minor unit."""
        money = cls.of(raw, currency)
        if money.amount != raw:
            raise Invalid.of("amount_too_fine", f"{raw} is finer than {currency.code} allows", where)
        return money

    @property
    def amount(self) -> Decimal:
        """In major units, with the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-self.currency.digits)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency.code}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self} and {other} are of different currencies")


def total(parts: Iterable[Money], currency: Currency) -> Money:
    """The sum of amounts of one currency, zero for none."""
    minor = 0
    for part in parts:
        if part.currency is not currency and part.currency != currency:
            raise ValueError(f"{part} is not in {currency}")
        minor += part.minor
    return Money(minor, currency)


def within(money: Money) -> Money:
    """The amount itself; Invalid when it is more than the book can hold, as a sum of many amounts may be."""
    if not -AMOUNT_LIMIT < money.minor < AMOUNT_LIMIT:
        raise Invalid.of("amount_too_large", f"{money} is more than the book can hold")
    return money


def split(whole: Money, weights: Sequence[int | Decimal]) -> list[Money]:
    """Share an amount in proportion to weights without losing a cent.

    weights: any numbers; all zero counts as all equal
    returns: one share per weight, adding up to whole exactly: each cumulative share is rounded half up
    """
    if not weights:
        return []
    parts = [Decimal(weight) for weight in weights]
    of = sum(parts, Decimal(0))
    if of == 0:
        parts, of = [Decimal(1)] * len(parts), Decimal(len(parts))
    shares, taken, running = [], 0, Decimal(0)
    for part in parts:
        running += part
        upto = half_up(Decimal(whole.minor) * running / of)
        shares.append(Money(upto - taken, whole.currency))
        taken = upto
    return shares


def millionths(raw: Decimal, where: str = "", what: str = "quantity") -> int:
    """A quantity, unit price or rate as whole millionths; Invalid when finer or too large."""
    scaled = raw * MILLION
    if scaled != scaled.to_integral_value():
        raise Invalid.of("too_many_decimals", f"{what} {raw} has more than six decimals", where)
    if not -QUANTITY_LIMIT < raw < QUANTITY_LIMIT:
        raise Invalid.of("number_too_large", f"{what} {raw} is more than the book can hold", where)
    return int(scaled)


def from_millionths(value: int) -> Decimal:
    """The inverse of millionths, without trailing zeros or exponent."""
    whole, rest = divmod(value, MILLION)
    if not rest:
        return Decimal(whole)
    return Decimal(f"{Decimal(value).scaleb(-6):f}".rstrip("0"))
