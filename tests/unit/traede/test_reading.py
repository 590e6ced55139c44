"""Payloads in the book's words."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.contracts.traede.inspecting import inspect
from counterfoil.contracts.traede.mapping import load, standard
from counterfoil.contracts.traede.reading import Reader
from counterfoil.core.document import Kind, LineKind
from counterfoil.core.errors import Invalid
from counterfoil.core.money import currency
from counterfoil.core.ports import Flow, Taken
from counterfoil.doubles.traede import KINDS, Recipe, make
from counterfoil.wire import codec

ACCOUNTS = {"1310": "5000", "1360": "5200", "2100": "1200"}
READER = Reader(standard(), currency("DKK"), ACCOUNTS)
DIGITS = {"DKK": 2, "EUR": 2, "JPY": 0, "KWD": 3}
#: The example of the contract's §13.
EXAMPLE: dict[str, Any] = {
    "id": 41,
    "invoice_number": "10041",
    "status": "booked",
    "invoice_date": "2024-05-02",
    "currency": "DKK",
    "exchange_rate": 1,
    "subtotal": Decimal("300.00"),
    "shipping_cost": Decimal("50.00"),
    "handling_fee": 0,
    "vat_total": Decimal("87.50"),
    "total": Decimal("437.50"),
    "meta": {},
    "created_at": "2024-05-02T08:00:00.000000Z",
    "customer": {"id": 7, "customer_number": "1000", "name": "Shop A/S", "currency": "DKK"},
    "lines": [
        {
            "id": 1,
            "sku": "1000-Black-S",
            "item_number": "1000",
            "quantity": 3,
            "price": Decimal("100.00"),
            "line_total": Decimal("300.00"),
            "vat_percentage": 25,
            "product": {"id": 5, "item_number": "1000", "name": "Jacket"},
            "variant": {"id": 9, "sku": "1000-Black-S"},
        }
    ],
}


def read(payload: dict[str, Any], flow: Flow = Flow.INVOICES, signs: str = "", reader: Reader = READER) -> Taken:
    return reader.read(flow, reader.picker(flow, payload), signs)


def altered(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(EXAMPLE) | changes


def codes(payload: dict[str, Any], flow: Flow = Flow.INVOICES) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(payload, flow)
    return [problem.code for problem in caught.value.problems]


def test_the_contracts_example() -> None:
    taken = read(EXAMPLE)
    assert taken.sale is not None
    assert taken.buyer is not None
    assert (taken.sale.kind, taken.sale.number, taken.buyer.number) == (Kind.SALES_INVOICE, "10041", "1000")
    assert taken.sale.asserted_total == Decimal("437.50")
    lines = [(line.kind, line.sku, line.quantity, line.unit_price, line.tax) for line in taken.sale.lines]
    assert lines == [
        (LineKind.ITEM, "1000-Black-S", Decimal(3), Decimal(100), {None: Decimal("75.00")}),
        (LineKind.CHARGE, "", Decimal(1), Decimal("50.00"), {None: Decimal("12.50")}),
    ]
    assert list(taken.rates) == [Decimal("0.25"), Decimal("0.25")]


def test_a_key_that_is_absent_is_not_the_same_as_an_empty_one() -> None:
    bare = altered()
    del bare["lines"], bare["customer"]
    assert codes(bare)[:2] == ["lines_missing", "customer_missing"]
    empty = read(
        altered(lines=[], shipping_cost=50, vat_total=Decimal("12.50"), total=Decimal("62.50"), vat_percentage=25)
    )
    assert empty.sale is not None
    assert [line.kind for line in empty.sale.lines] == [LineKind.CHARGE]


def test_an_all_zero_document_is_one() -> None:
    taken = read(altered(lines=[], shipping_cost=0, vat_total=0, total=0))
    assert taken.sale is not None
    assert [line.kind for line in taken.sale.lines] == [LineKind.TEXT]


def test_a_draft_is_nothing_else() -> None:
    assert read(altered(status="draft", invoice_number=None, total=None)).draft
    assert codes(altered(status="approved")) == ["status_unknown"]
    unsaid = altered()
    del unsaid["status"]
    assert not read(unsaid).draft


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"currency": "crowns"}, "currency_invalid"),
        ({"currency": "EUR", "exchange_rate": None}, "rate_missing"),
        ({"currency": "EUR", "exchange_rate": 0}, "rate_missing"),
        ({"exchange_rate": Decimal("7.46")}, "rate_contradicts"),
        ({"total": Decimal("438.50")}, "totals_mismatch"),
        ({"invoice_number": None}, "required"),
        ({"invoice_date": "soon"}, "not_a_date"),
        ({"total": Decimal("1E+300")}, "out_of_range"),
        ({"lines": "none"}, "not_a_list"),
        ({"customer": {"name": "Nobody"}}, "required"),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, Any], expected: str) -> None:
    assert codes(altered(**changes)) == [expected]


def test_only_what_is_accounted_counts_as_content() -> None:
    content = read(EXAMPLE).content
    same = altered(
        updated_at="2030-01-01",
        email="new@shop.example",
        subtotal=None,
        meta=[],
        total="437.5",
        shipping_cost=Decimal("50.00000000000001"),
    )
    same["customer"]["name"] = "Shop B/S"
    assert read(same).content == content
    for change in (
        {"invoice_number": "10042"},
        {"invoice_date": "2024-05-03"},
        {"total": Decimal("437.51")},
        {"customer": {"customer_number": "1001"}},
        {"currency": "EUR", "exchange_rate": Decimal("7.46")},
    ):
        assert read(altered(**change)).content != content


def test_entries_in_both_forms() -> None:
    plain = {"id": 1, "date": "2024-05-02", "currency": "DKK", "type": "cogs", "amount": 12, "text": "COGS"}
    short = read({**plain, "account": "1310", "contra_account": "2100"}, Flow.ACCOUNTING_ENTRIES)
    lines = [{"account": "1310", "debit": 12, "credit": 0}, {"account": "2100", "debit": 0, "credit": "12.00"}]
    long = read({**plain, "lines": lines}, Flow.ACCOUNTING_ENTRIES)
    assert short.entry is not None
    assert long.entry is not None
    for taken in (short.entry, long.entry):
        found = [(line.account, line.debit, line.credit) for line in taken.lines]
        assert found == [("5000", Decimal(12), Decimal(0)), ("1200", Decimal(0), Decimal(12))]
    assert short.content == long.content
    back = read({**plain, "amount": -12, "account": "1310", "contra_account": "2100"}, Flow.ACCOUNTING_ENTRIES)
    assert back.entry is not None
    assert [(line.account, line.credit) for line in back.entry.lines] == [("5000", Decimal(12)), ("1200", Decimal(0))]
    empty = read({**plain, "lines": [], "account": "1310", "contra_account": "2100"}, Flow.ACCOUNTING_ENTRIES)
    assert empty.content == short.content
    assert codes({**plain, "account": "9", "contra_account": "8"}, Flow.ACCOUNTING_ENTRIES) == ["account_unmapped"] * 2


@pytest.mark.parametrize("signs", ["plus", "fees_minus", "lines_minus"])
def test_what_the_double_makes_is_read_at_its_own_total(signs: Any) -> None:
    recipe, learned = Recipe(seed=5, signs=signs), ""
    for flow, kind in zip(Flow, KINDS, strict=True):
        for number in range(1, 200):
            made = make(recipe, kind, number)
            taken = read(made.wire, flow, learned)
            learned = learned or taken.signs
            if taken.sale is not None:
                assert taken.sale.asserted_total == Decimal(made.total).scaleb(-DIGITS[made.currency])
    assert learned == signs


def test_a_mapping_file_names_only_what_stands_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text('[document]\ntotal = ["sum.gross", "total"]\n[status]\nbooked = ["closed"]\n')
    reader = Reader(load(str(file)), currency("DKK"), ACCOUNTS)
    moved = altered(status="closed", sum={"gross": Decimal("437.50")})
    del moved["total"]
    assert read(moved, reader=reader).content == read(EXAMPLE).content
    file.write_text('[document]\ngrand_total = ["total"]\n')
    with pytest.raises(Invalid, match="grand_total"):
        load(str(file))


def test_a_payload_is_explained_with_what_is_left_over() -> None:
    seen = inspect(READER, Flow.INVOICES, codec.encode(EXAMPLE), "")
    goes_to = {path: name for path, _, name in seen.fields}
    assert goes_to["lines.0.line_total"] == "line.net"
    assert goes_to["customer.customer_number"] != ""
    assert goes_to["lines.0.variant.id"] == goes_to["subtotal"] == ""
    assert seen.problems == ()
    assert any("437.50" in line for line in seen.becomes)
    broken = inspect(READER, Flow.INVOICES, codec.encode(altered(currency="crowns")), "")
    assert [problem.code for problem in broken.problems] == ["currency_invalid"]
    assert broken.fields
