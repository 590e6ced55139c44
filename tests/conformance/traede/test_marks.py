"""What a mark call takes and refuses; it stands or falls whole."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.core.exporting import Topic
from counterfoil.services import exporting
from counterfoil.services.office import Context, Said
from counterfoil.store import Principal
from tests.conformance.books import breaches, messages
from tests.conformance.golden import parsed
from tests.conformance.traede.puller import SYSTEM, Puller, faults


def item(number: object, **more: object) -> dict[str, object]:
    return {"invoice_id": number, "system_id": SYSTEM, **more}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], [(10000, "invoices")]),
        (None, [(10000, "invoices")]),
        ("x", [(10000, "invoices")]),
        (["x"], [(10000, "invoices.0")]),
        ([{}], [(10000, "invoices.0.invoice_id"), (10000, "invoices.0.system_id")]),
        ([item(True)], [(10000, "invoices.0.invoice_id")]),
        ([item(1.5)], [(10000, "invoices.0.invoice_id")]),
        ([item(0)], [(10002, "invoices.0.invoice_id")]),
        ([item(10**30)], [(10002, "invoices.0.invoice_id")]),
        ([item(3)], [(10002, "invoices.0.invoice_id")]),
        ([item(2, system_id=" ")], [(10000, "invoices.0.system_id")]),
        ([item(2, system_id=7)], [(10000, "invoices.0.system_id")]),
        ([item(2, note="x" * 2001)], [(10000, "invoices.0.note")]),
        ([item(2, note=["x"])], [(10000, "invoices.0.note")]),
        ([item(2)] * 11, [(10003, "invoices")]),
    ],
)
def test_what_a_mark_call_refuses(puller: Puller, items: Any, expected: list[tuple[int, str]]) -> None:
    good = [item(puller.ids["invoice"])] if isinstance(items, list) and len(items) == 1 else []
    answer = puller.post("invoices", {"invoices": [*items, *good] if good else items})
    assert (answer.status_code, faults(answer)) == (422, expected)
    assert puller.ids_of("invoices") == [puller.ids["invoice"]]
    assert breaches(puller.store) == []


def test_ten_marks_go_in_one_call_and_a_repeated_one_counts_once(puller: Puller) -> None:
    number = puller.ids["invoice"]
    items = [item(number, note=f"note {n}") for n in range(9)] + [item(str(number), system_id="other")]
    reply = parsed(puller.post("invoices", {"invoices": items}).data)["invoices"]
    assert [(row["invoice_id"], row["system_id"], row["note"]) for row in reply] == [
        (number, SYSTEM, "note 8"),
        (number, "other", None),
    ]
    assert puller.ids_of("invoices") == puller.ids_of("invoices", system_id="other") == []
    assert puller.ids_of("invoices", system_id="third") == [number]
    assert puller.ids_of("credit-notes") == [puller.ids["credit note"]]


@pytest.mark.parametrize("array", ["accounting_entries", "credit_notes"])
@pytest.mark.parametrize("key", ["accounting_entry_id", "credit_note_id"])
def test_accounting_entries_are_marked_in_every_spelling(puller: Puller, array: str, key: str) -> None:
    entries = puller.ids_of("accounting-entries")
    puller.mark("accounting-entries", array, key, puller.ids["credit note"])
    entries.remove(puller.ids["credit note"])
    assert puller.ids_of("accounting-entries") == entries
    assert puller.ids_of("credit-notes") == [puller.ids["credit note"]]


def test_both_spellings_in_one_body_are_one_list(puller: Puller) -> None:
    one = [{"accounting_entry_id": 1, "system_id": SYSTEM}]
    other = [{"credit_note_id": 2, "system_id": SYSTEM}]
    answer = puller.post("accounting-entries", {"accounting_entries": one, "credit_notes": other})
    assert [row["accounting_entry_id"] for row in parsed(answer.data)["accounting_entries"]] == [1, 2]
    answer = puller.post("accounting-entries", {"accounting_entries": one * 6, "credit_notes": other * 5})
    assert faults(answer) == [(10003, "accounting_entries")]


def test_every_mark_is_remembered_with_its_caller(puller: Puller) -> None:
    number = puller.ids["invoice"]
    puller.post("invoices", {"invoices": [item(number, note="first")]})
    puller.post("invoices", {"invoices": [item(number, note="again")]})
    puller.mark("accounting-entries", "credit_notes", "credit_note_id", number)
    ctx = Context(puller.store, Principal(1, "office"), Said("r", "test", "test"))
    history = exporting.history(ctx, number)
    assert [(event.topic, event.note, event.actor, event.system) for event in history] == [
        (Topic.SALES_INVOICE, "first", "accounting", SYSTEM),
        (Topic.SALES_INVOICE, "again", "accounting", SYSTEM),
        (Topic.ACCOUNTING_ENTRY, "", "accounting", SYSTEM),
    ]
    assert history[0].at < history[1].at


def test_a_call_is_evidence_whatever_came_of_it(puller: Puller) -> None:
    before = messages(puller.store)
    puller.post("invoices", {"invoices": [item(puller.ids["invoice"])]})
    puller.post("invoices", {"invoices": [item(4711)]})
    puller.post("invoices", [])
    puller.ids_of("invoices")
    assert messages(puller.store) == before + 3


def test_the_body_is_json(puller: Puller) -> None:
    for content_type, status in (("text/xml", 415), ("application/json; charset=utf-8", 422), ("", 422)):
        answer = puller.knock.open("POST", "/v10/invoices/mark-as-exported", b"{}", {"Content-Type": content_type})
        assert answer.status_code == status, content_type
