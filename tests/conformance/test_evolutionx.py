"""EvolutionX: the printed examples, and what the shared suite cannot know."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from counterfoil.app import wsgi
from counterfoil.config import Settings, SettingsError
from counterfoil.contracts import evolutionx as door
from counterfoil.core.document import Kind, Sale, SaleLine, SaleTender, Tracking
from counterfoil.core.party import Address
from counterfoil.core.tax import TaxRounding
from counterfoil.services import invoicing, ordering, receipts
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock, Filed
from counterfoil.services.registry import add_customer, add_item, set_rate
from counterfoil.store import Store
from tests.conformance import given_evolutionx
from tests.conformance.golden import differences, message, parsed
from tests.conformance.office import at, fixed, work

GOLDEN = Path(door.__file__).parent / "golden"
TOKEN = "token-of-the-store"
NO_ORDERS = b'{"orders":[],"total_orders":0}'
NO_INVOICES = b'{"invoices":[],"total_invoices":0}'
NOTHING = b"{}"
EMPTY = {"orders": NO_ORDERS, "invoices": NO_INVOICES, "order": NOTHING, "invoice": NOTHING, "balance": NOTHING}


def client(store: Store, clock: Clock, settings: Mapping[str, Any] | None = None) -> Client:
    """The whole server over a book, asked in process."""
    return Client(wsgi(store, Settings(contracts={"evolutionx": dict(settings or {})}), clock))


@pytest.mark.parametrize("case", given_evolutionx.CASES)
def test_the_printed_example_is_answered(book: Store, case: str) -> None:
    clock = given_evolutionx.prepare(book, case)
    request, reply = message(GOLDEN / case / "request.http"), message(GOLDEN / case / "reply.http")
    method, path, _ = request.first.split()
    answer = client(book, clock, given_evolutionx.SETTINGS).open(
        path, method=method, data=request.body, headers=request.headers
    )
    assert reply.first == f"HTTP/1.1 {answer.status}"
    assert {name: answer.headers[name] for name in reply.headers} == reply.headers
    assert differences(parsed(reply.body), parsed(answer.data)) == []
    assert differences(parsed((GOLDEN / case / "printed.json").read_bytes()), parsed(answer.data), more=True) == []


class Shop:
    """A small book with two customers, and the door to it."""

    def __init__(self, store: Store, settings: Mapping[str, Any] | None = None) -> None:
        self.store, self.clock = store, fixed("2023-06-15T20:00:00Z")
        with self.work() as opened:
            issue(opened, "webstore", "evolutionx", TOKEN)
            self.customer = add_customer(opened, "ACME001", "Acme", billing=Address(name="Acme", city="Victoria")).id
            self.other = add_customer(opened, "ACME002", "Other").id
            self.item = add_item(opened, "SKU-1", "Thing", stocked=False).id
        self.client = client(store, self.clock, settings)

    def work(self) -> Any:
        return work(self.store, self.clock)

    def sale(self, kind: Kind = Kind.QUOTE, amount: str = "10", **more: Any) -> Sale:
        line = SaleLine(item_id=self.item, unit_price=Decimal(amount))
        given: dict[str, Any] = {"kind": kind, "customer": self.customer, "on": date(2023, 6, 1), "lines": (line,)}
        return Sale(**(given | more))

    def enter(self, *sales: Sale) -> list[Filed]:
        with self.work() as opened:
            return [ordering.enter(opened, sale) for sale in sales]

    def issue(self, *sales: Sale) -> list[Filed]:
        with self.work() as opened:
            return [invoicing.issue(opened, sale) for sale in sales]

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        return self.client.post(f"/evolutionx/{path}", data=data, headers=given | dict(headers or {}))

    def ask(self, path: str, **fields: Any) -> Any:
        answer = self.post(path, {"customer_code": "ACME001"} | fields)
        assert answer.status_code == 200, answer.data
        return parsed(answer.data)

    def ids(self, path: str, **fields: Any) -> list[str]:
        found, singular = self.ask(path, **fields), path.removesuffix("s")
        shown = [row[f"{singular}_id"] for row in found[path]]
        assert found[f"total_{path}"] >= len(shown)
        return shown


@pytest.fixture
def shop(book: Store) -> Shop:
    return Shop(book)


def test_pages_neither_repeat_nor_skip(shop: Shop) -> None:
    days = [date(2023, 5, 1) + timedelta(days=n // 5) for n in range(37)]
    sales = [shop.sale(number=f"X{n * 7 % 37:02d}", on=on) for n, on in enumerate(days)]
    shop.enter(*sales)
    wanted = [s.number for s in sorted(sales, key=lambda s: (s.on, s.number), reverse=True)]
    assert shop.ids("orders", per_page=1000) == wanted
    assert len(shop.ids("orders")) == 15
    for size in (1, 7, 36, 37):
        walked = [n for page in range(1, 37 // size + 2) for n in shop.ids("orders", current_page=page, per_page=size)]
        assert walked == wanted
        assert shop.ask("orders", current_page=str(37 // size + 2), per_page=str(size)) == {
            "orders": [],
            "total_orders": 37,
        }
    assert shop.ask("orders", current_page="9" * 18, per_page="1000")["total_orders"] == 37


def test_invoices_come_in_tens(shop: Shop) -> None:
    shop.issue(*(shop.sale(Kind.SALES_INVOICE, number=f"N{n:02d}") for n in range(12)))
    assert shop.ids("invoices") == [f"N{n:02d}" for n in range(11, 1, -1)]
    assert shop.ids("invoices", current_page=2) == ["N01", "N00"]


DATES: list[tuple[dict[str, str], str]] = [
    ({"start_date": "2022-09-01"}, "day noon next"),
    ({"start_date": "2022-09-01T10:00:19Z"}, "day noon next"),
    ({"start_date": "2022-09-01T12:00:00Z"}, "day noon next"),
    ({"start_date": "2022-09-01T12:00:00.001Z"}, "day next"),
    ({"start_date": "2022-09-01 23:59"}, "day next"),
    ({"start_date": "2022-09-02"}, "next"),
    ({"start_date": "2022-09-02T00:00:01+00:00"}, "next"),
    ({"start_date": "2022-09-01T23:30:00-02:00"}, "next"),
    ({"start_date": "2022-09-02T01:30:00+0200"}, "day next"),
    ({"end_date": "2022-09-01"}, "before day noon"),
    ({"end_date": "2022-09-01T11:59:59Z"}, "before day"),
    ({"end_date": "2022-09-01T12:00:00Z"}, "before day noon"),
    ({"end_date": "2022-08-31T23:59:59Z"}, "before"),
    ({"start_date": "2022-09-01", "end_date": "2022-09-01"}, "day noon"),
    ({"start_date": "2022-09-02", "end_date": "2022-09-01"}, ""),
    ({"date_from": "2022-09-01", "date_to": "2022-09-01"}, "day noon"),
    ({"start_date": "", "date_from": "2022-09-02"}, "next"),
    ({"start_date": "2022-09-02", "date_from": "1999-01-01"}, "next"),
    ({"end_date": " ", "date_to": "2022-08-31"}, "before"),
    ({"start_date": "0001-01-01T00:00:00+14:00", "end_date": "9999-12-31"}, "before day noon next"),
    ({"end_date": "9999-12-31T23:59:59-12:00"}, "before day noon next"),
]


def test_dates_count_whole_days(shop: Shop) -> None:
    day = date(2022, 9, 1)
    times = {
        "before": (day - timedelta(days=1), at("2022-08-31T23:30:00")),
        "day": (day, None),
        "noon": (day, at("2022-09-01T12:00:00")),
        "next": (day + timedelta(days=1), None),
    }
    for path, kind, file in (("orders", Kind.QUOTE, shop.enter), ("invoices", Kind.SALES_INVOICE, shop.issue)):
        file(*(shop.sale(kind, number=name, on=on, at=moment) for name, (on, moment) in times.items()))
        for filters, shown in DATES:
            assert set(shop.ids(path, filters=filters)) == set(shown.split()), filters
            assert shop.ask(path, filters=filters)[f"total_{path}"] == len(shown.split()), filters


def test_filters_compare_whole_text_without_case(shop: Shop) -> None:
    shop.enter(
        shop.sale(number="Straße-1", customer_po="Café", third_party_number="100"),
        shop.sale(number="STRASSE-2", customer_po="PO_1", third_party_number="web-2"),
        shop.sale(number="3", customer_po="PO%1", third_party_number="web-3"),
    )

    def found(**filters: Any) -> list[str]:
        return sorted(shop.ids("orders", filters=filters))

    every = sorted(["Straße-1", "STRASSE-2", "3"])
    assert found(order_id="strasse-1") == ["Straße-1"]
    assert found(order_id=" straße-2 ") == ["STRASSE-2"]
    assert found(order_id=3) == ["3"]
    assert found(order_id="strasse") == []
    assert found(customer_po="CAFE\u0301") == ["Straße-1"]
    assert found(customer_po="po_1") == ["STRASSE-2"]
    assert found(customer_po="po%1") == ["3"]
    assert found(customer_po="PO*") == []
    assert found(third_party_order_number=100) == ["Straße-1"]
    assert found(third_party_order_number="WEB-2", customer_po="po_1") == ["STRASSE-2"]
    assert found(third_party_order_number="WEB-2", customer_po="po%1") == []
    assert found(third_party_order_number="WEB-2", start_date="2023-06-01", end_date="2023-06-01") == ["STRASSE-2"]
    assert found(third_party_order_number="WEB-2", start_date="2023-06-02") == []
    assert found(order_id="", customer_po=None, third_party_order_number="  ", invoice_id="9", other=[1]) == every
    for nothing in ("3\x00", "\ud800", "' OR 1=1 --", "%", "_"):
        assert found(order_id=nothing) == []
    wholes: tuple[Any, ...] = (None, {}, [])
    for whole in wholes:
        assert sorted(shop.ids("orders", filters=whole)) == every


def test_invoices_are_found_by_number_and_purchase_order(shop: Shop) -> None:
    shop.issue(
        shop.sale(Kind.SALES_INVOICE, number="I1", customer_po="A"),
        shop.sale(Kind.SALES_INVOICE, number="I2", customer_po="b", third_party_number="web"),
    )
    assert shop.ids("invoices", filters={"invoice_id": "i1"}) == ["I1"]
    assert shop.ids("invoices", filters={"customer_po": "B"}) == ["I2"]
    assert shop.ids("invoices", filters={"order_id": "nobody's", "third_party_order_number": "none"}) == ["I2", "I1"]


def test_a_user_sees_its_own_orders_unless_it_may_see_all(shop: Shop) -> None:
    shop.enter(
        shop.sale(number="mine", contact="01"),
        shop.sale(number="hers", contact="02"),
        shop.sale(number="typed", contact=None),
    )
    every = ["typed", "mine", "hers"]
    assert shop.ids("orders") == every
    assert shop.ids("orders", user_seller_reference=None) == every
    for reference, shown in (("01", ["mine"]), (" 02 ", ["hers"]), ("1", []), ("", []), ("  ", []), ("0\x001", [])):
        found = shop.ask("orders", user_seller_reference=reference)
        assert [row["order_id"] for row in found["orders"]] == shown
        assert found["total_orders"] == len(shown)
    assert shop.ids("orders", user_seller_reference="01", filters={"order_id": "hers"}) == []
    assert shop.ids("orders", user_seller_reference="01", filters={"start_date": "2023-06-01"}) == ["mine"]
    assert shop.ask("order", order_id="hers", user_seller_reference="01")["order_id"] == "hers"
    shop.issue(shop.sale(Kind.SALES_INVOICE, number="I", contact="02"))
    assert shop.ids("invoices", user_seller_reference="01") == ["I"]
    assert shop.ask("invoice", invoice_id="I", user_seller_reference=["01"])["invoice_id"] == "I"


def test_a_store_may_restrict_single_orders_too(book: Store) -> None:
    shop = Shop(book, {"stores": [{"name": "webstore", "restrict_order_by_id": True}]})
    shop.enter(shop.sale(number="mine", contact="01"), shop.sale(number="typed"))
    assert shop.ask("order", order_id="mine", user_seller_reference="01")["order_id"] == "mine"
    assert shop.ask("order", order_id="typed")["order_id"] == "typed"
    for number, reference in (("mine", "02"), ("mine", ""), ("typed", "01"), ("typed", "")):
        body = {"customer_code": "ACME001", "order_id": number, "user_seller_reference": reference}
        assert shop.post("order", body).data == NOTHING
    assert (
        shop.post("order", {"customer_code": "ACME001", "order_id": "1", "user_seller_reference": []}).status_code
        == 422
    )


def test_each_document_is_listed_once(shop: Shop) -> None:
    lines = tuple(
        SaleLine(item_id=shop.item, quantity=Decimal(2), unit_price=Decimal(5), tax={None: Decimal("0.5")})
        for _ in range(3)
    )
    (order,) = shop.enter(shop.sale(Kind.SALES_ORDER, lines=lines, tax_rounding=TaxRounding.DELIVERED))
    for number in (1, 2, 3):
        with shop.work() as opened:
            ordering.ship(opened, order.document.id, {number: Decimal(1)}, travel=Tracking(tracking_number=str(number)))
    with shop.work() as opened:
        invoiced = ordering.invoice(opened, order.document.id)
    for amount in (1, 2):
        with shop.work() as opened:
            receipts.receive(opened, "ACME001", Decimal(amount), "T")
    assert invoiced.document.id
    assert shop.ids("orders") == ["SO-000001"]
    assert shop.ids("invoices") == ["INV-000001"]
    assert shop.ask("orders")["total_orders"] == shop.ask("invoices")["total_invoices"] == 1
    shown = shop.ask("order", order_id="SO-000001")
    assert shown["order_status_description"] == "Invoiced"
    assert [line["qty_shipped"] for line in shown["order_lines"]] == ["1", "1", "1"]
    assert [travel["tracking_number"] for travel in shown["tracking_information"]] == ["1", "2", "3"]
    invoice = shop.ask("invoice", invoice_id="INV-000001")
    assert invoice["order_id"] == "SO-000001"
    assert invoice["order_date"] == "2023-06-01T00:00:00"
    assert (invoice["total"], invoice["balance"]) == (Decimal("31.5"), Decimal("28.5"))


def test_nobody_sees_another_customer(shop: Shop) -> None:
    shop.enter(shop.sale(number="Q1"), shop.sale(number="Q2", customer=shop.other))
    shop.issue(
        shop.sale(Kind.SALES_INVOICE, number="I2", customer=shop.other), shop.sale(Kind.SALES_INVOICE, number="I1")
    )

    def raw(path: str, **fields: str) -> bytes:
        return bytes(shop.post(path, fields).data)

    for path, number, wrong in (("order", "Q2", "Q9"), ("invoice", "I2", "I9"), ("order", "I1", "Q9")):
        key = f"{path}_id"
        assert raw(path, customer_code="ACME001", **{key: number}) == NOTHING
        assert raw(path, customer_code="ACME001", **{key: wrong}) == NOTHING
        assert raw(path, customer_code="NOBODY", **{key: number}) == NOTHING
    assert raw("order", customer_code="ACME001", order_id="q1") == NOTHING
    assert shop.ids("orders", filters={"order_id": "Q2"}) == []
    assert shop.ids("invoices") == ["I1"]
    for code in ("NOBODY", "acme001", "ACME001'--", "ACME%", "ACME\x00001", "\ud83d", "ACME00"):
        for path, empty in EMPTY.items():
            assert raw(path, customer_code=code, order_id="Q1", invoice_id="I1") == empty
    assert shop.ask("orders", customer_code="  ACME001 ")["total_orders"] == 1
    assert shop.ask("balance", customer_code="ACME002")["balance"] == 10


def test_a_numeric_account_number_may_come_as_a_number(shop: Shop) -> None:
    with shop.work() as opened:
        add_customer(opened, "4711", "Numbers Ltd")
    assert shop.ask("balance", customer_code=4711)["customer_code"] == "4711"


def test_states_in_words(shop: Shop) -> None:
    open_, void, done = shop.enter(
        shop.sale(number="open"), shop.sale(Kind.WORK_ORDER, number="void"), shop.sale(Kind.SALES_ORDER, number="done")
    )
    assert open_.document.number == "open"
    with shop.work() as opened:
        ordering.void(opened, void.document.id)
    with shop.work() as opened:
        ordering.invoice(opened, done.document.id)
    shown = {row["order_id"]: row for row in shop.ask("orders")["orders"]}
    assert {
        number: (row["order_type_description"], row["order_status_description"]) for number, row in shown.items()
    } == {"open": ("Quote", "Open"), "void": ("Work Order", "Void"), "done": ("Sales Order", "Invoiced")}
    line = shop.ask("order", order_id="done")["order_lines"][0]
    assert (line["qty"], line["qty_shipped"]) == ("1", "1")
    assert shop.ask("order", order_id="open")["order_lines"][0]["qty_shipped"] == "0"


def test_invoices_keep_their_balance_and_state(shop: Shop) -> None:
    back = SaleLine(item_id=shop.item, quantity=Decimal(-1), unit_price=Decimal("4.5"), discount=Decimal("-0.5"))
    _, reversed_, *_ = shop.issue(
        shop.sale(Kind.SALES_INVOICE, number="open"),
        shop.sale(Kind.SALES_INVOICE, number="reversed"),
        shop.sale(Kind.SALES_INVOICE, number="paid"),
        shop.sale(Kind.SALES_INVOICE, number="credit", lines=(back,)),
    )
    with shop.work() as opened:
        invoicing.reverse(opened, reversed_.document.id)
    with shop.work() as opened:
        receipts.receive(opened, "ACME001", Decimal(10), "T", invoices=["paid"])
    with shop.work() as opened:
        receipts.receive(opened, "ACME001", Decimal("0.01"), "T", invoices=["open"])
    cash = shop.sale(Kind.CASH_SALE, "7.25", number="cash")
    shop.issue(replace(cash, tenders=(SaleTender("C", Decimal(10)),)))
    shown = {row["invoice_id"]: row for row in shop.ask("invoices")["invoices"]}
    assert {
        number: (row["invoice_status_description"], row["total"], row["balance"]) for number, row in shown.items()
    } == {
        "open": ("Open", 10, Decimal("9.99")),
        "reversed": ("Reversed", 10, 0),
        "paid": ("Paid", 10, 0),
        "credit": ("Credit", -4, -4),
        "cash": ("Paid", Decimal("7.25"), 0),
    }
    assert shown["cash"]["order_id"] == ""
    assert (shown["credit"]["discount_total"], shown["open"]["discount_total"]) == (Decimal("0.5"), 0)
    for number, row in shown.items():
        single = shop.ask("invoice", invoice_id=number)
        assert {key: single[key] for key in row} == row
        assert single["discount"] == single["discount_total"]
        assert single["sales_tax"] == single["tax_total"]
        assert "order_date" not in single


def test_only_the_customers_currency_is_shown(shop: Shop) -> None:
    with shop.work() as opened:
        set_rate(opened, "USD", date(2023, 1, 1), Decimal("1.3"))
    shop.issue(shop.sale(Kind.SALES_INVOICE, number="cad"))
    shop.issue(shop.sale(Kind.SALES_INVOICE, number="usd", currency="USD"))
    shop.enter(shop.sale(number="usd-quote", currency="USD"))
    assert shop.ids("invoices") == ["cad"]
    assert shop.ids("orders") == []
    assert shop.post("invoice", {"customer_code": "ACME001", "invoice_id": "usd"}).data == NOTHING
    assert shop.post("order", {"customer_code": "ACME001", "order_id": "usd-quote"}).data == NOTHING
    assert shop.ask("balance")["balance"] == 10


def test_amounts_have_the_currencys_decimals(shop: Shop) -> None:
    with shop.work() as opened:
        for code in ("JPY", "KWD"):
            set_rate(opened, code, date(2023, 1, 1), Decimal("0.01"))
        ids = {code: add_customer(opened, code, code, unit=code).id for code in ("JPY", "KWD")}
    shop.issue(
        shop.sale(Kind.SALES_INVOICE, "1500", number="J", customer=ids["JPY"]),
        shop.sale(Kind.SALES_INVOICE, "0.305", number="K", customer=ids["KWD"]),
    )
    assert b'"total":1500,' in shop.post("invoice", {"customer_code": "JPY", "invoice_id": "J"}).data
    assert b'"total":0.305,' in shop.post("invoice", {"customer_code": "KWD", "invoice_id": "K"}).data


def test_lines_keep_their_spelling(shop: Shop) -> None:
    lines = (
        SaleLine(item_id=shop.item, quantity=Decimal("0.5"), unit_price=Decimal("0.6"), note="half"),
        SaleLine(item_id=shop.item, quantity=Decimal(1000), unit_price=Decimal("0.125"), discount=Decimal(5)),
        SaleLine(item_id=shop.item, quantity=Decimal("1.000"), unit_price=Decimal(8), tax={None: Decimal("0.3")}),
    )
    sale = shop.sale(lines=lines, number="X", tax_rounding=TaxRounding.DELIVERED)
    (order,) = shop.enter(sale)
    shop.issue(replace(sale, kind=Kind.SALES_INVOICE))
    assert order.document.total.amount == Decimal("128.60")
    shown = shop.post("order", {"customer_code": "ACME001", "order_id": "X"}).data
    assert b'"sub_total":128.3,"tax_total":0.3,"sales_tax":0.3,"total":128.6,' in shown
    assert b'"discount_total":5,' in shown
    assert b'"tracking_information"' not in shown
    assert b"ship_date" not in shown
    ordered = parsed(shown)["order_lines"]
    assert [(line["qty"], line["unit_price"], line["tax"], line["total"]) for line in ordered] == [
        ("0.5", Decimal("0.6"), 0, Decimal("0.3")),
        ("1000", Decimal("0.125"), 0, 120),
        ("1", 8, Decimal("0.3"), Decimal("8.3")),
    ]
    assert [type(line["unit_price"]) for line in ordered] == [Decimal, Decimal, int]
    charged = shop.ask("invoice", invoice_id="X")["invoice_lines"]
    assert [(line["qty"], line["qty_shipped"], line["unit_price"], line["tax"], line["price"]) for line in charged] == [
        ("0.5", "0.5", "0.60", 0, "0.30"),
        ("1000", "1000", "0.125", 0, "120.00"),
        ("1", "1", "8.00", Decimal("0.3"), "8.30"),
    ]
    assert charged[0]["item_id"] == ordered[0]["product_id"] == str(shop.item)


def test_an_invoice_without_an_order_has_no_order_date(shop: Shop) -> None:
    sale = shop.sale(Kind.SALES_INVOICE, number="X", ordered_on=date(2023, 1, 1))
    shop.issue(sale)
    shop.issue(replace(sale, number="Y", order_number="ELSEWHERE"))
    alone, ordered = (shop.ask("invoice", invoice_id=number) for number in ("X", "Y"))
    assert (alone["order_id"], "order_date" in alone) == ("", False)
    assert (ordered["order_id"], ordered["order_date"]) == ("ELSEWHERE", "2023-01-01T00:00:00")


def test_a_long_note_is_cut_by_characters(shop: Shop) -> None:
    (order,) = shop.enter(shop.sale(Kind.SALES_ORDER, number="X"))
    with shop.work() as opened:
        ordering.ship(opened, order.document.id, travel=Tracking(note="é" * 151))
    (travel,) = shop.ask("order", order_id="X")["tracking_information"]
    assert travel["note"] == "é" * 150
    assert travel.keys().isdisjoint({"delivery_date", "status_time", "shipping_date"})


def test_the_account(shop: Shop) -> None:
    assert shop.ask("balance") == {
        "customer_code": "ACME001",
        **dict.fromkeys(("balance", "total_due", "open_credits", "due_over_120_days"), 0),
        **{f"due_{days}_days": 0 for days in (30, 60, 90, 120)},
    }
    late = {0: "1", 1: "2", 30: "4", 31: "8", 60: "16", 61: "32", 90: "64", 91: "128", 120: "256", 121: "512.5"}
    today = date(2023, 6, 15)
    on = today - timedelta(days=200)
    shop.issue(
        *(
            shop.sale(Kind.SALES_INVOICE, amount, on=on, due_on=today - timedelta(days=days))
            for days, amount in late.items()
        )
    )
    with shop.work() as opened:
        receipts.receive(opened, "ACME001", Decimal("100.25"), "T", on=date(2023, 6, 10), invoices=())
    shop.enter(shop.sale(Kind.QUOTE, on=today), shop.sale(Kind.WORK_ORDER, on=date(2023, 6, 12), amount="5"))
    assert shop.ask("balance") == {
        "customer_code": "ACME001",
        "balance": Decimal("923.25"),
        "total_due": Decimal("1022.5"),
        "last_charge_date": "2022-11-27T00:00:00",
        "last_sale_date": "2023-06-12T00:00:00",
        "last_payment_date": "2023-06-10T00:00:00",
        "last_payment_amount": Decimal("100.25"),
        "due_30_days": 6,
        "due_60_days": 24,
        "due_90_days": 96,
        "due_120_days": 384,
        "due_over_120_days": Decimal("512.5"),
        "open_credits": Decimal("100.25"),
    }


def test_credit_may_be_overdrawn(book: Store) -> None:
    shop = Shop(book)
    with shop.work() as opened:
        rich = add_customer(opened, "LIMIT", "Limited", credit_limit=Decimal("5.50")).id
    assert shop.ask("balance", customer_code="LIMIT")["credit_available"] == Decimal("5.5")
    shop.issue(shop.sale(Kind.SALES_INVOICE, customer=rich))
    assert shop.ask("balance", customer_code="LIMIT")["credit_available"] == Decimal("-4.5")


def test_reversed_void_and_credit_are_no_last_sale(shop: Shop) -> None:
    def effect(made: Filed, act: Any) -> None:
        with shop.work() as opened:
            act(opened, made.document.id)

    (first,) = shop.issue(shop.sale(Kind.SALES_INVOICE, on=date(2023, 5, 1)))
    assert first.document.id
    (wrong,) = shop.issue(shop.sale(Kind.SALES_INVOICE, on=date(2023, 5, 2)))
    effect(wrong, invoicing.reverse)
    (called_off,) = shop.enter(shop.sale(Kind.SALES_ORDER, on=date(2023, 5, 3)))
    effect(called_off, ordering.void)
    shop.issue(
        shop.sale(
            Kind.SALES_INVOICE,
            on=date(2023, 5, 4),
            lines=(SaleLine(item_id=shop.item, quantity=Decimal(-1), unit_price=Decimal(1)),),
        )
    )
    shown = shop.ask("balance")
    assert shown["last_charge_date"] == shown["last_sale_date"] == "2023-05-01T00:00:00"


def test_an_instant_is_shown_to_the_millisecond(shop: Shop) -> None:
    shop.enter(
        shop.sale(number="a", on=date(2023, 2, 7), at=at("2023-02-07T16:46:15.163-08:00")),
        shop.sale(number="b", on=date(2023, 2, 6), at=at("2023-02-06T16:46:15.000999")),
    )
    shown = {row["order_id"]: row["order_date"] for row in shop.ask("orders")["orders"]}
    assert shown == {"a": "2023-02-08T00:46:15.163", "b": "2023-02-06T16:46:15"}
    for number, written in shown.items():
        assert shop.ask("order", order_id=number)["order_date"] == written


NO_TEXT: tuple[Any, ...] = (None, "", "  ", True, {}, ["1"], 1.5)
NO_SEARCH: tuple[Any, ...] = (True, {}, [], 1.5)
NO_PAGE: tuple[Any, ...] = (
    *("0", 0, -1, "-1", "1.5", 1.5, "abc", "²", "\uff11", "1e2", "+1", "0x1", "10.0", "9" * 19, 10**30),
    *(True, [], {}),
)
NO_FILTERS: tuple[Any, ...] = ([1], "x", "", 5, True)
NO_DATE: tuple[Any, ...] = (
    *("01/05/2023", "2023-02-30", "today", "2023-1-5", "2023-01-05T25:00", "2023-01-05T10:00+25:00"),
    *(20230105, True, [], {}),
)
LISTS = ("orders", "invoices")


def wrong_fields() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each wrong value: where it is sent, how, and the field that the reply must name."""
    for path, field in (*((path, "customer_code") for path in EMPTY), ("order", "order_id"), ("invoice", "invoice_id")):
        yield from ((path, {field: wrong}, field) for wrong in NO_TEXT)
    for path, field in product(LISTS, ("current_page", "per_page")):
        yield from ((path, {field: wrong}, field) for wrong in NO_PAGE)
    for path, wrong in product(LISTS, ("1001", 1001)):
        yield path, {"per_page": wrong}, "per_page"
    for path, wrong in product(LISTS, NO_FILTERS):
        yield path, {"filters": wrong}, "filters"
    for field, wrong in product(("order_id", "customer_po", "third_party_order_number"), NO_SEARCH):
        yield "orders", {"filters": {field: wrong}}, f"filters.{field}"
    for path, field, wrong in product(LISTS, ("start_date", "end_date", "date_from", "date_to"), NO_DATE):
        yield path, {"filters": {field: wrong}}, f"filters.{field}"
    for wrong in NO_SEARCH:
        yield "orders", {"user_seller_reference": wrong}, "user_seller_reference"


def test_wrong_fields_are_named(shop: Shop) -> None:
    right = {"customer_code": "ACME001", "order_id": "1", "invoice_id": "1"}
    for path, wrong, field in wrong_fields():
        answer = shop.post(path, right | wrong)
        assert answer.status_code == 422, (path, wrong, answer.data)
        said = answer.get_json()
        assert said["error"] == "invalid_fields"
        assert list(said["fields"]) == [field], (path, wrong)
    for path in EMPTY:
        assert "customer_code" in shop.post(path, {}).get_json()["fields"]


def test_all_problems_come_at_once(shop: Shop) -> None:
    body = {
        "customer_code": " ",
        "current_page": "0",
        "per_page": "x",
        "user_seller_reference": True,
        "filters": {"order_id": [], "start_date": "soon", "end_date": 7},
    }
    answer = shop.post("orders", body)
    assert answer.status_code == 422
    assert set(answer.get_json()["fields"]) == {
        "customer_code",
        "current_page",
        "per_page",
        "user_seller_reference",
        "filters.order_id",
        "filters.start_date",
        "filters.end_date",
    }


def test_lenient_spellings_are_taken(shop: Shop) -> None:
    shop.enter(*(shop.sale(number=f"X{n}") for n in range(3)))
    for page in (2, "2", 2.0, " 2 ", "02"):
        assert shop.ids("orders", current_page=page, per_page=2) == ["X0"]
    for default in (None, "", " "):
        assert len(shop.ids("orders", current_page=default, per_page=default)) == 3
    extra = {"unknown": {"deep": [1]}, "evo_customer_id": 277504, "evo_user_id": None, "seller_reference": True}
    assert len(shop.ids("orders", **extra)) == 3
    body = b"\xef\xbb\xbf" + json.dumps({"customer_code": "ACME001"}).encode()
    for content_type in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.evox.v1+json", ""):
        answer = shop.post("orders", body, {"Content-Type": content_type})
        assert answer.get_json()["total_orders"] == 3, content_type
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_no_json_object_is_a_bad_request(shop: Shop) -> None:
    bodies = [b"", b"{", b"[]", b"null", b'"x"', b"1", b'{"customer_code":NaN}', b'{"a":Infinity}', b"\xff\xfe{}"]
    bodies += [b'{"customer_code":"\xff"}', b"[" * 5000, b'{"a":' * 5000, b'{"a":1' + b"0" * 5000 + b"}", b"{} {}"]
    for body in bodies:
        answer = shop.post("orders", body)
        assert answer.status_code == 400, body[:20]
        assert answer.get_json()["error"] == "bad_request"
        assert answer.get_json()["message"]


def test_checks_come_in_order(shop: Shop) -> None:
    large = b'{"customer_code":"' + b"x" * 1024 * 1024 + b'"}'
    wrong = {"Authorization": "Bearer nobody's", "Content-Type": "text/plain"}
    get = shop.client.get("/evolutionx/orders", headers=wrong)
    assert (get.status_code, get.headers["Allow"]) == (405, "POST")
    for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        assert shop.client.open("/evolutionx/balance", method=method).status_code == 405
    assert shop.post("orders", large, wrong).status_code == 401
    assert shop.post("orders", large, {"Content-Type": "text/plain"}).status_code == 413
    assert shop.post("orders", b"{", {"Content-Type": "text/plain"}).status_code == 415
    assert shop.post("orders", b"{").status_code == 400
    assert shop.post("orders", b'{"per_page":0}').status_code == 422
    assert shop.post("nowhere", b"{}").status_code == 404
    for answer in (get, shop.post("orders", b"{", wrong), shop.post("orders", large), shop.post("nowhere", b"{}")):
        assert set(answer.get_json()) == {"error", "message"}
    for content_type in ("text/json", "application/x-www-form-urlencoded", "application/jsonx", "application/xml"):
        assert shop.post("orders", b"{}", {"Content-Type": content_type}).status_code == 415


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True)
class Tried:
    """Credentials that are tried at stores of each mode."""

    headers: dict[str, str]
    opens: str


TRIED = [
    Tried({"Authorization": "Bearer of-bearer"}, "bearer"),
    Tried({"Authorization": "bearer of-bearer"}, "bearer"),
    Tried({"Authorization": "Bearer Bearer of-bearer"}, "bearer"),
    Tried({"Authorization": "Bearer of-nobody"}, "nobody with an entry"),
    Tried({"X-Store-Key": "of-header"}, "header"),
    Tried({"x-store-key": "of-header"}, "header"),
    Tried({"Authorization": basic("store", "of-basic")}, "basic"),
    Tried({"Authorization": basic("any-user", "of-any")}, "any"),
    Tried({"Authorization": "Bearer of-any"}, "any"),
    Tried({"X-Any": "of-any"}, "any"),
    *(
        Tried(headers, "")
        for headers in (
            {},
            {"Authorization": "of-bearer"},
            {"Authorization": "Bearer OF-BEARER"},
            {"Authorization": "Bearer of-beare"},
            {"Authorization": "Bearer of-bearer "[:-2]},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer of-bearér"},
            {"Authorization": "Bearer of-header"},
            {"Authorization": "Bearer of-basic"},
            {"X-Store-Key": "of-bearer"},
            {"X-Store-Key": "of-any"},
            {"X-Any": "of-header"},
            {"X-Store-Key": "Bearer of-header"},
            {"X-Other": "of-header"},
            {"Authorization": basic("bearer", "of-bearer")},
            {"Authorization": basic("Store", "of-basic")},
            {"Authorization": basic("basic", "of-basic")},
            {"Authorization": basic("any", "of-any")},
            {"Authorization": "Basic !!!"},
            {"Authorization": "Bearer of-elsewhere"},
        )
    ),
]


def test_each_store_opens_in_its_own_way(book: Store) -> None:
    stores = [
        {"name": "bearer"},
        {"name": "header", "modes": ["header"], "key": "X-Store-Key"},
        {"name": "basic", "modes": ["basic"], "user": "store"},
        {"name": "any", "modes": ["bearer", "header", "basic"], "key": "X-Any", "user": "any-user"},
    ]
    clock = fixed("2023-06-15T20:00:00Z")
    with work(book, clock) as opened:
        for name in ("bearer", "header", "basic", "any", "nobody"):
            issue(opened, name, "evolutionx", f"of-{name}")
        issue(opened, "bearer", "systemfive", "of-elsewhere")
    asked = client(book, clock, {"stores": stores})
    for tried in TRIED:
        answer = asked.post("/evolutionx/balance", json={"customer_code": "X"}, headers=tried.headers)
        assert answer.status_code == (200 if tried.opens else 401), tried
        if answer.status_code == 401:
            assert answer.headers.getlist("WWW-Authenticate")[0] == "Bearer"
            assert answer.headers.getlist("WWW-Authenticate")[1].startswith("Basic ")
    plain = client(book, clock).post("/evolutionx/balance", json={"customer_code": "X"})
    assert plain.headers.getlist("WWW-Authenticate") == ["Bearer"]


@pytest.mark.parametrize(
    "stores",
    [
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a", "modes": ["header"]}],
        [{"name": "a", "key": "X-Key"}],
        [{"name": "a", "modes": ["header"], "key": "Authorization"}],
        [{"name": "a", "modes": ["header"], "key": "X Key"}],
        [{"name": "a", "modes": ["oauth"]}],
        [{"name": "a", "discount_total": "sometimes"}],
        [{"nam": "a"}],
    ],
)
def test_settings_that_cannot_be_meant_are_refused(stores: list[dict[str, Any]]) -> None:
    with pytest.raises(SettingsError, match=r"contracts\.evolutionx"):
        Settings(contracts={"evolutionx": {"stores": stores}}).of_contract("evolutionx", door.contract.settings)


def test_reading_leaves_nothing_in_the_book(shop: Shop) -> None:
    shop.issue(shop.sale(Kind.SALES_INVOICE, number="I"))

    def counts() -> list[Any]:
        with shop.store.engine.reading() as connection:
            return list(connection.raw.execute("SELECT count(*), max(id) FROM message").fetchall())

    before = counts()
    for path in EMPTY:
        shop.ask(path, order_id="I", invoice_id="I")
        shop.post(path, b"{}")
    assert counts() == before
