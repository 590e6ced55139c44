"""System Five: every error code, with field and value, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.services import periods, registry
from tests.conformance.books import counts
from tests.conformance.systemfive.till import (
    ABROAD,
    BLOCK,
    FREIGHT,
    HOME,
    JACKET,
    UNPRICED,
    Json,
    Till,
    entry,
    line,
    paid,
)

CODES = {
    "FIELD_INVALID",
    "LINES_REQUIRED",
    "TYPE_UNSUPPORTED",
    "SUBTYPE_UNKNOWN",
    "CUSTOMER_REQUIRED",
    "CUSTOMER_NOT_FOUND",
    "SHIPTO_NOT_FOUND",
    "PART_NOT_FOUND",
    "PRICE_MISSING",
    "DEPARTMENT_UNKNOWN",
    "SALESMAN_UNKNOWN",
    "TENDER_NOT_ALLOWED",
    "TENDER_TYPE_UNKNOWN",
    "TENDER_SHORT",
    "TENDER_OVER",
    "TAX_MISMATCH",
    "TOTAL_MISMATCH",
    "PERIOD_CLOSED",
    "REFERENCE_CONFLICT",
    "INVOICE_NOT_FOUND",
    "INVOICE_LOCKED",
    "NO_STOCK",
}

_OFFICE: dict[str, Callable[[Till], None]] = {
    "TOTAL_MISMATCH": lambda till: till.do(lambda opened: registry.set_policy(opened, "strict_totals", True)),
    "NO_STOCK": lambda till: till.do(lambda opened: registry.set_policy(opened, "block_negative_stock", True)),
    "PERIOD_CLOSED": lambda till: till.do(lambda opened: periods.close(opened, 202002)),
    "REFERENCE_CONFLICT": lambda till: _ignore(till.stored(entry(ReferenceNo="taken", InvoiceCustomer=HOME))),
    "INVOICE_LOCKED": lambda till: _ignore(till.stored(entry("A", InvoiceCustomer=HOME)), till.stored(entry("W"))),
}


def _ignore(*_: object) -> None:
    return None


#: Error code, entry, and what the text must hold: the field and the value.
REFUSED: list[tuple[str, Json, tuple[str, ...]]] = [
    ("LINES_REQUIRED", entry() | {"InvoiceLines": []}, ("InvoiceLines",)),
    ("LINES_REQUIRED", {"InvoiceHeader": {"InvoiceType": "W"}}, ("InvoiceLines",)),
    ("TYPE_UNSUPPORTED", entry("R"), ("InvoiceType", "'R'")),
    ("TYPE_UNSUPPORTED", entry("Work order"), ("InvoiceType", "'WORK ORDER'")),
    ("TYPE_UNSUPPORTED", entry(5), ("InvoiceType", "'5'")),
    ("SUBTYPE_UNKNOWN", entry(InvoiceSubType="Q"), ("InvoiceSubType", "'Q'")),
    ("SUBTYPE_UNKNOWN", entry("E", InvoiceSubType="H"), ("InvoiceSubType", "'H'")),
    ("CUSTOMER_REQUIRED", entry("A"), ("InvoiceCustomer",)),
    (
        "CUSTOMER_REQUIRED",
        entry("A", InvoiceCustomer=0, billing={"AName": " - ", "City": "Hope"}),
        ("InvoiceCustomer",),
    ),
    ("CUSTOMER_NOT_FOUND", entry(InvoiceCustomer=404), ("InvoiceCustomer", "404")),
    ("CUSTOMER_NOT_FOUND", entry("C", InvoiceCustomer="404", billing=BLOCK, tenders=[paid(40)]), ("404",)),
    ("SHIPTO_NOT_FOUND", entry(InvoiceShipTo=405), ("InvoiceShipTo", "405")),
    ("PART_NOT_FOUND", entry("W", line(), line(406)), ("InvoiceLines.1.PartUnique", "406")),
    ("PRICE_MISSING", entry("W", line(UNPRICED, price=None)), ("InvoiceLines.0.Price", "777")),
    ("DEPARTMENT_UNKNOWN", entry(InvoiceDepartment=8), ("InvoiceDepartment", "8")),
    ("SALESMAN_UNKNOWN", entry(InvoiceSalesman=8), ("InvoiceSalesman", "8")),
    ("TENDER_NOT_ALLOWED", entry("E", tenders=[paid("0.01", "W")]), ("InvoiceTenders.0", "0.01")),
    ("TENDER_NOT_ALLOWED", entry("E", tenders=[paid(0), paid(5, "?")]), ("InvoiceTenders.1", "5")),
    ("TENDER_NOT_ALLOWED", entry(tenders=[paid(5, "Z")]), ("InvoiceTenders.0", "'Z'")),
    ("TENDER_NOT_ALLOWED", entry(tenders=[paid(-5)]), ("InvoiceTenders.0", "-5")),
    ("TENDER_NOT_ALLOWED", entry("C", line(ordered=-1), tenders=[paid(5)]), ("InvoiceTenders.0", "5")),
    ("TENDER_TYPE_UNKNOWN", entry(tenders=[paid(5, "Y")]), ("InvoiceTenders.0.Type", "'Y'")),
    ("TENDER_TYPE_UNKNOWN", entry(tenders=[paid(5, "w")]), ("InvoiceTenders.0.Type", "'w'")),
    ("TENDER_SHORT", entry("C"), ("InvoiceTenders", "43.68")),
    ("TENDER_SHORT", entry("C", tenders=[paid("43.67")]), ("InvoiceTenders", "43.67")),
    ("TENDER_SHORT", entry("C", InvoiceCustomer=ABROAD, tenders=[paid(20), paid(18, "K")]), ("38.00", "39.00")),
    ("TENDER_OVER", entry("C", tenders=[paid(50, "K")]), ("InvoiceTenders", "50.00")),
    ("TENDER_OVER", entry("C", tenders=[paid(5), paid(50, "K")]), ("InvoiceTenders", "55.00")),
    ("TENDER_SHORT", entry("C", line(ordered=-1)), ("InvoiceTenders", "0.00 given back", "43.68")),
    ("TENDER_SHORT", entry("C", line(ordered=-1), tenders=[paid("-43.67")]), ("43.67 given back", "43.68")),
    ("TENDER_OVER", entry("C", line(ordered=-1), tenders=[paid("-43.69")]), ("43.69 given back", "43.68")),
    ("TENDER_OVER", entry("A", line(ordered=-1), InvoiceCustomer=ABROAD, tenders=[paid("-39.01")]), ("39.01",)),
    ("TAX_MISMATCH", entry("A", InvoiceCustomer=HOME, InvoiceTaxTotal=5), ("InvoiceTaxTotal", "5.00")),
    ("TAX_MISMATCH", entry("A", InvoiceCustomer=HOME, InvoiceTaxTotal=0), ("InvoiceTaxTotal", "0.00")),
    ("TAX_MISMATCH", entry("C", InvoiceTaxTotal="4.71", tenders=[paid(50)]), ("InvoiceTaxTotal", "4.71")),
    ("TOTAL_MISMATCH", entry("A", InvoiceCustomer=HOME, InvoiceSubTotal="39.01"), ("InvoiceSubTotal", "39.01")),
    ("PERIOD_CLOSED", entry("A", InvoiceCustomer=HOME), ("InvoiceBookMonth", "2020-02")),
    ("PERIOD_CLOSED", entry("C", InvoiceBookMonth="2019-12-31", tenders=[paid(50)]), ("InvoiceBookMonth", "2019-12")),
    (
        "REFERENCE_CONFLICT",
        entry(ReferenceNo="taken", InvoiceCustomer=HOME, InvoiceComment="other"),
        ("'taken'", "W-000001"),
    ),
    ("INVOICE_NOT_FOUND", entry(InvoiceNumber="W-000404"), ("InvoiceNumber", "'W-000404'")),
    (
        "INVOICE_LOCKED",
        entry("A", InvoiceNumber="INV-000001", InvoiceCustomer=HOME),
        ("InvoiceNumber", "'INV-000001'", "posted"),
    ),
    ("NO_STOCK", entry("A", line(FREIGHT), line(ordered=101), InvoiceCustomer=HOME), ("InvoiceLines", "18220", "-1")),
    ("NO_STOCK", entry("W", line(ordered="100.5")), ("InvoiceLines", "18220", "-0.5")),
    ("FIELD_INVALID", {"InvoiceLines": [line()]}, ("InvoiceType", "required")),
    ("FIELD_INVALID", entry("W", {"Ordered": 1}), ("InvoiceLines.0.PartUnique", "required")),
    ("FIELD_INVALID", entry("W", {"PartUnique": JACKET}), ("InvoiceLines.0.Ordered", "required")),
    ("FIELD_INVALID", entry(tenders=[{"Amount": 5}]), ("InvoiceTenders.0.Type", "required")),
    ("FIELD_INVALID", entry(tenders=[{"Type": "C"}]), ("InvoiceTenders.0.Amount", "required")),
    ("FIELD_INVALID", entry(tenders=[paid("5.001")]), ("InvoiceTenders.0.Amount", "5.001")),
    ("FIELD_INVALID", entry(InvoiceDate="1990-01-01", InvoiceCustomer=HOME), ("InvoiceDate", "1990-01-01")),
    ("FIELD_INVALID", entry("W", line(ordered="999999999", price="999999999")), ("InvoiceLines", "more than")),
    *(
        ("FIELD_INVALID", entry(**{name: wrong}), (name, shown))
        for name in ("InvoiceCustomer", "InvoiceShipTo", "InvoiceDepartment", "InvoiceSalesman")
        for wrong, shown in (
            ("x", "'x'"),
            (1.5, "1.5"),
            (2**31, "2147483648"),
            (-1, "-1"),
            (True, "boolean"),
            ("1e3", "1e3"),
        )
    ),
    *(
        ("FIELD_INVALID", entry(**{name: wrong}), (name, shown))
        for name in ("InvoiceDate", "InvoiceOrdered", "InvoiceBookMonth")
        for wrong, shown in (
            ("2020-02-30", "2020-02-30"),
            ("02/03/2020", "02/03/2020"),
            (20200203, "20200203"),
            ("today", "today"),
        )
    ),
    *(
        ("FIELD_INVALID", entry(**{name: wrong}), (name, shown))
        for name in ("InvoiceSubTotal", "InvoiceTaxTotal")
        for wrong, shown in (
            ("1,000", "1,000"),
            ("$5", "$5"),
            ("5e1", "5e1"),
            ("NaN", "NaN"),
            (False, "boolean"),
            (10**11, "1" + "0" * 11),
        )
    ),
    *(
        ("FIELD_INVALID", entry("W", line(**{name: wrong})), (field, shown))
        for name, field in (("ordered", "InvoiceLines.0.Ordered"), ("price", "InvoiceLines.0.Price"))
        for wrong, shown in (
            ("1.00001", "1.00001"),
            (Decimal("0.00001"), "0.00001"),
            ("1 000", "1 000"),
            ("+1", "+1"),
            (10**9, "1000000000"),
        )
    ),
    ("FIELD_INVALID", entry("W", line(Description="x" * 4001)), ("InvoiceLines.0.Description", "4001")),
    ("FIELD_INVALID", entry("W", line(Description="a\0b")), ("InvoiceLines.0.Description", "control")),
    ("FIELD_INVALID", entry(InvoiceComment="x" * 4001), ("InvoiceComment", "4001")),
    ("FIELD_INVALID", entry(ReferenceNo="x" * 65), ("ReferenceNo", "65")),
    ("FIELD_INVALID", entry(ReferenceNo="a\x1bb"), ("ReferenceNo", "control")),
    ("FIELD_INVALID", entry(billing=BLOCK | {"City": "x" * 256}), ("InvoiceBilling.City", "256")),
    ("FIELD_INVALID", entry(shipping=BLOCK | {"AName": "\x7f"}), ("InvoiceShipping.AName", "control")),
]


def test_every_error_code_is_tried() -> None:
    assert {code for code, _, _ in REFUSED} == CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_refusals_name_field_and_value_and_leave_nothing(till: Till, code: str) -> None:
    if code in _OFFICE:
        _OFFICE[code](till)
    before = counts(till.store)
    told = till.level()
    for wanted, one, words in REFUSED:
        if wanted != code:
            continue
        record = till.send(one)
        assert record["ErrorCode"] == code, (one, record)
        assert (record["RecordId"], record["RecordDesc"], record["ActionSuccess"]) == (0, "", False)
        for word in words:
            assert word in record["ActionResult"], (one, record)
    assert counts(till.store) == before
    assert till.level() == told


def test_all_problems_come_at_once_and_the_first_gives_the_code(till: Till) -> None:
    record = till.send(
        entry("A", line(1), line(2), InvoiceDepartment=8, InvoiceSalesman=9, InvoiceShipTo=7, tenders=[paid(1, "?")])
    )
    assert record["ErrorCode"] == "DEPARTMENT_UNKNOWN"
    for field in (
        "InvoiceSalesman",
        "InvoiceCustomer",
        "InvoiceShipTo",
        "InvoiceLines.0.PartUnique",
        "InvoiceLines.1.PartUnique",
    ):
        assert field in record["ActionResult"]
    record = till.send(entry("Q", line("a", "b", "c"), InvoiceDate="d"))
    assert record["ErrorCode"] == "FIELD_INVALID"
    for field in ("InvoiceDate", "PartUnique", "Ordered", "Price", "InvoiceType"):
        assert field in record["ActionResult"]


@pytest.mark.parametrize("wrong", ["x", -1, 1.5, True, "²", 2**31])
def test_a_wrong_terminal_refuses_every_entry(till: Till, wrong: Any) -> None:
    before = counts(till.store)
    answer = till.post(entry(), entry("C", tenders=[paid(50)]), terminal=wrong)
    assert answer["APIResponse"]["IsSuccess"] is False
    for record in answer["Invoice"]:
        assert record["ErrorCode"] == "FIELD_INVALID"
        assert "ConnectionInfo.TerminalNumber" in record["ActionResult"]
    assert counts(till.store) == before
