"""Suppliers' invoices: registering them, changing their heads, holding them back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Asserted, Document, Kind, State
from counterfoil.core.errors import Conflict, NotFound, Problem, Refused
from counterfoil.core.matching import Reckoned, reckon
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import AttachedFile, Calculation, SupplierInvoice
from counterfoil.core.terms import book_month
from counterfoil.services import suppliers
from counterfoil.services.office import Filed, Work
from counterfoil.store import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A supplier's invoice as its sender gives it; amounts in major units, meanings as in SupplierInvoice."""

    supplier_id: int
    unit_id: int | None
    on: date
    supplier_number: str = ""
    description: str = ""
    currency: str | None = None
    asserted_total: Decimal | None = None
    starts_on: date | None = None
    due_on: date | None = None
    calculation: Calculation = Calculation.EX_TAX
    reverse_charge: bool = False
    hold_status_id: int | None = None
    fiscal_id: str = ""
    files: tuple[str, ...] = ()


def register(work: Work, asked: Registered) -> Filed:
    """Register a supplier's invoice; a number that the supplier has used before is a warning."""
    invoice = _invoice(work, asked, work.unit.mint.take("document"))
    warnings = _repeated(work, invoice)
    money = currency(invoice.currency)
    nothing = Money(0, money)
    document = Document(
        id=invoice.id,
        kind=Kind.SUPPLIER_INVOICE,
        state=State.OPEN,
        customer_id=invoice.supplier_id,
        ship_to_id=invoice.unit_id,
        on=invoice.on,
        due_on=invoice.due_on,
        book_month=book_month(invoice.on),
        third_party_number=invoice.supplier_number,
        comment=invoice.description,
        subtotal=nothing,
        discount_total=nothing,
        tax_total=nothing,
        total=nothing,
        asserted=Asserted(total=invoice.asserted_total),
    )
    work.file(document)
    work.unit.supplier_invoices.add(invoice)
    for reference in dict.fromkeys(asked.files):
        work.unit.supplier_invoices.attach(invoice.id, AttachedFile(reference, "", work.now))
    note(work, invoice.id, Change("InvoiceCreated", after=invoice.supplier_number))
    return Filed(document, tuple(warnings))


def _invoice(work: Work, asked: Registered, number: int) -> SupplierInvoice:
    supplier = suppliers.supplier(work, asked.supplier_id)
    unit = suppliers.unit(work, asked.unit_id)
    money = currency(asked.currency or supplier.currency or work.reference.base.code)
    if asked.hold_status_id is not None and asked.hold_status_id not in work.reference.hold_statuses:
        say = f"there is no hold status {asked.hold_status_id}"
        raise NotFound(Problem("hold_status_not_found", "hold_status", say))
    asserted = asked.asserted_total
    return SupplierInvoice(
        id=number,
        number="",
        booked=False,
        supplier_id=supplier.id,
        unit_id=unit.id,
        supplier_number=asked.supplier_number,
        on=asked.on,
        description=asked.description,
        currency=money.code,
        asserted_total=None if asserted is None else Money.exactly(asserted, money, "original_total"),
        starts_on=asked.starts_on,
        due_on=asked.due_on,
        calculation=asked.calculation,
        reverse_charge=asked.reverse_charge,
        hold_status_id=asked.hold_status_id,
        fiscal_id=asked.fiscal_id,
    )


def _repeated(work: Work, invoice: SupplierInvoice) -> list[tuple[str, str]]:
    if not invoice.supplier_number:
        return []
    found = work.unit.supplier_invoices.numbered(invoice.supplier_id, invoice.supplier_number)
    if not set(found) - {invoice.id}:
        return []
    return [("number_repeated", f"the supplier has an invoice {invoice.supplier_number} already")]


def held(work: Work, invoice_id: int, where: str = "invoice") -> SupplierInvoice:
    """A supplier's invoice, kept from others until the unit of work ends."""
    found = work.unit.supplier_invoices.get(invoice_id, hold=True)
    if found is None:
        raise NotFound(Problem("invoice_not_found", where, f"there is no supplier invoice {invoice_id}"))
    return found


def open_invoice(work: Work, invoice_id: int, where: str = "invoice") -> SupplierInvoice:
    """A supplier's invoice that may still change."""
    found = held(work, invoice_id, where)
    if found.booked:
        raise Conflict(Problem("invoice_booked", where, f"invoice {found.number} is booked and cannot be changed"))
    return found


def note(work: Work, invoice_id: int, change: Change) -> None:
    """Keep on record who changed what of an invoice."""
    work.unit.supplier_invoices.note(invoice_id, change, work.now, work.actor)


def sum_up(work: Work, invoice_id: int) -> tuple[SupplierInvoice, Reckoned]:
    """The invoice as it stands now, with its sums; they are filed for lists."""
    invoice = work.unit.supplier_invoices.get(invoice_id)
    assert invoice is not None, "an invoice that was changed is on file"
    sums = reckon(invoice)
    explained = invoice.asserted_total == sums.total and not any(line.to_dispute for line in sums.lines.values())
    unresolved = any(not dispute.resolved for dispute in invoice.disputes)
    work.unit.supplier_invoices.sum_up(invoice_id, sums.total, explained, unresolved)
    return invoice, sums


def amend(work: Work, invoice_id: int, asked: Registered) -> list[tuple[str, str]]:
    """Give an open invoice's head anew, whole; its calculation stays, and files are added. Warnings as for register."""
    before = open_invoice(work, invoice_id)
    after = replace(
        _invoice(work, asked, invoice_id), number=before.number, calculation=before.calculation, files=before.files
    )
    if after.currency != before.currency and (before.lines or before.amounts):
        say = f"invoice {before.number} has lines or amounts in {before.currency}"
        raise Refused(Problem("currency_fixed", "currency", say))
    if before.lines and after.supplier_id != before.supplier_id:
        say = f"lines of invoice {before.number} are matched with another supplier's goods"
        raise Refused(Problem("supplier_fixed", "supplier", say))
    if before.lines and before.calculation.includes_tax and after.reverse_charge != before.reverse_charge:
        # What was expected of a line was worked out with the tax in its price, or without.
        taxed = "without" if before.reverse_charge else "with"
        say = f"lines of invoice {before.number} are expected at prices {taxed} tax: take them off first"
        raise Refused(Problem("reverse_charge_fixed", "reverse_charge", say))
    then, now = (work.reference.units[one.unit_id].country for one in (before, after))
    if now != then and (before.lines or before.amounts):
        say = f"invoice {before.number} has lines or amounts with the taxes of {then}, the unit is in {now}"
        raise Refused(Problem("other_region", "unit", say))
    work.unit.supplier_invoices.rewrite(after)
    known = {file.reference for file in before.files}
    for reference in dict.fromkeys(asked.files):
        if reference not in known:
            work.unit.supplier_invoices.attach(invoice_id, AttachedFile(reference, "", work.now))
    change = Change("InvoiceUpdated", _told(before), _told(after))
    note(work, invoice_id, change)
    sum_up(work, invoice_id)
    return _repeated(work, after)


def _told(invoice: SupplierInvoice) -> str:
    total = "" if invoice.asserted_total is None else f" over {invoice.asserted_total.amount}"
    return f"{invoice.supplier_number} of {invoice.on}{total}"


def set_hold(work: Work, invoice_id: int, status_id: int | None) -> None:
    """Hold an invoice back from booking, or let it go (None)."""
    before = open_invoice(work, invoice_id)
    if status_id is not None and status_id not in work.reference.hold_statuses:
        raise NotFound(Problem("hold_status_not_found", "hold_status", f"there is no hold status {status_id}"))
    work.unit.supplier_invoices.rewrite(replace(before, hold_status_id=status_id))
    note(work, invoice_id, Change("HoldStatusChanged", str(before.hold_status_id or ""), str(status_id or "")))


def attach(work: Work, invoice_id: int, reference: str, url: str = "") -> None:
    """Note a file that lies elsewhere and belongs to an invoice, booked ones too."""
    invoice = held(work, invoice_id)
    if any(file.reference == reference for file in invoice.files):
        raise Conflict(Problem("file_attached", "file", f"{reference} is attached to invoice {invoice.number} already"))
    work.unit.supplier_invoices.attach(invoice_id, AttachedFile(reference, url, work.now))
    note(work, invoice_id, Change("FileAttached", after=reference))


def detach(work: Work, invoice_id: int, reference: str) -> None:
    """Take such a note away."""
    open_invoice(work, invoice_id)
    if not work.unit.supplier_invoices.detach(invoice_id, reference):
        raise NotFound(Problem("file_not_found", "file", f"{reference} is not attached to the invoice"))
    note(work, invoice_id, Change("FileDetached", before=reference))
