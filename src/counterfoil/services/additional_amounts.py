"""Amounts that stand beside the lines of a supplier's invoice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import AdditionalAmount, SupplierInvoice
from counterfoil.services import disputes, suppliers
from counterfoil.services.office import Work
from counterfoil.services.purchase_tax import named_tax
from counterfoil.services.supplier_invoices import note, open_invoice, sum_up
from counterfoil.services.supplier_terms import amount_type
from counterfoil.store import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An additional amount as its sender gives it, before tax, in major units.

    tax_code_id, tax_rate: one of them, or both if they agree; the rate is a fraction of the net
    """

    type_id: int
    amount: Decimal
    original: Decimal
    tax_code_id: int | None = None
    tax_rate: Decimal | None = None


def add_amount(work: Work, invoice_id: int, asked: Amount) -> int:
    """Put an additional amount on an open invoice; its id."""
    invoice = open_invoice(work, invoice_id)
    made = work.unit.supplier_invoices.add_amount(invoice_id, _amount(work, invoice, asked, 0))
    note(work, invoice_id, Change("AdditionalAmountCreated", after=str(made.amount.amount)))
    sum_up(work, invoice_id)
    return made.id


def _amount(work: Work, invoice: SupplierInvoice, asked: Amount, number: int) -> AdditionalAmount:
    kind = amount_type(work, asked.type_id)
    money = currency(invoice.currency)
    country = suppliers.unit(work, invoice.unit_id).country
    code, rate = named_tax(work, country, invoice.on, asked.tax_code_id, asked.tax_rate)
    return AdditionalAmount(
        id=number,
        type_id=kind.id,
        goods=kind.goods,
        ledger_class=kind.ledger_class,
        amount=Money.exactly(asked.amount, money, "amount"),
        original=Money.exactly(asked.original, money, "original"),
        tax_code_id=code,
        tax_rate=rate,
    )


def _own_amount(invoice: SupplierInvoice, amount_id: int) -> AdditionalAmount:
    return next(one for one in invoice.amounts if one.id == amount_id)


def _invoice_of_amount(work: Work, amount_id: int) -> SupplierInvoice:
    owner = work.unit.supplier_invoices.owner_of_amount(amount_id)
    if owner is None:
        raise NotFound(Problem("amount_not_found", "amount", f"there is no additional amount {amount_id}"))
    return open_invoice(work, owner)


def change_amount(work: Work, amount_id: int, asked: Amount) -> None:
    """Give an additional amount of an open invoice anew."""
    invoice = _invoice_of_amount(work, amount_id)
    before = _own_amount(invoice, amount_id)
    after = _amount(work, invoice, asked, amount_id)
    work.unit.supplier_invoices.change_amount(after)
    change = Change("AdditionalAmountUpdated", str(before.amount.amount), str(after.amount.amount))
    note(work, invoice.id, change)
    sum_up(work, invoice.id)


def remove_amount(work: Work, amount_id: int) -> None:
    """Take an additional amount off an open invoice, with the disputes that hang on it."""
    invoice = _invoice_of_amount(work, amount_id)
    before = _own_amount(invoice, amount_id)
    disputes.remove_attached(work, invoice, amount_ids={amount_id})
    work.unit.supplier_invoices.remove_amount(amount_id)
    note(work, invoice.id, Change("AdditionalAmountDeleted", before=str(before.amount.amount)))
    sum_up(work, invoice.id)
