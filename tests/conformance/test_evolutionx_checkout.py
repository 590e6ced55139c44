"""EvolutionX: what the checkout asks, and orders that are pushed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.core.document import Document, Kind
from counterfoil.core.party import Address
from counterfoil.services import invoicing, ordering
from counterfoil.services.merging import merge
from counterfoil.services.registry import add_customer, add_item, add_jurisdiction, add_tax_code
from counterfoil.store import Store
from tests.conformance import given_evolutionx as shop
from tests.conformance.books import breaches, counts
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.conformance.office import fixed, work
from tests.desk import asked

CLOCK = fixed("2023-02-01T09:00:00Z")


class Webstore:
    """A webstore in front of a book with two taxes in British Columbia."""

    def __init__(self, book: Store, settings: Any = None) -> None:
        self.book = book
        shop.prepare(book, "order-push")
        with work(book, CLOCK) as opened:
            gst = add_tax_code(opened, "GST", "Goods", [("CA", date(2000, 1, 1), Decimal("0.05"))])
            pst = add_tax_code(opened, "PST", "Provincial", [("CA", date(2000, 1, 1), Decimal("0.07"))])
            add_jurisdiction(opened, "BC", "CA", [gst, pst], state="BC")
            add_jurisdiction(opened, "Yukon", "CA", [gst], postal_prefix="Y1A")
            home = Address(name="Home", state="BC", postal_code="V6B 1A1", country="CA")
            self.customer = add_customer(opened, "HOME1", "Home", billing=home).id
            add_customer(opened, "FREE1", "Free", billing=home, exempt_from=[gst, pst])
            self.items = [add_item(opened, f"S{n}", f"Item {n}", stocked=False).id for n in range(3)]
            add_item(opened, "NOPST", "Book", stocked=False, exempt_from=[pst])
        self.knock = Knocker(book, CLOCK, shop.AUTHORIZATION, {"evolutionx": settings or shop.SETTINGS})

    def ask(self, name: str, body: Any, status: int = 200) -> Any:
        answer = self.knock.open("POST", f"/evolutionx/{name}", json.dumps(body).encode())
        assert answer.status_code == status, answer.data
        return parsed(answer.data)

    def tax(self, *lines: tuple[str, str], code: str = "HOME1", postcode: str | None = None) -> Decimal:
        header = {"customer_code": code, "shiptopostcode": postcode}
        cart = [{"item_sku": sku, "line_amount": amount} for sku, amount in lines]
        found = self.ask("checkout-taxes", {"request": {"header": header, "lines": cart}})
        return Decimal(str(found["data"]["salestax_amount"]))

    def order(self, number: str) -> Document:
        with self.book.reader() as reader:
            found = reader.documents.get(reader.documents.find(number)[0])
        assert found is not None
        return found


@pytest.fixture
def webstore(book: Store) -> Iterator[Webstore]:
    yield Webstore(book)
    assert breaches(book) == []


def test_taxes_by_place_customer_and_item(webstore: Webstore) -> None:
    assert webstore.tax(("S0", "100")) == Decimal(12)
    assert webstore.tax(("S0", "100"), ("NOPST", "100")) == Decimal(17)
    assert webstore.tax(("S0", "100"), postcode="v6b1a1") == Decimal(12)
    assert webstore.tax(("S0", "100"), postcode="Y1A 2B3") == Decimal(5)
    assert webstore.tax(("S0", "100"), postcode="99999") == Decimal(12), "else where the customer is"
    assert webstore.tax(("S0", "100"), code="FREE1") == 0
    assert webstore.tax(("S0", "100"), ("S1", "-100")) == 0
    assert webstore.tax() == 0


def test_what_is_not_on_file_is_refused(webstore: Webstore) -> None:
    line = {"item_sku": "S0", "line_amount": "1"}
    for header, lines, wrong in (
        ({"customer_code": "NOBODY"}, [line], {"request.header.customer_code"}),
        ({"customer_code": "HOME1"}, [line, {"item_sku": "X", "line_amount": "1"}], {"request.lines.1"}),
        ({"customer_code": "HOME1"}, [{"item_sku": "S0"}, {"line_amount": "x"}], None),
        ({}, [], {"request.header.customer_code"}),
    ):
        answer = webstore.ask("checkout-taxes", {"request": {"header": header, "lines": lines}}, 422)
        assert answer["error"] == "invalid_fields"
        assert wrong is None or set(answer["fields"]) == wrong
    webstore.ask("checkout-taxes", {}, 422)


_AMOUNTS = st.lists(st.decimals(Decimal("-50"), Decimal("500"), places=2), min_size=1, max_size=6)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=_AMOUNTS)
def test_a_quote_is_what_the_invoice_charges(webstore: Webstore, amounts: list[Decimal]) -> None:
    quoted = webstore.tax(*((f"S{n % 3}", str(amount)) for n, amount in enumerate(amounts)))
    lines = [(webstore.items[n % 3], "1", str(amount)) for n, amount in enumerate(amounts)]
    with work(webstore.book, CLOCK) as opened:
        sale = asked(Kind.SALES_INVOICE, webstore.customer, lines, on=CLOCK().date())
        filed = invoicing.issue(opened, sale)
        opened.perform(lambda: filed)
    assert filed.document.tax_total.amount == quoted


def test_shipping_is_offered_by_place_and_worth(webstore: Webstore) -> None:
    def labels(worth: str, **place: str) -> list[str]:
        item = {"sku": "S0", "quantity": "2", "uom": "1", "unit_price": worth, "total_price": None}
        found = webstore.ask("checkout-shipping", {"customer_code": "X", "items": [item], **place})
        return [one["label"] for one in found["shipping_methods"]]

    assert labels("10") == ["In 3 days"]
    assert labels("10", country="us", state="oh", zip="434 31") == ["In 3 days", "Tomorrow"]
    assert labels("249.99", country="US") == ["In 3 days"]
    assert labels("250", country="US") == ["In 3 days", "Free"]
    assert labels("1000", country="CA") == ["In 3 days", "Pallet"]
    assert labels("5000", country="CA") == ["In 3 days"]
    assert webstore.ask("checkout-shipping", {})["shipping_methods"][0] == {
        "label": "In 3 days",
        "fixed_rate": 10,
        "total": "10.00",
    }
    webstore.ask("checkout-shipping", {"items": "x"}, 422)


def _order(number: Any = 1, **more: Any) -> dict[str, Any]:
    lines = [{"sku": "S0", "qty": 2, "unit_price": "10.00"}, {"sku": "S1", "quantity": "1", "price": 5}]
    return {"order_id": number, "customer_code": "HOME1", "order_lines": lines, **more}


def test_an_order_is_filed_once(webstore: Webstore) -> None:
    first = webstore.ask("order-push", _order(user_seller_reference="01", customer_po="P", shipping_total=3))
    order = webstore.order(first["order_id"])
    assert (order.kind, order.third_party_number, order.contact) == (Kind.SALES_ORDER, "1", "01")
    assert (order.subtotal.amount, order.tax_total.amount) == (Decimal(28), Decimal("3.36"))
    once = counts(webstore.book)
    again = _order("1", user_seller_reference="01", customer_po="P", shipping_total="3.00", unknown=True)
    assert webstore.ask("order-push", again) == first
    other = webstore.ask("order-push", _order(customer_po="Q"), 409)
    assert (other["error"], first["order_id"] in other["message"]) == ("reference_conflict", True)
    assert counts(webstore.book) == once
    shown = webstore.ask("order", {"customer_code": "HOME1", "order_id": first["order_id"]})
    assert (shown["third_party_order_number"], shown["customer_po"]) == ("1", "P")


def test_an_order_of_a_customer_that_was_merged_is_still_filed_once(webstore: Webstore) -> None:
    first = webstore.ask("order-push", _order())
    with work(webstore.book, CLOCK) as opened:
        merge(opened, "HOME1", "FREE1")
    once = counts(webstore.book)
    assert webstore.ask("order-push", _order()) == first
    assert counts(webstore.book) == once


def test_pushes_at_the_same_time_are_one(webstore: Webstore) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: webstore.ask("order-push", _order(7)), range(16)))
    assert len({one["order_id"] for one in found}) == 1


def test_a_push_that_cannot_be_taken_leaves_nothing(webstore: Webstore) -> None:
    before = counts(webstore.book)
    for wrong, field in (
        (_order(customer_code="NOBODY"), "customer_code"),
        (_order(None), "order_id"),
        (_order(order_lines=[{"sku": "X", "qty": 1, "unit_price": 1}]), "order_lines.0"),
        (_order(order_lines=[{"sku": "S0", "qty": "x"}]), "order_lines.0.qty"),
        (_order(order_date="yesterday"), "order_date"),
        (_order(order_lines=[{"sku": "S0", "qty": 1}]), "order_lines.0"),
        (_order(order_lines=[]), "order_lines"),
        (_order(order_lines=[{"sku": "S0", "qty": "9" * 9, "unit_price": "9" * 9}]), "order_lines"),
    ):
        answer = webstore.ask("order-push", wrong, 422)
        assert field in answer["fields"], answer
    assert counts(webstore.book) == before
    assert webstore.ask("order-push", _order())["order_id"] == "SO-000001", "a refusal binds nothing"


def test_fields_may_stand_elsewhere(book: Store) -> None:
    table = {**shop.SETTINGS, "order_fields": {"number": ["header.no"], "customer": ["header.account.code"]}}
    webstore = Webstore(book, table)
    body = {"header": {"no": "A-1", "account": {"code": "HOME1"}}, "lines": [{"sku": "S0", "qty": 1, "price": "2"}]}
    found = webstore.ask("order-push", body)
    assert webstore.order(found["order_id"]).third_party_number == "A-1"
    assert "header.account.code" in webstore.ask("order-push", {"header": {"no": 2}}, 422)["fields"]


def test_a_pushed_order_is_invoiced_as_it_was_quoted(webstore: Webstore) -> None:
    quoted = webstore.tax(("S0", "20"), ("S1", "5"))
    number = webstore.ask("order-push", _order())["order_id"]
    with work(webstore.book, CLOCK) as opened:
        filed = ordering.invoice(opened, webstore.order(number).id)
        opened.perform(lambda: filed)
    assert filed.document.tax_total.amount == quoted
