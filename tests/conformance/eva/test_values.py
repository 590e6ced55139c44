"""What EVA's callers may write for each kind of value, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.conformance.eva.platform import STORE, SUPPLIER, Platform

_HEAD = {"CreditorOrganizationUnitID": SUPPLIER, "DebtorOrganizationUnitID": STORE, "InvoiceDate": "2021-06-02"}
_VALIDATION = "RequestValidationFailure"


def _shown(platform: Platform, name: str, value: Any, shown: str | None = None) -> Any:
    number = platform.ask("CreateInvoice", {**_HEAD, name: value})["ID"]
    return platform.invoice(number).get(shown or name)


@pytest.mark.parametrize("value", [70, "70"])
def test_ids_taken(platform: Platform, value: Any) -> None:
    assert _shown(platform, "CreditorOrganizationUnitID", value) == 70


@pytest.mark.parametrize("value", [True, Decimal("1.5"), "abc", {}, [], 2**63, 999, -70, "70.0"])
def test_ids_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "CreditorOrganizationUnitID": value}) == _VALIDATION


@pytest.mark.parametrize(("value", "shown"), [("x", "x"), (2222333, "2222333"), (1, "1"), ("n" * 50, "n" * 50)])
def test_texts_taken(platform: Platform, value: Any, shown: str) -> None:
    assert _shown(platform, "InvoiceNumber", value) == shown


@pytest.mark.parametrize("value", [True, {}, [], "n" * 51])
def test_texts_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "InvoiceNumber": value}) == _VALIDATION


@pytest.mark.parametrize(
    ("value", "shown"), [(Decimal("563.26"), "563.26"), ("563.26", "563.26"), (-5, "-5"), (0, "0")]
)
def test_decimals_taken(platform: Platform, value: Any, shown: str) -> None:
    assert _shown(platform, "OriginalTotalAmount", value) == Decimal(shown)


@pytest.mark.parametrize("value", ["x", True, [], {}, 10**16, "NaN", "Infinity", Decimal("1.005")])
def test_decimals_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "OriginalTotalAmount": value}) == _VALIDATION


@pytest.mark.parametrize("value", [1, "1", Decimal("1.0")])
def test_whole_numbers_taken(platform: Platform, value: Any) -> None:
    assert _shown(platform, "HoldStatusID", value) == 1


@pytest.mark.parametrize("value", [Decimal("1.5"), True, "x", {}, 2**31, 77])
def test_whole_numbers_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "HoldStatusID": value}) == _VALIDATION


@pytest.mark.parametrize(("value", "shown"), [(True, True), (False, False), (None, False)])
def test_flags_taken(platform: Platform, value: Any, shown: bool) -> None:
    assert _shown(platform, "TaxReverseCharge", value) is shown


@pytest.mark.parametrize("value", [1, "true", {}, 0])
def test_flags_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "TaxReverseCharge": value}) == _VALIDATION


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_methods_taken(platform: Platform, value: int) -> None:
    assert _shown(platform, "CalculationMethod", value) == value


@pytest.mark.parametrize("value", [4, -1, "ExTax", True, Decimal("0.5")])
def test_methods_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "CalculationMethod": value}) == _VALIDATION


@pytest.mark.parametrize("value", [0, 2, 8, 9, 99, "Purchase"])
def test_other_types_of_invoices_are_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "Type": value}) == _VALIDATION


@pytest.mark.parametrize(
    "value", ["2021-06-02", "2021-06-02T00:00:00", "2021-06-02T20:26:04.12Z", "2021-06-02T00:00:00.000Z"]
)
def test_days_taken_as_written(platform: Platform, value: str) -> None:
    assert _shown(platform, "InvoiceDate", value) == "2021-06-02T00:00:00Z"


@pytest.mark.parametrize("value", [None, "", "2021-02-30", 20210602, True])
def test_days_refused(platform: Platform, value: Any) -> None:
    assert platform.refused("CreateInvoice", {**_HEAD, "InvoiceDate": value}) == _VALIDATION


def test_unknown_members_are_ignored_and_nulls_are_not_shown(platform: Platform) -> None:
    number = platform.ask("CreateInvoice", {**_HEAD, "ID": 0, "Other": {"a": [1]}, "InvoiceNumber": None})["ID"]
    shown = platform.invoice(number)
    assert "InvoiceNumber" not in shown
    assert None not in shown.values()


def test_both_spellings_of_a_unit(platform: Platform) -> None:
    old = {"SupplierOrganizationUnitID": 70, "OrganizationUnitID": 3, "InvoiceDate": "2021-06-02"}
    assert platform.invoice(platform.ask("CreateInvoice", old)["ID"])["CreditorOrganizationUnitID"] == 70
    assert platform.ask("CreateInvoice", {**old, **_HEAD})["ID"]
    differing = {**old, "CreditorOrganizationUnitID": 71}
    assert platform.refused("CreateInvoice", differing) == _VALIDATION


@pytest.mark.parametrize("rate", ["21", "2.01", "-0.01", "x"])
def test_a_rate_is_a_multiplier(platform: Platform, rate: str) -> None:
    line = platform.delivered()
    body = {"InvoiceID": platform.register(), "Lines": [{"ShipmentLineID": line, "TaxRate": rate}]}
    assert platform.refused("CreateInvoiceLines", body) == _VALIDATION


@pytest.mark.parametrize("rate", ["0.21", "0", "1.17", "2"])
def test_a_rate_must_exist(platform: Platform, rate: str) -> None:
    line = platform.delivered()
    body = {"InvoiceID": platform.register(), "Lines": [{"ShipmentLineID": line, "TaxRate": rate}]}
    assert platform.refused("CreateInvoiceLines", body) == "TaxRates:NotFoundForTaxRate"
