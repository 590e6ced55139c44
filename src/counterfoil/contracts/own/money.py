"""Receipts, refunds, and what is set against what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta

from counterfoil.contracts.own import documents
from counterfoil.contracts.own.documents import Document
from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import Operation, Place, Reading, Resource, Writing, listing, making
from counterfoil.contracts.own.sales import check_money
from counterfoil.contracts.own.shapes import Amount, Code, Dated, Id, Line, Paged, Shown
from counterfoil.core.access import Verb
from counterfoil.core.document import Kind
from counterfoil.services import receipts
from counterfoil.services import showing as office

_RECEIPT, _REFUND, _CREDIT, _OPENING = (
    frozenset({kind}) for kind in (Kind.RECEIPT, Kind.REFUND, Kind.CREDIT_NOTE, Kind.OPENING_ITEM)
)


class NewReceipt(Dated, kw_only=True):
    """Money from a customer, in its currency.

    tender:   code of a tender type
    invoices: numbers to pay, in this order; the oldest due first without them, none for an empty list
    """

    customer: Code
    amount: Amount
    tender: Code
    invoices: Annotated[list[Code], Meta(max_length=500)] | None = None
    reference: Line = ""


class Applying(Dated, kw_only=True):
    """An open invoice of the same customer; as much as both allow without an amount."""

    invoice: Code
    amount: Amount | None = None


class Unapplying(Dated, kw_only=True):
    """The invoice from which all of it is taken back."""

    invoice: Code


class NewRefund(Dated, kw_only=True):
    """Money given back: the number of an open receipt or credit note; all that is open of it without an amount.

    customer: whose credit it is, needed where customers share its issuer's number
    """

    credit: Code
    customer: Code | None = None
    tender: Code
    amount: Amount | None = None


class Application(Shown):
    """A credit set against a charge, or taken back from it where the amount is negative."""

    id: int
    dated_on: date
    amount: Amount
    currency: str
    customer: str
    charge_id: int
    charge: str
    credit_id: int
    credit: str
    made_at: datetime
    actor: str


class ApplicationsAsked(Paged):
    """Which applications: those of a document."""

    document_id: Id | None = None


def _receive(wanted: Writing[NewReceipt]) -> Document:
    asked, names = wanted.asked, Names(wanted.view)
    names.customer(asked.customer)
    names.tender(asked.tender)
    check_money(names, asked.amount)
    names.check()
    filed = receipts.receive(
        wanted.work, asked.customer, asked.amount, asked.tender, asked.dated_on, asked.invoices, asked.reference
    )
    return documents.told(wanted.work, filed)


def _applying(path: str, thing: str, kinds: frozenset[Kind]) -> tuple[Operation, Operation]:
    def number(wanted: Writing[Any]) -> str:
        return office.document(wanted.view, wanted.id, kinds).document.number

    def apply(wanted: Writing[Applying]) -> Document:
        asked = wanted.asked
        filed = receipts.apply(
            wanted.work, number(wanted), asked.invoice, asked.amount, asked.dated_on, credit_id=wanted.id
        )
        return documents.told(wanted.work, filed)

    def unapply(wanted: Writing[Unapplying]) -> Document:
        asked = wanted.asked
        filed = receipts.unapply(wanted.work, number(wanted), asked.invoice, asked.dated_on, credit_id=wanted.id)
        return documents.told(wanted.work, filed)

    return (
        making(
            f"{path}/{{id}}/apply", f"apply{thing}", "Set it against an invoice", Applying, Document, apply, Verb.EDIT
        ),
        making(f"{path}/{{id}}/unapply", f"unapply{thing}", "Take it back", Unapplying, Document, unapply, Verb.EDIT),
    )


def _refund(wanted: Writing[NewRefund]) -> Document:
    asked, names = wanted.asked, Names(wanted.view)
    names.customer(asked.customer)
    names.tender(asked.tender)
    check_money(names, asked.amount)
    names.check()
    filed = receipts.refund(wanted.work, asked.credit, asked.tender, asked.amount, asked.dated_on, asked.customer)
    return documents.told(wanted.work, filed)


def _applications(asked: Reading[ApplicationsAsked]) -> list[tuple[Place, Application]]:
    narrowed = {"document_id": asked.asked.document_id} if asked.asked.document_id else {}
    found = asked.view.lists.applications(narrowed, asked.place, asked.asked.limit + 1)
    return [
        (
            (one.id,),
            Application(
                id=one.id,
                dated_on=one.on,
                amount=one.amount.amount,
                currency=one.amount.currency.code,
                customer=one.customer,
                charge_id=one.charge_id,
                charge=one.charge,
                credit_id=one.credit_id,
                credit=one.credit,
                made_at=one.made_at,
                actor=one.actor,
            ),
        )
        for one in found
    ]


RECEIPTS = Resource(
    "receipts",
    "Receipts",
    (
        *documents.reading("/receipts", "getReceipt", "listReceipts", _RECEIPT),
        making("/receipts", "createReceipt", "Take money from a customer", NewReceipt, Document, _receive),
        *_applying("/receipts", "Receipt", _RECEIPT),
        documents.reversing("/receipts", "reverseReceipt", _RECEIPT),
    ),
)
CREDITS = _applying("/credit-notes", "CreditNote", _CREDIT)
OPENING_ITEMS = Resource(
    "opening-items",
    "Opening items",
    (
        *documents.reading("/opening-items", "getOpeningItem", "listOpeningItems", _OPENING),
        *_applying("/opening-items", "OpeningItem", _OPENING),
        documents.reversing("/opening-items", "reverseOpeningItem", _OPENING),
    ),
)
REFUNDS = Resource(
    "refunds",
    "Refunds",
    (
        *documents.reading("/refunds", "getRefund", "listRefunds", _REFUND),
        making("/refunds", "createRefund", "Give an open credit's money back", NewRefund, Document, _refund),
        documents.reversing("/refunds", "reverseRefund", _REFUND),
    ),
)
APPLICATIONS = Resource(
    "applications",
    "Applications",
    (
        listing(
            "/applications",
            "listApplications",
            "What was set against what, latest first",
            Application,
            _applications,
            (int,),
            ApplicationsAsked,
        ),
    ),
)
