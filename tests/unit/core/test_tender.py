from __future__ import annotations

import pytest

from counterfoil.core.errors import Refused
from counterfoil.core.money import Money, currency
from counterfoil.core.tender import Tender, TenderType, by_account, settle

CAD = currency("CAD")
CASH = TenderType(1, "C", "Cash", 10, gives_change=True)
CARD = TenderType(2, "K", "Card", 11)
COINS = TenderType(3, "N", "Coins", 10, gives_change=True)


def taken(*parts: tuple[TenderType, int]) -> list[Tender]:
    return [Tender(kind, Money(minor, CAD), Money(0, CAD)) for kind, minor in parts]


def changes(tenders: list[Tender], due: int) -> list[int]:
    return [tender.change.minor for tender in settle(tenders, Money(due, CAD))]


def test_an_exact_tender_gives_no_change() -> None:
    assert changes(taken((CASH, 500), (CARD, 500)), 1000) == [0, 0]
    assert changes(taken((CASH, -1000)), -1000) == [0]
    assert changes([], 0) == []


def test_cash_gives_change() -> None:
    settled = settle(taken((CARD, 500), (CASH, 2000)), Money(1234, CAD))
    assert [(tender.change.minor, tender.net.minor) for tender in settled] == [(0, 500), (1266, 734)]
    assert {account: money.minor for account, money in by_account(settled, CAD).items()} == {11: 500, 10: 734}


def test_change_is_taken_from_tenders_in_order_and_never_exceeds_one() -> None:
    assert changes(taken((COINS, 100), (CASH, 2000)), 1000) == [100, 1000]


@pytest.mark.parametrize(
    ("tenders", "due", "code"),
    [
        (taken((CASH, 999)), 1000, "tender_short"),
        ([], 1000, "tender_short"),
        (taken((CARD, 1001)), 1000, "tender_over"),
        (taken((CARD, 1500), (CASH, 100)), 1000, "tender_over"),
        (taken((CASH, -999)), -1000, "tender_short"),
        (taken((CASH, -1001)), -1000, "tender_over"),
    ],
)
def test_what_does_not_settle_is_refused(tenders: list[Tender], due: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        settle(tenders, Money(due, CAD))
    assert caught.value.problems[0].code == code
