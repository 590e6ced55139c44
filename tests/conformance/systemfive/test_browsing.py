"""System Five: customers, parts and what has changed, read by others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from counterfoil.services import merging, ordering, registry, stock
from counterfoil.services.keeping import change_item, hold_item
from counterfoil.services.office import Clock, Work
from counterfoil.wire.codec import encode
from tests.conformance import given_systemfive as given
from tests.conformance.books import counts, messages
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.conformance.office import fixed, work
from tests.conformance.systemfive.till import ABROAD, HOME, JACKET, LAMP, Till, entry, line, paid

BASE = "/Windward/WebAPI/"
FEED = f"{BASE}TServerMethodsWebAPI/RecState_FetchChanges"
#: The book is in Vancouver, eight hours behind UTC.
LATER = fixed("2020-03-05T09:00:00Z")


def _get(till: Till, path: str) -> Any:
    answer = till.knock.open("GET", BASE + path)
    assert answer.status_code == 200, answer.data
    return parsed(answer.data)


def _changed(till: Till, number: int, since: str) -> list[int]:
    answer = till.knock.open("POST", FEED, encode({"FileNumber": number, "EffectiveDate": since}))
    (found,) = parsed(answer.data)["result"]
    assert found["Response"] == "Success"
    return [one["RecordID"] for one in found["Results"]]


def _later(till: Till, effect: Any, clock: Clock = LATER) -> None:
    with work(till.store, clock) as opened:
        effect(opened)


def test_the_feed_tells_of_new_and_changed_invoices(till: Till) -> None:
    first = till.send(entry("W", InvoiceCustomer=HOME, ReferenceNo="f1"))["RecordId"]
    second = till.send(entry("A", InvoiceCustomer=HOME))["RecordId"]
    third = till.send(entry("E", InvoiceCustomer=HOME))["RecordId"]
    assert _changed(till, 9, "2020-03-02") == sorted([first, second, third])
    assert _changed(till, 9, "2020-03-03") == []
    for number in (first, second, third):
        assert [one["InvoiceHeader"]["InvoiceUnique"] for one in till.read(f"/{number}")] == [number]
    # 9 in the morning in UTC is still the fifth in Vancouver; half past seven is the fourth.
    _later(till, lambda opened: ordering.void(opened, third))
    assert _changed(till, 9, "2020-03-05") == [third]
    later = Knocker(till.store, LATER, given.AUTHORIZATION)
    more = entry("W", line(LAMP), InvoiceCustomer=HOME, InvoiceNumber="W-000001")
    later.open("POST", f"{BASE}Invoice/addInvoice", encode({"Invoice": [more]}))
    assert _changed(till, 9, "2020-03-05") == sorted([first, third])
    _later(till, lambda opened: ordering.invoice(opened, first), fixed("2020-03-06T07:59:00Z"))
    invoice = till.document("INV-000002").id
    assert _changed(till, 9, "2020-03-05T23:00:00") == sorted([first, third, invoice])
    assert _changed(till, 9, "2020-03-06") == []


def test_the_feed_tells_of_changed_parts(till: Till) -> None:
    before = set(_changed(till, 7, "2020-03-02"))
    assert JACKET in before
    assert _changed(till, 7, "2020-03-03") == []

    def price(opened: Work) -> None:
        known = hold_item(opened, opened.unit.refs.ours_of("systemfive", "item", [LAMP])[LAMP])
        change_item(opened, known, {"description": "Lamp, new"})

    _later(till, price)
    assert _changed(till, 7, "2020-03-05") == [LAMP]
    _later(till, lambda opened: stock.adjust(opened, "2W01102", Decimal(-1), reason="3000"))
    _later(till, lambda opened: registry.add_item(opened, "NEW", "New part"))
    found = set(_changed(till, 7, "2020-03-05"))
    assert ({LAMP, JACKET} <= found, len(found - before)) == (True, 1)
    shown = _get(till, "Inventory/InventoryChanges?EffectiveDate=2020-03-05")["Inventory"]
    assert {one["InventoryId"] for one in shown} == found


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b'{"FileNumber":9}', 400),
        (b'{"FileNumber":9,"EffectiveDate":"02/03/2020"}', 400),
        (b'{"FileNumber":"x","EffectiveDate":"2020-03-02"}', 400),
        (b"[]", 400),
        (b"", 400),
        (b'{"FileNumber":9,"EffectiveDate":""}', 400),
        (b'{"FileNumber":"9","EffectiveDate":"0001-01-01T00:00:00"}', 200),
        (b'{"FileNumber":"9","EffectiveDate":"9999-12-31"}', 200),
    ],
)
def test_bad_questions_of_the_feed(till: Till, body: bytes, status: int) -> None:
    told = messages(till.store)
    answer = till.knock.open("POST", FEED, body)
    assert answer.status_code == status, answer.data
    assert messages(till.store) == told, "a question is no evidence"


def test_every_problem_of_a_question_is_named(till: Till) -> None:
    answer = till.knock.open("POST", FEED, b"{}")
    assert parsed(answer.data) == {"error": "FileNumber: is required; EffectiveDate: is required"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "TServerMethodsWebAPI/Connect", b""),
        ("GET", "Invoice/Invoice_Handshake", b""),
        ("GET", "Inventory/InventoryChanges{}?EffectiveDate=2020-03-02", b""),
        ("GET", "TServerMethodsWebAPI/Get_Customer_By_Email{}?Email=a@b.example", b""),
        ("POST", "TServerMethodsWebAPI/RecState_FetchChanges", b'{"FileNumber":9,"EffectiveDate":"2020-03-02"}'),
        ("POST", "Customer/addCustomer", b'{"Customers":[{"Name":"-"}]}'),
    ],
)
def test_one_slash_more_is_the_same_path(till: Till, method: str, path: str, body: bytes) -> None:
    path = path if "{}" in path else path + "{}"
    answers = [till.knock.open(method, BASE + path.format(end), body).status_code for end in ("", "/", "//")]
    assert answers == [200, 200, 404]


def test_customers_page_by_page_with_what_they_owe(till: Till) -> None:
    till.stored(entry("A", InvoiceCustomer=ABROAD, tenders=[paid(9)]))
    till.stored(entry("W", InvoiceCustomer=ABROAD, tenders=[paid(7)]))
    everybody = _get(till, "Customer/Customers")["Customers"]
    by_id = {one["Unique"]: one for one in everybody}
    assert by_id[ABROAD]["Balances"] == {"C_BALANCE": 30, "C_DEPOSIT": 7}
    pages = [_get(till, f"Customer/Customers/0?PageSize=1&PageNumber={n}")["Customers"] for n in (1, 2, 99)]
    assert [len(one) for one in pages] == [1, 1, 0]
    assert [*pages[0], *pages[1]] == everybody[:2]
    assert _get(till, f"Customer/Customers/{ABROAD}?fields=x&Fields=name, Unique")["Customers"] == [
        {"Name": "Cascade Outfitters", "Unique": ABROAD}
    ]
    for nobody in ("404", "x", "-1", "99999999999", "%C2%B2", "0" * 5000, "0" * 15 + "9" * 15):
        assert _get(till, f"Customer/Customers/{nobody}") == {"Customers": []}
    with till.store.reader() as reader:
        ids = reader.refs.ours_of("systemfive", "customer", [ABROAD, HOME])
        codes = {number: reader.parties.customers([ours])[ours].code for number, ours in ids.items()}
    till.do(lambda opened: merging.merge(opened, codes[ABROAD], codes[HOME]))
    (merged,) = _get(till, f"Customer/Customers/{HOME}")["Customers"]
    assert merged["Balances"] == {"C_BALANCE": 30, "C_DEPOSIT": 7}


def _add(till: Till, *customers: Any) -> Any:
    body = {"Customers": list(customers), "ConnectionInfo": {"TerminalNumber": 1}}
    answer = till.knock.open("POST", f"{BASE}Customer/addCustomer", encode(body))
    assert answer.status_code == 200, answer.data
    return parsed(answer.data)


def test_customers_are_added_each_on_its_own(till: Till) -> None:
    before = counts(till.store)["party"]
    good = {"Unique": 0, "FirstName": "Ann", "LastName": "Other", "Email": "Ann@Other.example", "CreditLimit": "250.5"}
    numbered = {"Name": "Numbered", "Number": "N-1", "CurrencyCode": "usd", "Country": "Canada"}
    wrong = [
        {"Name": "-"},
        {},
        {"Name": "x" * 256},
        {"Name": "Owes", "CreditLimit": -1},
        {"Name": "Nowhere", "CurrencyCode": "XXX1"},
        {"Name": "Late", "Terms": "NET404"},
        {"Name": "Taken", "Number": "N-1"},
        {"Name": "Known", "Unique": HOME},
        {"Name": "Nul\x00"},
    ]
    found = _add(till, good, numbered, *wrong)
    records = found["Customers"]
    assert [one["ActionSuccess"] for one in records] == [True, True, *(False for _ in wrong)]
    assert found["APIResponse"]["IsSuccess"] is False
    assert records[8]["ErrorCode"] == "CUSTOMER_EXISTS"
    fields = ("Name", "Name", "Name", "CreditLimit", "CurrencyCode", "Terms", "Number", "Unique", "Name")
    for number, (record, field) in enumerate(zip(records[2:], fields, strict=True), start=2):
        assert record["ActionResult"].startswith(f"Customers.{number}.{field}: "), record
    assert all(one["RecordId"] == 0 and one["ActionResult"] for one in records[2:])
    assert counts(till.store)["party"] == before + 2
    (shown,) = _get(till, f"Customer/Customers/{records[0]['RecordId']}")["Customers"]
    assert (shown["Name"], shown["Email"], str(shown["CreditLimit"])) == ("Ann Other", "Ann@Other.example", "250.5")
    for asked in ("/ann@other.example", "?Email=ANN@OTHER.EXAMPLE"):
        (answer,) = _get(till, f"TServerMethodsWebAPI/Get_Customer_By_Email{asked}")["result"]
        assert [one["Unique"] for one in answer["Customers"]] == [records[0]["RecordId"]]
    for nobody in ("", "/", "/x", "?Email=", "?Email=%00"):
        answer = till.knock.open("GET", f"{BASE}TServerMethodsWebAPI/Get_Customer_By_Email{nobody}")
        assert answer.status_code in (200, 404)
        assert b"other.example" not in answer.data
    invoice = till.document(till.stored(entry("A", InvoiceCustomer=records[0]["RecordId"])))
    assert till.customer(invoice).name == "Ann Other"


def test_a_body_without_customers_is_no_body(till: Till) -> None:
    for body in (b"{}", b'{"Customers":[]}', b'{"Customers":{}}', b'{"Customers":[1]}', b"[]"):
        answer = till.knock.open("POST", f"{BASE}Customer/addCustomer", body)
        assert answer.status_code == 400
        assert parsed(answer.data)["Customers"] == []


def test_parts_page_by_page(till: Till) -> None:
    everything = _get(till, "Inventory/Inventory/0")["Inventory"]
    assert [one["InventoryId"] for one in everything][:4] == [JACKET, 19569, LAMP, 5941]
    assert _get(till, "Inventory/Inventory?PageSize=2&PageNumber=2")["Inventory"] == everything[2:4]
    till.stored(entry("A", line(ordered=3), InvoiceCustomer=HOME))
    (jacket,) = _get(till, f"Inventory/Inventory/{JACKET}")["Inventory"]
    assert (jacket["InStock"], jacket["InStock - Dept[1]"]) == (97, 97)
    for nothing in ("404", "x", "99999999999", "0" * 5000, "0" * 15 + "9" * 15):
        assert _get(till, f"Inventory/Inventory/{nothing}") == {"Inventory": []}
    for wrong in ("PageSize=0", "PageNumber=x", ""):
        assert till.knock.open("GET", f"{BASE}Inventory/InventoryChanges?{wrong}").status_code == 400


def test_chosen_fields_of_an_invoice(till: Till) -> None:
    till.stored(entry("W", InvoiceCustomer=HOME, ReferenceNo="c"))
    (one,) = till.read("/W-000001?Fields=invoicenumber,ReferenceNo")
    assert one == {"InvoiceHeader": {"InvoiceNumber": "W-000001", "ReferenceNo": "c"}}
    (one,) = till.read("/W-000001?Fields=InvoiceLines,InvoiceType")
    assert (set(one), set(one["InvoiceHeader"])) == ({"InvoiceHeader", "InvoiceLines"}, {"InvoiceType"})
    (one,) = till.read("/W-000001?Fields=Nonsense")
    assert one == {}
