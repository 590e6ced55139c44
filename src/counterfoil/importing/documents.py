"""Lines that bring documents: open orders, invoices, credit notes, receipts, and what an earlier system left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.accounting import AccountingEntry, EntryLine
from counterfoil.core.document import Kind as DocumentKind
from counterfoil.core.errors import Invalid, NotFound, Problem
from counterfoil.core.tax import TaxRounding
from counterfoil.importing import sales
from counterfoil.importing.finding import Finder
from counterfoil.importing.kind import Kind
from counterfoil.importing.reading import (
    LONG,
    SHORT,
    Name,
    currency_code,
    day,
    name,
    need,
    one_of,
    texts,
)
from counterfoil.importing.sales import HEAD, LINE, SaleAsked
from counterfoil.services import archiving, entering, invoicing, opening, ordering, receipts, suppliers
from counterfoil.services.office import Filed, Work
from counterfoil.services.opening import Opening
from counterfoil.wire.moment import Moment
from counterfoil.wire.read import Fields

_ORDERS = (DocumentKind.QUOTE, DocumentKind.WORK_ORDER, DocumentKind.SALES_ORDER)
_INVOICES = (DocumentKind.SALES_INVOICE, DocumentKind.CASH_SALE)
#: The rules of a type of invoice that hold for a kind of document.
_TYPES = {DocumentKind.SALES_INVOICE: "A", DocumentKind.CASH_SALE: "C"}


def _kind(found: Fields, allowed: tuple[DocumentKind, ...], otherwise: DocumentKind) -> DocumentKind:
    return DocumentKind(one_of(found, "kind", allowed, otherwise))


def _read_order(found: Fields) -> SaleAsked:
    return sales.read_sale(found, _kind(found, _ORDERS, DocumentKind.SALES_ORDER))


def _file_order(work: Work, finder: Finder, wanted: SaleAsked) -> Filed:
    sale, _ = sales.resolved(work, finder, wanted)
    return ordering.enter(work, sale)


def _read_invoice(found: Fields) -> SaleAsked:
    kind = _kind(found, _INVOICES, DocumentKind.SALES_INVOICE)
    asked = sales.read_sale(found, kind)
    more = {"type_code": _TYPES[kind], "tenders": sales.tenders(found)}
    return replace(asked, given=asked.given | more)


def _file_invoice(work: Work, finder: Finder, wanted: SaleAsked) -> Filed:
    sale, _ = sales.resolved(work, finder, wanted)
    return invoicing.issue(work, sale)


@dataclass(frozen=True, slots=True)
class _CreditNote:
    asked: SaleAsked
    invoice: str | None


def _read_credit_note(found: Fields) -> _CreditNote:
    asked = _giving_back(found, sales.read_sale(found, DocumentKind.SALES_INVOICE))
    given = asked.given | {"type_code": "A", "due_on": asked.given["due_on"] or asked.given["on"]}
    return _CreditNote(replace(asked, given=given), found.text("invoice", max_length=SHORT))


def _giving_back(found: Fields, asked: SaleAsked) -> SaleAsked:
    """What a credit note asks for as a sale: its quantities and figures say what is given back."""
    for number, line in enumerate(asked.lines):
        if line.given["quantity"] < 0:
            found.note("out_of_range", f"lines.{number}.quantity", "is what is given back, 0 or more")
    given = asked.given
    turned = {key: _minus(given[key]) for key in ("asserted_subtotal", "asserted_tax", "asserted_total")}
    lines = tuple(replace(line, given=_given_back(line.given), tax=_minus(line.tax)) for line in asked.lines)
    return replace(asked, given=given | turned, lines=lines)


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _given_back(line: dict[str, Any]) -> dict[str, Any]:
    turned = {key: _minus(line[key]) for key in ("quantity", "ordered", "discount")}
    return line | turned


def _ahead_credit_note(finder: Finder, wanted: _CreditNote) -> None:
    sales.ahead(finder, wanted.asked)


def _file_credit_note(work: Work, finder: Finder, wanted: _CreditNote) -> Filed:
    sale, _ = sales.resolved(work, finder, wanted.asked)
    filed = invoicing.issue(work, sale)
    if filed.document.total.minor >= 0:
        say = f"it comes to {filed.document.total}: a credit note gives something back"
        raise Invalid(Problem("not_a_credit", "lines", say))
    if wanted.invoice is not None:
        _apply(work, filed, wanted.invoice)
    return filed


def _apply(work: Work, filed: Filed, number: str) -> None:
    """Set a credit note against what is open of the invoice that it names; the rest stays an open credit."""
    owner = filed.document.customer_id
    assert owner is not None, "a credit note has a customer"
    charges = [item for item in work.unit.journal.open_items(owner) if item.number == number and item.amount.minor > 0]
    if not charges:
        raise NotFound(Problem("invoice_not_found", "invoice", f"the customer has no open invoice {number!r}"))
    for credit in work.unit.journal.items_of(filed.document.id):
        receipts.apply_credit(work, credit, charges, filed.document.on, in_order=True)


@dataclass(frozen=True, slots=True)
class _Receipt:
    customer: Name
    amount: Decimal
    tender: str
    on: date
    invoices: tuple[str, ...] | None
    reference: str


def _read_receipt(found: Fields) -> _Receipt:
    return _Receipt(
        customer=name(found, "customer") or Name(""),
        amount=found.need_decimal("amount", places=None),
        tender=found.need_text("tender", max_length=SHORT),
        on=need(found, "on", day(found, "on"), date.min),
        invoices=texts(found, "invoices"),
        reference=found.text("reference", max_length=SHORT) or "",
    )


def _ahead_receipt(finder: Finder, wanted: _Receipt) -> None:
    finder.ahead(wanted.customer)


def _file_receipt(work: Work, finder: Finder, wanted: _Receipt) -> Filed:
    code = finder.customer(wanted.customer).code
    return receipts.receive(work, code, wanted.amount, wanted.tender, wanted.on, wanted.invoices, wanted.reference)


@dataclass(frozen=True, slots=True)
class _Opening:
    customer: Name
    opening: Opening


def _read_opening(found: Fields) -> _Opening:
    return _Opening(name(found, "customer") or Name(""), _opening(found))


def _opening(found: Fields) -> Opening:
    on = need(found, "on", found.moment("on"), Moment(date.min, None))
    return Opening(
        number=found.need_text("number", max_length=SHORT),
        on=on.on,
        at=on.at,
        amount=found.need_decimal("amount", places=None),
        due_on=day(found, "due_on"),
        posted_on=day(found, "posted_on"),
        unit=currency_code(found),
        rate=found.decimal("rate", places=12, below=10**9),
        order_number=found.text("order_number", max_length=SHORT) or "",
        customer_po=found.text("customer_po", max_length=SHORT) or "",
        contact=found.text("contact", max_length=SHORT),
        comment=found.text("comment", max_length=LONG) or "",
    )


def _ahead_opening(finder: Finder, wanted: _Opening) -> None:
    finder.ahead(wanted.customer)
    finder.ahead_number(wanted.opening.number)


def _file_opening(work: Work, finder: Finder, wanted: _Opening) -> Filed:
    customer = finder.customer(wanted.customer)
    filed = opening.bring(work, customer, wanted.opening)
    if customer.currency is None:
        finder.fixed(wanted.customer, filed.document.total.currency.code)
    return filed


@dataclass(frozen=True, slots=True)
class _Payable:
    supplier: str
    opening: Opening


def _read_payable(found: Fields) -> _Payable:
    return _Payable(found.need_text("supplier", max_length=SHORT), _opening(found))


def _ahead_payable(finder: Finder, wanted: _Payable) -> None:
    finder.ahead_number(wanted.opening.number)


def _file_payable(work: Work, finder: Finder, wanted: _Payable) -> Filed:
    return opening.bring_payable(work, suppliers.supplier_by_code(work, wanted.supplier), wanted.opening)


def _read_entry(found: Fields) -> AccountingEntry:
    return AccountingEntry(
        on=need(found, "on", day(found, "on"), date.min),
        text=found.text("text", max_length=LONG) or "",
        currency=currency_code(found),
        rate=found.decimal("rate", places=12, below=10**9),
        reference=found.text("reference", max_length=SHORT) or "",
        lines=tuple(
            EntryLine(
                account=line.need_text("account", max_length=SHORT),
                debit=line.decimal("debit", places=6) or Decimal(0),
                credit=line.decimal("credit", places=6) or Decimal(0),
                text=line.text("text", max_length=LONG) or "",
                where=line.where,
            )
            for line in found.children("lines")
        ),
    )


def _file_entry(work: Work, finder: Finder, wanted: AccountingEntry) -> Filed:
    return entering.enter(work, wanted)


def _read_history(found: Fields) -> SaleAsked:
    kind = _kind(found, (*_ORDERS, *_INVOICES, DocumentKind.CREDIT_NOTE), DocumentKind.SALES_INVOICE)
    asked = sales.read_sale(found, kind)
    if kind is DocumentKind.CREDIT_NOTE:
        asked = _giving_back(found, asked)
    asked.given["tax_rounding"] = TaxRounding.DELIVERED
    paid = found.decimal("paid", places=6)
    if paid is None:
        return asked
    return replace(asked, given=asked.given | {"extras": {**asked.given["extras"], "paid": paid}})


def _ahead_history(finder: Finder, wanted: SaleAsked) -> None:
    sales.ahead(finder, wanted)
    finder.ahead_number(wanted.given["number"])


def _file_history(work: Work, finder: Finder, wanted: SaleAsked) -> Filed:
    sale, items = sales.resolved(work, finder, wanted, needed=False)
    return archiving.keep(work, finder.customer(wanted.customer), sale, items)


ORDERS = Kind(
    name="orders",
    fields=("kind", *HEAD),
    inner=LINE,
    part="lines",
    group="number",
    read=_read_order,
    ahead=sales.ahead,
    file=_file_order,
    alone=True,
)
INVOICES = Kind(
    name="invoices",
    fields=("kind", *HEAD, "tender", "tendered"),
    inner=LINE,
    part="lines",
    group="number",
    read=_read_invoice,
    ahead=sales.ahead,
    file=_file_invoice,
    alone=True,
)
CREDIT_NOTES = Kind(
    name="credit-notes",
    fields=("invoice", *HEAD),
    inner=LINE,
    part="lines",
    group="number",
    read=_read_credit_note,
    ahead=_ahead_credit_note,
    file=_file_credit_note,
    alone=True,
)
RECEIPTS = Kind(
    name="receipts",
    fields=("customer", "customer_ref", "amount", "tender", "on", "invoices", "reference"),
    read=_read_receipt,
    ahead=_ahead_receipt,
    file=_file_receipt,
    alone=True,
)
OPENING_ITEMS = Kind(
    name="opening-items",
    mints="document",
    fields=(
        *("number", "customer", "customer_ref", "on", "due_on", "posted_on", "amount", "currency", "rate"),
        *("order_number", "customer_po", "contact", "comment"),
    ),
    read=_read_opening,
    ahead=_ahead_opening,
    file=_file_opening,
)
HISTORY = Kind(
    name="history",
    mints="document",
    fields=("kind", *HEAD, "paid"),
    inner=LINE,
    part="lines",
    group="number",
    read=_read_history,
    ahead=_ahead_history,
    file=_file_history,
)
SUPPLIER_ITEMS = Kind(
    name="supplier-items",
    mints="document",
    fields=("number", "supplier", "on", "due_on", "posted_on", "amount", "currency", "rate", "comment"),
    read=_read_payable,
    ahead=_ahead_payable,
    file=_file_payable,
)
ACCOUNTING_ENTRIES = Kind(
    name="accounting-entries",
    mints="document",
    fields=("on", "text", "currency", "rate", "reference", "lines"),
    inner=("account", "debit", "credit", "text"),
    part="lines",
    group="reference",
    read=_read_entry,
    file=_file_entry,
)
