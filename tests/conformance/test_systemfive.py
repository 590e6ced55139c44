"""System Five: what only its own page and contract know."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.core.document import Kind
from counterfoil.services import ordering, periods, registry
from counterfoil.services.checking import check
from counterfoil.services.statements import aging, documents, trial_balance
from counterfoil.store import Store
from tests.conformance import given_systemfive as given
from tests.conformance.caller import Answer, Caller, basic
from tests.conformance.golden import message
from tests.conformance.office import work

ADD = "/Windward/WebAPI/Invoice/addInvoice"
READ = "/Windward/WebAPI/Invoice/Invoices"
ME = basic(given.PRINCIPAL, given.SECRET)
Entry = dict[str, Any]


class Door:
    """The door of one book, with the demonstration company behind it."""

    def __init__(self, store: Store, envelope: str = "bare") -> None:
        self.store, self.clock = store, given.prepare(store, "")
        self.caller = Caller(store, {"systemfive": {"envelope": envelope}}, self.clock)

    def send(self, *entries: Entry, query: str = "", **more: Any) -> dict[str, Any]:
        """POST entries; the decoded reply."""
        body = json.dumps({"Invoice": list(entries), "ConnectionInfo": {"TerminalNumber": 0}} | more).encode()
        answer = self.raw(body, query)
        assert answer.status == 200, answer.body
        reply: dict[str, Any] = json.loads(answer.body, parse_float=Decimal)
        return reply

    def one(self, entry: Entry, query: str = "") -> dict[str, Any]:
        """POST one entry; its record."""
        record: dict[str, Any] = self.send(entry, query=query)["Invoice"][0]
        return record

    def raw(self, body: bytes, query: str = "", headers: dict[str, str] | None = None) -> Answer:
        """POST a body."""
        return self.caller.call("POST", f"{ADD}?{query}", body, ME if headers is None else headers)

    def read(self, what: str, query: str = "") -> list[dict[str, Any]]:
        """GET invoices."""
        answer = self.caller.call("GET", f"{READ}/{what}?{query}", b"", ME)
        assert answer.status == 200
        found: list[dict[str, Any]] = json.loads(answer.body, parse_float=Decimal)["Invoice"]
        return found

    def sound(self) -> bool:
        """Whether all laws hold."""
        return not [breach for finding in check(self.store) for breach in finding.breaches]

    def kinds(self) -> list[str]:
        """The kinds of documents since the company was filed."""
        return [row.kind for row in documents(self.store) if row.kind != "stock_adjustment"]

    def accounts(self) -> dict[str, Decimal]:
        """Balances by account code, first stock left out."""
        rows, _ = trial_balance(self.store, date.max)
        start = {"1200": Decimal("4357.00"), "5200": Decimal("-4357.00")}
        found = {row.account.code: row.base.amount - start.get(row.account.code, Decimal(0)) for row in rows}
        return {code: amount for code, amount in found.items() if amount}


@pytest.fixture
def door(book: Store) -> Door:
    """A door that answers bare objects."""
    return Door(book)


def entry(kind: str = "A", customer: int | None = 31649, **header: Any) -> Entry:
    """One jacket at 39 on 9 January 2020."""
    head: Entry = {"InvoiceType": kind, "InvoiceDate": "2020-01-09"} | header
    if customer is not None:
        head["InvoiceCustomer"] = customer
    return {"InvoiceHeader": head, "InvoiceLines": [{"PartUnique": 18220, "Ordered": 1, "Price": 39}]}


def having(base: Entry, **nodes: Any) -> Entry:
    """An entry with other nodes."""
    return copy.deepcopy(base) | nodes


def tender(amount: Any, kind: str = "W") -> list[dict[str, Any]]:
    """One tender."""
    return [{"Type": kind, "Amount": amount}]


BLOCK = {"AName": "Ann Other", "FirstName": "Ann", "LastName": "Other", "StateProvince": "BC", "Country": "CA"}


def test_the_three_samples_one_after_another(door: Door) -> None:
    for name in ("sample-1-customer", "sample-2-billing", "sample-3-customer"):
        answer = door.raw(message(given.GOLDEN / name / "request.http").body)
        assert json.loads(answer.body)["APIResponse"]["IsSuccess"] is True
    assert door.kinds() == ["work_order"] * 3
    assert door.accounts() == {}, "no ledger movement"
    with door.store.reader() as reader:
        assert reader.parties.customer(3) is not None
        assert reader.parties.customer(4) is None, "sample 2 makes exactly one customer"
    assert door.sound()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("FIELD_INVALID", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": "31x"}}),
        ("FIELD_INVALID", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceDate": "9/1/2020"}}),
        ("FIELD_INVALID", {"InvoiceLines": [{"PartUnique": 18220, "Ordered": "1.00001"}]}),
        ("FIELD_INVALID", {"InvoiceLines": [{"PartUnique": 18220, "Ordered": True}]}),
        ("FIELD_INVALID", {"InvoiceTenders": [{"Type": "W", "Amount": "1.005"}]}),
        ("FIELD_INVALID", {"ConnectionInfo": None, "InvoiceHeader": {"InvoiceType": "A", "ReferenceNo": "x" * 65}}),
        ("LINES_REQUIRED", {"InvoiceLines": []}),
        ("TYPE_UNSUPPORTED", {"InvoiceHeader": {"InvoiceType": "R", "InvoiceCustomer": 31649}}),
        ("SUBTYPE_UNKNOWN", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceSubType": "Z"}}),
        ("CUSTOMER_REQUIRED", {"InvoiceHeader": {"InvoiceType": "A"}}),
        ("CUSTOMER_NOT_FOUND", {"InvoiceHeader": {"InvoiceType": "W", "InvoiceCustomer": 4711}}),
        ("SHIPTO_NOT_FOUND", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceShipTo": 4711}}),
        ("PART_NOT_FOUND", {"InvoiceLines": [{"PartUnique": 4711, "Ordered": 1, "Price": 1}]}),
        (
            "DEPARTMENT_UNKNOWN",
            {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceDepartment": 7}},
        ),
        ("SALESMAN_UNKNOWN", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceSalesman": 7}}),
        ("TENDER_TYPE_UNKNOWN", {"InvoiceTenders": tender(1, "?")}),
        ("TENDER_NOT_ALLOWED", {"InvoiceHeader": {"InvoiceType": "E"}, "InvoiceTenders": tender(1)}),
        ("TENDER_NOT_ALLOWED", {"InvoiceTenders": tender(-1)}),
        ("TENDER_SHORT", {"InvoiceHeader": {"InvoiceType": "C"}, "InvoiceTenders": tender(1)}),
        ("TENDER_OVER", {"InvoiceHeader": {"InvoiceType": "C"}, "InvoiceTenders": tender(100, "K")}),
        ("TAX_MISMATCH", {"InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "InvoiceTaxTotal": 4}}),
        ("INVOICE_NOT_FOUND", {"InvoiceHeader": {"InvoiceType": "W", "InvoiceNumber": "W-9"}}),
    ],
)
def test_every_refusal_names_its_code_and_leaves_nothing(door: Door, code: str, changed: Entry) -> None:
    record = door.one(having(entry(), **changed))
    assert (record["ErrorCode"], record["ActionSuccess"], record["RecordId"]) == (code, False, 0)
    assert record["ActionResult"]
    assert door.kinds() == []
    assert door.sound()


def test_a_terminal_that_is_no_number_refuses_its_entries(door: Door) -> None:
    reply = door.send(entry(), ConnectionInfo={"TerminalNumber": -1})
    assert reply["Invoice"][0]["ErrorCode"] == "FIELD_INVALID"
    assert door.one(entry())["ActionSuccess"] is True


def test_no_price_anywhere_is_refused(door: Door) -> None:
    with work(door.store, door.clock) as opened:
        registry.add_item(opened, "UNPRICED", "No price", refs={"systemfive": "777"})
    record = door.one(having(entry(), InvoiceLines=[{"PartUnique": 777, "Ordered": 1}]))
    assert record["ErrorCode"] == "PRICE_MISSING"
    assert "777" in record["ActionResult"]


def test_strict_totals_and_blocked_stock_are_settings_of_the_book(door: Door) -> None:
    with work(door.store, door.clock) as opened:
        registry.set_policy(opened, "strict_totals", True)
        registry.set_policy(opened, "block_negative_stock", True)
    assert door.one(entry(InvoiceSubTotal=40))["ErrorCode"] == "TOTAL_MISMATCH"
    many = having(entry(), InvoiceLines=[{"PartUnique": 18220, "Ordered": 101, "Price": 39}])
    assert door.one(many)["ErrorCode"] == "NO_STOCK"


def test_a_closed_month_refuses_what_is_posted_only(door: Door) -> None:
    with work(door.store, door.clock) as opened:
        periods.close(opened, 202001)
    assert door.one(entry())["ErrorCode"] == "PERIOD_CLOSED"
    assert door.one(entry(InvoiceBookMonth="2020-02-01"))["ActionSuccess"] is True
    assert door.one(entry("W"))["ActionSuccess"] is True


def test_an_invoice_on_account_posts_lines_tax_and_cost_once(door: Door) -> None:
    record = door.one(entry(customer=125999, InvoiceTaxTotal="4.68"))
    assert record["RecordDesc"] == "INV-000001"
    expected = {"1100": "43.68", "4000": "-39.00", "2200": "-4.68", "1200": "-21.50", "5000": "21.50"}
    assert door.accounts() == {code: Decimal(amount) for code, amount in expected.items()}
    assert door.sound()


@pytest.mark.parametrize(("said", "taken"), [("4.66", "4.66"), ("4.70", "4.70"), (None, "4.68")])
def test_a_tax_within_tolerance_is_the_senders(door: Door, said: str | None, taken: str) -> None:
    header = {} if said is None else {"InvoiceTaxTotal": said}
    assert door.one(entry(customer=125999, **header))["ActionSuccess"] is True
    assert door.accounts()["2200"] == -Decimal(taken)


def test_an_explicit_tax_of_zero_is_a_value(door: Door) -> None:
    assert door.one(entry(customer=125999, InvoiceTaxTotal=0))["ErrorCode"] == "TAX_MISMATCH"
    assert "InvoiceTaxTotal" in door.one(entry(customer=125999, InvoiceTaxTotal=0))["ActionResult"]
    assert door.one(entry("W", customer=125999, InvoiceTaxTotal=0))["Warnings"]


def test_over_tender_on_account_stays_an_open_credit(door: Door) -> None:
    door.one(having(entry(), InvoiceTenders=tender(50)))
    report = aging(door.store, date(2020, 1, 9))
    assert report.rows[0].balance.amount == Decimal("-11.00")
    assert report.ties


def test_a_return_and_its_money_back(door: Door) -> None:
    back = having(entry(), InvoiceLines=[{"PartUnique": 18220, "Ordered": -1, "Price": 39}])
    assert door.one(having(back, InvoiceTenders=tender("-39")))["RecordDesc"] == "CN-000001"
    assert door.kinds() == ["credit_note", "refund"]
    assert "1100" not in door.accounts()
    sale = entry("C", customer=None)
    sale["InvoiceLines"] = back["InvoiceLines"]
    assert door.one(having(sale, InvoiceTenders=tender("-43.68", "C")))["ActionSuccess"] is True
    assert door.one(having(sale, InvoiceTenders=tender("-40", "C")))["ErrorCode"] == "TENDER_OVER"
    assert door.sound()


def test_a_work_order_holds_stock_and_money_and_posts_nothing_until_it_is_invoiced(door: Door) -> None:
    number = door.one(having(entry("W"), InvoiceTenders=tender("42")))["RecordDesc"]
    assert door.accounts() == {}
    assert aging(door.store, date(2020, 1, 9)).rows == []
    with work(door.store, door.clock) as opened:
        (order,) = opened.unit.documents.find(number, (Kind.WORK_ORDER,))
        opened.perform(lambda: ordering.invoice(opened, order))
    assert door.accounts()["1100"] == Decimal("-3.00")
    (found,) = door.read(number)
    assert found["InvoiceHeader"]["InvoiceNumber"] == "INV-000001"
    assert found["InvoiceTenders"] == [{"Type": "W", "Amount": 42}]
    assert door.sound()


def test_billing_makes_one_customer_and_the_id_finds_it_again(door: Door) -> None:
    first = door.one(having(entry("W", customer=None, ReferenceNo="7"), InvoiceBilling=BLOCK))
    again = door.one(having(entry("W", customer=None, ReferenceNo="7"), InvoiceBilling=BLOCK))
    (read,) = door.read(first["RecordDesc"])
    by_id = door.one(entry("W", customer=read["InvoiceHeader"]["InvoiceCustomer"], ReferenceNo="7"))
    assert first["RecordId"] == again["RecordId"] == by_id["RecordId"]
    assert "already exists" in by_id["ActionResult"]
    assert door.kinds() == ["work_order"]


def test_a_refused_entry_leaves_no_customer_and_keeps_no_key(door: Door) -> None:
    wrong = having(entry("W", customer=None, ReferenceNo="8"), InvoiceBilling=BLOCK, InvoiceTenders=tender(1, "?"))
    assert door.one(wrong)["ActionSuccess"] is False
    with door.store.reader() as reader:
        assert reader.parties.customer(3) is None
    right = having(wrong, InvoiceTenders=[])
    assert door.one(right)["ActionResult"].endswith("added")


@pytest.mark.parametrize("name", ["", "-", "  "])
def test_a_block_that_names_nobody_is_dropped(door: Door, name: str) -> None:
    block = {"AName": name, "Address": "1 Road"}
    assert door.one(having(entry("A", customer=None), InvoiceBilling=block))["ErrorCode"] == "CUSTOMER_REQUIRED"
    assert door.one(having(entry("A"), InvoiceBilling=block)).get("Warnings") is None


def test_with_both_the_customer_holds_and_the_block_is_text(door: Door) -> None:
    record = door.one(having(entry(), InvoiceBilling=BLOCK))
    assert any("billing text" in note for note in record["Warnings"])
    (read,) = door.read(record["RecordDesc"])
    assert read["InvoiceHeader"]["InvoiceCustomer"] == 31649
    assert read["InvoiceBilling"][0]["Name"] == "Ann Other"


def test_values_mean_the_same_however_they_are_written(door: Door) -> None:
    plain = entry(ReferenceNo="55", InvoiceTaxTotal=0)
    first = door.one(plain)
    spelled = {
        "InvoiceLines": [{"Price": "39.00", "Ordered": "1.0", "PartUnique": "18220", "Description": None}],
        "InvoiceTenders": [{"Amount": 0, "Type": "string"}],
        "InvoiceHeader": {
            "ReferenceNo": 55,
            "InvoiceTaxTotal": "0.00",
            "InvoiceCustomer": "31649.0",
            "InvoiceShipTo": 0,
            "InvoiceOrdered": "0001-01-01T00:00:00",
            "InvoiceDate": "2020-01-09",
            "InvoiceType": " a ",
            "order_type": "private",
        },
    }
    again = door.one(spelled)
    assert (again["RecordId"], again["ActionResult"]) == (first["RecordId"], "Invoice INV-000001 already exists")


def test_another_content_under_the_same_reference_is_refused(door: Door) -> None:
    door.one(entry(ReferenceNo="56"))
    record = door.one(entry(ReferenceNo="56", InvoiceComment="more"))
    assert record["ErrorCode"] == "REFERENCE_CONFLICT"
    assert "INV-000001" in record["ActionResult"]
    assert door.kinds() == ["sales_invoice"]


def test_without_a_reference_every_call_creates(door: Door) -> None:
    assert [door.one(entry())["RecordDesc"] for _ in range(2)] == ["INV-000001", "INV-000002"]


def test_one_bad_entry_stops_no_other_and_the_batch_can_be_sent_again(door: Door) -> None:
    good, bad = entry(ReferenceNo="1"), having(entry(ReferenceNo="2"), InvoiceLines=[])
    last = having(entry("C", customer=None, ReferenceNo="3"), InvoiceTenders=tender(50, "C"))
    reply = door.send(good, bad, last, good)
    assert [record["ActionSuccess"] for record in reply["Invoice"]] == [True, False, True, True]
    assert reply["APIResponse"]["IsSuccess"] is False
    assert reply["APIResponse"]["RecordCount"] == "4"
    assert reply["Invoice"][0]["RecordId"] == reply["Invoice"][3]["RecordId"], "also within one body"
    mended = door.send(good, having(entry(ReferenceNo="2")), last)
    assert mended["APIResponse"]["IsSuccess"] is True
    assert door.kinds() == ["sales_invoice", "cash_sale", "sales_invoice"]
    assert door.sound()


def test_thirty_two_at_once_make_one_invoice(door: Door) -> None:
    body = json.dumps({"Invoice": [having(entry(ReferenceNo="32"), InvoiceTenders=tender(10))]}).encode()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: json.loads(door.raw(body).body)["Invoice"][0], range(32)))
    assert {(answer["RecordId"], answer["RecordDesc"]) for answer in answers} == {
        (answers[0]["RecordId"], "INV-000001")
    }
    assert sum(answer["ActionResult"].endswith("added") for answer in answers) == 1
    assert door.kinds() == ["sales_invoice", "receipt"]
    assert door.sound()


def test_numbers_have_no_gaps_under_concurrent_refusals(door: Door) -> None:
    def post(number: int) -> bool:
        wrong = {"InvoiceTenders": tender(1, "?")} if number % 3 == 0 else {}
        success: bool = door.one(having(entry(ReferenceNo=str(number)), **wrong))["ActionSuccess"]
        return success

    with ThreadPoolExecutor(8) as pool:
        stored = sum(pool.map(post, range(48)))
    assert stored == 32
    numbers = sorted(row.number for row in documents(door.store) if row.kind == "sales_invoice")
    assert numbers == [f"INV-{n:06d}" for n in range(1, 33)]
    assert door.sound()


@pytest.mark.parametrize("envelope", ["result", "array"])
def test_the_other_envelopes_hold_the_same(book: Store, envelope: str) -> None:
    door = Door(book, envelope)
    reply = json.loads(door.raw(json.dumps({"Invoice": [entry()]}).encode()).body)
    inner = reply["result"][0] if envelope == "result" else reply[0]
    assert inner["Invoice"][0]["ActionSuccess"] is True


def test_fields_are_echoed(door: Door) -> None:
    record = door.one(entry(ReferenceNo="0009"), query="Fields=ReferenceNo,invoicetype,Nonsense")
    assert record["RecordResult"] == {"ReferenceNo": "0009", "InvoiceType": "A"}


def test_reading_finds_by_number_by_id_and_by_page(door: Door) -> None:
    records = [door.one(entry()) for _ in range(3)]
    assert door.read(str(records[1]["RecordId"]))[0]["InvoiceHeader"]["InvoiceNumber"] == "INV-000002"
    assert door.read("INV-000009") == []
    assert len(door.read("0")) == 3
    paged = [door.read("0", f"PageSize=2&PageNumber={page}") for page in (1, 2, 3)]
    assert [len(page) for page in paged] == [2, 1, 0]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"Invoice": []}', b'{"Invoice": {}}', b'{"Invoice": [1]}', b'{"a": 1}'])
def test_a_body_of_the_wrong_shape_is_a_400_and_kept_as_evidence(door: Door, body: bytes) -> None:
    answer = door.raw(body)
    reply = json.loads(answer.body)
    assert answer.status == 400
    assert reply["error"]
    assert (reply["Invoice"], reply["APIResponse"]["IsSuccess"]) == ([], False)
    with door.store.engine.reading() as connection:
        kept = connection.raw.execute("SELECT status, reply FROM message WHERE contract = 'systemfive'").fetchall()
    assert [(status, json.loads(text)) for status, text in kept] == [(400, reply)]


def test_transport(door: Door) -> None:
    body = json.dumps({"Invoice": [entry()]}).encode()
    assert door.raw(b"\xef\xbb\xbf" + body).status == 200
    assert door.raw(body, headers=ME | {"Content-Type": "application/x-www-form-urlencoded"}).status == 200
    assert door.caller.call("POST", f"{ADD}/", body, ME).status == 200
    assert door.caller.call("GET", ADD, b"", ME).status == 405
    assert door.raw(b'{"Invoice": [' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"]}").status == 400
    other = basic("somebody-else", given.SECRET)
    assert door.raw(body, headers=other).status == 401


def test_text_is_kept_as_it_is(door: Door) -> None:
    said = ' 100 % "quoted" <b>\\ — ü\n'
    lines = [{"PartUnique": 18220, "Ordered": 1, "Price": 1, "Description": said}]
    number = door.one(having(entry(), InvoiceLines=lines))["RecordDesc"]
    assert door.read(number)[0]["InvoiceLines"][0]["Description"] == said
    lines[0]["Description"] = "nul \x00"
    assert door.one(having(entry(), InvoiceLines=lines))["ErrorCode"] == "FIELD_INVALID"
