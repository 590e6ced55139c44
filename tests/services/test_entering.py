"""Accounting entries are booked as given, or refused with everything that is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.accounting import AccountingEntry, EntryLine, EntryType
from counterfoil.core.document import Kind
from counterfoil.core.errors import Refused
from counterfoil.services import entering, periods, registry
from counterfoil.services.office import Outcome
from tests.desk import TODAY, Desk, refused


def entry(*lines: tuple[str, str, str], **more: object) -> AccountingEntry:
    """An entry of (account, debit, credit)."""
    made = tuple(
        EntryLine(account=account, debit=Decimal(debit), credit=Decimal(credit), text=f"line {n}", where=f"lines.{n}")
        for n, (account, debit, credit) in enumerate(lines)
    )
    return AccountingEntry(**{"on": TODAY, "lines": made, "text": "Cost of the week", **more})  # type: ignore[arg-type]


def enter(desk: Desk, made: AccountingEntry) -> Outcome:
    return desk.do(lambda work: entering.enter(work, made))


def test_an_entry_is_booked_line_by_line(desk: Desk) -> None:
    made = entry(("5000", "12.50", "0"), ("5000", "0", "2.50"), ("1200", "0", "10"), type=EntryType.COGS)
    filed = enter(desk, made)
    assert filed.number == "AE-000001"
    (posted,) = desk.entries(filed)
    assert [leg.base for leg in posted.postings] == [1250, -250, -1000]
    assert posted.text == "Cost of the week"
    document = desk.document(filed)
    assert document.kind is Kind.ACCOUNTING_ENTRY
    assert [(line.sku, line.description) for line in document.lines] == [
        ("5000", "line 0"),
        ("5000", "line 1"),
        ("1200", "line 2"),
    ]
    assert [leg.line_id for leg in posted.postings] == [line.id for line in document.lines]
    assert desk.broken() == []


def test_everything_wrong_is_said_at_once(desk: Desk) -> None:
    desk.change(lambda work: periods.close(work, 202402))
    made = entry(("9999", "1", "0"), ("1100", "1", "0"), ("5000", "0.001", "0"), on=date(2024, 2, 1))
    with pytest.raises(Refused) as caught:
        enter(desk, made)
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("account_unknown", "lines.0"),
        ("account_controlled", "lines.1"),
        ("amount_too_fine", "lines.2"),
        ("period_closed", "book_month"),
    ]
    assert desk.numbers(Kind.ACCOUNTING_ENTRY) == []


def test_debits_and_credits_are_equal(desk: Desk) -> None:
    with refused("entry_unbalanced"):
        enter(desk, entry(("5000", "10", "0"), ("1200", "0", "9.99")))
    with refused("lines_required"):
        enter(desk, entry())


def test_an_entry_of_nothing_is_kept_and_posts_nothing(desk: Desk) -> None:
    filed = enter(desk, entry(("5000", "0", "0"), ("1200", "0", "0")))
    assert desk.entries(filed) == []
    assert desk.broken() == []


def test_a_foreign_entry_is_booked_at_its_own_rate_or_the_books(desk: Desk) -> None:
    lines = (("5000", "10.01", "0"), ("1200", "0", "5.00"), ("1200", "0", "5.01"))
    with refused("rate_missing"):
        enter(desk, entry(*lines, currency="USD"))
    own = enter(desk, entry(*lines, currency="USD", rate=Decimal("1.355")))
    assert [leg.base for leg in desk.entries(own)[0].postings] == [1356, -678, -679, 1]
    desk.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal("2")))
    book = enter(desk, entry(*lines, currency="USD"))
    assert [leg.base for leg in desk.entries(book)[0].postings] == [2002, -1000, -1002]
    assert desk.broken() == []


def test_an_entry_can_be_reversed(desk: Desk) -> None:
    filed = enter(desk, entry(("5000", "10", "0"), ("1200", "0", "10")))
    desk.reverse(filed)
    assert desk.accounts() == {}
    with refused("reversed"):
        desk.reverse(filed)
    assert desk.broken() == []
