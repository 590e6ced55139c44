"""System Five: lines added to an estimate or work order that is still open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from counterfoil.core.document import Document
from counterfoil.core.exporting import ExportState, Topic
from counterfoil.services import exporting, ordering, registry
from counterfoil.services.office import Work
from tests.conformance.books import counts, journal
from tests.conformance.systemfive.till import (
    ABROAD,
    BLOCK,
    FREIGHT,
    GAITERS,
    HOME,
    JACKET,
    LAMP,
    Till,
    entry,
    line,
    paid,
)

ODD = [line(JACKET, "3", "33.33"), line(GAITERS, "1.5", "9.99"), line(LAMP, 1, "0.05"), line(FREIGHT, 7, "0.07")]


def _invoice(number: int, opened: Work) -> None:
    ordering.invoice(opened, number)


def _meaning(document: Document) -> Any:
    taxes = [(part.tax_code_id, part.rate, part.base, part.tax) for part in document.taxes]
    lines = [(one.line_no, one.item_id, one.quantity, one.net) for one in document.lines]
    return document.subtotal, document.tax_total, document.total, lines, taxes, [one.amount for one in document.tenders]


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_an_order_in_pieces_comes_to_the_same_as_a_whole_one(till: Till, chunk: int) -> None:
    whole = till.filed(entry("W", *ODD, InvoiceCustomer=HOME, tenders=[paid(5), paid(7)]))
    first = till.stored(entry("W", *ODD[:chunk], InvoiceCustomer=HOME, tenders=[paid(5)], ReferenceNo="1"))
    reserved = till.level()[1]
    for start in range(chunk, len(ODD), chunk):
        last = start + chunk >= len(ODD)
        more = entry("W", *ODD[start : start + chunk], InvoiceCustomer=HOME, ReferenceNo=f"1-{start}")
        more["InvoiceHeader"]["InvoiceNumber"] = first
        record = till.send(more | ({"InvoiceTenders": [paid(7)]} if last else {}))
        assert record["ActionSuccess"], record
        assert (record["RecordDesc"], record["ActionResult"]) == (first, f"Lines added to invoice {first}")
    pieces = till.document(first)
    assert _meaning(pieces) == _meaning(whole)
    assert sum(one.tax.minor for one in pieces.lines) == pieces.tax_total.minor
    assert till.level()[1] == reserved
    for order in (whole, pieces):
        till.do(partial(_invoice, order.id))
    assert _meaning(till.document("INV-000001"))[:3] == _meaning(till.document("INV-000002"))[:3]


def test_a_repeated_call_adds_once_and_another_meaning_is_refused(till: Till) -> None:
    number = till.stored(entry("W", InvoiceCustomer=HOME, ReferenceNo="a"))
    more = entry("W", line(LAMP, 2, 5), InvoiceCustomer=HOME, ReferenceNo="b", InvoiceNumber=number, tenders=[paid(3)])
    first, before = till.send(more), till.document(number)
    once = counts(till.store)
    again = till.send(more)
    assert (again["RecordId"], again["RecordDesc"]) == (first["RecordId"], number)
    assert again["ActionResult"] == f"Invoice {number} already has these lines"
    other = entry("W", line(LAMP, 3, 5), InvoiceCustomer=HOME, ReferenceNo="b", InvoiceNumber=number)
    assert till.send(other)["ErrorCode"] == "REFERENCE_CONFLICT"
    assert (till.document(number), counts(till.store)) == (before, once)
    till.do(lambda opened: ordering.invoice(opened, before.id))
    assert till.send(more)["ActionSuccess"], "what was done stays done"
    late = till.send(entry("W", InvoiceCustomer=HOME, InvoiceNumber=number))
    assert (late["ErrorCode"], late["RecordDesc"]) == ("INVOICE_LOCKED", "")


def test_only_the_same_customer_and_type(till: Till) -> None:
    estimate = till.stored(entry("E", InvoiceCustomer=HOME))
    order = till.stored(entry("W", billing=BLOCK, ReferenceNo="n"))
    before = [till.document(number) for number in (estimate, order)]
    for wrong, field in (
        (entry("W", InvoiceCustomer=HOME, InvoiceNumber=estimate), "InvoiceType"),
        (entry("E", InvoiceCustomer=ABROAD, InvoiceNumber=estimate), "InvoiceCustomer"),
        (entry("E", billing=BLOCK, InvoiceNumber=estimate), "InvoiceCustomer"),
        (entry("W", billing=BLOCK | {"City": "Elsewhere"}, InvoiceNumber=order), "InvoiceCustomer"),
        (entry("W", InvoiceCustomer=HOME, InvoiceNumber=order), "InvoiceCustomer"),
    ):
        record = till.send(wrong)
        assert (record["ErrorCode"], field in record["ActionResult"]) == ("FIELD_INVALID", True), record
    assert till.send(entry("E", InvoiceNumber=estimate, tenders=[paid(1)]))["ErrorCode"] == "TENDER_NOT_ALLOWED"
    assert [till.document(number) for number in (estimate, order)] == before
    for right in (entry("E", InvoiceNumber=estimate), entry("W", billing=BLOCK, InvoiceNumber=order)):
        assert till.send(right)["ActionSuccess"]
    assert [len(till.document(number).lines) for number in (estimate, order)] == [2, 2]
    part = till.send(entry("W", line(404), line(), InvoiceNumber=order))
    assert (part["ErrorCode"], "InvoiceLines.0" in part["ActionResult"]) == ("PART_NOT_FOUND", True)


def test_calls_at_the_same_time_add_all_their_lines(till: Till) -> None:
    number = till.stored(entry("W", InvoiceCustomer=HOME))
    calls = [
        entry("W", line(LAMP, 1, n + 1), InvoiceCustomer=HOME, InvoiceNumber=number, ReferenceNo=f"p{n}")
        for n in range(12)
    ]
    with ThreadPoolExecutor(8) as threads:
        records = list(threads.map(till.send, [*calls, *calls]))
    assert all(record["ActionSuccess"] for record in records), records
    order = till.document(number)
    assert [one.line_no for one in order.lines] == list(range(1, 14))
    assert sorted(one.unit_price for one in order.lines[1:]) == [Decimal(n + 1) for n in range(12)]
    assert order.subtotal.amount == 39 + sum(range(1, 13))


def test_deposits_that_are_posted_at_once_grow_with_the_order(till: Till) -> None:
    till.do(lambda opened: registry.set_policy(opened, "post_work_order_deposits", True))
    number = till.stored(entry("W", InvoiceCustomer=HOME, tenders=[paid(10)]))
    till.stored(entry("W", line(LAMP, 1, 5), InvoiceCustomer=HOME, InvoiceNumber=number, tenders=[paid(6)]))
    order = till.document(number)
    assert [text.count("Customer deposits") for text in journal(till.store)[-2:]] == [1, 1]
    till.do(lambda opened: ordering.invoice(opened, order.id))
    with till.store.reader() as reader:
        names = {account.id: account.name for account in reader.reference.accounts.values()}
        deposits = sum(
            leg.base
            for booked in reader.reports.journal(date(1, 1, 1), date(9999, 12, 31))
            for leg in booked.entry.postings
            if names[leg.account_id] == "Customer deposits"
        )
    assert deposits == 0


def test_more_than_is_there_is_refused_by_the_line_that_was_sent(till: Till) -> None:
    number = till.stored(entry("W", line(), line(), InvoiceCustomer=HOME))
    till.do(lambda opened: registry.set_policy(opened, "block_negative_stock", True))
    record = till.send(entry("W", line(LAMP, 10**6, 1), InvoiceCustomer=HOME, InvoiceNumber=number))
    assert (record["ErrorCode"], f"PartUnique {LAMP}" in record["ActionResult"]) == ("NO_STOCK", True)
    assert len(till.document(number).lines) == 2


def test_systems_that_took_the_order_are_given_it_again(till: Till) -> None:
    number = till.stored(entry("W", InvoiceCustomer=HOME))
    order = till.document(number)
    till.do(lambda opened: exporting.record(opened, "erp", Topic.ORDER, {order.id: ""}, ExportState.ACKNOWLEDGED))
    till.stored(entry("W", InvoiceCustomer=HOME, InvoiceNumber=number))
    with till.store.reader() as reader:
        assert reader.exports.state("erp", Topic.ORDER, order.id) is ExportState.REOPENED


def test_nothing_is_added_without_a_line(till: Till) -> None:
    number = till.stored(entry("W", InvoiceCustomer=HOME, InvoiceTaxTotal="4.70"))
    before = till.document(number)
    for more in ({}, {"tenders": [paid(3)]}, {"InvoiceTaxTotal": "4.66"}):
        record = till.send(entry("W", InvoiceCustomer=HOME, InvoiceNumber=number, **more) | {"InvoiceLines": []})
        assert (record["ErrorCode"], record["ActionSuccess"]) == ("LINES_REQUIRED", False)
    assert till.document(number) == before
