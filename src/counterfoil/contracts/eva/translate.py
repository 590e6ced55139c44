"""Our supplier invoices as EVA shows them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from counterfoil.contracts.eva.replies import Id, amount, ident, instant
from counterfoil.contracts.eva.wire import CalculationMethods, DisputeTypes, InvoiceStatuses, InvoiceTypes
from counterfoil.core.matching import AmountSums, LineSums
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import AdditionalAmount, Calculation, Dispute, DisputeKind, MatchedLine, ShippedLine
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.core.reference import Reference
from counterfoil.wire.codec import plain

#: Our kinds of disputes as EVA numbers them.
DISPUTE_TYPES = {DisputeKind.ORIGINAL: DisputeTypes.ORIGINAL, DisputeKind.EXPECTED: DisputeTypes.EXPECTED}
#: Our ways of calculating as EVA numbers them.
CALCULATIONS = {
    Calculation.IN_TAX: CalculationMethods.IN_TAX,
    Calculation.EX_TAX: CalculationMethods.EX_TAX,
    Calculation.IN_TAX_SUM: CalculationMethods.IN_TAX_NEW,
    Calculation.EX_TAX_SUM: CalculationMethods.EX_TAX_NEW,
}
#: EVA's own tax codes and the categories that they stand for.
CATEGORIES = {"high": 0, "low": 1, "zero": 2, "exempt": 3, "intermediate": 4}


_HEAD = (
    "ID",
    "Type",
    "SubType",
    "Status",
    "InvoiceNumber",
    "InvoiceDate",
    "Description",
    "BackendID",
    "CreditorOrganizationUnitID",
    "DebtorOrganizationUnitID",
    "OrganizationUnitID",
    "OrganizationUnitName",
    "SupplierOrganizationUnitID",
    "SupplierOrganizationUnitName",
    "PaymentTermStartDate",
    "PaymentTermDueDate",
    "HoldStatusID",
    "TaxReverseCharge",
    "CurrencyID",
    "TotalAmount",
    "OriginalTotalAmount",
    "OriginalTotalAmountDifference",
    "ExpectedTotalAmount",
    "ExpectedTotalAmountDifference",
    "EcoTax",
)


def multiplier(rate: Decimal) -> Decimal:
    """A fraction of the net as EVA writes a tax rate: 0.21 is 1.21."""
    return plain(1 + rate)


def quantity(value: Decimal | int) -> Decimal:
    """A number in its shortest form."""
    return plain(Decimal(value))


def at_price(line: ShippedLine, count: Decimal) -> Decimal:
    """What a quantity of a shipment's line is worth at order price, before tax."""
    return plain(Money.of(count * line.unit_price, currency(line.currency)).amount)


def invoice(shown: InvoiceShown, reference: Reference) -> dict[str, Any]:
    """GetInvoice's invoice."""
    one, sums, unit = shown.invoice, shown.sums, currency(shown.invoice.currency)
    supplier, debtor = shown.supplier, shown.unit
    nothing = Money(0, unit)
    orders = list(shown.orders.values())
    total_quantity = sum((line.quantity for line in one.lines), Decimal(0))
    expected_quantity = sum((line.due_quantity for line in one.lines), Decimal(0))
    charged = sum((line.charged.gross.minor for line in sums.lines.values()), 0)
    status = InvoiceStatuses.CLOSED if one.booked else InvoiceStatuses.OPEN
    return {
        "ID": Id("document", one.id),
        "Type": int(InvoiceTypes.PURCHASE),
        "SubType": 0,
        "Status": int(status),
        "InvoiceNumber": one.supplier_number or None,
        "InvoiceDate": instant(one.on),
        "Description": one.description or None,
        "BackendID": one.number,
        "OrderID": Id("document", orders[0].id) if len(orders) == 1 else None,
        "OrderDisplayID": orders[0].number if len(orders) == 1 else None,
        **_parties(shown, reference),
        "OrganizationUnitID": Id("party", debtor.id),
        "OrganizationUnitName": debtor.name,
        "SupplierOrganizationUnitID": Id("party", supplier.id),
        "SupplierOrganizationUnitName": supplier.name,
        "PaymentTermStartDate": instant(one.starts_on),
        "PaymentTermDueDate": instant(one.due_on),
        "HoldStatusID": one.hold_status_id,
        "TaxReverseCharge": one.reverse_charge,
        "CalculationMethod": int(CALCULATIONS[one.calculation]),
        "CurrencyID": unit.code,
        "FiscalID": one.fiscal_id or None,
        "TotalAmount": amount(sums.total),
        "SubTotalAmount": amount(sums.subtotal),
        "OriginalTotalAmount": amount(one.asserted_total),
        "OriginalTotalAmountDifference": None
        if one.asserted_total is None
        else amount(sums.total - one.asserted_total),
        "ExpectedTotalAmount": amount(sums.expected),
        "ExpectedSubTotalAmount": amount(sums.expected_subtotal),
        "ExpectedTotalAmountDifference": amount(sums.total - sums.expected),
        "TotalQuantity": quantity(total_quantity),
        "ExpectedTotalQuantity": quantity(expected_quantity),
        "TotalQuantityDifference": quantity(total_quantity - expected_quantity),
        "TotalLineAmountInvoicedInTax": amount(Money(charged, unit)),
        "DisputeAmounts": {
            "Original": amount(sums.original_disputes),
            "Expected": amount(sums.expected_disputes),
            "Total": amount(sums.disputes),
        },
        "EcoTax": 0,
        "OpenAmount": amount(sums.total - shown.paid),
        "PaidAmount": amount(shown.paid or nothing),
        "BookStatus": {
            "CanBeBooked": shown.hindrance is None,
            "IsBooked": one.booked,
            "Message": None if shown.hindrance is None or one.booked else shown.hindrance.say,
        },
        "ExportStatus": 0,
        "IsInterCompany": False,
        "IsIntraCompany": False,
        "AdditionalAmounts": [_amount(a, sums.amounts[a.id], shown, reference) for a in one.amounts],
        "Lines": [_line(line, sums.lines[line.id], shown, reference) for line in one.lines],
        "Disputes": [dispute(each, reference) for each in one.disputes],
        "Shipments": _shipments(shown),
        "Blobs": [{"BlobID": file.reference} for file in one.files],
    }


def head(shown: InvoiceShown, reference: Reference) -> dict[str, Any]:
    """The same without lines, amounts and disputes, as ValidateInvoiceNumber shows invoices."""
    whole = invoice(shown, reference)
    return {name: whole[name] for name in _HEAD}


def _parties(shown: InvoiceShown, reference: Reference) -> dict[str, Any]:
    return {
        "CreditorOrganizationUnitID": Id("party", shown.supplier.id),
        "CreditorOrganizationUnitName": shown.supplier.name,
        "CreditorOrganizationUnitBackendID": shown.supplier.code,
        "CreditorOrganizationUnitCountryID": shown.supplier.address.country or reference.country,
        "CreditorOrganizationUnitLanguageID": "en",
        "DebtorOrganizationUnitID": Id("party", shown.unit.id),
        "DebtorOrganizationUnitName": shown.unit.name,
        "DebtorOrganizationUnitBackendID": shown.unit.code,
    }


def _amount(one: AdditionalAmount, sums: AmountSums, shown: InvoiceShown, reference: Reference) -> dict[str, Any]:
    own = [each for each in shown.invoice.disputes if each.amount_id == one.id]
    return {
        "ID": Id("additional_amount", one.id),
        "Type": Id("amount_type", one.type_id),
        "Amount": amount(one.amount),
        "AmountInTax": amount(sums.accepted.gross),
        "OriginalAmount": amount(one.original),
        "OriginalAmountInTax": amount(sums.original.gross),
        "TaxCodeID": ident("tax_code", one.tax_code_id),
        "TaxRate": multiplier(one.tax_rate),
        "Disputes": [dispute(each, reference) for each in own],
    }


def _line(line: MatchedLine, sums: LineSums, shown: InvoiceShown, reference: Reference) -> dict[str, Any]:
    code = reference.tax_codes.get(line.tax_code_id or 0)
    ordered, placed = shown.order_lines[line.order_line_id], shown.orders[line.order_id]
    own = [each for each in shown.invoice.disputes if each.line_id == line.id]
    item = shown.items.get(line.item_id or 0)
    return {
        "ID": Id("invoice_line", line.id),
        "Quantity": quantity(line.quantity),
        "ExpectedQuantity": None if line.expected_quantity is None else quantity(line.expected_quantity),
        "UnitPrice": quantity(line.unit_price),
        "ExpectedUnitPrice": quantity(line.expected_unit_price),
        "TaxRate": multiplier(line.tax_rate),
        "ExpectedTaxRate": multiplier(line.expected_tax_rate),
        "TotalAmount": amount(sums.charged.net),
        "TotalAmountInTax": amount(sums.charged.gross),
        "ExpectedTotalAmount": amount(sums.expected.net),
        "ExpectedTotalAmountInTax": amount(sums.expected.gross),
        "AmountToBeDisputed": amount(sums.to_dispute),
        "DiscountAmount": 0,
        "TotalAmountInvoiced": amount(sums.charged.net),
        "TotalAmountInvoicedInTax": amount(sums.charged.gross),
        "TaxCode": code.name if code else None,
        "TaxRateCategory": CATEGORIES.get(code.code.lower()) if code else None,
        "InvoiceDate": instant(shown.invoice.on),
        "Disputes": [dispute(each, reference) for each in own],
        "OrderLine": {
            "ID": Id("document_line", ordered.id),
            "OrderID": Id("document", placed.id),
            "Type": 0,
            "UnitPrice": quantity(ordered.unit_price),
            "ProductID": ident("item", line.item_id),
            "Description": ordered.description or None,
            "ProductCustomID": item.sku if item else None,
            "SupplierProductBackendID": ordered.note or None,
        },
        "ShipmentLine": _shipment_line(line, shown),
    }


def _shipment_line(line: MatchedLine, shown: InvoiceShown) -> dict[str, Any] | None:
    if line.shipment_line_id is None:
        return None
    shipped = shown.shipped[line.shipment_line_id]
    head = shown.shipments[shipped.shipment_id]
    return {
        "ID": Id("document_line", shipped.id),
        "QuantityDelivered": quantity(shipped.received),
        "TotalAmountDelivered": at_price(shipped, shipped.received),
        "Shipment": {"ID": Id("document", head.id), "BackendID": head.reference or None},
    }


def dispute(one: Dispute, reference: Reference) -> dict[str, Any]:
    """A dispute with the actions that resolve it."""
    reason = reference.dispute_reasons.get(one.reason_id)
    return {
        "ID": Id("dispute", one.id),
        "Amount": amount(one.amount),
        "Type": int(DISPUTE_TYPES[one.kind]),
        "ReasonID": Id("dispute_reason", one.reason_id),
        "ReasonName": reason.name if reason else None,
        "Description": one.description or None,
        "EmailAddressToSendNotificationTo": one.email or None,
        "IsResolved": one.resolved,
        "ResolvedAmount": amount(one.settled),
        "ResolveActions": [
            {
                "ID": Id("resolve_action", action.id),
                "Amount": amount(action.amount),
                "Description": action.description or None,
                "LedgerClassID": action.ledger_class or None,
            }
            for action in one.actions
        ],
    }


def place(one: Dispute, users: Mapping[str, int]) -> dict[str, Any]:
    """What a dispute hangs on, and who raised it."""
    return {
        "InvoiceLineID": ident("invoice_line", one.line_id),
        "InvoiceAdditionalAmountID": ident("additional_amount", one.amount_id),
        "UserID": ident("principal", users.get(one.raised_by)),
        "UserFullName": one.raised_by or None,
    }


def _shipments(shown: InvoiceShown) -> list[dict[str, Any]]:
    result = []
    unit = currency(shown.invoice.currency)
    for head in shown.shipments.values():
        own = {line.id for line in head.lines}
        lines = [line for line in shown.invoice.lines if line.shipment_line_id in own]
        charged = sum((shown.sums.lines[line.id].charged.net.minor for line in lines), 0)
        expected = sum((shown.sums.lines[line.id].expected.net.minor for line in lines), 0)
        result.append(
            {
                "ShipmentID": Id("document", head.id),
                "ShipmentBackendID": head.reference or None,
                "CompletionTime": instant(head.completed_at),
                "LastDeliveryDate": instant(head.received_at),
                "TotalAmount": amount(Money(charged, unit)),
                "TotalQuantity": quantity(sum((line.quantity for line in lines), Decimal(0))),
                "ExpectedTotalAmount": amount(Money(expected, unit)),
                "ExpectedTotalQuantity": quantity(sum((line.due_quantity for line in lines), Decimal(0))),
            }
        )
    return result
