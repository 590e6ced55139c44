"""Taking open supplier invoices away."""

from __future__ import annotations

from counterfoil.services import disputes, matching
from counterfoil.services.office import Work
from counterfoil.services.supplier_invoices import note, open_invoice
from counterfoil.store import Change


def withdraw(work: Work, invoice_id: int) -> None:
    """Take an open invoice away with its lines, amounts and disputes; the goods are free to be invoiced again."""
    invoice = open_invoice(work, invoice_id)
    for dispute in invoice.disputes:
        disputes.tell_withdrawn(work, invoice, dispute)
    matching.release(work, invoice.lines)
    work.unit.supplier_invoices.withdraw(invoice_id)
    note(work, invoice_id, Change("InvoiceDeleted", before=invoice.supplier_number))
