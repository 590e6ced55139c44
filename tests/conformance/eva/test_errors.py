"""Every error name of EVA's family that this door gives, where EVA gives it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.services import periods, registry, suppliers
from tests.conformance.books import counts
from tests.conformance.eva.platform import OTHER_SUPPLIER, OTHER_TYPE, SHIRT, STORE, SUPPLIER, Platform
from tests.conformance.golden import parsed
from tests.conformance.office import work

_VALIDATION = "RequestValidationFailure"
_HEAD = {"DebtorOrganizationUnitID": STORE, "CreditorOrganizationUnitID": SUPPLIER, "InvoiceDate": "2021-06-02"}


def test_a_creditor_is_required(platform: Platform) -> None:
    head = {name: value for name, value in _HEAD.items() if not name.startswith("Creditor")}
    assert platform.refused("CreateInvoice", head) == "CreateInvoice:CreditorRequired"
    number = platform.register()
    assert platform.refused("UpdateInvoice", {"ID": number, **head}) == "UpdateInvoice:CreditorRequired"


def test_a_party_of_the_wrong_kind_is_named_as_it_was_sent(platform: Platform) -> None:
    order = {"ShipFromOrganizationUnitID": 70, "ShipToOrganizationUnitID": 3, "Lines": [{"ProductID": SHIRT}]}
    for service, body, member, wrong in (
        ("CreateInvoice", _HEAD, "DebtorOrganizationUnitID", 70),
        ("CreateInvoice", _HEAD, "CreditorOrganizationUnitID", 3),
        ("SupplierCreatePurchaseOrder", order, "ShipFromOrganizationUnitID", 3),
        ("SupplierCreatePurchaseOrder", order, "ShipToOrganizationUnitID", 70),
    ):
        answer = platform.send(f"/message/{service}", {**body, member: wrong})
        error = parsed(answer.data)["Error"]
        assert (answer.status_code, error["Type"]) == (400, _VALIDATION)
        assert f"{member} has an invalid value: {wrong} is" in error["Message"]


def test_a_booked_invoice_stays_as_it_is(platform: Platform) -> None:
    number = platform.register("563.26", Blobs=[{"BlobID": "b"}])
    line = platform.match(number, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    amount = platform.beside(number, "465.5")
    dispute = platform.dispute(number, "56.33")
    action = platform.resolve(dispute, "56.33")
    platform.book(number)
    change = {"InvoiceLineID": line, "Quantity": 9, "UnitPrice": 1, "TaxRate": 1.21}
    money = {"Amount": 1, "OriginalAmount": 1, "TypeID": OTHER_TYPE, "TaxRate": 1.21}
    before = counts(platform.store), platform.invoice(number)
    cannot: list[tuple[str, Any]] = [
        ("UpdateInvoice", {"ID": number, **_HEAD}),
        ("DeleteInvoice", {"InvoiceID": number}),
        ("CreateInvoiceLines", {"InvoiceID": number, "Lines": [{"ShipmentLineID": 1}]}),
        ("UpdateInvoiceLines", {"InvoiceID": number, "Lines": [change]}),
        ("CreateInvoiceAdditionalAmount", {"InvoiceID": number, **money}),
        ("UpdateInvoiceAdditionalAmount", {"ID": amount, **money}),
        ("DeleteInvoiceAdditionalAmount", {"ID": amount}),
        ("CreateInvoiceDispute", {"InvoiceID": number, "Amount": 1, "ReasonID": 1}),
        ("UpdateInvoiceHoldStatus", {"InvoiceID": number, "HoldStatusID": 1}),
        ("DeleteInvoiceBlob", {"InvoiceID": number, "BlobID": "b"}),
    ]
    for service, body in cannot:
        assert platform.refused(service, body) == "Invoices:CannotBeModified", service
    final: list[tuple[str, Any]] = [
        ("UpdateInvoiceDispute", {"ID": dispute, "Amount": 1}),
        ("DeleteInvoiceDispute", {"ID": dispute}),
        ("CreateInvoiceDisputeResolveAction", {"InvoiceDisputeID": dispute, "Amount": 1}),
        ("UpdateInvoiceDisputeResolveAction", {"ID": action, "Amount": 1}),
        ("DeleteInvoiceDisputeResolveAction", {"ID": action}),
    ]
    for service, body in final:
        assert platform.refused(service, body) == "Invoices:DisputeCannotBeModified", service
    assert platform.refused("BookInvoice", {"ID": number}) == "Invoices:AlreadyClosed"
    assert (counts(platform.store), platform.invoice(number)) == before


def test_a_resolved_dispute_stays_while_its_invoice_is_open(platform: Platform) -> None:
    number = platform.register()
    dispute = platform.dispute(number, "5")
    platform.resolve(dispute, "5")
    for service, body in (
        ("UpdateInvoiceDispute", {"ID": dispute, "Amount": 6}),
        ("DeleteInvoiceDispute", {"ID": dispute}),
        ("CreateInvoiceDisputeResolveAction", {"InvoiceDisputeID": dispute, "Amount": 1}),
    ):
        assert platform.refused(service, body) == "Invoices:DisputeCannotBeModified", service


def test_what_booking_refuses_in_its_order(platform: Platform) -> None:
    number = platform.register("600")

    def refused() -> str:
        before = counts(platform.store)
        said = platform.refused("BookInvoice", {"ID": number})
        assert counts(platform.store) == before
        status = platform.invoice(number)["BookStatus"]
        assert (status["CanBeBooked"], status["IsBooked"], bool(status["Message"])) == (False, False, True)
        return said

    assert refused() == _VALIDATION
    platform.match(number, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    assert refused() == "Invoices:HasUnresolvedDisputes"
    dispute = platform.dispute(number, "56.33")
    assert refused() == "Invoices:HasUnresolvedDisputes"
    platform.resolve(dispute, "56.33")
    amount = platform.beside(number, "10", "20", OTHER_TYPE)
    assert refused() == "Invoices:AdditionalAmountMismatch"
    money = {"Amount": 20, "OriginalAmount": 20, "TypeID": OTHER_TYPE, "TaxRate": 1.21}
    platform.ask("UpdateInvoiceAdditionalAmount", {"ID": amount, **money})
    goods = platform.beside(number, "465")
    assert refused() == "Invoices:AdditionalAmountMismatch"
    platform.ask("DeleteInvoiceAdditionalAmount", {"ID": goods})
    assert refused() == "Invoices:TotalAmountMismatch"
    platform.ask("UpdateInvoice", {"ID": number, **_HEAD, "OriginalTotalAmount": "587.46", "HoldStatusID": 1})
    assert refused() == "Invoices:CannotBeModified"
    platform.ask("UpdateInvoiceHoldStatus", {"InvoiceID": number})
    with work(platform.store, platform.clock) as opened:
        periods.close(opened, 202106)
    assert refused() == "FinancialPeriods:NoFinancialPeriod"
    head = {**_HEAD, "OriginalTotalAmount": "587.46", "PaymentTermStartDate": "2021-07-01"}
    platform.ask("UpdateInvoice", {"ID": number, **head})
    platform.book(number)
    assert platform.refused("BookInvoice", {"ID": 999}) == _VALIDATION


def test_disputes_that_cannot_be(platform: Platform) -> None:
    number, other = platform.register(), platform.register()
    line, amount = platform.match(number, platform.delivered()), platform.beside(number, "465.5")
    body = {"InvoiceID": number, "Amount": 1, "ReasonID": 1}
    twice = {**body, "InvoiceLineID": line, "InvoiceAdditionalAmountID": amount}
    assert platform.refused("CreateInvoiceDispute", twice) == "Invoices:DisputeCannotBeAttachedTwice"
    for wrong in (
        {"Amount": 0},
        {"Amount": "0.001"},
        {"ReasonID": 99},
        {"InvoiceLineID": 999},
        {"InvoiceID": other, "InvoiceLineID": line},
        {"InvoiceID": other, "InvoiceAdditionalAmountID": amount},
        {"Type": 2},
        {"UserID": 999},
        {"Description": "x" * 256},
        {"EmailAddressToSendNotificationTo": "x" * 256},
    ):
        assert platform.refused("CreateInvoiceDispute", {**body, **wrong}) == _VALIDATION, wrong
    assert platform.invoice(number)["Disputes"] == platform.invoice(other)["Disputes"] == []


def test_lines_that_cannot_be(platform: Platform) -> None:
    number, line = platform.register(), platform.delivered()
    theirs = platform.register(supplier=OTHER_SUPPLIER)
    elsewhere = platform.delivered()
    platform.match(theirs_own := platform.register(), elsewhere, Quantity=1)
    order_line = platform.invoice(theirs_own)["Lines"][0]["OrderLine"]["ID"]
    for invoice, wrong, kind in (
        (number, {}, "Invoices:OrderLineOrShipmentLineRequired"),
        (number, {"ShipmentLineID": 99999}, _VALIDATION),
        (number, {"OrderLineID": 99999}, _VALIDATION),
        (number, {"OrderLineID": line}, _VALIDATION),
        (number, {"ShipmentLineID": line, "OrderLineID": order_line}, _VALIDATION),
        (theirs, {"ShipmentLineID": line}, _VALIDATION),
        (number, {"ShipmentLineID": line, "Quantity": -1}, _VALIDATION),
        (number, {"ShipmentLineID": line, "Quantity": 1.5}, _VALIDATION),
        (number, {"ShipmentLineID": line, "ExpectedQuantity": -1}, _VALIDATION),
        (number, {"ShipmentLineID": line, "UnitPrice": -1}, _VALIDATION),
        (number, {"ShipmentLineID": line, "UnitPrice": "0.0000001"}, _VALIDATION),
        (number, {"ShipmentLineID": line, "UnitPrice": 10**14}, _VALIDATION),
        (number, {"ShipmentLineID": line, "TaxRate": "1.06"}, "TaxRates:NotFoundForTaxRate"),
        (999, {"ShipmentLineID": line}, _VALIDATION),
    ):
        said = platform.refused("CreateInvoiceLines", {"InvoiceID": invoice, "Lines": [wrong]})
        assert said == kind, wrong
    assert platform.invoice(number)["Lines"] == []


def test_goods_of_a_unit_in_another_country_are_on_no_invoice_here(platform: Platform) -> None:
    with work(platform.store, platform.clock) as opened:
        tax = registry.add_tax_code(opened, "BE", "Belgian", [("BE", date(2000, 1, 1), Decimal("0.21"))])
        registry.add_item(opened, "B", "Beer", refs={"eva": "1009"}, tax_code_id=tax)
        suppliers.add_unit(opened, "SHOPBE", "Shop", country="BE", refs={"eva": "4"})
    asked = {"ShipFromOrganizationUnitID": SUPPLIER, "ShipToOrganizationUnitID": 4, "Receive": True}
    platform.ask(
        "SupplierCreatePurchaseOrder", {**asked, "Lines": [{"ProductID": 1009, "Quantity": 1, "UnitPrice": 5}]}
    )
    page = platform.ask("ListShipmentsToInvoice", {"PageConfig": {"Filter": {"ShipToOrganizationUnitID": 4}}})
    (line,) = platform.lines_of(page["Result"]["Page"][0]["ID"])
    lines = [{"ShipmentLineID": line["ID"]}]
    number = platform.register()
    assert platform.refused("CreateInvoiceLines", {"InvoiceID": number, "Lines": lines}) == "Invoices:RegionMismatch"
    at_home = platform.register(DebtorOrganizationUnitID=4)
    platform.match(at_home, line["ID"])
    moved = {"ID": at_home, "CreditorOrganizationUnitID": SUPPLIER, "InvoiceDate": "2021-06-02"}
    assert platform.refused("UpdateInvoice", {**moved, "DebtorOrganizationUnitID": 3}) == "Invoices:RegionMismatch"
    platform.book(at_home)


def test_what_booking_would_refuse_for_want_of_a_rate_is_told_before(platform: Platform) -> None:
    with work(platform.store, platform.clock) as opened:
        suppliers.add_supplier(opened, "S72", "Third supplier", unit="GBP", refs={"eva": "72"})
    number = platform.register(supplier=72)
    platform.beside(number, "5", kind=2)
    status = platform.invoice(number)["BookStatus"]
    assert (status["CanBeBooked"], "GBP" in status["Message"]) == (False, True)
    assert platform.refused("BookInvoice", {"ID": number}) == "RequestValidationFailure"


def test_taxes_that_are_unknown(platform: Platform) -> None:
    number = platform.register()
    body = {"InvoiceID": number, "TypeID": OTHER_TYPE, "Amount": 1, "OriginalAmount": 1}
    for wrong, kind in (
        ({}, _VALIDATION),
        ({"TaxRate": "1.17"}, "TaxRates:NotFoundForTaxRate"),
        ({"TaxCodeID": 99}, _VALIDATION),
        ({"TaxCodeID": 1, "TaxRate": "1.09"}, _VALIDATION),
        ({"TypeID": 99, "TaxCodeID": 1}, _VALIDATION),
        ({"Amount": "1.001", "TaxCodeID": 1}, _VALIDATION),
    ):
        assert platform.refused("CreateInvoiceAdditionalAmount", {**body, **wrong}) == kind, wrong
    with work(platform.store, platform.clock) as opened:
        foreign = registry.add_tax_code(opened, "BE", "Belgian", [("BE", date(2000, 1, 1), Decimal("0.21"))])
        registry.add_item(opened, "B", "Beer", refs={"eva": "1009"}, tax_code_id=foreign)
        registry.add_item(opened, "N", "Nothing", refs={"eva": "1010"})
    assert platform.refused("CreateInvoiceAdditionalAmount", {**body, "TaxCodeID": foreign}) == (
        "TaxRates:NotFoundForTaxCode"
    )
    asked = {"ShipFromOrganizationUnitID": SUPPLIER, "ShipToOrganizationUnitID": STORE}
    for product, kind in ((1009, "TaxRates:NotFoundForTaxCode"), (1010, "TaxRates:NotFoundForProduct")):
        lines = [{"ProductID": product, "Quantity": 1, "UnitPrice": 1}]
        assert platform.refused("SupplierCreatePurchaseOrder", {**asked, "Lines": lines}) == kind


def test_names_are_taken_once(platform: Platform) -> None:
    body = {"Name": "other"}
    assert platform.refused("CreateInvoiceAdditionalAmountType", body) == "InvoiceAdditionalAmountType:AlreadyExists"
    assert (
        platform.refused("CreateInvoiceDisputeReason", {"Name": "PRICE difference"}) == "InvoiceDispute:AlreadyExists"
    )
    fresh = {"Name": "New", "AutoResolve": True}
    assert platform.refused("CreateInvoiceDisputeReason", fresh) == "InvoiceDispute:LedgerClassRequired"
    bare = {"ID": 1, "AutoResolve": True}
    assert platform.refused("UpdateInvoiceDisputeReason", bare) == "InvoiceDispute:LedgerClassRequired"


def test_shipments_are_listed_of_a_unit(platform: Platform) -> None:
    asked = {"PageConfig": {"Filter": {"OrderBackendID": "x"}}}
    assert platform.refused("ListShipmentsToInvoice", asked) == "ListShipmentsToInvoice:OrganizationUnitFilterRequired"


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("UpdateInvoice", {"ID": 999, **_HEAD}),
        ("DeleteInvoice", {"InvoiceID": 999}),
        ("UpdateInvoiceHoldStatus", {"InvoiceID": 999, "HoldStatusID": 1}),
        ("UpdateInvoiceLines", {"InvoiceID": 999, "Lines": []}),
        ("UpdateInvoiceLines", {"InvoiceID": 1}),
        ("UpdateInvoiceDispute", {"ID": 999}),
        ("DeleteInvoiceDispute", {"ID": 999}),
        ("UpdateInvoiceDisputeResolveAction", {"ID": 999, "Amount": 1}),
        ("DeleteInvoiceDisputeResolveAction", {"ID": 999}),
        ("CreateInvoiceDisputeResolveAction", {"InvoiceDisputeID": 999, "Amount": 1}),
        ("UpdateInvoiceAdditionalAmountType", {"ID": 999}),
        ("DeleteInvoiceAdditionalAmountType", {"ID": 999}),
        ("GetInvoiceAdditionalAmountTypeByID", {"ID": 999}),
        ("UpdateInvoiceDisputeReason", {"ID": 999}),
        ("DeleteInvoiceDisputeReason", {"ID": 999}),
        ("GetInvoiceDisputeReasonByID", {"ID": 999}),
        ("DeleteInvoiceAdditionalAmount", {"ID": 999}),
        ("GetInvoiceAdditionalAmountsForInvoice", {"InvoiceID": 999}),
        ("GetInvoiceDisputesForInvoice", {"InvoiceID": 999}),
        ("AttachBlobToInvoice", {"InvoiceID": 999, "BlobID": "x"}),
        ("AttachBlobToInvoice", {"InvoiceID": 999}),
        ("ListBlobsForInvoice", {"InvoiceID": 999}),
        ("CreateInvoicePayment", {"PaymentTransactionID": 999}),
        ("GetInvoicePayments", {}),
        ("GetInvoicePayments", {"OrderID": 999999}),
        ("CreateShipment", {}),
        ("CreateShipment", {"OrderID": 999}),
        ("CreateShipment", {"Lines": [{"OrderLineID": 999, "Quantity": 1}]}),
        ("CreateShipmentReceipt", {"ShipmentID": 999, "Lines": []}),
        ("FullyReceiveShipment", {"ID": 999}),
        ("FullyReceiveShipment", {}),
        ("SupplierCreatePurchaseOrder", {"ShipFromOrganizationUnitID": 70, "ShipToOrganizationUnitID": 3}),
        (
            "SupplierCreatePurchaseOrder",
            {"ShipFromOrganizationUnitID": 3, "ShipToOrganizationUnitID": 70, "Lines": [{"ProductID": SHIRT}]},
        ),
        ("ValidateInvoiceNumber", {"OrganizationUnitID": 70}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_things_that_do_not_exist_are_said_to_be_wrong(platform: Platform, service: str, body: Any) -> None:
    before = counts(platform.store)
    assert platform.refused(service, body) == _VALIDATION
    assert counts(platform.store) == before


def test_a_receipt_cannot_take_back_what_is_booked(platform: Platform) -> None:
    shipment = platform.shipment([(SHIRT, 10, "46.55")])
    line = platform.lines_of(shipment)[0]["ID"]
    number = platform.register()
    platform.match(number, line)
    platform.book(number)
    body = {"ShipmentID": shipment, "Lines": [{"ShipmentLineID": line, "QuantityReceived": -11}]}
    assert platform.refused("CreateShipmentReceipt", body) == _VALIDATION
