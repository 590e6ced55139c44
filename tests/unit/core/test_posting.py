from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.document import Document, Kind, Line, LineKind, State
from counterfoil.core.errors import Refused
from counterfoil.core.journal import Entry, Posting, Role, balanced, negated, plain
from counterfoil.core.money import Money, currency
from counterfoil.core.posting import (
    Books,
    GoodsMoved,
    for_deposit,
    for_exchange,
    for_receipt,
    for_refund,
    for_sale,
    for_stock_adjustment,
)
from counterfoil.core.reference import AccountMap
from counterfoil.core.tax import TaxPart
from counterfoil.core.tender import Deposit, Tender, TenderType

CAD, USD = currency("CAD"), currency("USD")
ACCOUNTS = {role: number for number, role in enumerate(Role, start=1)}
MAP = AccountMap(ACCOUNTS, {"tax:2": {Role.TAX: 92}, "books": {Role.SALES: 93, Role.COST_OF_GOODS: 94}})
CASH = TenderType(1, "C", "Cash", 50, gives_change=True)
CARD = TenderType(2, "K", "Card", 51)
BOOKS = Books(MAP, CAD)


def line(number: int, minor: int, kind: LineKind = LineKind.ITEM, ledger_class: str = "") -> Line:
    return Line(
        id=number,
        line_no=number,
        kind=kind,
        item_id=None,
        sku="",
        description="",
        note="",
        uom="",
        quantity=Decimal(1),
        ordered=Decimal(1),
        unit_price=Decimal(minor) / 100,
        discount=Money(0, CAD),
        net=Money(minor, CAD),
        tax=Money(0, CAD),
        ledger_class=ledger_class,
    )


def sale(kind: Kind = Kind.SALES_INVOICE, tenders: tuple[Tender, ...] = ()) -> Document:
    parts = (
        TaxPart(1, Decimal("0.05"), Money(15000, CAD), Money(750, CAD), ()),
        TaxPart(2, Decimal("0.07"), Money(15000, CAD), Money(1050, CAD), ()),
    )
    return Document(
        id=7,
        kind=kind,
        state=State.POSTED,
        customer_id=9,
        on=date(2024, 3, 1),
        book_month=202403,
        subtotal=Money(15000, CAD),
        discount_total=Money(0, CAD),
        tax_total=Money(1800, CAD),
        total=Money(16800, CAD),
        lines=(line(1, 10000), line(2, 4000, ledger_class="books"), line(3, 1000, LineKind.CHARGE), line(4, 0)),
        taxes=parts,
        tenders=tenders,
    )


def tender(kind: TenderType, minor: int, change: int = 0) -> Tender:
    return Tender(kind, Money(minor, CAD), Money(change, CAD))


def amounts(entry: Entry) -> dict[tuple[int, int | None], int]:
    sums: dict[tuple[int, int | None], int] = {}
    for leg in entry.postings:
        assert leg.amount or leg.base
        sums[leg.account_id, leg.party_id] = sums.get((leg.account_id, leg.party_id), 0) + leg.base
    assert sum(sums.values()) == 0
    return sums


def of(role: Role) -> int:
    return ACCOUNTS[role]


GOODS = (GoodsMoved("", -6000, 0), GoodsMoved("books", -2500, 0), GoodsMoved("", 0, 0))


def test_a_sales_invoice() -> None:
    assert amounts(for_sale(sale(), GOODS, BOOKS)) == {
        (of(Role.RECEIVABLE), 9): 16800,
        (of(Role.SALES), None): -10000,
        (93, None): -4000,
        (of(Role.CHARGES), None): -1000,
        (of(Role.TAX), None): -750,
        (92, None): -1050,
        (of(Role.INVENTORY), None): -8500,
        (of(Role.COST_OF_GOODS), None): 6000,
        (94, None): 2500,
    }


def test_every_line_of_a_sale_posts_its_own_net() -> None:
    made = for_sale(sale(), (), BOOKS)
    assert [(leg.line_id, leg.amount.minor) for leg in made.postings if leg.line_id] == [
        (1, -10000),
        (2, -4000),
        (3, -1000),
    ]


def test_a_cash_sale_keeps_the_change_out_of_the_till() -> None:
    made = for_sale(sale(Kind.CASH_SALE, (tender(CARD, 6800), tender(CASH, 12000, 2000))), (), BOOKS)
    found = amounts(made)
    assert (found[51, None], found[50, None]) == (6800, 10000)
    assert not any(leg.account_id == of(Role.RECEIVABLE) for leg in made.postings)


def test_change_from_a_deposit_leaves_the_till_and_the_whole_deposit_is_used() -> None:
    tenders = (tender(CASH, 20000, 3200),)
    found = amounts(for_sale(sale(Kind.CASH_SALE, tenders), (), BOOKS, Deposit(tenders, 20000)))
    assert found[of(Role.DEPOSITS), None] == 20000
    assert found[50, None] == -3200


def test_a_variance_of_stock_is_explained_in_the_same_entry() -> None:
    found = amounts(for_sale(sale(), (GoodsMoved("", 3000, 500),), BOOKS))
    assert found[of(Role.INVENTORY), None] == 2500
    assert found[of(Role.COST_OF_GOODS), None] == -3000
    assert found[of(Role.STOCK_VARIANCE), None] == 500


def money(kind: Kind, *tenders: Tender) -> Document:
    whole = Money(sum(one.net.minor for one in tenders), CAD)
    return replace(sale(kind, tenders), subtotal=whole, tax_total=Money(0, CAD), total=whole, lines=(), taxes=())


def test_a_receipt_and_a_refund() -> None:
    taken = money(Kind.RECEIPT, tender(CASH, 100), tender(CARD, 50))
    assert amounts(for_receipt(taken, BOOKS)) == {(50, None): 100, (51, None): 50, (of(Role.RECEIVABLE), 9): -150}
    assert amounts(for_receipt(taken, BOOKS, Deposit(taken.tenders, 150))) == {
        (of(Role.DEPOSITS), 9): 150,
        (of(Role.RECEIVABLE), 9): -150,
    }
    back = money(Kind.REFUND, tender(CASH, 100))
    assert amounts(for_refund(back, BOOKS)) == {(of(Role.RECEIVABLE), 9): 100, (50, None): -100}


def test_a_deposit_is_no_revenue() -> None:
    order = replace(sale(Kind.WORK_ORDER, (tender(CASH, 5000),)), state=State.OPEN)
    assert amounts(for_deposit(order, BOOKS)) == {(50, None): 5000, (of(Role.DEPOSITS), 9): -5000}


def test_a_stock_adjustment_names_its_reason() -> None:
    goods = (GoodsMoved("", -700, 0),)
    found = amounts(for_stock_adjustment(money(Kind.STOCK_ADJUSTMENT), goods, BOOKS, None))
    assert found == {(of(Role.INVENTORY), None): -700, (of(Role.STOCK_ADJUSTMENT), None): 700}
    found = amounts(for_stock_adjustment(money(Kind.STOCK_ADJUSTMENT), goods, BOOKS, 77))
    assert found == {(of(Role.INVENTORY), None): -700, (77, None): 700}


def test_an_exchange_difference_moves_base_alone() -> None:
    made = for_exchange(date(2024, 3, 1), 202403, (of(Role.RECEIVABLE), 9), 500, "gain", BOOKS)
    assert amounts(made) == {(of(Role.RECEIVABLE), 9): 500, (of(Role.EXCHANGE), None): -500}
    assert not any(leg.amount for leg in made.postings)


def test_base_amounts_balance_by_an_explicit_rounding_line() -> None:
    """At 1.005 the legs 168.00, 100.00, 40.00, 10.00, 7.50 and 10.50 do not round to a zero sum."""
    in_usd = replace(
        sale(),
        total=Money(16800, USD),
        lines=tuple(replace(part, net=Money(part.net.minor, USD)) for part in sale().lines),
        taxes=tuple(replace(part, tax=Money(part.tax.minor, USD)) for part in sale().taxes),
    )
    made = for_sale(in_usd, (), Books(MAP, CAD, Decimal("1.0005")))
    rounding = [leg for leg in made.postings if leg.account_id == of(Role.ROUNDING)]
    assert [(leg.amount, leg.base) for leg in rounding] == [(Money(0, CAD), 1)]
    amounts(made)
    assert sum(leg.amount.minor for leg in made.postings) == 0


def test_a_recipe_that_does_not_balance_is_our_bug() -> None:
    legs = (Posting(1, Money(100, CAD), 100), Posting(2, Money(-100, USD), -100))
    with pytest.raises(AssertionError, match="does not balance"):
        balanced(Entry(date(2024, 3, 1), 202403, "test/1", "", legs), 99, CAD)


def test_a_negation_is_exact() -> None:
    made = for_sale(sale(), GOODS, BOOKS)
    back = negated(made, 5, date(2024, 4, 1), 202404)
    assert (back.reverses, back.document_id, back.month) == (5, 7, 202404)
    for leg, opposite in zip(made.postings, back.postings, strict=True):
        assert opposite == replace(leg, amount=-leg.amount, base=-leg.base)


def test_a_missing_account_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        for_sale(sale(), (), Books(AccountMap({Role.RECEIVABLE: 1}), CAD))
    assert caught.value.problems[0].code == "account_missing"


def test_an_entry_as_text() -> None:
    made = for_receipt(money(Kind.RECEIPT, tender(CASH, 100)), BOOKS)
    text = plain(made, {50: "Cash", of(Role.RECEIVABLE): "Accounts receivable"})
    assert text.splitlines()[0] == "2024-03-01  Receipt"
    assert text.splitlines()[1].split() == ["Cash", "1.00", "CAD"]
