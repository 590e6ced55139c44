"""Closing book months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Kind
from counterfoil.services import periods, registry
from counterfoil.services.office import Outcome
from tests.desk import TODAY, Desk, refused

FEBRUARY = date(2024, 2, 10)


def close(desk: Desk, month: int) -> None:
    desk.change(lambda work: periods.close(work, month))


def test_nothing_is_posted_into_a_closed_month(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5")
    invoice = desk.issue(acme, [(apple, "1", "10")], on=FEBRUARY)
    receipt = desk.receive("ACME", "3", on=FEBRUARY, invoices=())
    close(desk, 202402)
    forbidden: list[Callable[[], Outcome]] = [
        lambda: desk.issue(acme, [(apple, "1", "10")], on=FEBRUARY),
        lambda: desk.issue(acme, [(apple, "1", "10")], book_month=202402),
        lambda: desk.issue(acme, [(apple, "1", "10")], book_month=202301),
        lambda: desk.receive("ACME", "1", on=FEBRUARY),
        lambda: desk.refund(receipt, on=FEBRUARY),
        lambda: desk.reverse(invoice, FEBRUARY),
        lambda: desk.credit(invoice, on=FEBRUARY),
        lambda: desk.adjust("APPLE", "1", "1", on=FEBRUARY),
    ]
    for act in forbidden:
        with refused("period_closed"):
            act()
    desk.issue(acme, [(apple, "1", "10")], on=FEBRUARY, book_month=202403)
    desk.reverse(invoice)


def test_orders_of_a_closed_month_are_checked_when_they_are_invoiced(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    close(desk, 202402)
    order = desk.enter(Kind.WORK_ORDER, acme, [(apple, "1", "10")], on=FEBRUARY, tenders=[("C", "5")])
    with refused("period_closed"):
        desk.finalise(order, on=FEBRUARY)
    with refused("period_closed"):
        desk.finalise(order, month=202402)
    invoice = desk.document(desk.finalise(order))
    assert (invoice.on, invoice.book_month) == (TODAY, 202403)


def test_a_deposit_that_is_posted_needs_an_open_month(desk: Desk) -> None:
    desk.policy(post_work_order_deposits=True)
    acme, apple = desk.customer(), desk.item()
    close(desk, 202402)
    with refused("period_closed"):
        desk.enter(Kind.WORK_ORDER, acme, [(apple, "1", "10")], on=FEBRUARY, tenders=[("C", "5")])


def test_an_exchange_difference_needs_an_open_month(desk: Desk) -> None:
    for on, rate in ((date(2024, 1, 1), "1.3"), (FEBRUARY, "1.4")):
        desk.change(lambda work, on=on, rate=rate: registry.set_rate(work, "USD", on, Decimal(rate)))  # type: ignore[misc]
    acme, apple = desk.customer(unit="USD"), desk.item()
    invoice = desk.issue(acme, [(apple, "1", "10")], on=date(2024, 1, 5))
    receipt = desk.receive("ACME", "10", on=FEBRUARY, invoices=())
    close(desk, 202402)
    with refused("period_closed"):
        desk.apply(receipt, invoice, on=FEBRUARY)
    desk.apply(receipt, invoice)
    assert desk.accounts(date(2024, 2, 29))["1100"] == 1300 - 1400


def test_a_month_is_opened_again_with_a_reason(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    close(desk, 202402)
    with refused("period_closed"):
        close(desk, 202401)
    with refused("reason_required"):
        desk.change(lambda work: periods.reopen(work, 202402, " "))
    with refused("period_open"):
        desk.change(lambda work: periods.reopen(work, 202403, "late invoice"))
    desk.change(lambda work: periods.reopen(work, 202401, "late invoice"))
    desk.issue(acme, [(apple, "1", "10")], on=date(2024, 1, 5))
    with refused("period_closed"):
        desk.issue(acme, [(apple, "1", "10")], on=date(2023, 12, 31))
    for month in (202400, 202413, 0, -1):
        with refused("month_invalid"):
            close(desk, month)
