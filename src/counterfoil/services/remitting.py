"""Paying suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.buying import for_remittance
from counterfoil.core.document import Document, Kind, State
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import OpenItem
from counterfoil.core.terms import book_month
from counterfoil.services import receipts, suppliers
from counterfoil.services.office import Filed, Work
from counterfoil.services.periods import require_open


def remit(
    work: Work,
    supplier_code: str,
    amount: Decimal,
    tender_code: str,
    on: date | None = None,
    invoices: Sequence[str] | None = None,
    reference: str = "",
) -> Filed:
    """Pay a supplier and set the money against what is payable; what exceeds it stays an open debit.

    amount:      in the supplier's currency
    tender_code: the tender type whose account the money leaves
    invoices:    our numbers of the invoices to pay, in this order; None = the oldest due first, () = none
    """
    supplier = suppliers.supplier_by_code(work, supplier_code)
    unit = currency(supplier.currency) if supplier.currency else work.reference.base
    money = Money.exactly(amount, unit, "amount")
    if money.minor <= 0:
        raise Invalid(Problem("amount_invalid", "amount", f"{amount} is no amount to pay"))
    on = on or work.today
    require_open(work, book_month(on))
    owed = [item for item in work.unit.journal.open_items(supplier.id) if item.remaining.minor < 0]
    owed = [item for item in owed if item.amount.currency == unit]
    chosen = (
        _oldest_first(owed) if invoices is None else [one for number in invoices for one in _numbered(owed, number)]
    )
    tender = receipts.tender(work, tender_code, money)
    document = Document(
        id=work.unit.mint.take("document"),
        kind=Kind.REMITTANCE,
        state=State.POSTED,
        customer_id=supplier.id,
        on=on,
        at=work.now if on == work.today else None,
        book_month=book_month(on),
        reference=reference,
        subtotal=money,
        discount_total=Money(0, unit),
        tax_total=Money(0, unit),
        total=money,
        tenders=(tender,),
    )
    work.file(document)
    (paid,) = work.post(for_remittance(document, receipts.books(work, document)))
    pay_with(work, paid, chosen, on, named=invoices is not None)
    return Filed(document)


def _oldest_first(items: Sequence[OpenItem]) -> list[OpenItem]:
    return sorted(items, key=lambda item: (item.due_on, item.id))


def _numbered(items: Sequence[OpenItem], number: str) -> list[OpenItem]:
    found = [item for item in items if item.number == number]
    if not found:
        raise NotFound(Problem("invoice_not_found", "invoices", f"nothing is payable to the supplier on {number!r}"))
    return found


def pay_with(work: Work, paid: OpenItem, owed: Sequence[OpenItem], on: date, named: bool = False) -> None:
    """Set money that was paid (an open debit) against what is owed, in order, as far as it goes.

    named: what is owed only later is paid as of the day on which it is
    """
    for item in owed:
        if not paid.remaining:
            break
        for joined in receipts.apply_credit(work, item, [paid], max(on, item.free_on) if named else on):
            paid = replace(paid, remaining=paid.remaining - joined.amount)


def assign(work: Work, remittance_id: int, invoice_id: int | None = None) -> None:
    """Set what is left of a remittance against one invoice, or against all that is payable, oldest due first."""
    document = work.unit.documents.get(remittance_id)
    if document is None or document.kind is not Kind.REMITTANCE or document.customer_id is None:
        raise NotFound(Problem("payment_not_found", "payment", f"there is no payment {remittance_id}"))
    left = [item for item in work.unit.journal.items_of(remittance_id) if item.remaining.minor > 0]
    if not left:
        raise Invalid(Problem("payment_used_up", "payment", f"nothing is left of payment {document.number}"))
    owed = [item for item in work.unit.journal.open_items(document.customer_id) if item.remaining.minor < 0]
    if invoice_id is not None:
        owed = [item for item in owed if item.document_id == invoice_id]
        if not owed:
            raise NotFound(Problem("invoice_not_found", "invoice", f"nothing is payable on invoice {invoice_id}"))
    on = max([work.today, left[0].free_on, *(item.free_on for item in owed)])
    pay_with(work, left[0], _oldest_first(owed), on)
