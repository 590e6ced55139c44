"""Disputes with suppliers, and how they are resolved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.matching import differing_lines
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import (
    Dispute,
    DisputeKind,
    Happening,
    ResolveAction,
    SupplierEvent,
    SupplierInvoice,
)
from counterfoil.core.terms import book_month
from counterfoil.services.office import Work
from counterfoil.services.supplier_invoices import held, note, open_invoice, sum_up
from counterfoil.services.supplier_terms import dispute_reason
from counterfoil.store import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A dispute as its sender gives it; the amount in major units, tax included, meanings as in Dispute."""

    amount: Decimal
    reason_id: int
    kind: DisputeKind = DisputeKind.ORIGINAL
    description: str = ""
    line_id: int | None = None
    amount_id: int | None = None
    raised_by: str = ""
    email: str = ""


def raise_dispute(work: Work, invoice_id: int, asked: Raised) -> Dispute:
    """Dispute a part of an open invoice.

    One that names neither line nor amount is attached to the only line that differs, where there is just one. A reason
    may resolve it at once.
    """
    invoice = open_invoice(work, invoice_id)
    if asked.line_id is not None and asked.amount_id is not None:
        say = "a dispute is attached to a line or to an additional amount"
        raise Refused(Problem("attached_twice", "line", say))
    if asked.line_id is not None and asked.line_id not in {line.id for line in invoice.lines}:
        raise NotFound(Problem("line_not_found", "line", f"invoice {invoice.number} has no line {asked.line_id}"))
    if asked.amount_id is not None and asked.amount_id not in {one.id for one in invoice.amounts}:
        raise NotFound(
            Problem("amount_not_found", "amount", f"invoice {invoice.number} has no amount {asked.amount_id}")
        )
    reason = dispute_reason(work, asked.reason_id)
    money = Money.exactly(asked.amount, currency(invoice.currency), "amount")
    if not money:
        raise Invalid(Problem("amount_invalid", "amount", "a dispute over nothing is none"))
    line_id = asked.line_id
    if line_id is None and asked.amount_id is None:
        differing = differing_lines(invoice)
        line_id = differing[0] if len(differing) == 1 else None
    made = work.unit.supplier_invoices.add_dispute(
        invoice_id,
        Dispute(
            id=0,
            kind=asked.kind,
            amount=money,
            reason_id=reason.id,
            description=asked.description,
            line_id=line_id,
            amount_id=asked.amount_id,
            raised_by=asked.raised_by or work.actor,
            email=asked.email,
        ),
    )
    _tell(work, invoice, made, money)
    note(work, invoice_id, Change("DisputeCreated", after=str(money.amount), line_id=line_id, dispute_id=made.id))
    if reason.auto_resolve:
        made = _resolved(work, invoice, made, money, reason.description, reason.ledger_class)[0]
    sum_up(work, invoice_id)
    return made


def _tell(work: Work, invoice: SupplierInvoice, dispute: Dispute, amount: Money) -> None:
    reason = dispute_reason(work, dispute.reason_id)
    event = _event(Happening.DISPUTED, invoice, dispute, amount)
    event = replace(event, ledger_class=reason.ledger_class, remark=dispute.description)
    work.unit.supplier_invoices.tell(event, book_month(work.today), work.now)


def _event(kind: Happening, invoice: SupplierInvoice, dispute: Dispute, amount: Money) -> SupplierEvent:
    line = next((line for line in invoice.lines if line.id == dispute.line_id), None)
    return SupplierEvent(
        kind=kind,
        amount=amount,
        unit_id=invoice.unit_id,
        invoice_id=invoice.id,
        line_id=dispute.line_id,
        dispute_id=dispute.id,
        order_id=line.order_id if line else None,
        order_line_id=line.order_line_id if line else None,
        item_id=line.item_id if line else None,
    )


def _tell_resolved(
    work: Work, invoice: SupplierInvoice, dispute: Dispute, action: ResolveAction, amount: Money
) -> None:
    event = _event(Happening.RESOLVED, invoice, dispute, amount)
    event = replace(event, ledger_class=action.ledger_class, action_id=action.id, remark=action.description)
    work.unit.supplier_invoices.tell(event, book_month(work.today), work.now)


def tell_withdrawn(work: Work, invoice: SupplierInvoice, dispute: Dispute) -> None:
    """Say that a dispute and its actions are no more."""
    for action in dispute.actions:
        _tell_resolved(work, invoice, dispute, action, -action.amount)
    _tell(work, invoice, dispute, -dispute.amount)


def disputed(work: Work, dispute_id: int) -> tuple[SupplierInvoice, Dispute]:
    """A dispute and its invoice, kept from others until the unit of work ends."""
    owner = work.unit.supplier_invoices.owner_of_dispute(dispute_id)
    if owner is None:
        raise NotFound(Problem("dispute_not_found", "dispute", f"there is no dispute {dispute_id}"))
    invoice = held(work, owner)
    found = next((dispute for dispute in invoice.disputes if dispute.id == dispute_id), None)
    if found is None:
        raise NotFound(Problem("dispute_not_found", "dispute", f"there is no dispute {dispute_id}"))
    return invoice, found


def _changeable(work: Work, dispute_id: int) -> tuple[SupplierInvoice, Dispute]:
    """A dispute that may still change: its invoice is open, and it is not resolved."""
    invoice, dispute = disputed(work, dispute_id)
    if invoice.booked or dispute.resolved:
        what = f"invoice {invoice.number} is booked" if invoice.booked else f"dispute {dispute_id} is resolved"
        raise Conflict(Problem("dispute_final", "dispute", what))
    return invoice, dispute


def change(
    work: Work,
    dispute_id: int,
    amount: Decimal | None = None,
    reason_id: int | None = None,
    kind: DisputeKind | None = None,
    description: str | None = None,
    raised_by: str | None = None,
) -> None:
    """Change an unresolved dispute; what is None stays. It cannot become less than is resolved of it."""
    invoice, before = _changeable(work, dispute_id)
    money = before.amount if amount is None else Money.exactly(amount, before.amount.currency, "amount")
    settled = before.settled
    if not money or money.minor * before.amount.minor < 0 or abs(money.minor) < abs(settled.minor):
        say = f"{money.amount} disputed, {settled.amount} of it is resolved"
        raise Invalid(Problem("amount_invalid", "amount", say))
    after = replace(
        before,
        amount=money,
        reason_id=before.reason_id if reason_id is None else dispute_reason(work, reason_id).id,
        kind=kind or before.kind,
        description=before.description if description is None else description,
        raised_by=raised_by or before.raised_by,
    )
    work.unit.supplier_invoices.change_dispute(after)
    if after.amount != before.amount:
        _tell(work, invoice, after, after.amount - before.amount)
    told = Change("DisputeUpdated", str(before.amount.amount), str(money.amount), before.line_id, dispute_id)
    note(work, invoice.id, told)
    sum_up(work, invoice.id)


def remove(work: Work, dispute_id: int) -> None:
    """Take an unresolved dispute back, with the actions that have resolved a part of it."""
    invoice, dispute = _changeable(work, dispute_id)
    _remove(work, invoice, dispute)
    sum_up(work, invoice.id)


def _remove(work: Work, invoice: SupplierInvoice, dispute: Dispute) -> None:
    tell_withdrawn(work, invoice, dispute)
    for action in dispute.actions:
        work.unit.supplier_invoices.remove_action(action.id)
    work.unit.supplier_invoices.remove_dispute(dispute.id)
    note(work, invoice.id, Change("DisputeDeleted", str(dispute.amount.amount), "", dispute.line_id, dispute.id))


def remove_attached(
    work: Work, invoice: SupplierInvoice, line_ids: Collection[int] = (), amount_ids: Collection[int] = ()
) -> None:
    """Take back the disputes of lines or amounts that are taken away, resolved ones too."""
    for dispute in invoice.disputes:
        if dispute.line_id in line_ids or dispute.amount_id in amount_ids:
            _remove(work, invoice, dispute)


def resolve(work: Work, dispute_id: int, amount: Decimal, description: str = "", ledger_class: str = "") -> int:
    """Settle a dispute or a part of it; the action's id.

    ledger_class: chooses the account that takes it when the invoice is booked
    """
    invoice, dispute = _changeable(work, dispute_id)
    money = Money.exactly(amount, dispute.amount.currency, "amount")
    _, action = _resolved(work, invoice, dispute, money, description, ledger_class)
    sum_up(work, invoice.id)
    return action.id


def _resolved(
    work: Work, invoice: SupplierInvoice, dispute: Dispute, money: Money, description: str, ledger_class: str
) -> tuple[Dispute, ResolveAction]:
    _check_fits(dispute, money, dispute.settled)
    action = work.unit.supplier_invoices.add_action(dispute.id, ResolveAction(0, money, description, ledger_class))
    _tell_resolved(work, invoice, dispute, action, money)
    told = Change("ResolveActionCreated", "", str(money.amount), dispute.line_id, dispute.id)
    note(work, invoice.id, told)
    return replace(dispute, actions=(*dispute.actions, action)), action


def _check_fits(dispute: Dispute, money: Money, settled: Money) -> None:
    """An action has the dispute's sign, and all of them together are no more than the dispute."""
    rest = dispute.amount - settled
    if money.minor * dispute.amount.minor <= 0 or abs(money.minor) > abs(rest.minor):
        say = f"{money.amount} to resolve, {rest.amount} left of dispute {dispute.id}"
        raise Invalid(Problem("amount_invalid", "amount", say))


def _action(work: Work, action_id: int) -> tuple[SupplierInvoice, Dispute, ResolveAction]:
    owner = work.unit.supplier_invoices.owner_of_action(action_id)
    if owner is None:
        raise NotFound(Problem("action_not_found", "action", f"there is no resolve action {action_id}"))
    invoice, dispute = disputed(work, owner[1])
    if invoice.booked:
        raise Conflict(Problem("dispute_final", "action", f"invoice {invoice.number} is booked"))
    found = next((action for action in dispute.actions if action.id == action_id), None)
    if found is None:
        raise NotFound(Problem("action_not_found", "action", f"there is no resolve action {action_id}"))
    return invoice, dispute, found


def change_action(work: Work, action_id: int, amount: Decimal, description: str, ledger_class: str) -> None:
    """Give a resolve action of an open invoice anew."""
    invoice, dispute, before = _action(work, action_id)
    money = Money.exactly(amount, before.amount.currency, "amount")
    _check_fits(dispute, money, dispute.settled - before.amount)
    after = ResolveAction(action_id, money, description, ledger_class)
    _tell_resolved(work, invoice, dispute, before, -before.amount)
    _tell_resolved(work, invoice, dispute, after, money)
    work.unit.supplier_invoices.change_action(after)
    told = Change("ResolveActionUpdated", str(before.amount.amount), str(money.amount), dispute.line_id, dispute.id)
    note(work, invoice.id, told)
    sum_up(work, invoice.id)


def remove_action(work: Work, action_id: int) -> None:
    """Take a resolve action of an open invoice back; the dispute is open again."""
    invoice, dispute, before = _action(work, action_id)
    _tell_resolved(work, invoice, dispute, before, -before.amount)
    work.unit.supplier_invoices.remove_action(action_id)
    told = Change("ResolveActionDeleted", str(before.amount.amount), "", dispute.line_id, dispute.id)
    note(work, invoice.id, told)
    sum_up(work, invoice.id)
