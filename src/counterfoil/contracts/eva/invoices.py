"""Services of invoices' heads: registering, changing, holding, booking, showing and listing them."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.eva import paging, translate
from counterfoil.contracts.eva.replies import Id, amount, ident, instant
from counterfoil.contracts.eva.turn import Answer, Reading, Service, Writing, reading, writing
from counterfoil.contracts.eva.wire import Asked, CalculationMethods, InvoiceStatuses, InvoiceTypes, body_of
from counterfoil.core.access import Verb
from counterfoil.core.errors import NotFound, Problem, Refused
from counterfoil.core.purchase import Calculation
from counterfoil.services import additional_amounts, booking, payables, remitting, supplier_invoices, withdrawing
from counterfoil.services.additional_amounts import Amount
from counterfoil.services.payables import InvoiceFilter, InvoiceRow
from counterfoil.services.supplier_invoices import Registered

_RESOURCE = "supplier-invoices"
_UNIT, _UNIT_QUERY = "EVA-Requested-OrganizationUnitID", "EVA-Requested-OrganizationUnit-Query"
Names = tuple[str, ...]
#: EVA's two spellings of who pays and of who is paid.
_DEBTORS: Names = ("DebtorOrganizationUnitID", "OrganizationUnitID")
_CREDITORS: Names = ("CreditorOrganizationUnitID", "SupplierOrganizationUnitID")
_CALCULATIONS = {
    CalculationMethods.IN_TAX: Calculation.IN_TAX,
    CalculationMethods.EX_TAX: Calculation.EX_TAX,
    CalculationMethods.IN_TAX_NEW: Calculation.IN_TAX_SUM,
    CalculationMethods.EX_TAX_NEW: Calculation.EX_TAX_SUM,
}
_SORTS = {
    "id": "id",
    "invoicedate": "on",
    "invoicenumber": "number",
    "totalamount": "total",
    "supplierorganizationunitname": "supplier",
}


def unit_named(asked: Asked, names: Names) -> int | None:
    """An organisation unit in either of EVA's spellings; both are fine where they agree."""
    found = [number for name in names if (number := asked.number(name, "party")) is not None]
    if len(set(found)) > 1:
        asked.note(names[0], f"{names[0]} and {names[1]} name different organization units")
    return found[0] if found else None


def debtor(asked: Asked) -> int | None:
    """Who pays."""
    return unit_named(asked, _DEBTORS)


def creditor(asked: Asked) -> int | None:
    """Who is paid."""
    return unit_named(asked, _CREDITORS)


def parties(turn: Writing, supplier: int | None, unit: int | None, creditors: Names, debtors: Names) -> None:
    """Note it, under the member that was sent, where the one is no supplier or the other none of our own units."""
    asked = turn.asked
    wrong = []
    if supplier is not None and turn.work.unit.parties.supplier(supplier) is None:
        wrong.append((creditors, "is no creditor"))
    if unit is not None and unit not in turn.work.reference.units:
        wrong.append((debtors, "is none of the company's own units"))
    for names, what in wrong:
        name = next(name for name in names if asked.given(name))
        asked.note(name, f"{name} has an invalid value: {asked.members()[name]} {what}")


def _registered(turn: Writing, missing: str) -> Registered:
    asked = turn.asked
    supplier, unit = creditor(asked), debtor(asked)
    parties(turn, supplier, unit, _CREDITORS, _DEBTORS)
    method = asked.choice("CalculationMethod", CalculationMethods)
    hold = asked.whole("HoldStatusID") or None
    blobs = tuple(blob.need_text("BlobID", 50) for blob in asked.children("Blobs"))
    found = Registered(
        supplier_id=supplier or 0,
        unit_id=unit if unit is not None else _header_unit(turn),
        on=asked.need_day("InvoiceDate"),
        supplier_number=asked.text("InvoiceNumber", 50),
        description=asked.text("Description", 255),
        asserted_total=asked.decimal("OriginalTotalAmount"),
        starts_on=asked.day("PaymentTermStartDate"),
        due_on=asked.day("PaymentTermDueDate"),
        calculation=_CALCULATIONS[CalculationMethods.EX_TAX if method is None else method],
        reverse_charge=asked.flag("TaxReverseCharge") or False,
        hold_status_id=hold,
        fiscal_id=asked.text("FiscalID", 20),
        files=blobs,
    )
    asked.refuse()
    if supplier is None:
        raise Refused(Problem(missing, "", "An invoice needs a creditor."))
    return found


def _header_unit(turn: Writing) -> int | None:
    """The organisation unit that the caller works for, where its call names one."""
    number, query = (turn.headers.get(name.lower(), "").strip() for name in (_UNIT, _UNIT_QUERY))
    if number:
        return turn.asked.beside({_UNIT: number}, "").number(_UNIT, "party")
    if not query:
        return None
    inner = turn.asked.beside(body_of(query.encode()), _UNIT_QUERY)
    name, code = inner.text("Name", 255), inner.text("BackendID", 255)
    found = [
        one.id
        for one in turn.work.reference.units.values()
        if (name or code) and (not name or one.name == name) and (not code or one.code == code)
    ]
    if len(found) != 1:
        inner.note("BackendID" if code else "Name", f"{len(found)} organization units are called so")
    return found[0] if found else None


def create(turn: Writing) -> Answer:
    """Register a supplier's invoice."""
    kind = turn.asked.choice("Type", InvoiceTypes)
    if kind not in (None, InvoiceTypes.PURCHASE):
        turn.asked.note("Type", "only purchase invoices (1) are registered here")
    amounts = turn.asked.children("AdditionalAmounts")
    rows = [(one.need_number("Type", "amount_type"), one.need_decimal("Amount"), *tax_of(one)) for one in amounts]
    asked = _registered(turn, "creditor_required")
    outcome = turn.work.perform_and_write(lambda: supplier_invoices.register(turn.work, asked))
    for type_id, money, code, rate in rows:
        made = Amount(type_id=type_id, amount=money, original=money, tax_code_id=code, tax_rate=rate)
        additional_amounts.add_amount(turn.work, outcome.document_id, made)
    turn.warnings += [say for _, say in outcome.warnings]
    return {"ID": Id("document", outcome.document_id)}


def tax_of(asked: Asked) -> tuple[int | None, Any]:
    """A tax code, and a tax rate as the fraction of the net that EVA's multiplier 1.21 stands for."""
    rate = asked.decimal("TaxRate")
    if rate is not None and not 0 <= rate <= 2:
        asked.note("TaxRate", f"{rate} is no multiplier from 0.00 to 2.00")
    return asked.number("TaxCodeID", "tax_code"), None if rate is None else rate - 1


def update(turn: Writing) -> Answer:
    """Give an open invoice's head anew."""
    number = turn.asked.need_number("ID", "document")
    asked = _registered(turn, "creditor_required_update")
    turn.warnings += [say for _, say in supplier_invoices.amend(turn.work, number, asked)]
    return {}


def delete(turn: Writing) -> Answer:
    """Take an open invoice away."""
    number = turn.asked.need_number("InvoiceID", "document")
    turn.asked.refuse()
    withdrawing.withdraw(turn.work, number)
    return {}


def hold(turn: Writing) -> Answer:
    """Hold an invoice back, or let it go."""
    number, status = turn.asked.need_number("InvoiceID", "document"), turn.asked.whole("HoldStatusID")
    turn.asked.refuse()
    supplier_invoices.set_hold(turn.work, number, status or None)
    return {}


def book(turn: Writing) -> Answer:
    """Book an invoice."""
    number = turn.asked.need_number("ID", "document")
    turn.asked.refuse()
    turn.work.perform(lambda: booking.book(turn.work, number))
    return {}


def get(turn: Reading) -> Answer:
    """An invoice whole."""
    number = turn.asked.need_number("ID", "document")
    turn.asked.refuse()
    shown = payables.invoice(turn.context, turn.reader, number)
    return {"Invoice": translate.invoice(shown, turn.reader.reference)}


def list_all(turn: Reading) -> Answer:
    """A page of invoices."""
    asked = paging.read(turn.asked)
    narrowed = asked.filter
    kind = narrowed.choice("Type", InvoiceTypes)
    status = narrowed.choice("Status", InvoiceStatuses)
    has_creditor, matched = narrowed.flag("HasSupplierOrganizationUnit"), narrowed.flag("IsMatched")
    wanted = InvoiceFilter(
        number=narrowed.text("Number", 50),
        since=narrowed.day("StartDate"),
        until=narrowed.day("EndDate"),
        booked=None if status is None else status is InvoiceStatuses.CLOSED,
        unit_ids=narrowed.numbers("OrganizationUnitIDs", "party"),
        supplier_ids=narrowed.numbers("SupplierOrganizationUnitIDs", "party"),
        order_ids=narrowed.numbers("OrderIDs", "document"),
        unresolved=narrowed.flag("HasUnresolvedDisputes"),
        explained=matched,
    )
    for name in ("OrganizationUnitSetID", "SupplierOrganizationUnitSetID"):
        if narrowed.given(name):
            narrowed.note(name, "there are no organization unit sets here")
    turn.asked.refuse()
    if kind not in (None, InvoiceTypes.PURCHASE) or has_creditor is False:
        return paging.page(asked, [], 0)
    sort, descending = paging.sorted_by(asked, _SORTS)
    rows, total = turn.reader.payables.invoices(wanted, asked.limit, asked.start, sort, descending)
    return paging.page(asked, [_row(row) for row in rows], total)


def _row(row: InvoiceRow) -> dict[str, Any]:
    status = InvoiceStatuses.CLOSED if row.booked else InvoiceStatuses.OPEN
    return {
        "ID": Id("document", row.id),
        "Type": int(InvoiceTypes.PURCHASE),
        "InvoiceNumber": row.supplier_number or None,
        "InvoiceDate": instant(row.on),
        "Description": row.description or None,
        "BackendID": row.number,
        "CurrencyID": row.total.currency.code,
        "Status": int(status),
        "StatusID": int(status),
        "HoldStatusID": ident("hold_status", row.hold_status_id),
        "HasUnresolvedDisputes": row.unresolved,
        "OrganizationUnitID": Id("party", row.unit_id),
        "OrganizationUnitName": row.unit_name,
        "SupplierOrganizationUnitID": Id("party", row.supplier_id),
        "SupplierOrganizationUnitName": row.supplier_name,
        "TotalAmount": amount(row.total),
    }


def validate_number(turn: Reading) -> Answer:
    """Whether a creditor has not used a number yet, and the invoices on which it has."""
    number = turn.asked.need_text("InvoiceNumber", 50)
    supplier = turn.asked.need_number("OrganizationUnitID", "party")
    kind = turn.asked.choice("Type", InvoiceTypes)
    if not turn.asked.problems and turn.reader.parties.supplier(supplier) is None:
        turn.asked.note("OrganizationUnitID", "OrganizationUnitID has an invalid value: it is no creditor")
    turn.asked.refuse()
    if kind not in (None, InvoiceTypes.PURCHASE):
        return {"IsValid": True, "Invoices": []}
    rows, _ = turn.reader.payables.invoices(InvoiceFilter(number=number, supplier_ids=[supplier]), 1000, 0)
    shown = [translate.head(payables.invoice(turn.context, turn.reader, row.id), turn.reader.reference) for row in rows]
    return {"IsValid": not rows, "Invoices": shown}


def payments(turn: Reading) -> Answer:
    """What is settled or paid of an order's invoices."""
    order = turn.asked.need_number("OrderID", "document")
    number = turn.asked.number("InvoiceID", "document")
    turn.asked.refuse()
    shown = [
        {
            "PaymentTransactionID": Id("document", one.id),
            "InvoiceID": ident("document", one.invoice_id),
            "Amount": amount(one.amount),
            "MethodCode": "REMITTANCE" if one.remittance else "INVOICE",
            "MethodName": "Remittance" if one.remittance else "Invoice",
            "TypeCode": "REMITTANCE" if one.remittance else "INVOICE",
            "TypeName": "Remittance" if one.remittance else "Settled on account",
        }
        for one in payables.payments(turn.reader, order, number or 0)
    ]
    return {"Result": shown}


def assign_payment(turn: Writing) -> Answer:
    """Set a payment against one invoice, or against open ones in turn."""
    payment = turn.asked.need_number("PaymentTransactionID", "document")
    number = turn.asked.number("InvoiceID", "document")
    turn.asked.refuse()
    remitting.assign(turn.work, payment, number)
    return {}


def attach(turn: Writing) -> Answer:
    """Note a file that belongs to an invoice."""
    number, reference, url = _file(turn)
    supplier_invoices.attach(turn.work, number, reference, url)
    return {}


def _file(turn: Writing) -> tuple[int, str, str]:
    number = turn.asked.need_number("InvoiceID", "document")
    reference, url = turn.asked.text("BlobID", 50), turn.asked.text("BlobUrl", 1000)
    if not reference and not url:
        turn.asked.note("BlobID", "BlobID or BlobUrl is required")
    turn.asked.refuse()
    return number, reference or url, url


def detach(turn: Writing) -> Answer:
    """Take a note of a file away."""
    number, reference, _ = _file(turn)
    supplier_invoices.detach(turn.work, number, reference)
    return {}


def files(turn: Reading) -> Answer:
    """The files that belong to an invoice."""
    number = turn.asked.need_number("InvoiceID", "document")
    turn.asked.refuse()
    found = turn.reader.supplier_invoices.get(number)
    if found is None:
        raise NotFound(Problem("invoice_not_found", "InvoiceID", f"there is no invoice {number}"))
    return {
        "Result": [
            {
                "BlobID": file.reference,
                "Name": file.reference,
                "MimeType": "application/octet-stream",
                "CreationTime": instant(file.attached_at),
                "TypeID": Id("file_type", 0),
                "Url": file.url or None,
            }
            for file in found.files
        ]
    }


SERVICES: tuple[Service, ...] = (
    writing("CreateInvoice", create, _RESOURCE, Verb.CREATE),
    writing("UpdateInvoice", update, _RESOURCE, Verb.EDIT),
    writing("DeleteInvoice", delete, _RESOURCE, Verb.DELETE),
    writing("UpdateInvoiceHoldStatus", hold, _RESOURCE, Verb.EDIT),
    writing("BookInvoice", book, _RESOURCE, Verb.MANAGE),
    writing("CreateInvoicePayment", assign_payment, _RESOURCE, Verb.MANAGE),
    writing("AttachBlobToInvoice", attach, _RESOURCE, Verb.EDIT),
    writing("DeleteInvoiceBlob", detach, _RESOURCE, Verb.EDIT),
    reading("ListBlobsForInvoice", files, _RESOURCE),
    reading("GetInvoice", get, _RESOURCE),
    reading("ListInvoices", list_all, _RESOURCE),
    reading("ValidateInvoiceNumber", validate_number, _RESOURCE),
    reading("GetInvoicePayments", payments, _RESOURCE),
)
