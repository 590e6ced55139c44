"""EVA's lists: both ways to page, and every filter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from counterfoil.services import suppliers
from tests.conformance.eva.platform import BOOK, OTHER_SUPPLIER, SHIRT, STORE, SUPPLIER, Platform
from tests.conformance.office import work

_VALIDATION = "RequestValidationFailure"


def _page(platform: Platform, service: str, **config: Any) -> Any:
    return platform.ask(service, {"PageConfig": config})["Result"]


def _ids(platform: Platform, **filters: Any) -> list[int]:
    return [row["ID"] for row in _page(platform, "ListInvoices", Filter=filters)["Page"]]


def test_a_page_by_place(platform: Platform) -> None:
    numbers = [platform.register() for _ in range(5)]
    page = _page(platform, "ListInvoices", Start=2, Limit=2, Filter={"OrganizationUnitIDs": [3], "Status": 0})
    assert [row["ID"] for row in page["Page"]] == [numbers[2], numbers[1]]
    told = {name: page[name] for name in page if name not in ("Page", "PageConfig", "Filters")}
    assert told == {"Offset": 2, "Limit": 2, "Total": 5, "NumberOfPages": 3, "CurrentPage": 2, "SortDirection": 0}
    assert page["PageConfig"]["Filter"] == page["Filters"] == {"OrganizationUnitIDs": "3", "Status": "0"}
    assert (page["PageConfig"]["Start"], page["PageConfig"]["Limit"]) == (2, 2)
    beyond = _page(platform, "ListInvoices", Start=50)
    assert (beyond["Page"], beyond["Total"], beyond["Limit"], beyond["CurrentPage"]) == ([], 5, 50, 2)


def test_an_empty_list_has_no_pages(platform: Platform) -> None:
    page = platform.ask("ListInvoices")["Result"]
    assert (page["Total"], page["NumberOfPages"], page["CurrentPage"], page["Limit"]) == (0, 0, 1, 50)


@pytest.mark.parametrize(
    "config",
    [{"Limit": 0}, {"Limit": -1}, {"Start": -1}, {"Limit": "x"}, {"Start": 1.5}, {"SortDirection": 2}, {"Filter": []}],
)
@pytest.mark.parametrize("service", ["ListInvoices", "ListTaxCodes", "ListInvoiceLedger"])
def test_pages_that_cannot_be(platform: Platform, service: str, config: dict[str, Any]) -> None:
    assert platform.refused(service, {"PageConfig": config}) == _VALIDATION


def test_a_limit_is_cut_to_a_thousand(platform: Platform) -> None:
    assert _page(platform, "ListInvoices", Limit=5000)["Limit"] == 1000


def test_invoices_sort_by_what_is_named(platform: Platform) -> None:
    numbers = [
        platform.register(InvoiceNumber=name, InvoiceDate=f"2021-06-0{day}")
        for name, day in (("B", 1), ("A", 3), ("C", 2))
    ]
    by_number = _page(platform, "ListInvoices", SortProperty="InvoiceNumber")
    assert [row["InvoiceNumber"] for row in by_number["Page"]] == ["A", "B", "C"]
    assert by_number["SortProperty"] == "InvoiceNumber"
    by_date = _page(platform, "ListInvoices", SortProperty="invoicedate", SortDirection=1)
    assert [row["ID"] for row in by_date["Page"]] == [numbers[1], numbers[2], numbers[0]]
    wrong = {"PageConfig": {"SortProperty": "Colour"}}
    for service in ("ListInvoices", "ListInvoiceLedger"):
        assert platform.refused(service, wrong) == "Sorting:SortingPropertyDoesNotExistInObject"


def test_a_page_by_token(platform: Platform) -> None:
    numbers = [platform.register() for _ in range(5)]
    platform.register(supplier=OTHER_SUPPLIER)
    first = platform.ask(
        "ListInvoices", {"InitialPageConfig": {"Limit": 2, "Filter": {"SupplierOrganizationUnitIDs": ["70"]}}}
    )
    assert "PreviousPageToken" not in first
    second = platform.ask("ListInvoices", {"PageToken": first["NextPageToken"]})
    third = platform.ask("ListInvoices", {"PageToken": second["NextPageToken"]})
    assert "NextPageToken" not in third
    seen = [row["ID"] for page in (first, second, third) for row in page["Results"]]
    assert seen == numbers[::-1]
    back = platform.ask("ListInvoices", {"PageToken": third["PreviousPageToken"]})
    assert back["Results"] == second["Results"]


@pytest.mark.parametrize("service", ["ListInvoices", "ListFinancialEvents", "ListGeneralLedgers"])
@pytest.mark.parametrize("token", ["x", "", 7, "e30=", "e30", "é", {}])
def test_tokens_that_are_none_of_ours(platform: Platform, service: str, token: Any) -> None:
    assert platform.refused(service, {"PageToken": token}) == _VALIDATION


@pytest.mark.parametrize("service", ["ListFinancialEvents", "ListGeneralLedgers"])
def test_tokens_hold_still_while_rows_arrive(platform: Platform, service: str) -> None:
    platform.booked()
    whole = platform.ask(service, {"InitialPageConfig": {"Limit": 1000}})["Results"]
    page = platform.ask(service, {"InitialPageConfig": {"Limit": 1}})
    seen = list(page["Results"])
    for _ in whole[1:]:
        platform.delivered(1)
        page = platform.ask(service, {"PageToken": page["NextPageToken"]})
        seen += page["Results"]
    assert len(whole) > 2
    assert "NextPageToken" not in page
    assert [row["ID"] for row in seen] == [row["ID"] for row in whole]
    assert "Result" not in platform.ask(service, {"PageConfig": {"Limit": 1}})


def test_the_filters_of_invoices(platform: Platform) -> None:
    with work(platform.store, platform.clock) as opened:
        suppliers.add_unit(opened, "SHOP", "Shop", country="NL", refs={"eva": "4"})
    first = platform.register("563.26", InvoiceNumber="A-1", InvoiceDate="2021-06-01")
    platform.match(first, platform.delivered())
    second = platform.register("10", InvoiceNumber="B-1", InvoiceDate="2021-06-02", DebtorOrganizationUnitID=4)
    third = platform.register(supplier=OTHER_SUPPLIER, InvoiceDate="2021-06-03")
    platform.dispute(second, "10")
    order = platform.invoice(first)["OrderID"]
    for filters, found in (
        ({}, [third, second, first]),
        ({"Type": 1}, [third, second, first]),
        ({"Type": 0}, []),
        ({"Type": 8}, []),
        ({"Status": 0}, [third, second, first]),
        ({"Status": 1}, []),
        ({"Number": "A-1"}, [first]),
        ({"StartDate": "2021-06-02"}, [third, second]),
        ({"EndDate": "2021-06-02"}, [second, first]),
        ({"StartDate": "2021-06-02", "EndDate": "2021-06-02T23:59:59Z"}, [second]),
        ({"OrganizationUnitIDs": [4]}, [second]),
        ({"OrganizationUnitIDs": ["3", 4]}, [third, second, first]),
        ({"OrganizationUnitIDs": [999]}, []),
        ({"OrganizationUnitIDs": []}, []),
        ({"SupplierOrganizationUnitIDs": [71]}, [third]),
        ({"OrderIDs": [order]}, [first]),
        ({"HasSupplierOrganizationUnit": True}, [third, second, first]),
        ({"HasSupplierOrganizationUnit": False}, []),
        ({"HasUnresolvedDisputes": True}, [second]),
        ({"HasUnresolvedDisputes": False}, [third, first]),
        ({"IsMatched": True}, [second, first]),
        ({"IsMatched": False}, [third]),
        ({"Status": 0, "Number": "B-1", "IsMatched": True}, [second]),
    ):
        assert _ids(platform, **filters) == found, filters
    platform.book(first)
    assert _ids(platform, Status=1) == [first]
    for filters in ({"Type": "x"}, {"Status": 2}, {"OrganizationUnitIDs": 3}, {"OrganizationUnitSetID": 1}):
        assert platform.refused("ListInvoices", {"PageConfig": {"Filter": filters}}) == _VALIDATION, filters


def test_a_row_of_the_list_agrees_with_the_invoice(platform: Platform) -> None:
    number = platform.register("563.26", InvoiceNumber="A-1", Description="shirts")
    platform.match(number, platform.delivered())
    (row,) = platform.ask("ListInvoices")["Result"]["Page"]
    shown = platform.invoice(number)
    same = (
        "ID", "InvoiceNumber", "InvoiceDate", "Description", "CurrencyID", "Status", "TotalAmount",
        "OrganizationUnitID", "OrganizationUnitName", "SupplierOrganizationUnitID", "SupplierOrganizationUnitName",
    )  # fmt: skip
    assert {name: row[name] for name in same} == {name: shown[name] for name in same}
    assert row["HasUnresolvedDisputes"] is False


def test_the_filters_of_shipments(platform: Platform) -> None:
    first = platform.shipment([(SHIRT, 10, "46.55")], BackendID="S-1", ShipmentDate="2021-06-01T10:00:00Z")
    second = platform.shipment([(BOOK, 2, "5")], OTHER_SUPPLIER, ShipmentDate="2021-06-05T10:00:00Z")
    announced = platform.ask("CreateShipment", {"OrderID": platform.order([(SHIRT, 1, "1")], BackendID="PO-9")})["ID"]

    def found(**filters: Any) -> list[int]:
        return [row["ID"] for row in _page(platform, "ListShipmentsToInvoice", Filter=filters)["Page"]]

    to_us = {"ShipToOrganizationUnitID": STORE}
    assert found(**to_us) == [second, first], "what is only announced cannot be invoiced"
    assert found(ShipFromOrganizationUnitID=SUPPLIER) == [first]
    assert found(ShipFromOrganizationUnitID="71", **to_us) == [second]
    assert found(ID=first, **to_us) == [first]
    order = _page(platform, "ListShipmentsToInvoice", Filter={"ID": first, **to_us})["Page"][0]["OrderIDs"][0]
    assert found(OrderID=order, **to_us) == [first]
    assert found(ProductID=BOOK, **to_us) == [second]
    assert found(BackendID="S-1", **to_us) == [first]
    assert found(From="2021-06-02", **to_us) == [second]
    assert found(To="2021-06-02", **to_us) == [first]
    platform.ask("FullyReceiveShipment", {"ID": announced})
    assert found(OrderBackendID="PO-9", **to_us) == [announced]
    number = platform.register()
    platform.match(number, platform.lines_of(first)[0]["ID"], Quantity=9)
    (row,) = _page(platform, "ListShipmentsToInvoice", Filter={"ID": first, **to_us})["Page"]
    assert (row["TotalQuantityInvoiced"], row["TotalAmountInvoiced"]) == (9, Decimal("418.95"))
    platform.match(number, platform.lines_of(first)[0]["ID"])
    assert found(**to_us) == [announced, second]
    assert platform.lines_of(first) == []


def test_the_lines_of_a_shipment_stand_in_their_order(platform: Platform) -> None:
    shipment = platform.shipment([(SHIRT, 10, "46.55"), (BOOK, 4, "10"), (SHIRT, 1, "1")])
    lines = platform.lines_of(shipment)
    assert [line["ID"] for line in lines] == sorted(line["ID"] for line in lines)
    assert [line["CustomID"] for line in lines] == ["P1001", "P1002", "P1001"]
    narrowed = _page(platform, "ListShipmentLinesToInvoice", Filter={"ShipmentID": shipment, "ProductIDs": [BOOK]})
    assert [line["ID"] for line in narrowed["Page"]] == [lines[1]["ID"]]
    assert platform.refused("ListShipmentLinesToInvoice") == _VALIDATION


def test_the_filters_of_events_and_ledgers(platform: Platform) -> None:
    first = platform.booked(2, "10")
    second = platform.booked(1, "10")
    order = platform.invoice(first)["OrderID"]
    events, rows = platform.events(), platform.ledgers()
    assert {event["InvoiceID"] for event in platform.events(InvoiceID=first)} == {first}
    assert {event["OrderID"] for event in platform.events(OrderID=order, Type=20)} == {order}
    assert platform.events(ProductID=SHIRT) == [event for event in events if event.get("ProductID") == SHIRT]
    assert platform.events(StatusID=0) == [event for event in events if event["StatusID"] == 0]
    assert platform.events(Type="20") == [event for event in events if event["TypeID"] == 20]
    assert platform.events(Type=40) == platform.events(StatusID=4) == platform.events(FromDate="2021-07-01") == []
    assert platform.events(ToDate="2021-06-30", OrganizationUnitID=3, OrganizationUnitIDs=[3]) == [
        event for event in events if event.get("OrganizationUnitID") == 3
    ]
    assert platform.events(FinancialPeriodID=events[0]["FinancialPeriodID"]) == events
    assert platform.ledgers(InvoiceID=second) == [row for row in rows if row.get("InvoiceID") == second]
    payable = [row for row in rows if row["AccountObjectAccount"] == "2000"]
    assert platform.ledgers(ObjectAccount="2000") == platform.ledgers(AccountID=payable[0]["AccountID"]) == payable
    assert platform.ledgers(Amount="-24.2") == [row for row in rows if row["Amount"] == Decimal("-24.2")] != []
    assert platform.ledgers(IsProcessed=False) == platform.ledgers(FromDate="2021-07-01") == []
    assert platform.ledgers(IsProcessed=True, ToDate="2021-06-30") == rows
    of_order = [row for row in rows if first == row.get("InvoiceID") or order == row.get("OrderID")]
    assert platform.ledgers(OrderID=order) == of_order
    assert len(of_order) == 5, "goods in: two rows; the invoice: goods, tax and what is payable"


def test_tax_codes_and_rates(platform: Platform) -> None:
    codes = _page(platform, "ListTaxCodes")
    assert [(code["ID"], code["Name"]) for code in codes["Page"]] == [(1, "High"), (2, "Low"), (3, "Zero")]
    rates = _page(platform, "ListTaxRates", Filter={"TaxCodeID": 2, "CountryID": "NL"})["Page"]
    assert [(rate["Rate"], rate["Category"]) for rate in rates] == [(Decimal("1.09"), 1)]
    assert _page(platform, "ListTaxRates", Limit=2, Start=2)["Total"] == 3
