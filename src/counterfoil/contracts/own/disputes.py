"""Disputes with suppliers, their reasons, and the types of amounts that stand beside invoice lines."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.own.resource import Place, Reading, Resource, Writing, in_pages, listing, making
from counterfoil.contracts.own.shapes import Asked, Paged
from counterfoil.contracts.own.supplier_invoices import now
from counterfoil.contracts.own.supplier_shapes import (
    AmountType,
    DisputeRow,
    DisputesAsked,
    Invoice,
    NewAmountType,
    NewReason,
    Reason,
    Resolving,
)
from counterfoil.core.access import Verb
from counterfoil.services import disputes, supplier_terms


def _resolve(wanted: Writing[Resolving]) -> Invoice:
    asked = wanted.asked
    disputes.resolve(wanted.work, wanted.id, asked.amount, asked.description, asked.ledger_class)
    invoice, _ = disputes.disputed(wanted.work, wanted.id)
    return now(wanted.work, invoice.id)


def _drop_dispute(wanted: Writing[Asked]) -> Invoice:
    invoice, _ = disputes.disputed(wanted.work, wanted.id)
    disputes.remove(wanted.work, wanted.id)
    return now(wanted.work, invoice.id)


def _disputes(asked: Reading[DisputesAsked]) -> list[tuple[Place, DisputeRow]]:
    rows = [
        (
            (one.id,),
            DisputeRow(
                id=one.id,
                kind=one.kind,
                amount=one.amount.amount,
                settled=one.settled.amount,
                currency=one.amount.currency.code,
                reason=one.reason,
                description=one.description,
                invoice=one.number,
                supplier_number=one.supplier_number,
                supplier=one.supplier_code,
                raised_by=one.raised_by,
                booked=one.booked,
            ),
        )
        for one in asked.view.payables.disputes()
        if asked.asked.open is None or asked.asked.open == (one.amount != one.settled)
    ]
    return in_pages(rows, asked)


def _reasons(asked: Reading[Paged]) -> list[tuple[Place, Reason]]:
    known = sorted(asked.view.reference.dispute_reasons.values(), key=lambda one: one.id)
    return in_pages([((one.id,), Reason(**_fields(one, Reason))) for one in known], asked)


def _fields(one: object, shown: type[Reason | NewReason | AmountType | NewAmountType]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shown.__struct_fields__}


def _make_reason(wanted: Writing[NewReason]) -> Reason:
    asked = wanted.asked
    given = (asked.name, asked.description, asked.ledger_class, asked.auto_resolve)
    return Reason(id=supplier_terms.add_dispute_reason(wanted.work, *given), **_fields(asked, NewReason))


def _types(asked: Reading[Paged]) -> list[tuple[Place, AmountType]]:
    known = sorted(asked.view.reference.amount_types.values(), key=lambda one: one.id)
    return in_pages([((one.id,), AmountType(**_fields(one, AmountType))) for one in known], asked)


def _make_type(wanted: Writing[NewAmountType]) -> AmountType:
    asked = wanted.asked
    number = supplier_terms.add_amount_type(wanted.work, asked.name, asked.description, asked.ledger_class)
    return AmountType(id=number, goods=False, **_fields(asked, NewAmountType))


DISPUTES = Resource(
    "disputes",
    "Disputes",
    (
        listing("/disputes", "listDisputes", "Disputes, oldest first", DisputeRow, _disputes, (int,), DisputesAsked),
        making(
            "/disputes/{id}/resolve",
            "resolveDispute",
            "Settle it or a part of it",
            Resolving,
            Invoice,
            _resolve,
            Verb.EDIT,
        ),
        making("/disputes/{id}/drop", "dropDispute", "Take it back", Asked, Invoice, _drop_dispute, Verb.DELETE),
    ),
)
REASONS = Resource(
    "dispute-reasons",
    "Reasons for disputes",
    (
        listing("/dispute-reasons", "listDisputeReasons", "Reasons for disputes", Reason, _reasons, (int,)),
        making("/dispute-reasons", "createDisputeReason", "A new reason", NewReason, Reason, _make_reason),
    ),
)
AMOUNT_TYPES = Resource(
    "amount-types",
    "Types of additional amounts",
    (
        listing("/amount-types", "listAmountTypes", "What amounts are for", AmountType, _types, (int,)),
        making("/amount-types", "createAmountType", "A new type", NewAmountType, AmountType, _make_type),
    ),
)
