"""System Five: a reference is taken once, in whatever spelling, order or hurry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from counterfoil.services import merging
from counterfoil.services.credentials import issue
from tests.conformance.books import counts
from tests.conformance.systemfive.till import (
    ABROAD,
    BLOCK,
    HOME,
    Json,
    Till,
    entry,
    line,
    paid,
)


def test_a_retry_in_any_spelling_is_the_first_one(till: Till) -> None:
    tenders = [paid(5, "K")]
    first = till.send(entry("A", ReferenceNo="0007", InvoiceCustomer=HOME, tenders=tenders, InvoiceComment="Hello "))
    once = counts(till.store)
    spellings = [
        entry(
            "a",
            line("18220", "1.0", "39.00"),
            ReferenceNo=" 0007 ",
            InvoiceCustomer="125999.0",
            tenders=tenders,
            InvoiceComment="Hello ",
        ),
        entry(
            "A",
            ReferenceNo="0007",
            InvoiceCustomer=HOME,
            tenders=[paid("5.0", "K"), paid(0, "?")],
            InvoiceComment="Hello ",
            Unknown=1,
        ),
        entry(
            "A",
            line(Description=""),
            ReferenceNo="0007",
            InvoiceCustomer=HOME,
            tenders=tenders,
            InvoiceComment="Hello ",
            InvoiceSubType=None,
            InvoiceNumber="",
        ),
    ]
    for again in spellings:
        record = till.send(again)
        assert (record["RecordId"], record["RecordDesc"], record["ActionSuccess"]) == (
            first["RecordId"],
            "INV-000001",
            True,
        )
        assert "already exists" in record["ActionResult"]
    assert counts(till.store) == once
    for other in (
        entry("A", ReferenceNo="0007", InvoiceCustomer=HOME, tenders=tenders),
        entry("A", ReferenceNo="0007", InvoiceCustomer=HOME, tenders=tenders, InvoiceComment="Hello"),
        entry("A", line(), line(), ReferenceNo="0007", InvoiceCustomer=HOME, tenders=tenders, InvoiceComment="Hello "),
        entry(
            "A",
            line(ordered="1.0001"),
            ReferenceNo="0007",
            InvoiceCustomer=HOME,
            tenders=tenders,
            InvoiceComment="Hello ",
        ),
        entry("W", ReferenceNo="0007", InvoiceCustomer=HOME, tenders=tenders, InvoiceComment="Hello "),
    ):
        record = till.send(other)
        assert record["ErrorCode"] == "REFERENCE_CONFLICT"
        assert "INV-000001" in record["ActionResult"]
    assert counts(till.store) == once


def test_other_bill_tos_users_and_references_are_others(till: Till) -> None:
    numbers = {till.stored(entry(ReferenceNo=reference)) for reference in ("7", "07", "7 7", '"7"', "", " ", "")}
    assert len(numbers) == 7
    assert till.stored(entry(ReferenceNo=7)) in numbers, "a number is its text"
    for bill_to in ({"InvoiceCustomer": HOME}, {"InvoiceCustomer": ABROAD}, {"billing": BLOCK}):
        record = till.send(entry(ReferenceNo="7", **bill_to))
        assert any("ReferenceNo '7'" in text for text in record["Warnings"])
        numbers.add(record["RecordDesc"])
    assert len(numbers) == 10
    till.do(lambda opened: issue(opened, "other", "systemfive", "other-password"))
    other = Till(till.store, user="Basic b3RoZXI6b3RoZXItcGFzc3dvcmQ=")
    record = other.send(entry(ReferenceNo="7"))
    assert record["RecordDesc"] not in numbers
    assert "Warnings" not in record


def test_a_retry_after_its_customer_was_merged_is_the_first_one(till: Till) -> None:
    sent = [entry(kind, ReferenceNo=f"m{kind}", InvoiceCustomer=ABROAD) for kind in "WA"]
    both = [entry("W", ReferenceNo="both", InvoiceCustomer=number) for number in (ABROAD, HOME)]
    both[1]["InvoiceLines"] = [line(ordered=2)]
    sent += both
    first = [till.stored(one) for one in sent]
    (added,) = [entry("W", line(ordered=3), ReferenceNo="mm", InvoiceCustomer=ABROAD, InvoiceNumber=first[0])]
    till.stored(added)
    with till.store.reader() as reader:
        ids = reader.refs.ours_of("systemfive", "customer", [ABROAD, HOME])
        codes = {number: reader.parties.customers([ours])[ours].code for number, ours in ids.items()}
    till.do(lambda opened: merging.merge(opened, codes[ABROAD], codes[HOME]))
    once = counts(till.store)
    assert [till.stored(one) for one in sent] == first
    assert till.send(added)["ActionResult"] == f"Invoice {first[0]} already has these lines"
    kept = [entry(kind, ReferenceNo=f"m{kind}", InvoiceCustomer=HOME) for kind in "WA"]
    assert [till.stored(one) for one in kept] == first[:2], "the one that goes on is the same bill-to"
    other = entry("A", line(ordered=9), ReferenceNo="mA", InvoiceCustomer=ABROAD)
    assert till.send(other)["ErrorCode"] == "REFERENCE_CONFLICT"
    again = counts(till.store)
    assert {name: again[name] for name in again if name != "idempotency"} == {
        name: once[name] for name in once if name != "idempotency"
    }


def test_a_new_customer_is_made_once(till: Till) -> None:
    first = till.filed(entry("A", ReferenceNo="n1", billing=BLOCK))
    before = counts(till.store)
    spaced = {name: f" {value} " for name, value in BLOCK.items()}
    for again in (
        entry("A", ReferenceNo="n1", billing=BLOCK | {"FirstName": "", "ZipPostal": None}),
        entry("A", ReferenceNo="n1", billing=spaced),
    ):
        assert till.stored(again) == first.number
    assert till.stored(entry("A", ReferenceNo="n1", InvoiceCustomer=first.customer_id)) == first.number
    assert counts(till.store) == before
    record = till.send(entry("A", line(ordered=2), ReferenceNo="n1", InvoiceCustomer=first.customer_id))
    assert record["ErrorCode"] == "REFERENCE_CONFLICT"
    assert till.stored(entry("A", ReferenceNo="n1", billing=BLOCK | {"City": "Elsewhere"})) != first.number


def test_a_refused_entry_keeps_no_reference_and_no_customer(till: Till) -> None:
    before = counts(till.store)
    assert till.send(entry("C", ReferenceNo="r1", billing=BLOCK))["ErrorCode"] == "TENDER_SHORT"
    assert till.send(entry("A", line(404), ReferenceNo="r1", billing=BLOCK))["ErrorCode"] == "PART_NOT_FOUND"
    assert counts(till.store) == before
    assert till.stored(entry("C", ReferenceNo="r1", billing=BLOCK, tenders=[paid("43.68")])) == "CS-000001"


def test_entries_of_a_body_stand_alone(till: Till) -> None:
    good, bad = entry("A", ReferenceNo="b1", InvoiceCustomer=HOME), entry("C", ReferenceNo="b2")
    body = [
        good,
        bad,
        good,
        entry("W", ReferenceNo="b3", billing=BLOCK),
        entry("W", line(ordered=5), ReferenceNo="b3", billing=BLOCK),
    ]
    answer = till.post(*body)
    assert [record["RecordDesc"] for record in answer["Invoice"]] == ["INV-000001", "", "INV-000001", "W-000001", ""]
    assert [record["ActionSuccess"] for record in answer["Invoice"]] == [True, False, True, True, False]
    assert [record.get("ErrorCode") for record in answer["Invoice"]] == [
        None,
        "TENDER_SHORT",
        None,
        None,
        "REFERENCE_CONFLICT",
    ]
    response = answer["APIResponse"]
    assert (response["IsSuccess"], response["RecordCount"]) == (False, "5")
    assert isinstance(response["ElapsedTime"], str)
    once = counts(till.store)
    again = till.post(*body)
    assert [record["RecordDesc"] for record in again["Invoice"]] == [
        record["RecordDesc"] for record in answer["Invoice"]
    ]
    assert counts(till.store) == once


@pytest.mark.parametrize(
    "one",
    [
        entry("A", ReferenceNo="c1", billing=BLOCK, tenders=[paid(5)]),
        entry("C", ReferenceNo="c1", tenders=[paid(50)]),
        entry("W", ReferenceNo="c1", InvoiceCustomer=HOME),
    ],
    ids=["A, a new customer", "C", "W"],
)
def test_retries_at_the_same_time_are_one(till: Till, one: Json) -> None:
    before, level = counts(till.store), till.level()
    with ThreadPoolExecutor(16) as threads:
        records = list(threads.map(till.send, [one] * 32))
    assert len({(record["RecordId"], record["RecordDesc"]) for record in records}) == 1
    assert all(record["ActionSuccess"] for record in records)
    assert sum("already" not in record["ActionResult"] for record in records) == 1
    till.stored(one)
    after = counts(till.store)
    kind = one["InvoiceHeader"]["InvoiceType"]
    assert after["party"] - before["party"] == (1 if kind == "A" else 0)
    assert after["document"] - before["document"] == (2 if kind == "A" else 1)
    assert after["stock_move"] - before["stock_move"] == (0 if kind == "W" else 1)
    on_hand, reserved = till.level()
    assert level[0] - on_hand == (0 if kind == "W" else 1)
    assert reserved - level[1] == (1 if kind == "W" else 0)


def test_bodies_at_the_same_time_leave_no_gap_and_share_no_number(till: Till) -> None:
    def body(n: int) -> list[Json]:
        return [
            *(entry(kind, ReferenceNo=f"p{n % 8}-{kind}", InvoiceCustomer=HOME, tenders=[paid(50)]) for kind in "AWC"),
            entry("C", ReferenceNo=f"p{n % 8}-refused", billing=BLOCK, tenders=[paid(50, "K")]),
        ]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: till.post(*body(n)), range(24)))
    assert all(answer["Invoice"][3]["ErrorCode"] == "TENDER_OVER" for answer in answers)
    found = {record["RecordDesc"] for answer in answers for record in answer["Invoice"][:3]}
    assert found == {f"{prefix}-{n:06d}" for prefix in ("INV", "W", "CS") for n in range(1, 9)}
