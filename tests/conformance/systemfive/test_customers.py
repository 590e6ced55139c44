"""System Five: whose an invoice is, and where it goes."""

from __future__ import annotations

from functools import partial

import pytest

from counterfoil.services import registry
from counterfoil.services.office import Work
from tests.conformance.books import counts
from tests.conformance.golden import parsed
from tests.conformance.systemfive.till import (
    ABROAD,
    BLOCK,
    HOME,
    Json,
    Till,
    entry,
    paid,
)


def test_a_block_alone_makes_a_customer_each_time(till: Till) -> None:
    before = counts(till.store)["party"]
    for n, kind in enumerate("EWAC", start=1):
        sale = till.filed(entry(kind, billing=BLOCK, tenders=[paid("43.68")] if kind == "C" else None))
        made = till.customer(sale)
        assert (made.name, sale.billing.name, sale.billing.city) == ("Ann Other", "Ann Other", "Hope")
        assert counts(till.store)["party"] == before + n
        (shown,) = till.read(f"/{sale.number}")
        assert shown["InvoiceHeader"]["InvoiceCustomer"] == made.id
        assert till.filed(entry(kind="W", InvoiceCustomer=made.id)).customer_id == made.id


def test_a_customer_and_a_block(till: Till) -> None:
    before = counts(till.store)["party"]
    record = till.send(entry("A", InvoiceCustomer=HOME, billing=BLOCK))
    assert any("InvoiceBilling" in text for text in record["Warnings"])
    sale = till.document(record["RecordDesc"])
    assert (sale.billing.name, till.customer(sale).billing.name) == ("Ann Other", "Blue Mountain Supply")
    assert counts(till.store)["party"] == before


@pytest.mark.parametrize(
    "empty",
    [
        {},
        {"AName": ""},
        {"AName": "-", "City": "Hope"},
        {"FirstName": " ", "LastName": " - ", "Address": "1"},
        {"AName": None},
    ],
)
def test_blocks_without_a_name_are_dropped(till: Till, empty: Json) -> None:
    before = counts(till.store)["party"]
    for kind in "EWC":
        sale = till.filed(entry(kind, billing=empty, shipping=empty, tenders=[paid("43.68")] if kind == "C" else None))
        assert (sale.customer_id, sale.billing.city, sale.shipping.city) == (None, "", "")
    assert "Warnings" not in till.send(entry("A", InvoiceCustomer=HOME, billing=empty))
    assert counts(till.store)["party"] == before


def test_names_and_places(till: Till) -> None:
    block = {"FirstName": "Ann", "LastName": "Other", "Country": "Canada", "StateProvince": "BC", "ZipPostal": 12345}
    made = till.filed(entry("W", billing=block)).billing
    assert (made.name, made.country, made.postal_code) == ("Ann Other", "CA", "12345")
    odd = '  Ünïcode 100% "quoted" \\ <b>x</b> 🚀\ttab\nline  '
    made = till.filed(entry("W", billing=BLOCK | {"AName": odd, "Country": "Neverland"})).billing
    assert (made.name, made.country) == (odd, "Neverland")


def test_ship_to(till: Till) -> None:
    before = counts(till.store)["party"]
    order = till.filed(entry("W", InvoiceCustomer=HOME, shipping=BLOCK))
    assert (order.ship_to_id, order.shipping.name) == (None, "Ann Other")
    order = till.filed(entry("W", InvoiceCustomer=HOME, InvoiceShipTo=ABROAD))
    assert order.shipping.name == "Cascade Outfitters"
    assert counts(till.store)["party"] == before
    (shown,) = till.read(f"/{order.number}")
    assert (shown["InvoiceHeader"]["InvoiceCustomer"], shown["InvoiceHeader"]["InvoiceShipTo"]) == (HOME, ABROAD)


def test_zero_stands_for_none(till: Till) -> None:
    order = till.filed(entry("W", InvoiceCustomer=0, InvoiceShipTo="0", InvoiceDepartment=0, InvoiceSalesman="0"))
    assert (order.customer_id, order.ship_to_id, order.department_id, order.salesperson_id) == (None, None, 1, 1)


def test_a_new_customer_passes_over_ids_that_are_account_numbers(till: Till) -> None:
    last = till.customer(till.filed(entry("W", billing=BLOCK))).id
    till.do(*(partial(_file, code=str(last + step)) for step in range(6, 11)))
    for _ in range(2):
        made = till.customer(till.filed(entry("W", billing=BLOCK)))
        assert made.code == str(made.id)
    filed = till.knock.open("POST", "/Windward/WebAPI/Customer/addCustomer", b'{"Customers": [{"Name": "One more"}]}')
    assert (filed.status_code, parsed(filed.data)["Customers"][0]["ActionSuccess"]) == (200, True)


def _file(opened: Work, code: str) -> None:
    registry.add_customer(opened, code, f"Account {code}")
