"""Drafts stay out of every balance and list until they are booked, and keep their id then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.core.document import Kind, SaleTender, State
from counterfoil.core.errors import Invalid
from counterfoil.core.party import Address, NewCustomer
from counterfoil.services import drafting
from counterfoil.services.office import Outcome
from tests.desk import TODAY, VANCOUVER, Desk, Lines, asked, refused


def save(desk: Desk, customer: int, lines: Lines, **more: object) -> Outcome:
    return desk.do(lambda work: drafting.save(work, asked(Kind.SALES_INVOICE, customer, lines, **more)))


def post(desk: Desk, draft: Outcome, on: date | None = None) -> Outcome:
    return desk.do(lambda work: drafting.post(work, draft.document_id, on))


def test_a_draft_is_nowhere_until_it_is_booked(desk: Desk) -> None:
    desk.british_columbia()
    acme, apple = desk.customer(billing=VANCOUVER), desk.item(on_hand="9")
    draft = save(desk, acme, [(apple, "2", "10.005"), (None, "1", "5")], customer_po="PO 7", comment="soon")
    assert draft.number == ""
    assert (desk.accounts(), desk.balance("ACME"), desk.numbers(Kind.SALES_INVOICE)) == (
        {"1200": 3600, "5200": -3600},
        0,
        [],
    )
    assert desk.broken() == []
    before = desk.change(lambda work: drafting.held(work, draft.document_id))
    booked = post(desk, draft)
    assert (booked.document_id, booked.number) == (draft.document_id, "INV-000001")
    filed = desk.document(booked)
    assert filed.state is State.POSTED
    for name in ("on", "due_on", "customer_po", "comment", "subtotal", "tax_total", "total", "billing"):
        assert getattr(filed, name) == getattr(before, name)
    assert [(part.rate, part.tax) for part in filed.taxes] == [(part.rate, part.tax) for part in before.taxes]
    assert desk.balance("ACME") == filed.total.minor
    with refused("draft_not_found"):
        post(desk, draft)
    assert desk.broken() == []


def test_a_draft_is_changed_in_place(desk: Desk) -> None:
    acme = desk.customer()
    draft = save(desk, acme, [(None, "1", "5")])
    sale = asked(Kind.SALES_INVOICE, acme, [(None, "-1", "7")])
    changed = desk.do(lambda work: drafting.change(work, draft.document_id, sale))
    assert changed.document_id == draft.document_id
    booked = post(desk, draft, date(2024, 3, 20))
    assert (booked.number, desk.document(booked).on) == ("CN-000001", date(2024, 3, 20))
    assert desk.balance("ACME") == -700


def test_the_id_of_a_draft_is_never_given_away(desk: Desk) -> None:
    acme = desk.customer()
    draft = save(desk, acme, [(None, "1", "5")])
    other = desk.issue(acme, [(None, "1", "5")])
    assert other.document_id != draft.document_id
    desk.change(lambda work: drafting.discard(work, draft.document_id))
    with refused("draft_not_found"):
        desk.change(lambda work: drafting.discard(work, draft.document_id))
    assert desk.issue(acme, [(None, "1", "5")]).document_id not in (draft.document_id, other.document_id)
    last = save(desk, acme, [(None, "1", "5")])
    desk.change(lambda work: drafting.discard(work, last.document_id))
    assert desk.issue(acme, [(None, "1", "5")]).document_id != last.document_id
    assert desk.broken() == []


def test_what_a_draft_cannot_be(desk: Desk) -> None:
    sale = asked(
        Kind.CASH_SALE, NewCustomer(Address(name="New")), [(None, "1", "5")], number="X1", tenders=[("C", "5")]
    )
    assert sale.tenders == (SaleTender("C", Decimal(5)),)
    with pytest.raises(Invalid) as caught:
        desk.do(lambda work: drafting.save(work, sale))
    assert [problem.code for problem in caught.value.problems] == [
        "kind_invalid",
        "customer_required",
        "tender_not_allowed",
        "number_not_allowed",
    ]
    acme = desk.customer()
    with refused("item_not_found"):
        save(desk, acme, [(99, "1", "5")], on=TODAY)
