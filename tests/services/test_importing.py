"""Files on their way in: every good line once, every bad one named, whatever happens in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from counterfoil.core.errors import Invalid
from counterfoil.importing import KINDS, Form, LineOutcome, Status, run, running
from counterfoil.services import buying, receiving
from counterfoil.services.office import Context, Said
from counterfoil.store import Principal, Store
from tests.desk import NOON, Desk

_calls = count(1)
Lines = list[dict[str, Any]]


def context(store: Store) -> Context:
    return Context(store, Principal(9, "importer"), Said(f"call-{next(_calls)}", "import", "test"), lambda: NOON)


def encoded(lines: Lines) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in lines]


def bring(desk: Desk, kind: str, lines: Lines, source: str = "", dry_run: bool = False) -> list[LineOutcome]:
    return list(run(context(desk.store), kind, encoded(lines), dry_run, source=source))


def good(desk: Desk, kind: str, *lines: dict[str, Any]) -> list[str]:
    outcomes = bring(desk, kind, list(lines))
    assert [outcome.problems for outcome in outcomes] == [()] * len(lines)
    return [outcome.number for outcome in outcomes]


def bad(outcomes: list[LineOutcome]) -> list[tuple[int, str, str]]:
    return [(one.line, problem.where, problem.code) for one in outcomes for problem in one.problems]


def rows(desk: Desk) -> dict[str, int]:
    """How many rows every table has."""
    from counterfoil.store.schema import metadata

    with desk.store.engine.reading() as connection:
        counted = {name: connection.raw.execute(f"SELECT count(*) FROM {name}") for name in metadata.tables}  # noqa: S608
        return {name: int(found.fetchone()[0]) for name, found in counted.items()}


@pytest.fixture
def company(desk: Desk) -> Desk:
    """Two customers, two items and what they need."""
    good(desk, "terms", {"code": "N30", "days": 30}, {"code": "EOM", "days": 10, "end_of_month": True})
    rates = [{"country": "CA", "from_on": "2000-01-01", "rate": 0.05}]
    good(desk, "tax-codes", {"code": "GST", "name": "GST", "rates": rates}, {"code": "NONE"})
    good(desk, "exchange-rates", {"currency": "USD", "from_on": "2020-01-01", "rate": "1.25"})
    good(
        desk,
        "customers",
        {"code": "ACME", "name": "Acme", "terms": "N30", "billing": {"city": "Kelowna"}, "refs": {"shop": "77"}},
        {"code": "YANK", "name": "Yank", "currency": "USD", "credit_limit": "500", "exempt_from": ["GST"]},
    )
    good(desk, "contacts", {"customer_ref": {"shop": 77}, "name": "Ann", "reference": "ann"})
    good(
        desk,
        "items",
        {"sku": "APPLE", "description": "Apple", "price": "2.50", "refs": {"shop": "A1"}},
        {"sku": "HOUR", "stocked": "no", "price": 80},
    )
    good(desk, "stock", {"sku": "APPLE", "quantity": 10, "unit_cost": "1.10", "on": "2024-03-01"})
    return desk


def line(sku: str = "APPLE", quantity: Any = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": "2.50", **more}


def test_every_kind_comes_in_and_every_law_holds(company: Desk) -> None:
    desk = company
    assert good(
        desk,
        "opening-items",
        {"number": "1001", "customer": "ACME", "on": "2024-01-10", "amount": 120.5},
        {"number": "1002", "customer": "YANK", "on": "2024-01-10T09:00:00Z", "due_on": "2024-02-01", "amount": "100"},
    ) == ["1001", "1002"]
    history = {"customer": "ACME", "on": "2022-05-01", "lines": [line(tax="0.13"), line("GONE")], "paid": "5.13"}
    good(desk, "history", {"number": "H1", **history}, {"number": "H2", "kind": "quote", **history})
    good(desk, "orders", {"number": "O1", "customer": "ACME", "on": "2024-03-02", "lines": [line(quantity=3)]})
    good(
        desk,
        "invoices",
        {"number": "I1", "customer": "ACME", "on": "2024-03-02", "lines": [line(quantity=2)], "order_number": "O1"},
        {
            **{"number": "I2", "kind": "cash_sale", "customer": "ACME", "on": "2024-03-02", "tender": "C"},
            **{"tendered": 80, "lines": [line("HOUR", unit_price=None)]},
        },
    )
    good(
        desk,
        "credit-notes",
        {
            **{"number": "C1", "customer": "ACME", "on": "2024-03-03", "invoice": "I1"},
            **{"lines": [line(tax="0.10", tax_code="GST")]},
        },
    )
    receipt = {"customer": "ACME", "on": "2024-03-04", "tender": "T"}
    good(desk, "receipts", {**receipt, "amount": "2.40", "invoices": "I1"}, {**receipt, "amount": 20})
    assert desk.balance("ACME") == 120_50 + 5_00 - 2_60 - 2_40 - 20_00
    assert desk.accounts()["3000"] == -(120_50 + 125_00 + 11_00)
    assert desk.stock("APPLE") == (9, 3)
    assert str(desk.find("1001").due_on) == "2024-02-09"
    history_lines = desk.find("H1").lines
    assert [(one.sku, one.item_id is None, one.tax.minor) for one in history_lines] == [
        ("APPLE", False, 13),
        ("GONE", True, 0),
    ]
    assert desk.find("H1").extras == {"paid": "5.13"}


def test_suppliers_what_is_owed_to_them_and_accounting_entries_come_in(company: Desk) -> None:
    desk = company
    good(desk, "suppliers", {"code": "MILL", "name": "Wool Mill", "tolerance": "0.50", "address": {"city": "Tilburg"}})
    owed = {"supplier": "MILL", "on": "2024-01-10", "due_on": "2024-02-09"}
    good(desk, "supplier-items", {"number": "77", "amount": 120.5, **owed}, {"number": "78", "amount": -20, **owed})
    legs = [{"account": "6000", "debit": 5, "text": "Stamps"}, {"account": "1000", "credit": "5.00"}]
    good(desk, "accounting-entries", {"reference": "J1", "on": "2024-01-31", "text": "Post", "lines": legs})
    accounts = desk.accounts()
    assert [accounts[code] for code in ("2000", "3000", "6000", "1000")] == [-100_50, 100_50 - 11_00, 5_00, -5_00]


def test_the_small_tables_come_in_and_are_used(company: Desk) -> None:
    desk = company
    good(desk, "accounts", {"code": "1099", "name": "Vouchers", "type": "asset"})
    good(desk, "departments", {"name": "Depot", "id": 7}, {"name": "Yard"})
    good(desk, "salespeople", {"name": "Sam", "id": 3})
    good(desk, "invoice-types", {"code": "W", "name": "Work order", "sub_types": "H;R"})
    good(desk, "tender-types", {"code": "V", "name": "Voucher", "account": "1099", "invoice_types": ["W"]})
    good(desk, "jurisdictions", {"name": "Alberta", "country": "ca", "state": "ab", "tax_codes": ["GST"]})
    with desk.work() as work:
        found = work.reference
    assert found.departments[7].name == "Depot"
    assert sorted(one.name for one in found.departments.values())[-1] == "Yard"
    assert found.salespeople[3].name == "Sam"
    assert sorted(found.invoice_types["W"].sub_types) == ["H", "R"]
    voucher = found.tender_types["V"]
    assert (found.accounts[voucher.account_id].code, [*voucher.invoice_types]) == ("1099", ["W"])
    (place,) = found.jurisdictions
    assert (place.country, place.state, [tax.code for tax in place.tax_codes]) == ("CA", "AB", ["GST"])
    refusals = (
        ("accounts", {"code": "1100", "name": "Twice", "type": "asset"}, "account_taken"),
        ("accounts", {"code": "1999", "name": "Odd", "type": "money"}, "not_allowed"),
        ("accounts", {"code": "1999", "name": "Odd"}, "required"),
        ("departments", {"name": "Again", "id": 7}, "department_taken"),
        ("salespeople", {"name": "Again", "id": 3}, "salesperson_taken"),
        ("tender-types", {"code": "V", "name": "Again", "account": "1099"}, "tender_type_taken"),
        ("tender-types", {"code": "R", "name": "Receivable", "account": "1100"}, "account_controlled"),
        ("tender-types", {"code": "X", "name": "Nowhere", "account": "9"}, "account_unknown"),
        ("invoice-types", {"code": "W", "name": "Long", "sub_types": ["ninechars"]}, "too_long"),
        ("jurisdictions", {"name": "B", "country": "CA", "state": "AB", "tax_codes": []}, "jurisdiction_taken"),
        ("jurisdictions", {"name": "B", "country": "CA", "tax_codes": ["GST", "GST"]}, "repeated"),
        ("jurisdictions", {"name": "B", "country": "CAN", "tax_codes": ["PST"]}, "country_invalid"),
    )
    for kind, wanted, code in refusals:
        assert [problem[2] for problem in bad(bring(desk, kind, [wanted]))] == [code], wanted


def test_what_is_on_order_with_suppliers_comes_in(company: Desk) -> None:
    desk = company
    good(desk, "items", {"sku": "WOOL", "purchase_tax": "GST"})
    assert bad(bring(desk, "items", [{"sku": "YARN", "purchase_tax": "VAT"}])) == [(1, "purchase_tax", "tax_unknown")]
    good(desk, "suppliers", {"code": "MILL", "name": "Wool Mill", "currency": "USD"})
    good(desk, "units", {"code": "EAST", "name": "East", "refs": {"eva": "5"}}, {"code": "WEST", "name": "West"})
    order = {"supplier": "MILL", "unit": "EAST", "on": "2024-01-10", "reference": "their 9"}
    goods = [
        {"sku": "WOOL", "quantity": 4, "unit_price": "1.25", "reference": "row 1"},
        {"sku": "WOOL", "quantity": 2},
    ]
    assert good(desk, "purchase-orders", {"number": "P-1", **order, "lines": goods}) == ["P-1"]
    made = desk.find("P-1")
    assert (made.reference, made.total.minor, made.total.currency.code) == ("their 9", 5_25, "USD")
    assert [(one.sku, int(one.quantity), one.note) for one in made.lines] == [("WOOL", 4, "row 1"), ("WOOL", 2, "")]
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"number": "P-1"}, "number_taken"),
        ({"number": "PO-000009"}, "number_reserved"),
        ({"number": "P-2", "supplier": "NONE"}, "supplier_not_found"),
        ({"number": "P-2", "unit": "NONE"}, "unit_not_found"),
        ({"number": "P-2", "lines": [{"sku": "NONE", "quantity": 1}]}, "item_not_found"),
        ({"number": "P-2", "lines": [{"sku": "WOOL", "quantity": 0}]}, "quantity_invalid"),
        ({"number": "P-2", "lines": [{"sku_ref": {"shop": "A1"}, "quantity": 1}]}, "tax_of_item_missing"),
        ({"number": "P-2", "lines": []}, "lines_required"),
    )
    for change, code in refusals:
        outcomes = bring(desk, "purchase-orders", [{**order, "lines": goods, **change}])
        assert [problem[2] for problem in bad(outcomes)] == [code], change
    shipped = desk.do(lambda work: buying.ship(work, made.id))
    desk.do(lambda work: receiving.receive(work, shipped.document_id))
    assert desk.stock("WOOL")[0] == 6


def test_ids_of_other_systems_come_in(company: Desk) -> None:
    desk = company
    shared = {"on": "2024-01-10", "amount": 5, "number": "900"}
    good(desk, "opening-items", {"customer": "ACME", **shared}, {"customer": "YANK", **shared})
    good(desk, "opening-items", {"customer": "ACME", **shared, "number": "901"})
    good(
        desk,
        "external-refs",
        {"system": "erp", "their_id": "K1", "customer": "YANK"},
        {"system": "erp", "their_id": "A9", "sku": "HOUR"},
        {"system": "erp", "their_id": "D1", "number": "901"},
        {"system": "erp", "their_id": "D2", "number": "900", "customer_ref": {"shop": "77"}},
    )
    good(desk, "opening-items", {"number": "902", "customer_ref": {"erp": "K1"}, "on": "2024-01-10", "amount": 1})
    assert desk.balance("YANK") == 6_00
    refusals = (
        ({"their_id": "D3", "number": "900"}, "number_ambiguous"),
        ({"their_id": "D3", "number": "903"}, "document_not_found"),
        ({"their_id": "D3", "number": "901", "customer": "YANK"}, "document_not_found"),
        ({"their_id": "D3", "customer": "NOBODY"}, "customer_not_found"),
        ({"their_id": "D3", "sku": "NONE"}, "item_not_found"),
        ({"their_id": "D3", "sku": "HOUR", "number": "901"}, "not_allowed"),
        ({"their_id": "D3"}, "required"),
        ({"their_id": "D1", "number": "902"}, "ref_taken"),
    )
    for wanted, code in refusals:
        found = bad(bring(desk, "external-refs", [{"system": "erp", **wanted}]))
        assert [problem[2] for problem in found] == [code], wanted


def test_a_credit_note_of_history_gives_back_what_it_names(company: Desk) -> None:
    head = {"kind": "credit_note", "customer": "ACME", "on": "2022-05-02"}
    good(company, "history", {**head, "number": "HC", "tax": "0.25", "total": "5.25", "lines": [line(quantity=2)]})
    kept = company.find("HC")
    assert (kept.total.minor, kept.tax_total.minor, int(kept.lines[0].quantity)) == (-525, -25, -2)
    assert kept.variance is not None
    assert not kept.variance
    refused = bring(company, "history", [{**head, "number": "HD", "lines": [line(quantity=-2)]}])
    assert bad(refused) == [(1, "lines.0.quantity", "out_of_range")]


def test_every_kind_that_can_be_brought_in_is_tested_here() -> None:
    text = __import__("pathlib").Path(__file__).read_text()
    assert [name for name in KINDS if f'"{name}"' not in text] == []


def test_bad_lines_are_named_with_their_fields_and_no_good_one_is_lost(company: Desk) -> None:
    lines: Lines = [
        {"number": "1", "customer": "ACME", "on": "2024-01-10", "amount": "5"},
        {"number": "2", "customer": "NOBODY", "on": "2024-01-10", "amount": "5"},
        {"number": "3", "customer": "ACME", "on": "soon", "amount": "x", "amout": 1},
        {"customer": "ACME", "on": "2024-01-10"},
        {"number": "5", "customer": "ACME", "on": "2024-01-10", "amount": "0.001"},
        {"number": "1", "customer": "ACME", "on": "2024-01-10", "amount": "7"},
        {"number": "7", "customer": "ACME", "on": "2024-01-10", "amount": "5"},
    ]
    outcomes = bring(company, "opening-items", lines)
    assert bad(outcomes) == [
        (2, "customer", "customer_not_found"),
        (3, "amout", "unknown_field"),
        (3, "on", "not_a_date"),
        (3, "amount", "not_a_number"),
        (4, "number", "required"),
        (4, "amount", "required"),
        (5, "amount", "amount_too_fine"),
        (6, "number", "number_taken"),
    ]
    assert [one.number for one in outcomes if one.status is Status.FILED] == ["1", "7"]
    assert company.balance("ACME") == 10_00
    with company.store.engine.reading() as connection:
        refused = connection.raw.execute("SELECT part FROM message WHERE status = 422 ORDER BY part").fetchall()
    assert [part for (part,) in refused] == [2, 3, 4, 5, 6]


def test_a_line_of_a_document_is_named_by_its_place(company: Desk) -> None:
    head = {"customer": "ACME", "on": "2024-03-02"}
    outcomes = bring(
        company,
        "invoices",
        [
            {"number": "1", **head, "lines": [line(), line("GONE"), line("LOST")]},
            {"number": "2", **head, "lines": [line(quantity="many", unit="EA")]},
            {"number": "3", **head},
            {"number": "INV-000009", **head, "lines": [line()]},
            {"number": "4", **head, "kind": "quote", "lines": [line(tax=1, tax_code="VAT")]},
        ],
    )
    assert bad(outcomes) == [
        (1, "lines.1.sku", "item_not_found"),
        (1, "lines.2.sku", "item_not_found"),
        (2, "lines.0.unit", "unknown_field"),
        (2, "lines.0.quantity", "not_a_number"),
        (3, "lines", "required"),
        (4, "number", "number_reserved"),
        (5, "kind", "not_allowed"),
    ]


def test_a_table_brings_documents_row_by_row(company: Desk) -> None:
    text = (
        "number;customer;on;lines.sku;lines.quantity;lines.unit_price;lines.tax\n"
        "H1;ACME;2023-01-05;APPLE;2;2.50;0.25\n"
        ";;;HOUR;1;80;4\n"
        "H2;ACME;2023-01-06;APPLE;2;2,50;\n"
        "H3;ACME;2023-01-07;APPLE;1;2.50;0.13\n"
    )
    outcomes = list(run(context(company.store), "history", text.encode().splitlines(True), form=Form.CSV))
    assert bad(outcomes) == [(4, "lines.0.unit_price", "not_a_number")]
    assert [(one.line, one.number) for one in outcomes] == [(2, "H1"), (4, ""), (5, "H3")]
    assert company.find("H1").total.minor == 89_25


def test_the_same_file_again_changes_nothing(company: Desk) -> None:
    receipt = {"customer": "ACME", "on": "2024-03-04", "tender": "T", "amount": 5}
    first = bring(company, "receipts", [receipt, receipt], source="file 1")
    before = rows(company)
    again = bring(company, "receipts", [receipt, receipt], source="file 1")
    assert [one.status for one in first + again] == [Status.FILED] * 2 + [Status.KNOWN] * 2
    assert [one.number for one in again] == [one.number for one in first]
    assert rows(company) == before
    bring(company, "receipts", [receipt], source="file 2")
    assert company.balance("ACME") == -15_00


def test_a_key_of_its_own_binds_a_line_in_every_file(company: Desk) -> None:
    receipt = {"key": "R-1", "customer": "ACME", "on": "2024-03-04", "tender": "T", "amount": 5}
    outcomes = bring(company, "receipts", [receipt, receipt], source="a")
    outcomes += bring(company, "receipts", [receipt, {**receipt, "amount": 6}], source="b")
    assert [one.status for one in outcomes] == [Status.FILED, Status.KNOWN, Status.KNOWN, Status.REFUSED]
    assert bad(outcomes) == [(2, "key", "reference_conflict")]
    assert company.balance("ACME") == -5_00


def _openings(number: int) -> Lines:
    return [
        {"number": f"{n}", "customer": "ACME" if n % 3 else "NOBODY", "on": "2024-01-10", "amount": n}
        for n in range(1, number + 1)
    ]


@pytest.mark.parametrize("together", [1, 4, 200])
def test_what_was_broken_off_goes_on_where_it_stopped(
    company: Desk, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(running, "TOGETHER", together)
    lines = _openings(23)
    for stop in (1, 6, 11):
        some: Iterator[LineOutcome] = run(context(company.store), "opening-items", encoded(lines), source="file")
        for _ in range(stop):
            next(some)
        del some
    outcomes = bring(company, "opening-items", lines, source="file")
    assert [one.line for one in outcomes] == list(range(1, 24))
    assert [one.line for one in outcomes if one.status is Status.REFUSED] == list(range(3, 24, 3))
    assert company.balance("ACME") == sum(n for n in range(1, 24) if n % 3) * 100


def test_a_dry_run_finds_what_is_bad_and_keeps_nothing(company: Desk) -> None:
    before = rows(company)
    dry = bring(company, "opening-items", _openings(7), source="file", dry_run=True)
    assert rows(company) == before
    wet = bring(company, "opening-items", _openings(7), source="file")
    assert [(one.line, one.status, one.problems) for one in dry] == [
        (one.line, one.status, one.problems) for one in wet
    ]


def test_an_id_that_is_anothers_is_named_by_its_field(company: Desk) -> None:
    outcomes = bring(company, "customers", [{"code": "TWO", "name": "Two", "refs": {"shop": "77"}}])
    assert bad(outcomes) == [(1, "refs.shop", "ref_taken")]


def test_a_dry_run_sees_what_stands_before_a_line_whatever_else_is_bad(company: Desk) -> None:
    lines = [
        {"code": code, "name": "One", "terms": terms} for code, terms in (("TWIN", "N30"), ("X", "?"), ("TWIN", "N30"))
    ]
    before = rows(company)
    dry = bring(company, "customers", lines, dry_run=True)
    assert rows(company) == before
    assert (
        bad(dry)
        == bad(bring(company, "customers", lines))
        == [(2, "terms", "terms_unknown"), (3, "code", "customer_taken")]
    )


def test_a_file_is_read_a_batch_at_a_time(company: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TOGETHER", 5)
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for one in encoded(_openings(50)):
            taken += 1
            yield one

    for outcome in run(context(company.store), "opening-items", lines()):
        assert taken <= outcome.line + 5


def test_two_runs_of_one_file_at_once_bring_every_line_once(company: Desk) -> None:
    lines = [{"number": f"{n}", "customer": "ACME", "on": "2024-01-10", "amount": n} for n in range(1, 41)]
    receipts = [{"customer": "ACME", "on": "2024-03-04", "tender": "T", "amount": n} for n in range(1, 21)]
    found: list[LineOutcome] = []
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait()
        for kind, some in (("opening-items", lines), ("receipts", receipts)):
            found.extend(bring(company, kind, some, source="one file"))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bad(found) == []
    assert sum(one.status is Status.FILED for one in found) == 60
    assert len(found) == 120
    assert company.balance("ACME") == (820 - 210) * 100


def test_documents_of_one_batch_see_each_other(company: Desk) -> None:
    head = {"customer": "ACME", "on": "2024-03-02", "lines": [line()]}
    outcomes = bring(company, "invoices", [{"number": "1", **head}, {"number": "1", **head}, {"number": "2", **head}])
    assert bad(outcomes) == [(2, "number", "number_taken")]
    notes = [
        {"number": f"C{n}", "customer": "ACME", "on": "2024-03-05", "invoice": "1", "lines": [line()]} for n in (1, 2)
    ]
    assert bad(bring(company, "credit-notes", notes)) == [(2, "invoice", "invoice_not_found")]
    assert bad(bring(company, "credit-notes", [{**head, "number": "C3", "lines": [line(quantity=-1)]}])) == [
        (1, "lines.0.quantity", "out_of_range")
    ]


@pytest.mark.parametrize(
    ("kind", "twice", "code"),
    [
        ("terms", {"code": "N31", "days": 31}, "terms_taken"),
        ("tax-codes", {"code": "PST"}, "tax_taken"),
        ("exchange-rates", {"currency": "EUR", "from_on": "2024-01-01", "rate": 1}, "rate_taken"),
        ("customers", {"code": "TWO", "name": "Two"}, "customer_taken"),
        ("items", {"sku": "TWO"}, "item_taken"),
        ("contacts", {"customer": "ACME", "name": "Bob", "reference": "bob"}, "contact_taken"),
        ("orders", {"number": "O", "customer": "ACME", "on": "2024-03-02", "lines": [line()]}, "number_taken"),
        ("history", {"number": "H", "customer": "ACME", "on": "2024-03-02", "lines": [line()]}, "number_taken"),
        ("accounts", {"code": "1999", "name": "Till", "type": "asset"}, "account_taken"),
        ("departments", {"name": "Depot", "id": 9}, "department_taken"),
        ("salespeople", {"name": "Sam", "id": 9}, "salesperson_taken"),
        ("tender-types", {"code": "TWO", "name": "Two", "account": "1000"}, "tender_type_taken"),
        ("jurisdictions", {"name": "Here", "country": "CA", "tax_codes": "GST"}, "jurisdiction_taken"),
        ("units", {"code": "TWO", "name": "Two"}, "code_taken"),
    ],
)
def test_a_thing_comes_in_once(company: Desk, kind: str, twice: dict[str, Any], code: str) -> None:
    outcomes = bring(company, kind, [twice, twice])
    outcomes += bring(company, kind, [twice])
    assert [problem.code for one in outcomes for problem in one.problems] == [code, code]


@pytest.mark.parametrize("value", [None, True, [], {}, "", " ", "x", -1, 10**30, "1e5", "\x00", [1], {"a": {}}])
def test_no_value_breaks_a_line(company: Desk, value: Any) -> None:
    for name, kind in KINDS.items():
        lines = [{**dict.fromkeys(kind.fields, "1"), field: value} for field in kind.fields]
        if kind.part:
            lines += [{kind.part: [{field: value}]} for field in kind.inner]
        outcomes = bring(company, name, lines)
        assert [one.line for one in outcomes] == list(range(1, len(lines) + 1))


def test_an_unknown_kind_is_refused(company: Desk) -> None:
    with pytest.raises(Invalid):
        bring(company, "invoice", [])


def test_ids_that_another_system_has_taken_are_skipped(desk: Desk) -> None:
    lines: Lines = [{"code": f"C{n}", "name": f"Customer {n}", "refs": {"shop": str(n + 3)}} for n in range(1, 9)]
    bring(desk, "customers", lines)
    with desk.store.engine.reading() as connection:
        found = connection.raw.execute(
            "SELECT count(*) FROM party p JOIN external_ref r ON r.kind = 'customer'"
            " WHERE r.their_number = p.id AND r.our_id <> p.id"
        ).fetchone()
    assert found[0] == 0
