"""Services of the amounts that stand beside an invoice's lines, and of their types."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.eva.invoices import tax_of
from counterfoil.contracts.eva.replies import Id, amount, ident
from counterfoil.contracts.eva.translate import multiplier
from counterfoil.contracts.eva.turn import Answer, Reading, Service, Writing, reading, writing
from counterfoil.contracts.eva.wire import Asked
from counterfoil.core.access import Verb
from counterfoil.core.purchase import AmountType
from counterfoil.services import additional_amounts, payables, supplier_terms
from counterfoil.services.additional_amounts import Amount

_AMOUNTS, _TYPES = "additional-amounts", "amount-types"


def _amount(asked: Asked) -> Amount:
    code, rate = tax_of(asked)
    return Amount(
        type_id=asked.need_number("TypeID", "amount_type"),
        amount=asked.need_decimal("Amount"),
        original=asked.need_decimal("OriginalAmount"),
        tax_code_id=code,
        tax_rate=rate,
    )


def create(turn: Writing) -> Answer:
    """Put an amount on an invoice."""
    number, asked = turn.asked.need_number("InvoiceID", "document"), _amount(turn.asked)
    turn.asked.refuse()
    return {"ID": Id("additional_amount", additional_amounts.add_amount(turn.work, number, asked))}


def update(turn: Writing) -> Answer:
    """Give an amount anew."""
    number, asked = turn.asked.need_number("ID", "additional_amount"), _amount(turn.asked)
    turn.asked.refuse()
    additional_amounts.change_amount(turn.work, number, asked)
    return {}


def delete(turn: Writing) -> Answer:
    """Take an amount off its invoice."""
    number = turn.asked.need_number("ID", "additional_amount")
    turn.asked.refuse()
    additional_amounts.remove_amount(turn.work, number)
    return {}


def of_invoice(turn: Reading) -> Answer:
    """The amounts of an invoice."""
    number = turn.asked.need_number("InvoiceID", "document")
    turn.asked.refuse()
    shown = payables.invoice(turn.context, turn.reader, number)
    reference = turn.reader.reference
    rows = []
    for one in shown.invoice.amounts:
        sums = shown.sums.amounts[one.id]
        code = reference.tax_codes.get(one.tax_code_id or 0)
        kind = reference.amount_types.get(one.type_id)
        rows.append(
            {
                "ID": Id("additional_amount", one.id),
                "TypeID": Id("amount_type", one.type_id),
                "TypeName": kind.name if kind else None,
                "Amount": amount(one.amount),
                "AmountInTax": amount(sums.accepted.gross),
                "OriginalAmount": amount(one.original),
                "OriginalAmountInTax": amount(sums.original.gross),
                "TaxCodeID": ident("tax_code", one.tax_code_id),
                "TaxCodeName": code.name if code else None,
                "TaxRate": multiplier(one.tax_rate),
            }
        )
    return {"InvoiceAdditionalAmounts": rows}


def create_type(turn: Writing) -> Answer:
    """Add a type of amounts."""
    asked = turn.asked
    name, text, ledger_class = (
        asked.need_text("Name", 100),
        asked.text("Description", 255),
        asked.text("LedgerClassID", 10),
    )
    asked.refuse()
    return {"ID": Id("amount_type", supplier_terms.add_amount_type(turn.work, name, text, ledger_class))}


def update_type(turn: Writing) -> Answer:
    """Describe a type of amounts anew."""
    asked = turn.asked
    number = asked.need_number("ID", "amount_type")
    text, ledger_class = asked.text("Description", 255), asked.text("LedgerClassID", 10)
    asked.refuse()
    supplier_terms.change_amount_type(turn.work, number, text, ledger_class)
    return {}


def delete_type(turn: Writing) -> Answer:
    """Take a type away that was never used."""
    number = turn.asked.need_number("ID", "amount_type")
    turn.asked.refuse()
    supplier_terms.drop_amount_type(turn.work, number)
    return {}


def types(turn: Reading) -> Answer:
    """All types of amounts."""
    known = turn.reader.reference.amount_types.values()
    return {"InvoiceAdditionalAmountTypes": [_type(kind) for kind in known]}


def type_by_id(turn: Reading) -> Answer:
    """One type of amounts."""
    number = turn.asked.need_number("ID", "amount_type")
    turn.asked.refuse()
    kind = turn.reader.reference.amount_types.get(number)
    if kind is None:
        turn.asked.note("ID", f"ID has an invalid value: there is no type {number}")
    turn.asked.refuse()
    return _type(kind) if kind else {}


def _type(kind: AmountType) -> dict[str, Any]:
    return {
        "ID": Id("amount_type", kind.id),
        "Name": kind.name,
        "Description": kind.description or None,
        "LedgerClassID": kind.ledger_class or None,
    }


SERVICES: tuple[Service, ...] = (
    writing("CreateInvoiceAdditionalAmount", create, _AMOUNTS, Verb.CREATE),
    writing("UpdateInvoiceAdditionalAmount", update, _AMOUNTS, Verb.EDIT),
    writing("DeleteInvoiceAdditionalAmount", delete, _AMOUNTS, Verb.DELETE),
    reading("GetInvoiceAdditionalAmountsForInvoice", of_invoice, _AMOUNTS),
    writing("CreateInvoiceAdditionalAmountType", create_type, _TYPES, Verb.CREATE),
    writing("UpdateInvoiceAdditionalAmountType", update_type, _TYPES, Verb.EDIT),
    writing("DeleteInvoiceAdditionalAmountType", delete_type, _TYPES, Verb.DELETE),
    reading("GetInvoiceAdditionalAmountTypes", types, _TYPES),
    reading("GetInvoiceAdditionalAmountTypeByID", type_by_id, _TYPES),
)
