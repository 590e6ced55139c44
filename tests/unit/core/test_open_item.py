from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import AgingBucket, OpenItem, aging, balance, bucket, exchange_difference, spread

USD, EUR = currency("USD"), currency("EUR")
DAY = date(2024, 3, 1)


def item(
    number: int, minor: int, remaining: int | None = None, due: date = DAY, on: date = DAY, base: int | None = None
) -> OpenItem:
    return OpenItem(
        id=number,
        party_id=1,
        account_id=5,
        document_id=number,
        number=str(number),
        kind="",
        amount=Money(minor, USD),
        remaining=Money(minor if remaining is None else remaining, USD),
        base=minor if base is None else base,
        on=on,
        due_on=due,
    )


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (-400, AgingBucket.NOT_DUE),
        (0, AgingBucket.NOT_DUE),
        (1, AgingBucket.DAYS_30),
        (30, AgingBucket.DAYS_30),
        (31, AgingBucket.DAYS_60),
        (60, AgingBucket.DAYS_60),
        (61, AgingBucket.DAYS_90),
        (90, AgingBucket.DAYS_90),
        (91, AgingBucket.DAYS_120),
        (120, AgingBucket.DAYS_120),
        (121, AgingBucket.OVER_120),
        (4000, AgingBucket.OVER_120),
    ],
)
def test_buckets(late: int, expected: AgingBucket) -> None:
    assert bucket(Money(1, USD), DAY, DAY + timedelta(days=late)) is expected
    assert bucket(Money(-1, USD), DAY, DAY + timedelta(days=late)) is AgingBucket.CREDITS


def test_the_buckets_add_up_to_the_balance() -> None:
    items = [item(1, 12000), item(2, 28392, due=DAY - timedelta(days=45)), item(3, -500), item(4, 700, remaining=0)]
    found = aging(items, DAY + timedelta(days=1), USD)
    assert set(found) == set(AgingBucket)
    assert found[AgingBucket.DAYS_30].minor == 12000
    assert found[AgingBucket.DAYS_60].minor == 28392
    assert found[AgingBucket.CREDITS].minor == -500
    assert sum(money.minor for money in found.values()) == balance(items, USD).minor == 39892
    with pytest.raises(ValueError, match="currencies"):
        aging(items, DAY, EUR)


def parts(credit: OpenItem, charges: list[OpenItem], on: date = DAY, upto: int | None = None) -> list[tuple[int, int]]:
    made = spread(credit, charges, on, None if upto is None else Money(upto, USD))
    return [(joined.debit_id, joined.amount.minor) for joined in made]


def test_a_credit_goes_to_the_oldest_due_first() -> None:
    charges = [item(1, 100, due=DAY + timedelta(days=9)), item(2, 100), item(3, 100)]
    assert parts(item(9, -150), charges) == [(2, 100), (3, 50)]
    assert parts(item(9, -1000), charges) == [(2, 100), (3, 100), (1, 100)]
    assert parts(item(9, -1000, remaining=-30), charges) == [(2, 30)]


def test_a_credit_goes_no_further_than_it_may() -> None:
    assert parts(item(9, -150), [item(1, 100)], upto=60) == [(1, 60)]
    assert parts(item(9, -150), [item(1, 100)], upto=600) == [(1, 100)]
    assert parts(item(9, -150, remaining=0), [item(1, 100)]) == []
    assert parts(item(9, -150), [item(1, 100, remaining=0), item(2, -50)]) == []


def test_younger_items_are_left_alone() -> None:
    young = item(1, 100, on=DAY + timedelta(days=1))
    assert parts(item(9, -150), [young, item(2, 50)]) == [(2, 50)]
    assert parts(item(9, -150, on=DAY + timedelta(days=1)), [item(2, 50)]) == []


def test_an_exchange_gain_and_a_loss() -> None:
    invoice, receipt = item(1, 10000, base=13000), item(2, -10000, base=-13500)
    assert exchange_difference(invoice, receipt, Money(10000, USD)) == 500
    assert exchange_difference(item(1, 10000, base=13500), item(2, -10000, base=-13000), Money(10000, USD)) == -500
    assert exchange_difference(invoice, item(2, -10000, base=-13000), Money(4000, USD)) == 0


def test_parts_realise_together_what_the_whole_would() -> None:
    """33.33, 33.33 and 33.34 of 100.00 that was booked at 133.37 give up all of it and no cent more."""
    charge, realised = item(1, 10000, base=13337), 0
    for number, minor in enumerate((3333, 3333, 3334), start=2):
        credit = item(number, -minor, base=-minor)
        realised += exchange_difference(charge, credit, Money(minor, USD))
        charge = replace(charge, remaining=charge.remaining - Money(minor, USD))
    assert realised == 10000 - 13337


def test_taking_an_application_back_gives_the_difference_back() -> None:
    charge, credit, part = item(1, 10001, base=13337), item(2, -7777, base=-10501), Money(3333, USD)
    gain = exchange_difference(charge, credit, part)
    after = exchange_difference(
        replace(charge, remaining=charge.remaining - part), replace(credit, remaining=credit.remaining + part), -part
    )
    assert gain != 0
    assert after == -gain
