"""What EVA's services do to an invoice, from its registration to its booking."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.services import registry, remitting, suppliers
from tests.conformance.books import journal
from tests.conformance.eva.platform import BOOK, GOODS_TYPE, OTHER_TYPE, SHIRT, STORE, SUPPLIER, Platform
from tests.conformance.golden import parsed
from tests.conformance.office import work


def test_an_update_replaces_the_whole_head(platform: Platform) -> None:
    number = platform.register(
        "10", InvoiceNumber="A", Description="x", FiscalID="NL1", PaymentTermDueDate="2021-07-01"
    )
    head = {"CreditorOrganizationUnitID": SUPPLIER, "DebtorOrganizationUnitID": STORE, "InvoiceDate": "2021-06-03"}
    assert platform.ask("UpdateInvoice", {"ID": number, **head, "InvoiceNumber": "B"}) == {}
    shown = platform.invoice(number)
    assert (shown["InvoiceNumber"], shown["InvoiceDate"]) == ("B", "2021-06-03T00:00:00Z")
    assert not {"Description", "FiscalID", "PaymentTermDueDate", "OriginalTotalAmount"} & set(shown)
    platform.ask("UpdateInvoice", {"ID": number, **head, "Blobs": [{"BlobID": "b-1"}, {"BlobID": "b-2"}]})
    platform.ask("UpdateInvoice", {"ID": number, **head, "Blobs": [{"BlobID": "b-2"}]})
    assert sorted(one["BlobID"] for one in platform.invoice(number)["Blobs"]) == ["b-1", "b-2"]


def test_a_total_of_nothing_is_compared_too(platform: Platform) -> None:
    number = platform.register("0")
    platform.match(number, platform.delivered())
    shown = platform.invoice(number)
    assert (shown["OriginalTotalAmount"], shown["OriginalTotalAmountDifference"]) == (0, Decimal("563.26"))
    head = {"CreditorOrganizationUnitID": SUPPLIER, "DebtorOrganizationUnitID": STORE, "InvoiceDate": "2021-06-03"}
    platform.ask("UpdateInvoice", {"ID": number, **head, "OriginalTotalAmount": 0})
    assert platform.invoice(number)["OriginalTotalAmount"] == 0
    assert platform.refused("BookInvoice", {"ID": number}) == "Invoices:TotalAmountMismatch"


def test_goods_that_cost_nothing_are_booked(platform: Platform) -> None:
    number = platform.register("0")
    platform.match(number, platform.delivered(3, "0"))
    platform.book(number)
    assert platform.invoice(number)["OriginalTotalAmountDifference"] == 0
    assert platform.ledgers(InvoiceID=number) == []


def test_old_amounts_come_with_the_invoice(platform: Platform) -> None:
    amounts = [
        {"Type": GOODS_TYPE, "Amount": 465.5, "TaxRate": 1.21},
        {"Type": OTHER_TYPE, "Amount": 5, "TaxCodeID": 2},
    ]
    number = platform.register(AdditionalAmounts=amounts)
    shown = platform.invoice(number)
    assert [one["OriginalAmountInTax"] for one in shown["AdditionalAmounts"]] == [Decimal("563.26"), Decimal("5.45")]
    assert shown["TotalAmount"] == Decimal("568.71")


def test_goods_amounts_count_until_there_are_lines(platform: Platform) -> None:
    number = platform.register("563.26")
    platform.beside(number, "465.5")
    assert platform.invoice(number)["TotalAmount"] == Decimal("563.26")
    line = platform.match(number, platform.delivered(), Quantity=9)
    assert platform.invoice(number)["TotalAmount"] == Decimal("506.93")
    assert platform.refused("BookInvoice", {"ID": number}) == "Invoices:AdditionalAmountMismatch"
    change = {"InvoiceLineID": line, "Quantity": 0, "UnitPrice": 0, "TaxRate": 1.21}
    platform.ask("UpdateInvoiceLines", {"InvoiceID": number, "Lines": [change]})
    shown = platform.invoice(number)
    assert (shown["Lines"], shown["TotalAmount"]) == ([], Decimal("563.26"))


def test_lines_take_what_is_not_said_from_shipment_and_order(platform: Platform) -> None:
    line = platform.delivered()
    first, second = platform.register(), platform.register()
    platform.match(first, line, Quantity=4)
    platform.match(second, line)
    (one,) = platform.invoice(second)["Lines"]
    assert (one["Quantity"], one["UnitPrice"], one["TaxRate"]) == (6, Decimal("46.55"), Decimal("1.21"))
    assert (one["AmountToBeDisputed"], "ExpectedQuantity" in one) == (0, False)
    platform.match(second, line, Quantity=1)
    over = platform.invoice(second)["Lines"][1]
    assert (over["ExpectedQuantity"], over["AmountToBeDisputed"]) == (0, Decimal("-56.33"))


def test_a_line_may_hang_on_the_order_alone(platform: Platform) -> None:
    order = platform.order([(SHIRT, 10, "46.55")])
    platform.ask("CreateShipment", {"OrderID": order})
    number = platform.register()
    other = platform.register()
    platform.match(other, platform.delivered())
    placed = platform.invoice(other)["Lines"][0]["OrderLine"]["ID"]
    platform.ask("CreateInvoiceLines", {"InvoiceID": number, "Lines": [{"OrderLineID": placed}]})
    (line,) = platform.invoice(number)["Lines"]
    assert (line["Quantity"], "ExpectedQuantity" in line, "ShipmentLine" in line) == (10, False, False)


def test_lines_come_all_or_none(platform: Platform) -> None:
    number, line = platform.register(), platform.delivered()
    lines = [{"ShipmentLineID": line, "Quantity": 1}, {"Quantity": 1}]
    assert platform.refused("CreateInvoiceLines", {"InvoiceID": number, "Lines": lines}) == (
        "Invoices:OrderLineOrShipmentLineRequired"
    )
    assert platform.ask("CreateInvoiceLines", {"InvoiceID": number, "Lines": []}) == {}
    assert platform.invoice(number)["Lines"] == []


def test_deleting_frees_quantities_and_ids_are_never_used_again(platform: Platform) -> None:
    line = platform.delivered()
    number = platform.register()
    of_line = platform.match(number, line)
    dispute = platform.dispute(number, "5")
    assert platform.ask("DeleteInvoice", {"InvoiceID": number}) == {}
    for service in ("GetInvoice", "BookInvoice"):
        assert platform.refused(service, {"ID": number}) == "RequestValidationFailure"
    again = platform.register()
    assert again > number
    assert platform.match(again, line) > of_line
    assert platform.invoice(again)["Lines"][0]["Quantity"] == 10
    assert platform.dispute(again, "5") > dispute


def test_a_dispute_is_attached_to_the_only_line_that_differs(platform: Platform) -> None:
    number = platform.register()
    lines = [platform.delivered(), platform.delivered(5, "10", BOOK)]
    whole, short = platform.match(number, lines[0]), platform.match(number, lines[1], Quantity=4, ExpectedQuantity=5)
    first = platform.dispute(number, "10.90")
    shown = platform.ask("GetInvoiceDisputesForInvoice", {"InvoiceID": number})
    assert shown["TotalDisputedAmount"] == Decimal("10.9")
    assert [(one["ID"], one["InvoiceLineID"]) for one in shown["InvoiceDisputes"]] == [(first, short)]
    assert shown["InvoiceDisputes"][0]["UserFullName"] == "retail-platform"
    platform.dispute(number, "1")
    assert (
        "InvoiceLineID" not in platform.ask("GetInvoiceDisputesForInvoice", {"InvoiceID": number})["InvoiceDisputes"][1]
    )
    platform.dispute(number, "1", InvoiceLineID=whole)
    assert [len(line["Disputes"]) for line in platform.invoice(number)["Lines"]] == [1, 1]


def test_a_reason_may_resolve_at_once(platform: Platform) -> None:
    reason = platform.ask(
        "CreateInvoiceDisputeReason",
        {"Name": "Rounding", "Description": "small", "LedgerClassID": "Loss", "AutoResolve": True},
    )["ID"]
    shown = platform.ask("GetInvoiceDisputeReasonByID", {"ID": reason})
    assert (shown["Name"], shown["LedgerClassID"], shown["AutoResolve"]) == ("Rounding", "Loss", True)
    number = platform.register()
    platform.match(number, platform.delivered(), Quantity=12)
    platform.dispute(number, "112.65", Type=1, ReasonID=reason)
    (dispute,) = platform.invoice(number)["Disputes"]
    assert (dispute["IsResolved"], dispute["ResolvedAmount"]) == (True, Decimal("112.65"))
    assert dispute["ResolveActions"][0]["LedgerClassID"] == "Loss"
    platform.book(number)
    assert platform.invoice(number)["TotalAmount"] == Decimal("675.91")


def test_a_dispute_is_resolved_part_by_part_and_opened_again(platform: Platform) -> None:
    number = platform.register("563.26")
    platform.match(number, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    dispute = platform.dispute(number, "50")
    platform.ask("UpdateInvoiceDispute", {"ID": dispute, "Amount": 56.33, "Description": "one short"})
    first = platform.resolve(dispute, "20", LedgerClassID="Credit")
    for amount in ("0", "-1", "36.34"):
        body = {"InvoiceDisputeID": dispute, "Amount": amount}
        assert platform.refused("CreateInvoiceDisputeResolveAction", body) == "RequestValidationFailure"
    assert platform.refused("UpdateInvoiceDispute", {"ID": dispute, "Amount": 19}) == "RequestValidationFailure"
    platform.ask("UpdateInvoiceDisputeResolveAction", {"ID": first, "Amount": 56.33, "LedgerClassID": "Credit"})
    assert platform.invoice(number)["BookStatus"] == {"CanBeBooked": True, "IsBooked": False}
    platform.ask("DeleteInvoiceDisputeResolveAction", {"ID": first})
    shown = platform.invoice(number)
    assert (shown["Disputes"][0]["IsResolved"], shown["BookStatus"]["CanBeBooked"]) == (False, False)
    platform.ask("DeleteInvoiceDispute", {"ID": dispute})
    shown = platform.invoice(number)
    assert (shown["Disputes"], shown["TotalAmount"]) == ([], Decimal("506.93"))
    platform.ask("DeleteInvoice", {"InvoiceID": number})
    amounts = sum(event["Amount"] for event in platform.events(InvoiceID=number) if event["TypeID"] in (23, 24))
    assert amounts == 0


def test_events_are_unprocessed_until_booked(platform: Platform) -> None:
    number = platform.register("563.26")
    platform.match(number, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    platform.resolve(platform.dispute(number, "56.33"), "56.33", LedgerClassID="Credit")
    before = platform.events(InvoiceID=number)
    assert [(event["TypeID"], event["StatusID"]) for event in before] == [(24, 0), (23, 0)]
    assert before[0]["LedgerClassID"] == "Credit"
    platform.book(number)
    after = {event["TypeID"]: event for event in platform.events(InvoiceID=number)}
    assert set(after) == {20, 21, 23, 24}
    assert {event["StatusID"] for event in after.values()} == {1}
    assert (after[20]["Amount"], after[20]["TaxAmount"]) == (Decimal("506.93"), Decimal("87.98"))
    assert (after[21]["Amount"], after[21]["TaxRate"]) == (Decimal("87.98"), Decimal("1.21"))
    received = platform.events(Type=63)
    assert [event["Amount"] for event in received] == [Decimal("465.5")]
    assert platform.events(Type=22) == []


def test_ledgers_are_the_journal_row_by_row(platform: Platform) -> None:
    platform.booked()
    number = platform.register("675.91")
    platform.match(number, platform.delivered(), Quantity=12)
    platform.resolve(platform.dispute(number, "112.65", Type=1), "112.65")
    platform.book(number)
    rows = platform.ledgers()
    booked = journal(platform.store)
    with platform.store.reader() as reader:
        entries = list(reader.reports.journal(date(1, 1, 1), date(9999, 12, 31)))
        accounts = reader.reference.accounts
        expected = [
            (posting.amount.amount, accounts[posting.account_id].code, accounts[posting.account_id].name)
            for entry in entries
            for posting in entry.entry.postings
        ]
    assert len(booked) == len(entries)
    shown = [(row["Amount"], row["AccountObjectAccount"], row["AccountName"]) for row in rows]
    assert sorted(shown) == sorted(expected)
    assert sum(row["Amount"] for row in platform.ledgers(InvoiceID=number)) == 0
    payable = [row["Amount"] for row in platform.ledgers(InvoiceID=number, ObjectAccount="2000")]
    assert payable == [Decimal("-675.91")]


def test_every_change_is_logged(platform: Platform) -> None:
    number = platform.register("563.26")
    line = platform.match(number, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    amount = platform.beside(number, "465.5")
    dispute = platform.dispute(number, "56.33")
    platform.resolve(dispute, "56.33")
    platform.ask("UpdateInvoiceHoldStatus", {"InvoiceID": number, "HoldStatusID": 1})
    platform.ask("UpdateInvoiceHoldStatus", {"InvoiceID": number})
    platform.ask("DeleteInvoiceAdditionalAmount", {"ID": amount})
    platform.book(number)
    asked = {"PageConfig": {"Filter": {"InvoiceID": number}}}
    rows = platform.ask("ListInvoiceLedger", asked)["Result"]["Page"]
    assert [row["TypeName"] for row in reversed(rows)] == [
        "InvoiceCreated",
        "LineCreated",
        "AdditionalAmountCreated",
        "DisputeCreated",
        "ResolveActionCreated",
        "HoldStatusChanged",
        "HoldStatusChanged",
        "AdditionalAmountDeleted",
        "InvoiceBooked",
    ]
    assert {row["CreatedByFullName"] for row in rows} == {"retail-platform"}
    assert {row["CreationTime"] for row in rows} == {"2021-06-30T09:00:00Z"}
    of_line = platform.ask("ListInvoiceLedger", {"PageConfig": {"Filter": {"InvoiceLineID": line}}})["Result"]["Page"]
    assert [row["TypeName"] for row in of_line] == ["ResolveActionCreated", "DisputeCreated", "LineCreated"]
    asked = {"PageConfig": {"Filter": {"InvoiceDisputeID": dispute, "Type": of_line[1]["TypeID"]}}}
    assert len(platform.ask("ListInvoiceLedger", asked)["Result"]["Page"]) == 1


def test_a_hold_stops_booking_and_nothing_else(platform: Platform) -> None:
    number = platform.register(HoldStatusID=1)
    platform.match(number, platform.delivered())
    assert platform.refused("BookInvoice", {"ID": number}) == "Invoices:CannotBeModified"
    assert platform.refused("UpdateInvoiceHoldStatus", {"InvoiceID": number, "HoldStatusID": 99})
    platform.ask("UpdateInvoiceHoldStatus", {"InvoiceID": number, "HoldStatusID": 0})
    platform.book(number)


def test_a_repeated_number_is_a_warning(platform: Platform) -> None:
    first = platform.register(InvoiceNumber="77")
    body = {"InvoiceNumber": 77, "OrganizationUnitID": SUPPLIER, "Type": 1}
    checked = platform.ask("ValidateInvoiceNumber", body)
    assert (checked["Invoices"][0]["CreditorOrganizationUnitID"], checked["Invoices"][0]["EcoTax"]) == (SUPPLIER, 0)
    assert platform.ask("ValidateInvoiceNumber", {**body, "Type": 0}) == {"IsValid": True, "Invoices": []}
    assert platform.refused("ValidateInvoiceNumber", {**body, "OrganizationUnitID": 3}) == "RequestValidationFailure"
    assert (checked["IsValid"], [one["ID"] for one in checked["Invoices"]]) == (False, [first])
    assert platform.ask("ValidateInvoiceNumber", {**body, "OrganizationUnitID": 71})["IsValid"] is True
    head = {"CreditorOrganizationUnitID": SUPPLIER, "DebtorOrganizationUnitID": STORE, "InvoiceDate": "2021-06-02"}
    answer = platform.send("/message/CreateInvoice", {**head, "InvoiceNumber": "77"})
    assert answer.status_code == 200
    assert "77" in answer.headers["EVA-Warning"]
    platform.ask("DeleteInvoice", {"InvoiceID": first})
    platform.ask("DeleteInvoice", {"InvoiceID": parsed(answer.data)["ID"]})
    assert platform.ask("ValidateInvoiceNumber", body) == {"IsValid": True, "Invoices": []}


def test_a_tolerance_becomes_a_price_variance(platform: Platform) -> None:
    with work(platform.store, platform.clock) as opened:
        patient = suppliers.add_supplier(
            opened, "S80", "Patient", unit="EUR", tolerance=Decimal("0.50"), refs={"eva": "80"}
        )
    assert patient.id
    line = platform.lines_of(platform.shipment([(SHIRT, 10, "46.55")], 80))[0]["ID"]
    number = platform.register(supplier=80)
    platform.match(number, line, UnitPrice="46.58")
    assert platform.invoice(number)["Lines"][0]["AmountToBeDisputed"] == Decimal("-0.36")
    platform.book(number)
    (variance,) = platform.events(InvoiceID=number, Type=22)
    assert variance["Amount"] == Decimal("0.3")
    assert platform.ledgers(InvoiceID=number, ObjectAccount="2100")[0]["Amount"] == Decimal("465.5")
    over = platform.register(supplier=80)
    line = platform.lines_of(platform.shipment([(SHIRT, 10, "46.55")], 80))[0]["ID"]
    platform.match(over, line, UnitPrice="46.60")
    assert platform.refused("BookInvoice", {"ID": over}) == "Invoices:HasUnresolvedDisputes"


def test_reverse_charge_posts_the_tax_on_both_sides(platform: Platform) -> None:
    number = platform.register("465.5", TaxReverseCharge=True)
    platform.match(number, platform.delivered())
    shown = platform.invoice(number)
    assert (shown["TotalAmount"], shown["Lines"][0]["TotalAmountInTax"]) == (Decimal("465.5"), Decimal("465.5"))
    platform.book(number)
    rows = [row["Amount"] for row in platform.ledgers(InvoiceID=number)]
    assert sorted(rows) == [Decimal("-465.5"), Decimal("-97.76"), Decimal("97.76"), Decimal("465.5")]


@pytest.mark.parametrize(
    ("method", "price", "total"),
    [(0, "56.33", "563.3"), (1, "46.55", "563.26"), (2, "56.33", "563.3"), (3, "46.55", "563.26")],
)
def test_each_method_comes_to_its_total(platform: Platform, method: int, price: str, total: str) -> None:
    number = platform.register(CalculationMethod=method)
    platform.match(number, platform.delivered(), UnitPrice=price)
    assert platform.invoice(number)["TotalAmount"] == Decimal(total)


def test_booking_settles_the_order_on_account_and_a_remittance_pays(platform: Platform) -> None:
    number = platform.booked(total="563.26")
    order = platform.invoice(number)["OrderID"]
    (settled,) = platform.ask("GetInvoicePayments", {"OrderID": order})["Result"]
    assert (settled["Amount"], settled["InvoiceID"], settled["MethodCode"]) == (Decimal("563.26"), number, "INVOICE")
    shown = platform.invoice(number)
    assert (shown["PaidAmount"], shown["OpenAmount"]) == (Decimal("563.26"), 0)
    with work(platform.store, platform.clock) as opened:
        paid = opened.perform(lambda: remitting.remit(opened, "S70", Decimal("600"), "T", invoices=())).document_id
    assert platform.ask("CreateInvoicePayment", {"PaymentTransactionID": paid, "InvoiceID": number}) == {}
    found = platform.ask("GetInvoicePayments", {"OrderID": order, "InvoiceID": number})["Result"]
    assert [(one["MethodCode"], one["Amount"]) for one in found] == [
        ("INVOICE", Decimal("563.26")),
        ("REMITTANCE", Decimal("563.26")),
    ]
    again = {"PaymentTransactionID": paid, "InvoiceID": number}
    assert platform.refused("CreateInvoicePayment", again) == "RequestValidationFailure"
    second = platform.booked(1)
    assert platform.ask("CreateInvoicePayment", {"PaymentTransactionID": paid}) == {}
    order = platform.invoice(second)["OrderID"]
    found = platform.ask("GetInvoicePayments", {"OrderID": order})["Result"]
    assert [one["Amount"] for one in found] == [Decimal("56.33"), Decimal("36.74")]


def test_several_orders_share_the_settlement(platform: Platform) -> None:
    number = platform.register()
    platform.match(number, platform.delivered(1, "0.10"))
    platform.match(number, platform.delivered(2, "0.10"))
    shown = platform.invoice(number)
    assert "OrderID" not in shown
    platform.book(number)
    orders = [line["OrderLine"]["OrderID"] for line in shown["Lines"]]
    paid = [platform.ask("GetInvoicePayments", {"OrderID": order})["Result"][0]["Amount"] for order in orders]
    assert (paid, sum(paid)) == ([Decimal("0.12"), Decimal("0.24")], shown["TotalAmount"])


def test_files_are_noted_with_an_invoice(platform: Platform) -> None:
    number = platform.register(Blobs=[{"BlobID": "b-1"}])
    platform.ask("AttachBlobToInvoice", {"InvoiceID": number, "BlobUrl": "https://files.example/2"})
    again = platform.refused("AttachBlobToInvoice", {"InvoiceID": number, "BlobID": "b-1"})
    assert again == "Invoices:InvoiceBlobAlreadyExists"
    found = platform.ask("ListBlobsForInvoice", {"InvoiceID": number})["Result"]
    assert [one["BlobID"] for one in found] == ["b-1", "https://files.example/2"]
    platform.ask("DeleteInvoiceBlob", {"InvoiceID": number, "BlobID": "b-1"})
    assert [one["BlobID"] for one in platform.invoice(number)["Blobs"]] == ["https://files.example/2"]
    assert platform.refused("DeleteInvoiceBlob", {"InvoiceID": number, "BlobID": "b-1"}) == "RequestValidationFailure"


def test_types_and_reasons_are_kept_while_they_are_used(platform: Platform) -> None:
    kind = platform.ask("CreateInvoiceAdditionalAmountType", {"Name": "Shipping", "LedgerClassID": 4000})["ID"]
    platform.ask(
        "UpdateInvoiceAdditionalAmountType", {"ID": kind, "Description": "Freight", "LedgerClassID": "Freight"}
    )
    shown = platform.ask("GetInvoiceAdditionalAmountTypeByID", {"ID": kind})
    assert shown == {"ID": kind, "Name": "Shipping", "Description": "Freight", "LedgerClassID": "Freight"}
    assert "Freight" in platform.ask("GetLedgerClasses")["LedgerClasses"]
    number = platform.register()
    amount = platform.beside(number, "5", kind=kind)
    platform.ask(
        "UpdateInvoiceAdditionalAmount",
        {"ID": amount, "Amount": 6, "OriginalAmount": 6, "TypeID": kind, "TaxCodeID": 2},
    )
    (one,) = platform.ask("GetInvoiceAdditionalAmountsForInvoice", {"InvoiceID": number})["InvoiceAdditionalAmounts"]
    assert (one["TypeName"], one["AmountInTax"], one["TaxCodeName"]) == ("Shipping", Decimal("6.54"), "Low")
    assert platform.refused("DeleteInvoiceAdditionalAmountType", {"ID": kind}) == "RequestValidationFailure"
    unused = platform.ask("CreateInvoiceAdditionalAmountType", {"Name": "Never"})["ID"]
    platform.ask("DeleteInvoiceAdditionalAmountType", {"ID": unused})
    types = platform.ask("GetInvoiceAdditionalAmountTypes")["InvoiceAdditionalAmountTypes"]
    assert [one["ID"] for one in types] == [1, 2, 3, kind]
    platform.dispute(number, "1")
    assert platform.refused("DeleteInvoiceDisputeReason", {"ID": 1}) == "RequestValidationFailure"
    platform.ask("UpdateInvoiceDisputeReason", {"ID": 2, "Description": "too dear"})
    platform.ask("DeleteInvoiceDisputeReason", {"ID": 2})
    reasons = platform.ask("GetInvoiceDisputeReasons")["InvoiceDisputeReasons"]
    assert [one["Name"] for one in reasons] == ["Quantity difference"]


def test_goods_come_in_bit_by_bit(platform: Platform) -> None:
    order = platform.order([(SHIRT, 10, "46.55"), (BOOK, 4, "10")], BackendID="PO-1")
    shipment = platform.ask("CreateShipment", {"OrderID": order, "BackendID": "S-1"})["ID"]
    first, second = platform.lines_of(shipment)
    assert (first["QuantityAvailableForInvoice"], second["TaxRate"]) == (0, Decimal("1.09"))
    lines = [
        {"ShipmentLineID": first["ID"], "QuantityReceived": 3},
        {"ShipmentLineID": second["ID"], "QuantityReceived": 5},
    ]
    platform.ask("CreateShipmentReceipt", {"ShipmentID": shipment, "Lines": lines})
    back = [{"ShipmentLineID": first["ID"], "QuantityReceived": -1, "CompletesShipmentLine": True}]
    platform.ask("CreateShipmentReceipt", {"ShipmentID": shipment, "Lines": back})
    first, second = platform.lines_of(shipment)
    assert (first["QuantityDelivered"], first["DeliveryType"]) == (2, 2)
    assert (second["QuantityDelivered"], second["DeliveryType"], second["TotalAmountDelivered"]) == (5, 1, 50)
    assert platform.ask("FullyReceiveShipment", {"BackendID": "S-1"}) == {"ReservedOrdersCount": 0}


def test_receiving_fully_takes_no_surplus_back(platform: Platform) -> None:
    shipment = platform.ask("CreateShipment", {"OrderID": platform.order([(SHIRT, 10, "2")])})["ID"]
    line = platform.lines_of(shipment)[0]["ID"]
    came = {"ShipmentID": shipment, "Lines": [{"ShipmentLineID": line, "QuantityReceived": 12}]}
    platform.ask("CreateShipmentReceipt", came)
    assert platform.ask("FullyReceiveShipment", {"ID": shipment}) == {"ReservedOrdersCount": 0}
    shown = platform.lines_of(shipment)[0]
    assert (shown["QuantityDelivered"], shown["DeliveryType"]) == (12, 1)


def test_an_order_may_be_shipped_and_received_at_once(platform: Platform) -> None:
    number = platform.order([(SHIRT, 10, "46.55")], Ship=True, Receive=True, ShipmentBackendID="S-9")
    asked = {"PageConfig": {"Filter": {"ShipFromOrganizationUnitID": SUPPLIER, "OrderID": number}}}
    (shipment,) = platform.ask("ListShipmentsToInvoice", asked)["Result"]["Page"]
    assert (shipment["BackendID"], shipment["TotalAmountReceived"]) == ("S-9", Decimal("465.5"))


def test_a_price_in_another_currency_is_converted_to_the_orders(platform: Platform) -> None:
    """SupplierCreatePurchaseOrder's typings: the UnitPrice will be converted to the order's currency."""
    with work(platform.store, platform.clock) as opened:
        registry.set_rate(opened, "USD", date(2000, 1, 1), Decimal("0.9"))
    lines = [{"ProductID": SHIRT, "Quantity": 10, "UnitPrice": 10, "CurrencyID": "USD"}]
    units = {"ShipFromOrganizationUnitID": SUPPLIER, "ShipToOrganizationUnitID": STORE}
    order = platform.ask("SupplierCreatePurchaseOrder", {**units, "Lines": lines, "Receive": True})["ID"]
    asked = {"PageConfig": {"Filter": {"ShipFromOrganizationUnitID": SUPPLIER, "OrderID": order}}}
    (shipment,) = platform.ask("ListShipmentsToInvoice", asked)["Result"]["Page"]
    (line,) = platform.lines_of(shipment["ID"])
    assert (line["CurrencyID"], line["UnitPrice"]) == ("EUR", 9)
    number = platform.register("108.9")
    platform.match(number, line["ID"])
    platform.book(number)
    unknown = [{**lines[0], "CurrencyID": "GBP"}]
    assert platform.refused("SupplierCreatePurchaseOrder", {**units, "Lines": unknown}) == "RequestValidationFailure"


def test_a_supplier_in_another_currency_is_owed_in_it(platform: Platform) -> None:
    number = platform.booked()
    assert platform.invoice(number)["CurrencyID"] == "EUR"
    assert {row["CurrencyID"] for row in platform.ledgers(InvoiceID=number)} == {"EUR"}
