from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.core.errors import Invalid
from counterfoil.core.money import (
    AMOUNT_LIMIT,
    Money,
    currency,
    from_millionths,
    half_up,
    millionths,
    split,
    total,
)

EUR, JPY, KWD = currency("EUR"), currency("JPY"), currency("KWD")


@pytest.mark.parametrize(
    ("raw", "minor"),
    [
        ("0.005", 1),
        ("-0.005", -1),
        ("0.0049999", 0),
        ("2.675", 268),
        ("-2.675", -268),
        ("563.255", 56326),
        ("1.0000000000000000001", 100),
    ],
)
def test_ties_go_away_from_zero(raw: str, minor: int) -> None:
    assert Money.of(Decimal(raw), EUR).minor == minor


def test_the_vendors_own_sum_needs_half_up() -> None:
    assert Money.of(Decimal("465.50") * Decimal("1.21"), EUR).amount == Decimal("563.26")


def test_minor_units_come_from_the_currency() -> None:
    assert Money.of(Decimal("1.5"), JPY).minor == 2
    assert Money.of(Decimal("1.2345"), KWD).minor == 1235
    assert str(Money(1235, KWD)) == "1.235 KWD"
    assert str(Money(2, JPY)) == "2 JPY"
    assert str(Money(-5, EUR)) == "-0.05 EUR"


@pytest.mark.parametrize("code", ["eur", "EU", "EURO", "E1R", "", "EUR\n"])
def test_no_currency(code: str) -> None:
    with pytest.raises(Invalid) as caught:
        currency(code)
    assert caught.value.problems[0].code == "currency_invalid"


def test_an_amount_beyond_the_limit_is_invalid() -> None:
    assert Money.of(Decimal(AMOUNT_LIMIT - 1).scaleb(-2), EUR).minor == AMOUNT_LIMIT - 1
    for raw in (Decimal(AMOUNT_LIMIT).scaleb(-2), -Decimal(AMOUNT_LIMIT).scaleb(-2), Decimal("1e20")):
        with pytest.raises(Invalid) as caught:
            Money.of(raw, EUR)
        assert caught.value.problems[0].code == "amount_too_large"


def test_exactly_refuses_what_would_have_to_be_rounded() -> None:
    assert Money.exactly(Decimal("1.50"), EUR).minor == 150
    with pytest.raises(Invalid) as caught:
        Money.exactly(Decimal("1.505"), EUR, "tenders.0")
    assert (caught.value.problems[0].code, caught.value.problems[0].where) == ("amount_too_fine", "tenders.0")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="different currencies"):
        Money(1, EUR) + Money(1, JPY)
    with pytest.raises(ValueError, match="different currencies"):
        Money(1, EUR) - Money(1, JPY)


def test_sums() -> None:
    assert total([], EUR) == Money(0, EUR)
    assert total([Money(3, EUR), -Money(5, EUR), abs(Money(-1, EUR))], EUR) == Money(-1, EUR)
    assert not Money(0, EUR)
    assert Money(-1, EUR)


def minors(whole: int, *weights: int | Decimal) -> list[int]:
    return [share.minor for share in split(Money(whole, EUR), weights)]


def test_a_split_loses_no_cent() -> None:
    assert minors(10000, 1, 1, 1) == [3333, 3334, 3333]
    assert minors(-10000, 1, 1, 1) == [-3333, -3334, -3333]
    assert minors(1, 1, 1) == [1, 0]
    assert minors(7, 0, 0) == [4, 3]
    assert minors(7, 0, 1, 0) == [0, 7, 0]
    assert minors(5) == []
    assert sum(minors(100, 3, -1, 5)) == 100
    assert minors(0, 2, -2) == [0, 0]


def test_millionths() -> None:
    assert millionths(Decimal("0.000001")) == 1
    assert millionths(Decimal("999999999.999999")) == 999_999_999_999_999
    assert from_millionths(1_500_000) == Decimal("1.5")
    assert str(from_millionths(10_000_000)) == "10"
    assert str(from_millionths(-1)) == "-0.000001"
    with pytest.raises(Invalid) as caught:
        millionths(Decimal("0.0000001"), "lines.0", "unit price")
    assert caught.value.problems[0].code == "too_many_decimals"
    for raw in ("1000000000", "-1000000000"):
        with pytest.raises(Invalid) as caught:
            millionths(Decimal(raw))
        assert caught.value.problems[0].code == "number_too_large"


def test_half_up_at_other_digits() -> None:
    assert half_up(Decimal("1.25"), 1) == 13
    assert half_up(Decimal("-0.5")) == -1
