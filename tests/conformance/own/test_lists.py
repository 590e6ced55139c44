"""Lists: no row is skipped or repeated, whatever is written between two pages."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from counterfoil.store import Store
from tests.conformance.own.test_effects import Ask, ask, codes, found

__all__ = ["ask"]


def invoice(on: str, customer: str = "NORTH") -> dict[str, Any]:
    """An invoice of a day."""
    return {"customer": customer, "dated_on": on, "lines": [{"kind": "charge", "unit_price": 1}]}


def test_pages_under_writes_hold_every_row_once(ask: Ask) -> None:
    chance = random.Random(7)
    days = [f"2024-02-{chance.randint(1, 28):02d}" for _ in range(40)]
    there = {found(ask("POST", "/invoices", invoice(on)))["id"] for on in days}
    seen: list[tuple[str, int]] = []
    cursor = ""
    while True:
        page = found(ask("GET", f"/invoices?limit=3&fields=id,dated_on{cursor}"))
        seen += [(row["dated_on"], row["id"]) for row in page["data"]]
        found(ask("POST", "/invoices", invoice(f"2024-02-{chance.randint(1, 28):02d}")))
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    assert there <= {number for _, number in seen}


def test_documents_of_several_kinds_come_as_one_list(ask: Ask) -> None:
    lines = {"customer": "NORTH", "lines": [{"sku": "LAMP"}]}
    made = [
        found(ask("POST", "/orders", {**lines, "kind": kind, "dated_on": f"2024-02-{day:02d}"}))["id"]
        for day, kind in enumerate(("quote", "sales_order", "work_order") * 3, start=1)
    ]
    seen, cursor = [], ""
    while cursor is not None:
        page = found(ask("GET", f"/orders?limit=2{cursor}"))
        seen += [row["id"] for row in page["data"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert seen == made[::-1]


def test_the_journal_is_followed_by_its_last_cursor(ask: Ask) -> None:
    page = found(ask("GET", "/journal/entries?limit=4"))
    assert [row["seq"] for row in page["data"]] == [1, 2, 3, 4]
    assert page["next"] is None
    found(ask("POST", "/invoices", invoice("2024-02-01")))
    following = base64.urlsafe_b64encode(b"[4]").decode().rstrip("=")
    assert [row["seq"] for row in found(ask("GET", f"/journal/entries?cursor={following}"))["data"]] == [5]


def test_documents_are_narrowed(ask: Ask) -> None:
    one = found(ask("POST", "/invoices", invoice("2024-02-01")))
    two = found(ask("POST", "/invoices", invoice("2024-02-02", "BLUE002")))
    found(ask("POST", f"/invoices/{two['id']}/credit", {"dated_on": "2024-02-03"}))
    for query, numbers in (
        ("customer=NORTH", [one["number"]]),
        ("customer=NOBODY", []),
        (f"number={one['number'].lower()}", [one["number"]]),
        ("from_on=2024-02-02", [two["number"]]),
        ("to_on=2024-02-01", [one["number"]]),
        ("state=posted", [two["number"], one["number"]]),
        ("state=open", []),
    ):
        assert [row["number"] for row in found(ask("GET", f"/invoices?{query}"))["data"]] == numbers, query
    (note,) = found(ask("GET", f"/credit-notes?original_id={two['id']}"))["data"]
    assert note["total"] == -two["total"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "out_of_range"),
        ("limit=201", "out_of_range"),
        ("limit=1&limit=2", "repeated"),
        ("colour=red", "unknown_member"),
        ("fields=number,colour", "field_unknown"),
        ("cursor=x", "cursor_invalid"),
        ("cursor=WyIyMDI0LTAyLTAxIl0", "cursor_invalid"),
        ("cursor=WyIyMDI0LTAyLTMxIiwgMV0", "cursor_invalid"),
        ("cursor=WzEsIDFd", "cursor_invalid"),
        ("state=gone", "not_one_of"),
        ("from_on=yesterday", "not_a_date"),
    ],
)
def test_what_cannot_be_asked(ask: Ask, query: str, code: str) -> None:
    found(ask("POST", "/invoices", invoice("2024-02-01")))
    answer = ask("GET", f"/invoices?{query}")
    assert (answer.status_code, codes(answer)) == (400, [code])


def test_a_member_that_there_is_not_is_refused_on_an_empty_list_too(ask: Ask) -> None:
    answer = ask("GET", "/refunds?fields=number,colour")
    assert (answer.status_code, codes(answer)) == (400, ["field_unknown"])


def test_documents_of_a_merged_customer_are_those_of_the_one_that_goes_on(ask: Ask) -> None:
    made = found(ask("POST", "/invoices", invoice("2024-02-01")))["id"]
    found(ask("POST", "/receipts", {"customer": "NORTH", "amount": 1, "tender": "T", "dated_on": "2024-02-02"}))
    kept = found(ask("POST", "/customers/3/merge", {"into": "BLUE002"}))["id"]
    (listed,) = found(ask("GET", "/invoices?customer=BLUE002"))["data"]
    for shown in (listed, found(ask("GET", f"/invoices/{made}"))):
        assert (shown["customer"], shown["customer_id"]) == ("BLUE002", kept)
    (joined,) = found(ask("GET", "/applications"))["data"]
    assert joined["customer"] == "BLUE002"


def test_documents_are_narrowed_to_a_supplier(ask: Ask) -> None:
    for code in ("MILL", "LUMEN"):
        found(ask("POST", "/suppliers", {"code": code, "name": code}))
        found(ask("POST", "/remittances", {"supplier": code, "amount": 5, "tender": "T", "dated_on": "2024-02-01"}))
    (listed,) = found(ask("GET", "/remittances?customer=MILL"))["data"]
    assert listed["customer"] == "MILL"


def test_what_is_not_there(book: Store, ask: Ask) -> None:
    order = found(ask("POST", "/orders", {"kind": "quote", "dated_on": "2024-02-01", "lines": [{"sku": "LAMP"}]}))["id"]
    for path in (
        "/customers/99",
        "/items/99",
        f"/invoices/{order}",
        "/journal/entries/99",
        "/messages/99",
        "/orders/0",
    ):
        assert ask("GET", path).status_code == 404, path
    for path in ("/orders/x", "/orders/99999999999", "/orders/-1", "/orders/1/2", "/nothing"):
        assert ask("GET", path).status_code == 404, path
    assert ask("POST", f"/invoices/{order}/reverse", {}).status_code == 404
