"""Services that show what has happened: changes, financial events, ledger rows, ledger classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterfoil.contracts.eva import paging
from counterfoil.contracts.eva.invoices import debtor
from counterfoil.contracts.eva.replies import Id, amount, ident, instant
from counterfoil.contracts.eva.translate import multiplier
from counterfoil.contracts.eva.turn import Answer, Reading, Service, reading
from counterfoil.contracts.eva.wire import Asked, EventStatuses, EventTypes
from counterfoil.core.chart import CREDIT_AGREED
from counterfoil.core.money import Money
from counterfoil.core.purchase import Happening
from counterfoil.services import credentials
from counterfoil.services.payables import ChangeRow, EventFilter, EventRow, LedgerFilter, LedgerRow

_EVENTS = {
    Happening.PURCHASE: EventTypes.PURCHASE,
    Happening.TAX: EventTypes.PURCHASE_TAX,
    Happening.VARIANCE: EventTypes.PURCHASE_PRICE_VARIANCE,
    Happening.DISPUTED: EventTypes.PURCHASE_INVOICE_DISPUTE,
    Happening.RESOLVED: EventTypes.PURCHASE_INVOICE_DISPUTE_RESOLVED,
    Happening.RECEIVED: EventTypes.STOCK_RECEIVED,
}
_HAPPENINGS = {number: kind for kind, number in _EVENTS.items()}
_EVENT_NAMES = {
    EventTypes.PURCHASE: "Purchase",
    EventTypes.PURCHASE_TAX: "PurchaseTax",
    EventTypes.PURCHASE_PRICE_VARIANCE: "PurchasePriceVariance",
    EventTypes.PURCHASE_INVOICE_DISPUTE: "PurchaseInvoiceDispute",
    EventTypes.PURCHASE_INVOICE_DISPUTE_RESOLVED: "PurchaseInvoiceDisputeResolved",
    EventTypes.STOCK_RECEIVED: "StockReceived",
}
#: Our own numbers for what EVA's change log calls by numbers that are published nowhere.
_CHANGES = (
    "InvoiceCreated",
    "InvoiceUpdated",
    "InvoiceDeleted",
    "InvoiceBooked",
    "HoldStatusChanged",
    "LineCreated",
    "LineUpdated",
    "LineDeleted",
    "AdditionalAmountCreated",
    "AdditionalAmountUpdated",
    "AdditionalAmountDeleted",
    "DisputeCreated",
    "DisputeUpdated",
    "DisputeDeleted",
    "ResolveActionCreated",
    "ResolveActionUpdated",
    "ResolveActionDeleted",
    "FileAttached",
    "FileDetached",
)
_PRESET_CLASSES = ("Admin", CREDIT_AGREED, "Goods", "Other")


def changes(turn: Reading) -> Answer:
    """Who changed what of an invoice."""
    asked = paging.read(turn.asked)
    narrowed = asked.filter
    kind = narrowed.whole("Type")
    if kind is not None and not 0 < kind <= len(_CHANGES):
        narrowed.note("Type", f"{kind} is no kind of change")
    invoice, line = narrowed.number("InvoiceID", "document"), narrowed.number("InvoiceLineID", "invoice_line")
    dispute = narrowed.number("InvoiceDisputeID", "dispute")
    turn.asked.refuse()
    paging.sorted_by(asked, {"id": "id"})
    name = _CHANGES[kind - 1] if kind else ""
    rows, total = turn.reader.payables.changes(invoice or 0, line or 0, dispute or 0, name, asked.limit, asked.start)
    users = credentials.ids_of(turn.reader, {row.actor for row in rows})
    return paging.page(asked, [_change(row, users) for row in rows], total)


def _change(row: ChangeRow, users: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ID": Id("invoice_change", row.id),
        "TypeID": Id("change_type", _CHANGES.index(row.kind) + 1),
        "TypeName": row.kind,
        "OldValue": row.before or None,
        "NewValue": row.after or None,
        "Description": row.kind,
        "InvoiceID": Id("document", row.invoice_id),
        "InvoiceLineID": ident("invoice_line", row.line_id),
        "InvoiceDisputeID": ident("dispute", row.dispute_id),
        "CreatedByID": ident("principal", users.get(row.actor)),
        "CreatedByFullName": row.actor,
        "CreationTime": instant(row.at),
    }


def _units(asked: Asked) -> list[int] | None:
    one, several = debtor(asked), asked.numbers("OrganizationUnitIDs", "party")
    return several if one is None else [one, *(several or [])]


def _orders(asked: Asked) -> list[int] | None:
    one, several = asked.number("OrderID", "document"), asked.numbers("OrderIDs", "document")
    return several if one is None else [one, *(several or [])]


def events(turn: Reading) -> Answer:
    """Financial events, newest first."""
    asked = paging.read(turn.asked, tokens_only=True)
    narrowed = asked.filter
    kind, status = narrowed.whole("Type"), narrowed.whole("StatusID")
    wanted = EventFilter(
        kind=_HAPPENINGS[EventTypes(kind)].value if kind in _HAPPENINGS and kind is not None else "",
        invoice_id=narrowed.number("InvoiceID", "document") or 0,
        item_id=narrowed.number("ProductID", "item") or 0,
        month=narrowed.whole("FinancialPeriodID") or 0,
        unit_ids=_units(narrowed),
        order_ids=_orders(narrowed),
        since=narrowed.day("FromDate"),
        until=narrowed.day("ToDate"),
        processed=None if status is None else status == EventStatuses.PROCESSED,
        upto=asked.upto,
    )
    turn.asked.refuse()
    if (kind is not None and kind not in _HAPPENINGS) or (status is not None and status not in set(EventStatuses)):
        return paging.tokens(asked, [], False, 0)
    rows = turn.reader.payables.events(wanted, asked.limit + 1, asked.start)
    upto = asked.upto or (rows[0].id if rows else 0)
    return paging.tokens(asked, [_event(row) for row in rows[: asked.limit]], len(rows) > asked.limit, upto)


def _event(row: EventRow) -> dict[str, Any]:
    kind = _EVENTS[row.kind]
    status = EventStatuses.PROCESSED if row.processed else EventStatuses.UNPROCESSED
    return {
        "ID": Id("supplier_event", row.id),
        "Type": _EVENT_NAMES[kind],
        "TypeID": int(kind),
        "Status": "Processed" if row.processed else "Unprocessed",
        "StatusID": int(status),
        "Amount": amount(row.amount),
        "TaxAmount": amount(row.tax),
        "TaxRate": None if row.tax_rate is None else multiplier(row.tax_rate),
        "TaxCodeID": ident("tax_code", row.tax_code_id),
        "CurrencyID": row.amount.currency.code,
        "CreationTime": instant(row.at),
        "OrganizationUnitID": ident("party", row.unit_id),
        "OrganizationUnitName": row.unit_name or None,
        "OrderID": ident("document", row.order_id),
        "OrderLineID": ident("document_line", row.order_line_id),
        "ShipmentID": ident("document", row.shipment_id),
        "ProductID": ident("item", row.item_id),
        "FinancialPeriodID": Id("book_month", row.month),
        "Remark": row.remark or None,
        "InvoiceID": ident("document", row.invoice_id),
        "InvoiceLineID": ident("invoice_line", row.line_id),
        "InvoiceDisputeID": ident("dispute", row.dispute_id),
        "InvoiceDisputeResolveActionID": ident("resolve_action", row.action_id),
        "LedgerClassID": row.ledger_class or None,
    }


def ledgers(turn: Reading) -> Answer:
    """The journal's postings, row by row: debit +, credit -."""
    asked = paging.read(turn.asked, tokens_only=True)
    narrowed = asked.filter
    money, processed = narrowed.decimal("Amount"), narrowed.flag("IsProcessed")
    unit = turn.reader.reference.base
    wanted = LedgerFilter(
        invoice_id=narrowed.number("InvoiceID", "document") or 0,
        order_id=narrowed.number("OrderID", "document") or 0,
        account_id=narrowed.number("AccountID", "account") or 0,
        account_code=narrowed.text("ObjectAccount", 50),
        amount=None if money is None else Money.of(money, unit).minor,
        month=narrowed.whole("FinancialPeriodID") or 0,
        unit_ids=_units(narrowed),
        since=narrowed.day("FromDate"),
        until=narrowed.day("ToDate"),
        upto=asked.upto,
    )
    turn.asked.refuse()
    if processed is False:
        return paging.tokens(asked, [], False, 0)
    rows = turn.reader.payables.ledger(wanted, asked.limit + 1, asked.start)
    upto = asked.upto or (rows[0].seq if rows else 0)
    return paging.tokens(asked, [_ledger(row) for row in rows[: asked.limit]], len(rows) > asked.limit, upto)


def _ledger(row: LedgerRow) -> dict[str, Any]:
    of_invoice = row.kind == "supplier_invoice"
    return {
        "ID": Id("posting", row.seq * 1000 + row.position),
        "AccountID": Id("account", row.account_id),
        "AccountName": row.account_name,
        "AccountObjectAccount": row.account_code,
        "Amount": amount(row.amount),
        "CurrencyID": row.amount.currency.code,
        "CreationTime": instant(row.at),
        "FinancialPeriodID": Id("book_month", row.month),
        "OrganizationUnitID": ident("party", row.unit_id),
        "OrderID": ident("document", row.order_id),
        "InvoiceID": ident("document", row.document_id) if of_invoice else None,
        "Remark": row.text,
        "Offset1": row.rule,
    }


def classes(turn: Reading) -> Answer:
    """Every ledger class that is preset, mapped to accounts or in use."""
    reference = turn.reader.reference
    mapped = [name for name in reference.account_map.classes if not name.startswith("tax:")]
    given = [kind.ledger_class for kind in reference.amount_types.values()]
    given += [reason.ledger_class for reason in reference.dispute_reasons.values()]
    known = {*_PRESET_CLASSES, *mapped, *given, *turn.reader.payables.ledger_classes()}
    return {"LedgerClasses": sorted(name for name in known if name)}


SERVICES: tuple[Service, ...] = (
    reading("ListInvoiceLedger", changes, "supplier-invoices"),
    reading("ListFinancialEvents", events, "supplier-events"),
    reading("ListGeneralLedgers", ledgers, "journal"),
    reading("GetLedgerClasses", classes, "journal"),
)
