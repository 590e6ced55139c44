"""What an earlier system left open, and what it had closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Document, Kind, State
from counterfoil.core.history import Filter
from counterfoil.core.open_item import AgingBucket
from counterfoil.core.tax import TaxRounding
from counterfoil.services import (
    archiving,
    history,
    invoicing,
    opening,
    periods,
    receipts,
    remitting,
    statements,
    suppliers,
)
from counterfoil.services.office import Context, Outcome, Said, Work
from counterfoil.services.opening import Opening
from counterfoil.store import Principal
from tests.desk import LATE, NOON, TODAY, Desk, asked, refused, wanted


def bring(desk: Desk, code: str, number: str, amount: str, **more: Any) -> Outcome:
    def effect(work: Work) -> Any:
        customer = work.unit.parties.customer_by_code(code)
        assert customer is not None
        opened = {"on": date(2024, 1, 10), "due_on": date(2024, 2, 9), **more}
        return opening.bring(work, customer, Opening(number=number, amount=Decimal(amount), **opened))

    return desk.do(effect)


def keep(desk: Desk, code: str, kind: Kind = Kind.SALES_INVOICE, **more: Any) -> Outcome:
    def effect(work: Work) -> Any:
        customer = work.unit.parties.customer_by_code(code)
        assert customer is not None
        sale = asked(
            kind,
            customer.id,
            more.pop("lines", [(None, "2", "10")]),
            **{"number": "H1", "tax_rounding": TaxRounding.DELIVERED, **more},
        )
        return archiving.keep(work, customer, sale, {})

    return desk.do(effect)


def asking(desk: Desk) -> Context:
    return Context(desk.store, Principal(1, "shop"), Said("r", "evolutionx", "test"), lambda: NOON)


def _balance(desk: Desk, code: str) -> int:
    account = history.account(asking(desk), code)
    assert account is not None
    return sum(money.minor for money in account.buckets.values())


def test_an_opening_item_posts_against_opening_balances_and_ages_by_its_own_date(desk: Desk) -> None:
    desk.customer("ACME")
    invoice, credit = bring(desk, "ACME", "1001", "120.50"), bring(desk, "ACME", "1002", "-20")
    assert desk.posted(invoice) == [{"1100": 120_50, "3000": -120_50}]
    assert desk.posted(credit) == [{"1100": -20_00, "3000": 20_00}]
    row, *_ = statements.aging(desk.store, TODAY).rows
    assert (row.buckets[AgingBucket.DAYS_60].minor, row.buckets[AgingBucket.CREDITS].minor) == (120_50, -20_00)
    assert _balance(desk, "ACME") == 100_50


def test_a_live_door_shows_an_opening_item_as_an_invoice(desk: Desk) -> None:
    desk.customer("ACME")
    bring(desk, "ACME", "1001", "120.50", customer_po="PO 7")
    page = history.invoices(asking(desk), "ACME", Filter(customer_po="po 7"), 1, 10)
    assert page is not None
    assert [(row.number, row.total, row.balance, row.due_on) for row in page.rows] == [
        ("1001", 120_50, 120_50, "2024-02-09")
    ]
    shown = history.invoice(asking(desk), "ACME", "1001")
    assert shown is not None
    assert (shown.balance.minor, shown.invoice.lines) == (120_50, ())


def test_an_opening_item_is_paid_applied_and_reversed(desk: Desk) -> None:
    desk.customer("ACME")
    bring(desk, "ACME", "1001", "120")
    bring(desk, "ACME", "1002", "-20")
    desk.receive("ACME", "70", invoices=["1001"])
    desk.change(lambda work: _nothing(receipts.apply(work, "1002", "1001")))
    assert desk.balance("ACME") == 30_00
    with refused("has_applications"):
        desk.reverse(Outcome(desk.find("1001").id, "1001"))
    other = bring(desk, "ACME", "1003", "5")
    desk.reverse(other)
    assert desk.balance("ACME") == 30_00
    with refused("nothing_to_credit"):
        desk.change(lambda work: _nothing(invoicing.credit(work, desk.find("1001").id)))


def _nothing(_: object) -> None:
    return None


def test_an_opening_item_has_its_own_rate_and_day_of_posting(desk: Desk) -> None:
    desk.customer("YANK", unit="USD")
    with refused("rate_missing"):
        bring(desk, "YANK", "1", "100")
    brought = bring(desk, "YANK", "1", "100", rate=Decimal("1.25"), posted_on=date(2024, 3, 1))
    assert desk.posted(brought) == [{"1100": 125_00, "3000": -125_00}]
    assert desk.accounts(date(2024, 2, 29)) == {}
    assert desk.entries(brought)[0].month == 202403
    with refused("rate_invalid"):
        bring(desk, "YANK", "2", "100", rate=Decimal(0))


def test_an_opening_item_is_refused_when_it_cannot_stand(desk: Desk) -> None:
    desk.customer("ACME")
    bring(desk, "ACME", "1001", "120")
    for code, number, amount in (
        ("number_taken", "1001", "5"),
        ("amount_invalid", "2", "0"),
        ("amount_too_fine", "2", "0.001"),
        ("amount_too_large", "2", "1e12"),
    ):
        with refused(code):
            bring(desk, "ACME", number, amount)
    desk.change(lambda work: periods.close(work, 202401))
    with refused("period_closed"):
        bring(desk, "ACME", "1002", "5")
    bring(desk, "ACME", "1002", "5", posted_on=date(2024, 2, 1))


def test_a_history_document_is_shown_and_does_nothing(desk: Desk) -> None:
    desk.customer("ACME")
    item = desk.item("APPLE", on_hand="5")
    before = desk.accounts()
    kept = keep(
        desk, "ACME", on=date(2020, 5, 1), asserted_tax=Decimal("1.01"), lines=[(None, "2", "10"), (None, "1", "5")]
    )
    document = desk.document(kept)
    assert (document.state, document.number, document.total.minor) == (State.HISTORY, "H1", 26_01)
    assert [line.tax.minor for line in document.lines] == [81, 20]
    shown = history.invoice(asking(desk), "ACME", "H1")
    assert shown is not None
    assert (shown.balance.minor, shown.invoice.total.minor, shown.is_reversed) == (0, 26_01, False)
    assert (desk.accounts(), desk.balance("ACME"), desk.entries(kept), desk.stock("APPLE")[0]) == (before, 0, [], 5)
    account = history.account(asking(desk), "ACME")
    assert account is not None
    assert account.last_charge_at is not None
    assert account.last_charge_at.date() == date(2020, 5, 1)
    del item


def test_a_history_order_is_shown_as_served(desk: Desk) -> None:
    desk.customer("ACME")
    keep(desk, "ACME", Kind.SALES_ORDER, number="O1", lines=[(None, "3", "1")])
    shown = history.order(asking(desk), "ACME", "O1")
    assert shown is not None
    assert list(shown.shipped.values()) == [3]


def test_a_history_document_can_be_neither_credited_nor_reversed_nor_invoiced(desk: Desk) -> None:
    desk.customer("ACME")
    invoice, order = keep(desk, "ACME"), keep(desk, "ACME", Kind.SALES_ORDER)
    for effect in (desk.credit, desk.reverse):
        with refused("is_history"):
            effect(invoice)
    with refused("is_history"):
        desk.finalise(order)
    with refused("is_history"):
        desk.reverse(order)


def test_a_number_is_one_document_of_a_customers(desk: Desk) -> None:
    for code in ("ACME", "OTHER"):
        desk.customer(code)
    keep(desk, "ACME")
    keep(desk, "OTHER")
    keep(desk, "ACME", Kind.SALES_ORDER)
    with refused("number_taken"):
        keep(desk, "ACME")
    with refused("number_taken"):
        bring(desk, "ACME", "H1", "5")


def test_history_may_lie_in_closed_months_and_be_negative(desk: Desk) -> None:
    desk.customer("ACME")
    desk.change(lambda work: periods.close(work, 202312))
    kept = keep(desk, "ACME", on=date(2023, 1, 1), lines=[wanted(None, "-1", "10", tax={None: Decimal("-0.5")})])
    found: Document = desk.document(kept)
    assert (found.kind, found.total.minor, found.tax_rounding) == (Kind.CREDIT_NOTE, -10_50, TaxRounding.DELIVERED)


def test_history_is_shown_in_the_customers_currency(desk: Desk) -> None:
    desk.customer("YANK", unit="USD")
    keep(desk, "YANK", currency="USD")
    page = history.invoices(asking(desk), "YANK", Filter(), 1, 10)
    assert page is not None
    assert (page.total, page.unit.code) == (1, "USD")
    assert desk.balance("YANK", LATE) == 0


def test_what_was_owed_to_a_supplier_is_payable_and_paid(desk: Desk) -> None:
    desk.change(lambda work: suppliers.add_supplier(work, "MILL", "Mill"))

    def effect(number: str, amount: str) -> Any:
        def bring_in(work: Work) -> Any:
            owed = Opening(number=number, on=date(2024, 1, 10), due_on=date(2024, 2, 9), amount=Decimal(amount))
            return opening.bring_payable(work, suppliers.supplier_by_code(work, "MILL"), owed)

        return bring_in

    desk.do(effect("OLD-1", "120"))
    desk.do(effect("OLD-2", "-20"))
    (aged,) = statements.aged(desk.store, LATE, "payable")
    assert (aged.code, aged.balance.minor) == ("MILL", 10000)
    assert statements.aged(desk.store, LATE) == []
    assert desk.accounts() == {"2000": -10000, "3000": 10000}
    with refused("number_taken"):
        desk.do(effect("OLD-1", "1"))
    desk.do(lambda work: remitting.remit(work, "MILL", Decimal(120), "T", invoices=["OLD-1"]))
    assert desk.accounts() == {"1050": -12000, "2000": 2000, "3000": 10000}
