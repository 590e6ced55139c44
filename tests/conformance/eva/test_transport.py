"""How EVA's clients talk: paths, headers, tokens, the spelling of ids and of JSON."""

from __future__ import annotations

import pytest

from counterfoil.contracts.eva.server import SERVICES
from tests.conformance.eva.platform import SHIRT, SUPPLIER, Platform
from tests.conformance.given_eva import TOKEN
from tests.conformance.golden import parsed


@pytest.mark.parametrize(
    "path",
    ["/message/Ping", "/message/ping", "/message/PING", "/api/core/Ping", "/api/core/piNG"],
)
def test_a_service_is_found_by_either_path_and_in_any_case(platform: Platform, path: str) -> None:
    answer = platform.send(path)
    assert (answer.status_code, parsed(answer.data)) == (200, {})


def test_an_odd_case_of_a_writing_service_writes(platform: Platform) -> None:
    answer = platform.send("/api/core/createINVOICE", _HEAD)
    assert answer.status_code == 200
    assert platform.invoice(parsed(answer.data)["ID"])["Status"] == 0


_HEAD = {"CreditorOrganizationUnitID": SUPPLIER, "DebtorOrganizationUnitID": 3, "InvoiceDate": "2021-06-02"}


def test_other_methods_and_unknown_services_are_errors_of_evas_shape(platform: Platform) -> None:
    for method, path, status in (("GET", "/message/Ping", 405), ("POST", "/message/Nothing", 404)):
        answer = platform.send(path, method=method)
        assert (answer.status_code, parsed(answer.data)["Error"]["Type"]) == (status, "NotFound")


def test_an_empty_body_is_an_empty_object(platform: Platform) -> None:
    assert platform.send("/message/ListTaxCodes").status_code == 200
    answer = platform.send("/message/GetInvoice")
    assert (answer.status_code, parsed(answer.data)["Error"]["Type"]) == (400, "RequestValidationFailure")


@pytest.mark.parametrize(
    "body",
    [
        b'{"PageConfig": {"Limit": 2,},} // the end',
        b'/* first */ {"PageConfig": /* here */ {"Limit": 2, "Filter": {}}}',
        b'{"PageConfig": {"Limit": "2"}, "Other": "// no comment, /* either */",}',
    ],
)
def test_comments_and_trailing_commas_are_taken(platform: Platform, body: bytes) -> None:
    answer = platform.send("/message/ListTaxCodes", body)
    assert answer.status_code == 200
    assert len(parsed(answer.data)["Result"]["Page"]) == 2


def test_comments_within_text_stay(platform: Platform) -> None:
    number = platform.register(Description="// not /* a */ comment,}")
    assert platform.invoice(number)["Description"] == "// not /* a */ comment,}"


@pytest.mark.parametrize("authorization", [TOKEN, f"eva {TOKEN}", f"EVA {TOKEN}", f"Bearer {TOKEN}", f"bearer {TOKEN}"])
def test_a_token_is_taken_in_each_form(platform: Platform, authorization: str) -> None:
    assert platform.ask("Ping", headers={"Authorization": authorization}) == {}


def test_nobody_is_forbidden_and_an_unknown_token_is_unauthorized(platform: Platform) -> None:
    assert platform.refused("Ping", headers={"Authorization": ""}, status=403) == "Forbidden"
    assert platform.refused("Ping", headers={"Authorization": "eva nobodys"}, status=401) == "Unauthorized"
    assert platform.ask("ValidateToken", headers={"Authorization": ""}) == {}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_scope_is_needed_for_every_service(platform: Platform, service: str) -> None:
    scope = SERVICES[service].scope
    if scope is None:
        assert service in ("Ping", "GetCurrentUser")
        return
    stranger = platform.token("stranger", ["customers:read"])
    for path in (service, service.lower()):
        assert platform.refused(path, headers=stranger, status=403) == "Forbidden"
    resource, verb = scope
    known = platform.token("known", [f"{resource}:{verb}"])
    assert platform.send(f"/message/{service}", {}, known).status_code in (200, 400)


def test_a_reader_sees_and_changes_nothing(platform: Platform) -> None:
    invoice = platform.register()
    reader = platform.token("reader", ["*:read"])
    assert platform.ask("GetInvoice", {"ID": invoice}, reader)["Invoice"]["ID"] == invoice
    for service in ("CreateInvoice", "CreateInvoiceLines", "DeleteInvoice", "BookInvoice", "UpdateInvoice"):
        assert platform.refused(service, {"ID": invoice, "InvoiceID": invoice}, reader, 403) == "Forbidden"
    editor = platform.token("editor", ["supplier-invoices:create", "supplier-invoices:edit"])
    assert platform.refused("BookInvoice", {"ID": invoice}, editor, 403) == "Forbidden"


def test_the_callers_program_must_be_named(platform: Platform) -> None:
    assert platform.refused("Ping", headers={"EVA-User-Agent": ""}) == "RequestValidationFailure"


def test_ids_are_numbers_or_text_as_asked(platform: Platform) -> None:
    invoice = platform.register("563.26")
    platform.match(invoice, platform.delivered(), Quantity=9, ExpectedQuantity=10)
    platform.beside(invoice, "465.5")
    platform.dispute(invoice, "56.33")
    for mode in ("", "LegacyIDs", "legacyids"):
        shown = platform.ask("GetInvoice", {"ID": str(invoice)}, {"EVA-IDs-Mode": mode})["Invoice"]
        assert shown["ID"] == invoice
    shown = platform.ask("GetInvoice", {"ID": invoice}, {"EVA-IDs-Mode": "StringIDs"})["Invoice"]
    assert shown["ID"] == str(invoice)
    assert shown["CreditorOrganizationUnitID"] == shown["SupplierOrganizationUnitID"] == "70"
    assert shown["AdditionalAmounts"][0]["Type"] == "3"
    (line,) = shown["Lines"]
    assert line["OrderLine"]["ProductID"] == str(SHIRT)
    assert isinstance(line["Disputes"][0]["ReasonID"], str)
    assert (shown["Status"], shown["Type"], line["Quantity"], shown["CurrencyID"]) == (0, 1, 9, "EUR")
    platform.ask("AttachBlobToInvoice", {"InvoiceID": invoice, "BlobID": "b-1"})
    for service, member, body in (
        ("ListFinancialEvents", "FinancialPeriodID", {}),
        ("ListGeneralLedgers", "FinancialPeriodID", {}),
        ("ListInvoiceLedger", "TypeID", {"InitialPageConfig": {}}),
        ("ListInvoiceLedger", "CreatedByID", {"InitialPageConfig": {}}),
        ("ListBlobsForInvoice", "TypeID", {"InvoiceID": invoice}),
    ):
        answer = platform.ask(service, body, {"EVA-IDs-Mode": "StringIDs"})
        assert isinstance((answer.get("Results") or answer["Result"])[0][member], str), (service, member)
    for mode in ("ExternalIDs", "Hybrid", "x"):
        assert platform.refused("GetInvoice", {"ID": invoice}, {"EVA-IDs-Mode": mode}) == "RequestValidationFailure"


def test_a_held_invoices_status_is_an_id_in_lists_only(platform: Platform) -> None:
    invoice = platform.register(HoldStatusID=1)
    mode = {"EVA-IDs-Mode": "StringIDs"}
    assert platform.ask("GetInvoice", {"ID": invoice}, mode)["Invoice"]["HoldStatusID"] == 1
    (row,) = platform.ask("ListInvoices", {}, mode)["Result"]["Page"]
    assert row["HoldStatusID"] == "1"


def test_the_unit_of_the_header_pays_where_the_call_names_none(platform: Platform) -> None:
    body = {"CreditorOrganizationUnitID": SUPPLIER, "InvoiceDate": "2021-06-02"}
    header = {"EVA-Requested-OrganizationUnitID": "3"}
    number = platform.ask("CreateInvoice", body, header)["ID"]
    assert platform.invoice(number)["DebtorOrganizationUnitID"] == 3
    unknown = {"EVA-Requested-OrganizationUnitID": "999"}
    assert platform.refused("CreateInvoice", body, unknown) == "RequestValidationFailure"
    query = "EVA-Requested-OrganizationUnit-Query"
    number = platform.ask("CreateInvoice", body, {query: '{"Name": "Store", "BackendID": "STORE"}'})["ID"]
    assert platform.invoice(number)["DebtorOrganizationUnitID"] == 3
    for wrong in ('{"BackendID": "NONE"}', "{}", "STORE"):
        assert platform.refused("CreateInvoice", body, {query: wrong}) == "RequestValidationFailure"


def test_an_error_tells_its_code_and_request(platform: Platform) -> None:
    request = "576b62dd71894e3281a4d84951f44e70"
    answer = platform.send("/message/GetInvoice", {"ID": 999}, {"X-Request-ID": request})
    error = parsed(answer.data)["Error"]
    assert error["Type"] == "RequestValidationFailure"
    assert len(error["Code"]) == 7
    assert error["Code"].isupper()
    assert len(error["RequestID"]) == 32


def test_the_current_user_is_the_caller(platform: Platform) -> None:
    assert platform.ask("GetCurrentUser")["User"]["FullName"] == "retail-platform"
