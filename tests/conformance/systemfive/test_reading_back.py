"""System Five: reading invoices back."""

from __future__ import annotations

from decimal import Decimal

from counterfoil.services import ordering
from tests.conformance.systemfive.till import (
    HOME,
    READ,
    Till,
    entry,
    line,
    paid,
)


def test_reading_back_by_number_and_id(till: Till) -> None:
    types = {}
    for kind in "EWAC":
        tenders = [] if kind == "E" else [paid(Decimal("43.68"))]
        record = till.send(entry(kind, InvoiceCustomer=HOME, tenders=tenders, ReferenceNo=f"r-{kind}"))
        types[kind] = record
        for tail in (record["RecordDesc"], str(record["RecordId"])):
            (shown,) = till.read(f"/{tail}")
            header = shown["InvoiceHeader"]
            assert (header["InvoiceType"], header["InvoiceNumber"]) == (kind, record["RecordDesc"])
            assert (header["InvoiceCustomer"], header["InvoiceShipTo"], header["ReferenceNo"]) == (
                HOME,
                HOME,
                f"r-{kind}",
            )
            assert shown["InvoiceLines"] == [line(Description="Rain jacket")]
            assert shown["InvoiceTenders"] == tenders
    back = till.send(entry("A", line(ordered=-1), InvoiceCustomer=HOME))
    (shown,) = till.read(f"/{back['RecordDesc']}")
    assert (shown["InvoiceHeader"]["InvoiceType"], shown["InvoiceLines"][0]["Ordered"]) == ("A", -1)
    order = till.document(types["W"]["RecordDesc"])
    till.do(lambda opened: ordering.invoice(opened, order.id))
    for tail in (order.number, str(order.id), "INV-000002"):
        (shown,) = till.read(f"/{tail}")
        assert (shown["InvoiceHeader"]["InvoiceNumber"], shown["InvoiceHeader"]["InvoiceType"]) == ("INV-000002", "A")
        assert shown["InvoiceTenders"] == [paid(Decimal("43.68"))]
    for tail in (
        "W-000404",
        "999",
        "9999999999",
        "-1",
        "x%00y",
        "%F0%9F%9A%80",
        "'",
        "RC-000001",
        "9" * 5000,
        "0" * 5000,
    ):
        assert till.read(f"/{tail}") == [], tail


def test_reading_back_page_by_page(till: Till) -> None:
    numbers = [till.stored(entry("WCE"[n % 3], tenders=[paid("43.68")] if n % 3 == 1 else None)) for n in range(7)]

    def shown(tail: str) -> list[str]:
        return [one["InvoiceHeader"]["InvoiceNumber"] for one in till.read(tail)]

    for everything in ("", "/", "/0", "?PageSize=100", "/0?PageNumber=1"):
        assert shown(everything) == numbers
    assert [shown(f"/0?PageSize=3&PageNumber={n}") for n in (1, 2, 3, 4)] == [
        numbers[:3],
        numbers[3:6],
        numbers[6:],
        [],
    ]
    for wrong in ("PageSize=0", "PageSize=x", "PageSize=1001", "PageNumber=-1", "PageNumber=1.5", "PageNumber=%C2%B2"):
        assert till.knock.open("GET", f"{READ}?{wrong}").status_code == 400
    assert till.knock.open("GET", f"{READ}?PageNumber=999999999").status_code == 200
