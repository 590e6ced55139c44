"""Ageing, open items, trial balance and journal, as of any date."""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.core.open_item import AgingBucket
from counterfoil.services import statements
from tests.desk import TODAY, Desk

#: Days late -> where it belongs.
BOUNDARIES = {
    -1: AgingBucket.NOT_DUE,
    0: AgingBucket.NOT_DUE,
    1: AgingBucket.DAYS_30,
    30: AgingBucket.DAYS_30,
    31: AgingBucket.DAYS_60,
    60: AgingBucket.DAYS_60,
    61: AgingBucket.DAYS_90,
    90: AgingBucket.DAYS_90,
    91: AgingBucket.DAYS_120,
    120: AgingBucket.DAYS_120,
    121: AgingBucket.OVER_120,
    500: AgingBucket.OVER_120,
}


def test_every_boundary_of_the_ageing(desk: Desk) -> None:
    apple = desk.item()
    for late in BOUNDARIES:
        code = f"LATE{late}"
        desk.issue(desk.customer(code), [(apple, "1", "10")], on=date(2022, 1, 1), due_on=TODAY - timedelta(days=late))
    rows = {row.code: row for row in statements.aged(desk.store, TODAY)}
    for late, expected in BOUNDARIES.items():
        found = {bucket: money.minor for bucket, money in rows[f"LATE{late}"].buckets.items() if money}
        assert found == {expected: 1000}, late


def test_what_was_open_then_is_aged_as_of_then(desk: Desk) -> None:
    """A receipt of the 5th pays in part, on the 9th, an invoice due on the 1st; both are taken apart on the 12th."""
    acme, apple = desk.customer(), desk.item()
    day = date(2024, 2, 1)

    def at(number: int) -> date:
        return day + timedelta(days=number - 1)

    invoice = desk.issue(acme, [(apple, "1", "10")], on=date(2024, 1, 1), due_on=day)
    receipt = desk.receive("ACME", "15", on=at(5), invoices=())
    desk.apply(receipt, invoice, "4", at(9))
    desk.unapply(receipt, invoice, at(12))

    def found(number: int) -> dict[AgingBucket, int]:
        report = statements.aging(desk.store, at(number))
        assert report.ties
        return {bucket: money.minor for row in report.rows for bucket, money in row.buckets.items() if money}

    assert found(-40) == {}
    assert found(1) == {AgingBucket.NOT_DUE: 1000}
    assert found(4) == {AgingBucket.DAYS_30: 1000}
    assert found(5) == {AgingBucket.DAYS_30: 1000, AgingBucket.CREDITS: -1500}
    assert found(9) == {AgingBucket.DAYS_30: 600, AgingBucket.CREDITS: -1100}
    assert found(12) == {AgingBucket.DAYS_30: 1000, AgingBucket.CREDITS: -1500}
    assert found(32) == {AgingBucket.DAYS_60: 1000, AgingBucket.CREDITS: -1500}


def test_the_trial_balance_adds_up_to_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5")
    desk.issue(acme, [(apple, "1", "10")], tenders=[("C", "3")])
    rows, base = statements.trial_balance(desk.store, TODAY)
    assert base.code == "CAD"
    assert sum(row.base.minor for row in rows) == 0
    assert [row.account.code for row in rows] == sorted(row.account.code for row in rows)
    assert statements.trial_balance(desk.store, date(2020, 1, 1))[0] == []


def test_the_journal_lists_days_in_their_order(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    early = desk.issue(acme, [(apple, "1", "10")], on=TODAY - timedelta(days=3))
    late = desk.issue(acme, [(apple, "1", "20")])
    both = [booked for booked, _ in statements.journal(desk.store, date(2024, 1, 1), TODAY)]
    assert [(booked.seq, booked.number) for booked in both] == [(1, early.number), (2, late.number)]
    for booked in both:
        assert sum(leg.base for leg in booked.entry.postings) == 0
    only = [booked.number for booked, _ in statements.journal(desk.store, TODAY, TODAY)]
    assert only == [late.number]


def test_the_list_of_documents_agrees_with_what_is_open(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    desk.issue(acme, [(apple, "1", "10")], tenders=[("C", "3")])
    desk.issue(acme, [(apple, "-1", "4")])
    found = [(head.number, head.total.minor, head.open.minor) for head in statements.documents(desk.store)]
    assert found == [("INV-000001", 1000, 700), ("RC-000001", 300, 0), ("CN-000001", -400, -400)]
