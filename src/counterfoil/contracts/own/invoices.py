"""Invoices, credit notes and cash sales."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil.contracts.own import documents
from counterfoil.contracts.own.documents import Document
from counterfoil.contracts.own.money import CREDITS
from counterfoil.contracts.own.orders import LineQuantity, quantities
from counterfoil.contracts.own.resource import Resource, Writing, making
from counterfoil.contracts.own.sales import NewSale, sale
from counterfoil.contracts.own.shapes import Dated, Prose
from counterfoil.core.document import Kind
from counterfoil.services import invoicing
from counterfoil.services import showing as office

_INVOICE, _CREDIT, _CASH = (frozenset({kind}) for kind in (Kind.SALES_INVOICE, Kind.CREDIT_NOTE, Kind.CASH_SALE))


class NewCredit(Dated):
    """What of an invoice is credited; all that is left of it without lines."""

    lines: list[LineQuantity] | None = None
    comment: Prose = ""


def _issue(kind: Kind, sign: int = 1) -> Callable[[Writing[NewSale]], Document]:
    def issue(wanted: Writing[NewSale]) -> Document:
        return documents.told(wanted.work, invoicing.issue(wanted.work, sale(wanted, kind, sign)))

    return issue


def _credit(wanted: Writing[NewCredit]) -> Document:
    asked = wanted.asked
    office.document(wanted.view, wanted.id, _INVOICE)
    filed = invoicing.credit(wanted.work, wanted.id, quantities(asked.lines), asked.dated_on, asked.comment)
    return documents.told(wanted.work, filed)


INVOICES = Resource(
    "invoices",
    "Invoices on account",
    (
        *documents.reading("/invoices", "getInvoice", "listInvoices", _INVOICE),
        making("/invoices", "createInvoice", "Post an invoice", NewSale, Document, _issue(Kind.SALES_INVOICE)),
        making("/invoices/{id}/credit", "creditInvoice", "Credit an invoice", NewCredit, Document, _credit),
        documents.reversing("/invoices", "reverseInvoice", _INVOICE),
    ),
)
CREDIT_NOTES = Resource(
    "credit-notes",
    "Credit notes",
    (
        *documents.reading("/credit-notes", "getCreditNote", "listCreditNotes", _CREDIT),
        making(
            "/credit-notes",
            "createCreditNote",
            "Post a credit note that stands alone; quantities and tenders are given positive",
            NewSale,
            Document,
            _issue(Kind.CREDIT_NOTE, -1),
        ),
        *CREDITS,
        documents.reversing("/credit-notes", "reverseCreditNote", _CREDIT),
    ),
)
CASH_SALES = Resource(
    "cash-sales",
    "Cash sales",
    (
        *documents.reading("/cash-sales", "getCashSale", "listCashSales", _CASH),
        making("/cash-sales", "createCashSale", "Post a cash sale", NewSale, Document, _issue(Kind.CASH_SALE)),
        documents.reversing("/cash-sales", "reverseCashSale", _CASH),
    ),
)
