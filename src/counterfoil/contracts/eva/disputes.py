"""Services of disputes, their reasons, and the actions that resolve them."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.eva import mail, translate
from counterfoil.contracts.eva.replies import Id, amount
from counterfoil.contracts.eva.turn import Answer, Reading, Service, Writing, reading, writing
from counterfoil.contracts.eva.wire import DisputeTypes
from counterfoil.core.access import Verb
from counterfoil.core.purchase import DisputeKind, DisputeReason
from counterfoil.services import credentials, disputes, payables, supplier_terms
from counterfoil.services.disputes import Raised

_DISPUTES, _REASONS, _ACTIONS = "disputes", "dispute-reasons", "resolve-actions"
_KINDS = {DisputeTypes.ORIGINAL: DisputeKind.ORIGINAL, DisputeTypes.EXPECTED: DisputeKind.EXPECTED}


def create(turn: Writing) -> Answer:
    """Dispute a part of an invoice."""
    asked = turn.asked
    number = asked.need_number("InvoiceID", "document")
    kind = asked.choice("Type", DisputeTypes)
    raised = Raised(
        amount=asked.need_decimal("Amount"),
        reason_id=asked.need_number("ReasonID", "dispute_reason"),
        kind=_KINDS[DisputeTypes.ORIGINAL if kind is None else kind],
        description=asked.text("Description", 255),
        line_id=asked.number("InvoiceLineID", "invoice_line"),
        amount_id=asked.number("InvoiceAdditionalAmountID", "additional_amount"),
        raised_by=_user(turn),
        email=asked.text("EmailAddressToSendNotificationTo", 255),
    )
    asked.refuse()
    made = disputes.raise_dispute(turn.work, number, raised)
    invoice = turn.work.unit.supplier_invoices.get(number)
    assert invoice is not None, "an invoice that is disputed is on file"
    reason = turn.work.reference.dispute_reasons[made.reason_id].name
    told = (invoice.supplier_number or invoice.number, str(made.amount), reason, made.description)
    turn.afterwards.append(lambda: mail.tell_of_dispute(turn.settings, made.email, *told))
    return {"ID": Id("dispute", made.id)}


def _user(turn: Writing) -> str:
    number = turn.asked.number("UserID", "principal")
    if number is None:
        return ""
    name = credentials.name_of(turn.work, number)
    if name is None:
        turn.asked.note("UserID", f"UserID has an invalid value for a User: {number}")
    return name or ""


def update(turn: Writing) -> Answer:
    """Change an unresolved dispute."""
    asked = turn.asked
    number = asked.need_number("ID", "dispute")
    kind = asked.choice("Type", DisputeTypes)
    money, reason = asked.decimal("Amount"), asked.number("ReasonID", "dispute_reason")
    text = asked.text("Description", 255) if asked.given("Description") else None
    user = _user(turn)
    asked.refuse()
    disputes.change(turn.work, number, money, reason, None if kind is None else _KINDS[kind], text, user)
    return {}


def delete(turn: Writing) -> Answer:
    """Take an unresolved dispute back."""
    number = turn.asked.need_number("ID", "dispute")
    turn.asked.refuse()
    disputes.remove(turn.work, number)
    return {}


def of_invoice(turn: Reading) -> Answer:
    """The disputes of an invoice."""
    number = turn.asked.need_number("InvoiceID", "document")
    turn.asked.refuse()
    shown = payables.invoice(turn.context, turn.reader, number)
    users = credentials.ids_of(turn.reader, {one.raised_by for one in shown.invoice.disputes})
    return {
        "InvoiceDisputes": [
            translate.dispute(one, turn.reader.reference) | translate.place(one, users)
            for one in shown.invoice.disputes
        ],
        "TotalDisputedAmount": amount(shown.sums.disputes),
    }


def create_reason(turn: Writing) -> Answer:
    """Add a reason for disputes."""
    asked = turn.asked
    name, text = asked.need_text("Name", 100), asked.text("Description", 255)
    ledger_class, at_once = asked.text("LedgerClassID", 10), asked.flag("AutoResolve") or False
    asked.refuse()
    return {"ID": Id("dispute_reason", supplier_terms.add_dispute_reason(turn.work, name, text, ledger_class, at_once))}


def update_reason(turn: Writing) -> Answer:
    """Describe a reason anew."""
    asked = turn.asked
    number, text = asked.need_number("ID", "dispute_reason"), asked.text("Description", 255)
    ledger_class, at_once = asked.text("LedgerClassID", 10), asked.flag("AutoResolve") or False
    asked.refuse()
    supplier_terms.change_dispute_reason(turn.work, number, text, ledger_class, at_once)
    return {}


def delete_reason(turn: Writing) -> Answer:
    """Take a reason away that was never used."""
    number = turn.asked.need_number("ID", "dispute_reason")
    turn.asked.refuse()
    supplier_terms.drop_dispute_reason(turn.work, number)
    return {}


def reasons(turn: Reading) -> Answer:
    """All reasons for disputes."""
    return {"InvoiceDisputeReasons": [_reason(one) for one in turn.reader.reference.dispute_reasons.values()]}


def reason_by_id(turn: Reading) -> Answer:
    """One reason for disputes."""
    number = turn.asked.need_number("ID", "dispute_reason")
    turn.asked.refuse()
    reason = turn.reader.reference.dispute_reasons.get(number)
    if reason is None:
        turn.asked.note("ID", f"ID has an invalid value: there is no reason {number}")
    turn.asked.refuse()
    return _reason(reason) if reason else {}


def _reason(reason: DisputeReason) -> dict[str, Any]:
    return {
        "ID": Id("dispute_reason", reason.id),
        "Name": reason.name,
        "Description": reason.description or None,
        "LedgerClassID": reason.ledger_class or None,
        "AutoResolve": reason.auto_resolve,
    }


def resolve(turn: Writing) -> Answer:
    """Settle a dispute or a part of it."""
    asked = turn.asked
    number, money = asked.need_number("InvoiceDisputeID", "dispute"), asked.need_decimal("Amount")
    text, ledger_class = asked.text("Description", 255), asked.text("LedgerClassID", 10)
    asked.refuse()
    return {"ID": Id("resolve_action", disputes.resolve(turn.work, number, money, text, ledger_class))}


def update_action(turn: Writing) -> Answer:
    """Give a resolve action anew."""
    asked = turn.asked
    number, money = asked.need_number("ID", "resolve_action"), asked.need_decimal("Amount")
    text, ledger_class = asked.text("Description", 255), asked.text("LedgerClassID", 10)
    asked.refuse()
    disputes.change_action(turn.work, number, money, text, ledger_class)
    return {}


def delete_action(turn: Writing) -> Answer:
    """Take a resolve action back."""
    number = turn.asked.need_number("ID", "resolve_action")
    turn.asked.refuse()
    disputes.remove_action(turn.work, number)
    return {}


SERVICES: tuple[Service, ...] = (
    writing("CreateInvoiceDispute", create, _DISPUTES, Verb.CREATE),
    writing("UpdateInvoiceDispute", update, _DISPUTES, Verb.EDIT),
    writing("DeleteInvoiceDispute", delete, _DISPUTES, Verb.DELETE),
    reading("GetInvoiceDisputesForInvoice", of_invoice, _DISPUTES),
    writing("CreateInvoiceDisputeReason", create_reason, _REASONS, Verb.CREATE),
    writing("UpdateInvoiceDisputeReason", update_reason, _REASONS, Verb.EDIT),
    writing("DeleteInvoiceDisputeReason", delete_reason, _REASONS, Verb.DELETE),
    reading("GetInvoiceDisputeReasons", reasons, _REASONS),
    reading("GetInvoiceDisputeReasonByID", reason_by_id, _REASONS),
    writing("CreateInvoiceDisputeResolveAction", resolve, _ACTIONS, Verb.CREATE),
    writing("UpdateInvoiceDisputeResolveAction", update_action, _ACTIONS, Verb.EDIT),
    writing("DeleteInvoiceDisputeResolveAction", delete_action, _ACTIONS, Verb.DELETE),
)
