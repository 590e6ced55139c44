"""What happens once, what is refused when somebody else was first, and who may do what."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from counterfoil.contracts.own.plumbing import routes
from counterfoil.contracts.own.resource import BASE
from counterfoil.contracts.own.resources import RESOURCES
from counterfoil.core.access import Verb
from counterfoil.services.credentials import issue
from counterfoil.store import Store
from counterfoil.wire.codec import encode
from tests.conformance import given_own
from tests.conformance.books import breaches, counts, messages
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.conformance.office import work

Ask = Callable[..., TestResponse]
INVOICE = {"customer": "NORTH", "dated_on": "2024-03-04", "lines": [{"sku": "LAMP", "quantity": 2}]}


@pytest.fixture
def ask(book: Store) -> Ask:
    """Somebody with a token for everything."""
    return asking(Knocker(book, given_own.prepare(book), given_own.AUTHORIZATION))


def asking(knock: Knocker) -> Ask:
    """Calls below the API's prefix, with a body as values and headers by their names in Python."""

    def ask(method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        packed = b"" if body is None else encode(body)
        return knock.open(method, BASE + path, packed, {"Content-Type": "application/json", **named})

    return ask


def found(answer: TestResponse) -> Any:
    """What was answered."""
    assert answer.status_code in (200, 201), answer.data
    return parsed(answer.data)


def codes(answer: TestResponse) -> list[str]:
    """The codes of everything that was wrong."""
    return [problem["code"] for problem in parsed(answer.data)["problems"]]


def test_sixteen_callers_with_one_key_make_one_document(book: Store, ask: Ask) -> None:
    before = counts(book)
    together = threading.Barrier(16)

    def send(_: int) -> TestResponse:
        together.wait()
        return ask("POST", "/invoices", INVOICE, Idempotency_Key="order-1")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 15
    after = counts(book)
    assert after["document"] == before["document"] + 1
    assert after["idempotency"] == before["idempotency"] + 1
    assert breaches(book) == []


def test_a_key_binds_what_makes_no_document_too(book: Store, ask: Ask) -> None:
    customer = {"code": "KEYED", "name": "Keyed", "credit_limit": "10.00"}
    first = ask("POST", "/customers", customer, Idempotency_Key="c-1")
    again = ask("POST", "/customers", {**customer, "credit_limit": 10}, Idempotency_Key="c-1")
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
    other = ask("POST", "/customers", {**customer, "name": "Other"}, Idempotency_Key="c-1")
    assert (other.status_code, codes(other)) == (409, ["reference_conflict"])
    assert first.headers["X-Request-Id"] in parsed(other.data)["message"]
    elsewhere = ask("POST", "/items", {"sku": "KEYED", "description": ""}, Idempotency_Key="c-1")
    assert elsewhere.status_code == 409
    changed = found(ask("PATCH", f"/customers/{parsed(first.data)['id']}", {"name": "New"}, Idempotency_Key="c-2"))
    assert changed["name"] == "New"
    assert (
        ask("PATCH", "/customers/4", {"name": "New"}, Idempotency_Key="c-2").headers["Idempotency-Replayed"] == "true"
    )


def test_a_refusal_uses_no_key_up_and_leaves_evidence(book: Store, ask: Ask) -> None:
    before, told = counts(book), messages(book)
    wanted = {**INVOICE, "customer": "NEWCO"}
    assert ask("POST", "/invoices", wanted, Idempotency_Key="k").status_code == 422
    assert (counts(book), messages(book)) == (before, told + 1)
    found(ask("POST", "/customers", {"code": "NEWCO", "name": "Newco"}))
    assert found(ask("POST", "/invoices", wanted, Idempotency_Key="k"))["number"] == "INV-000001"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_none(book: Store, ask: Ask, key: str) -> None:
    answer = ask("POST", "/invoices", INVOICE, Idempotency_Key=key)
    if key:
        assert (answer.status_code, codes(answer)) == (400, ["key_invalid"])
    else:
        assert answer.status_code == 201


def test_a_change_is_refused_where_somebody_else_was_first(ask: Ask) -> None:
    for path, change in (
        ("/customers/3", {"name": "North"}),
        ("/items/5", {"price": 20}),
        ("/settings", {"strict_totals": True}),
    ):
        seen = ask("GET", path).headers["ETag"]
        mine = ask("PATCH", path, change, If_Match=seen)
        assert (mine.status_code, mine.headers["ETag"]) == (200, ask("GET", path).headers["ETag"])
        late = ask("PATCH", path, change, If_Match=seen)
        assert (late.status_code, codes(late)) == (412, ["changed_meanwhile"])
        assert ask("PATCH", path, change, If_Match="*").status_code == 200
        assert ask("PATCH", path, change, If_Match=mine.headers["ETag"]).status_code == 200
        assert ask("PATCH", path, change, If_Match=f'"old", {mine.headers["ETag"]}').status_code == 200


def test_one_of_two_changes_at_the_same_moment_is_refused(ask: Ask) -> None:
    seen = ask("GET", "/customers/3").headers["ETag"]
    together = threading.Barrier(8)

    def change(number: int) -> int:
        together.wait()
        return ask("PATCH", "/customers/3", {"name": f"Name {number}"}, If_Match=seen).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200] + [412] * 7


def test_a_customers_currency_is_free_until_its_first_posting(ask: Ask) -> None:
    assert found(ask("PATCH", "/customers/3", {"currency": "USD"}))["currency"] == "USD"
    answer = ask("PATCH", "/customers/3", {"currency": "CAD"})
    assert (answer.status_code, codes(answer)) == (409, ["currency_fixed"])


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/customers", {"code": "NORTH", "name": "Again"}, "customer_taken"),
        ("/items", {"sku": "LAMP", "description": "Again"}, "item_taken"),
        ("/customers/1/contacts", {"name": "Again", "reference": "01"}, "contact_taken"),
        ("/accounts", {"code": "1000", "name": "Again", "type": "asset"}, "account_taken"),
        ("/tax-codes", {"code": "GST", "name": "Again"}, "tax_code_taken"),
        ("/tax-codes/1/rates", {"country": "CA", "from_on": "2008-01-01", "rate": 0}, "rate_taken"),
        ("/jurisdictions", {"name": "x", "country": "CA", "state": "bc", "tax_codes": []}, "jurisdiction_taken"),
        ("/tender-types", {"code": "C", "name": "Again", "account": "1000"}, "tender_type_taken"),
        ("/departments", {"id": 1, "name": "Again"}, "department_taken"),
        ("/salespeople", {"id": 1, "name": "Again"}, "salesperson_taken"),
        ("/terms", {"code": "NET30", "name": "Again", "days": 1}, "terms_taken"),
        ("/external-refs", {"system": "systemfive", "kind": "customer", "their_id": "31649", "our_id": 2}, "ref_taken"),
    ],
)
def test_what_is_there_already(book: Store, ask: Ask, path: str, body: object, code: str) -> None:
    before = counts(book)
    answer = ask("POST", path, body)
    assert (answer.status_code, codes(answer)) == (409, [code])
    assert counts(book) == before


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/invoices", {**INVOICE, "book_month": 202413}, "month_invalid"),
        ("POST", "/invoices", {**INVOICE, "lines": []}, "lines_required"),
        ("POST", "/invoices", {**INVOICE, "asserted": {"tax": 99}}, "tax_mismatch"),
        ("POST", "/invoices", {**INVOICE, "number": "INV-000009"}, "number_reserved"),
        ("POST", "/invoices", {**INVOICE, "lines": [{"kind": "text", "sku": "LAMP"}]}, "sku_not_allowed"),
        ("POST", "/credit-notes", {**INVOICE, "lines": [{"sku": "LAMP", "quantity": -1}]}, "out_of_range"),
        ("POST", "/account-roles", {"role": "sales", "account": "1100"}, "account_of_another_kind"),
        ("POST", "/tender-types", {"code": "X", "name": "X", "account": "1100"}, "account_controlled"),
        ("POST", "/exchange-rates", {"currency": "CAD", "from_on": "2024-01-01", "rate": 1}, "rate_of_base"),
        ("PATCH", "/customers/3", {"credit_limit": -1}, "out_of_range"),
        ("PATCH", "/settings", {"default_department": 99}, "department_not_found"),
    ],
)
def test_what_a_rule_forbids(book: Store, ask: Ask, method: str, path: str, body: object, code: str) -> None:
    before = counts(book)
    answer = ask(method, path, body)
    assert (answer.status_code, codes(answer)) == (422, [code])
    assert counts(book) == before


def test_a_prefix_of_numbers(ask: Ask) -> None:
    assert found(ask("POST", "/number-series", {"kind": "sales_invoice", "prefix": "A24-"}))["next"] == 1
    assert found(ask("POST", "/invoices", INVOICE))["number"] == "A24-000001"
    assert ask("POST", "/number-series", {"kind": "sales_invoice", "prefix": "A24"}).status_code == 400
    assert ask("POST", "/number-series", {"kind": "entry", "prefix": "E-"}).status_code == 404


def test_a_prefix_that_would_meet_another_issuers_numbers(ask: Ask) -> None:
    for number in ("OLD-000001", "old-000007", "NEW-000007", "NEWER"):
        found(ask("POST", "/invoices", {**INVOICE, "number": number}))
    found(ask("POST", "/invoices", INVOICE))
    answer = ask("POST", "/number-series", {"kind": "sales_invoice", "prefix": "NEW-"})
    assert (answer.status_code, codes(answer)) == (422, ["number_reserved"])
    found(ask("POST", "/number-series", {"kind": "sales_invoice", "prefix": "OLD-"}))
    assert found(ask("POST", "/invoices", INVOICE))["number"] == "OLD-000002"


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("/receipts", {"customer": "NOPE", "tender": "?", "amount": -1}, ["customer", "tender", "amount"]),
        ("/receipts", {"customer": "NORTH", "tender": "T", "amount": 1, "invoices": ["x"]}, ["invoices"]),
        ("/refunds", {"credit": "x", "customer": "NOPE", "tender": "?", "amount": 0}, ["customer", "tender", "amount"]),
        ("/refunds", {"credit": "x", "tender": "T"}, ["credit"]),
        ("/remittances", {"supplier": "NOPE", "tender": "?", "amount": 0}, ["supplier", "tender", "amount"]),
        (
            "/invoices",
            {**INVOICE, "customer": "NOPE", "tenders": [{"tender": "?", "amount": 1}]},
            ["customer", "tenders.0.tender"],
        ),
        ("/stock/adjustments", {"sku": "NOPE", "quantity": 1}, ["sku"]),
        ("/customers/3/merge", {"into": "NOPE"}, ["into"]),
        ("/periods/close", {"book_month": 202413}, ["book_month"]),
    ],
)
def test_names_that_are_none_are_told_at_once_and_as_the_bodys_fault(
    ask: Ask, path: str, body: object, wrong: list[str]
) -> None:
    answer = ask("POST", path, body)
    assert (answer.status_code, [one["where"] for one in parsed(answer.data)["problems"]]) == (422, wrong)


def test_a_refused_call_is_made_once_more_as_its_own_caller(book: Store, ask: Ask) -> None:
    with work(book, given_own.CLOCK) as opened:
        till = asking(Knocker(book, given_own.CLOCK, f"Bearer {issue(opened, 'till', 'own').secret}"))
    wanted = {**INVOICE, "customer": "NEWCO"}
    assert till("POST", "/invoices", wanted, Idempotency_Key="t-1").status_code == 422
    (refused,) = found(ask("GET", "/messages?refused=true"))["data"]
    found(ask("POST", "/customers", {"code": "NEWCO", "name": "Newco"}))
    again = found(ask("POST", f"/messages/{refused['id']}/replay"))
    made = parsed(again["reply"].encode())
    assert (again["status"], made["number"], made["actor"]) == (201, "INV-000001", "till")
    # The caller's own key now leads to it, however often it is sent.
    assert parsed(till("POST", "/invoices", wanted, Idempotency_Key="t-1").data)["id"] == made["id"]
    replays = found(ask("GET", "/messages?operation=replayMessage"))["data"]
    assert [(row["caller"], row["refused"]) for row in replays] == [("erp", False)]


def test_what_had_an_effect_is_not_made_once_more(ask: Ask) -> None:
    found(ask("POST", "/invoices", INVOICE))
    (last,) = found(ask("GET", "/messages?limit=1"))["data"]
    answer = ask("POST", f"/messages/{last['id']}/replay")
    assert (answer.status_code, codes(answer)) == (409, ["not_refused"])


def test_a_token_does_what_its_scopes_cover(book: Store, ask: Ask) -> None:
    with work(book, given_own.CLOCK) as opened:
        secret = issue(opened, "reader", "own", scopes=["invoices:read", "customers:manage"]).secret
    limited = asking(Knocker(book, given_own.CLOCK, f"Bearer {secret}"))
    before, told = counts(book), messages(book)
    assert limited("GET", "/invoices").status_code == 200
    assert limited("GET", "/customers").status_code == 200
    for method, path in (("GET", "/items"), ("POST", "/invoices"), ("GET", "/openapi.json"), ("GET", "/settings")):
        answer = limited(method, path, INVOICE if method == "POST" else None)
        assert (answer.status_code, codes(answer)) == (403, ["forbidden"])
    assert (counts(book), messages(book)) == (before, told)


def test_every_operation_asks_for_a_scope_of_its_resource() -> None:
    served = {route.operation: route.scope for route in routes(RESOURCES)}
    for resource in RESOURCES:
        for one in resource.operations:
            assert served[one.name] == (resource.name, one.verb)
            assert (one.verb is Verb.READ) is (one.method == "GET")


def test_a_password_opens_it_for_a_browser(book: Store, ask: Ask) -> None:
    knock = Knocker(book, given_own.CLOCK, "")
    assert [value for name, value in knock.open("GET", f"{BASE}/docs").headers if name == "WWW-Authenticate"] == [
        "Bearer",
        'Basic realm="counterfoil", charset="UTF-8"',
    ]
    for user, status in (("erp", 200), ("other", 401)):
        packed = base64.b64encode(f"{user}:{given_own.TOKEN}".encode()).decode()
        assert knock.open("GET", f"{BASE}/docs", headers={"Authorization": f"Basic {packed}"}).status_code == status
