"""Many callers at EVA's door at the same moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from tests.conformance.eva.platform import Platform
from tests.conformance.golden import parsed

CALLERS = 32


def test_of_many_calls_one_books(platform: Platform) -> None:
    number = platform.register("563.26")
    platform.match(number, platform.delivered())

    def book(_: int) -> str:
        answer = platform.send("/message/BookInvoice", {"ID": number})
        return "booked" if answer.status_code == 200 else str(parsed(answer.data)["Error"]["Type"])

    with ThreadPoolExecutor(CALLERS) as callers:
        said = Counter(callers.map(book, range(CALLERS)))
    assert said == {"booked": 1, "Invoices:AlreadyClosed": CALLERS - 1}
    assert len(platform.ledgers(InvoiceID=number)) == 3
    assert [event["Amount"] for event in platform.events(InvoiceID=number, Type=20)] == [Decimal("563.26")]


def test_calls_for_the_same_units_find_each_once(platform: Platform) -> None:
    line = platform.delivered()
    numbers = [platform.register() for _ in range(12)]

    def match(number: int) -> None:
        lines = [{"ShipmentLineID": line, "Quantity": 1}, {"ShipmentLineID": line, "Quantity": 1}]
        platform.ask("CreateInvoiceLines", {"InvoiceID": number, "Lines": lines})

    with ThreadPoolExecutor(len(numbers)) as callers:
        list(callers.map(match, numbers))
    lines = [one for number in numbers for one in platform.invoice(number)["Lines"]]
    expected = Counter(one.get("ExpectedQuantity", one["Quantity"]) for one in lines)
    assert expected == {1: 10, 0: 14}


def test_disputes_are_resolved_once(platform: Platform) -> None:
    number = platform.register()
    dispute = platform.dispute(number, "10")
    body = {"InvoiceDisputeID": dispute, "Amount": 3}
    with ThreadPoolExecutor(8) as callers:
        status = list(
            callers.map(
                lambda _: platform.send("/message/CreateInvoiceDisputeResolveAction", body).status_code, range(8)
            )
        )
    assert Counter(status) == {200: 3, 400: 5}
    assert platform.invoice(number)["Disputes"][0]["ResolvedAmount"] == 9
