"""Lists on the supplier's side: invoices, their changes and events, ledger rows, what is received and not invoiced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.money import Money, currency, from_millionths
from counterfoil.core.purchase import Happening, ShippedLine
from counterfoil.core.purchase_history import Settled
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.purchases import to_shipped_line
from counterfoil.store.rows import DAY_MS, fold, from_ms, midnight_ms
from counterfoil.store.schema import (
    account,
    application,
    dispute,
    dispute_reason,
    document,
    entry,
    invoice_change,
    invoice_line,
    item,
    open_item,
    party,
    posting,
    resolve_action,
    shipment_line,
    supplier_event,
    supplier_invoice,
)

_supplier, _unit, _order = party.alias("supplier_party"), party.alias("unit_party"), document.alias("placed")


def _narrowed(statement: sa.Select[Any], given: frozenset[str], known: dict[str, Any]) -> sa.Select[Any]:
    """The statement with the conditions that are asked for, so that each way of asking finds its own index."""
    return statement.where(*(known[name] for name in sorted(given)))


_INVOICE_CONDITIONS: dict[str, Any] = {
    "state": document.c.state == p("state"),
    "number": supplier_invoice.c.supplier_number_key == p("number"),
    "since": document.c.dated_on >= p("since"),
    "until": document.c.dated_on <= p("until"),
    "unresolved": sa.cast(supplier_invoice.c.unresolved, sa.Integer) == p("unresolved"),
    "explained": sa.cast(supplier_invoice.c.explained, sa.Integer) == p("explained"),
    "units": one_of(supplier_invoice.c.unit_id, "units"),
    "before": supplier_invoice.c.document_id < p("before"),
    "suppliers": one_of(supplier_invoice.c.supplier_id, "suppliers"),
    "orders": sa.select(invoice_line.c.id)
    .where(
        invoice_line.c.invoice_id == document.c.id,
        invoice_line.c.removed == sa.false(),
        one_of(invoice_line.c.order_id, "orders"),
    )
    .exists(),
}
_invoices = (
    sa.select(
        document.c.id,
        document.c.number,
        supplier_invoice.c.supplier_number,
        document.c.dated_on,
        document.c.comment,
        document.c.currency,
        document.c.state,
        supplier_invoice.c.hold_status_id,
        supplier_invoice.c.unresolved,
        supplier_invoice.c.unit_id,
        _unit.c.name,
        supplier_invoice.c.supplier_id,
        _supplier.c.name,
        supplier_invoice.c.total,
        _supplier.c.code,
        supplier_invoice.c.due_on,
        supplier_invoice.c.explained,
    )
    .select_from(supplier_invoice)
    .join(document, document.c.id == supplier_invoice.c.document_id)
    .join(_supplier, _supplier.c.id == supplier_invoice.c.supplier_id)
    .join(_unit, _unit.c.id == supplier_invoice.c.unit_id)
    .where(document.c.state != "void")
)
#: What invoices can be sorted by.
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "id": supplier_invoice.c.document_id,
    "on": document.c.dated_on,
    "number": supplier_invoice.c.supplier_number_key,
    "total": supplier_invoice.c.total,
    "supplier": _supplier.c.name,
}


@cache
def _invoice_page(given: frozenset[str], sort: str, descending: bool) -> Statement:
    keys = dict.fromkeys((_SORTS[sort], _SORTS["id"]))
    order = [key.desc() if descending else key for key in keys]
    found = _narrowed(_invoices, given, _INVOICE_CONDITIONS)
    return Statement(found.order_by(*order).limit(p("limit")).offset(p("offset")))


@cache
def _invoice_count(given: frozenset[str]) -> Statement:
    found = _narrowed(_invoices, given, _INVOICE_CONDITIONS)
    return Statement(sa.select(sa.func.count()).select_from(found.subquery("found")))


_CHANGE_CONDITIONS: dict[str, Any] = {
    "invoice_id": invoice_change.c.invoice_id == p("invoice_id"),
    "line_id": invoice_change.c.line_id == p("line_id"),
    "dispute_id": invoice_change.c.dispute_id == p("dispute_id"),
    "kind": invoice_change.c.kind == p("kind"),
}


@cache
def _change_page(given: frozenset[str]) -> Statement:
    found = _narrowed(sa.select(invoice_change), given, _CHANGE_CONDITIONS)
    return Statement(found.order_by(invoice_change.c.id.desc()).limit(p("limit")).offset(p("offset")))


@cache
def _change_count(given: frozenset[str]) -> Statement:
    found = _narrowed(sa.select(invoice_change.c.id), given, _CHANGE_CONDITIONS)
    return Statement(sa.select(sa.func.count()).select_from(found.subquery("found")))


_state = sa.func.coalesce(document.c.state, "posted")
_EVENT_CONDITIONS: dict[str, Any] = {
    "kind": supplier_event.c.kind == p("kind"),
    "invoice_id": supplier_event.c.invoice_id == p("invoice_id"),
    "item_id": supplier_event.c.item_id == p("item_id"),
    "month": supplier_event.c.month == p("month"),
    "units": one_of(supplier_event.c.unit_id, "units"),
    "orders": one_of(supplier_event.c.order_id, "orders"),
    "since": supplier_event.c.made_at >= p("since"),
    "until": supplier_event.c.made_at < p("until"),
    "processed": _state == "posted",
    "unprocessed": _state != "posted",
    "upto": supplier_event.c.id <= p("upto"),
}


@cache
def _event_page(given: frozenset[str]) -> Statement:
    found = (
        sa.select(supplier_event, _state, sa.func.coalesce(party.c.name, ""))
        .join(document, document.c.id == supplier_event.c.invoice_id, isouter=True)
        .join(party, party.c.id == supplier_event.c.unit_id, isouter=True)
    )
    found = _narrowed(found, given, _EVENT_CONDITIONS)
    return Statement(found.order_by(supplier_event.c.id.desc()).limit(p("limit")).offset(p("offset")))


_LEDGER_CONDITIONS: dict[str, Any] = {
    "invoice_id": entry.c.document_id == p("invoice_id"),
    "account_id": posting.c.account_id == p("account_id"),
    "account_code": account.c.code == p("account_code"),
    "amount": posting.c.amount == p("amount"),
    "month": entry.c.month == p("month"),
    "units": one_of(document.c.ship_to_id, "units"),
    "order_id": sa.or_(
        document.c.order_id == p("order_id"),
        sa.exists().where(
            invoice_line.c.invoice_id == document.c.id,
            invoice_line.c.removed == sa.false(),
            invoice_line.c.order_id == p("order_id"),
        ),
    ),
    "since": entry.c.made_at >= p("since"),
    "until": entry.c.made_at < p("until"),
    "upto": entry.c.seq <= p("upto"),
}


@cache
def _ledger_page(given: frozenset[str]) -> Statement:
    found = (
        sa.select(
            entry.c.seq,
            posting.c.position,
            account.c.id,
            account.c.code,
            account.c.name,
            posting.c.amount,
            posting.c.currency,
            entry.c.made_at,
            entry.c.month,
            entry.c.rule,
            entry.c.text,
            document.c.id,
            document.c.kind,
            document.c.order_id,
            document.c.ship_to_id,
        )
        .select_from(entry)
        .join(posting, posting.c.entry_id == entry.c.id)
        .join(account, account.c.id == posting.c.account_id)
        .join(document, document.c.id == entry.c.document_id, isouter=True)
        .where(posting.c.amount != 0)
    )
    found = _narrowed(found, given, _LEDGER_CONDITIONS)
    return Statement(found.order_by(entry.c.seq.desc(), posting.c.position).limit(p("limit")).offset(p("offset")))


_settlements = sa.select(
    document.c.id, document.c.original_id, document.c.order_id, document.c.currency, document.c.total
).where(document.c.kind == "settlement")
_settled_of_order = Statement(_settlements.where(document.c.order_id == p("order_id")).order_by(document.c.id))
_settled_of_invoice = Statement(_settlements.where(document.c.original_id == p("invoice_id")).order_by(document.c.id))
_debit, _credit, _money = open_item.alias("debit"), open_item.alias("credit"), document.alias("money")
_remitted = Statement(
    sa.select(_money.c.id, _money.c.currency, sa.func.sum(application.c.amount))
    .select_from(_credit)
    .join(application, application.c.credit_id == _credit.c.id)
    .join(_debit, _debit.c.id == application.c.debit_id)
    .join(_money, _money.c.id == _debit.c.document_id)
    .where(_credit.c.document_id == p("invoice_id"), _money.c.kind == "remittance")
    .group_by(_money.c.id, _money.c.currency)
    .having(sa.func.sum(application.c.amount) != 0)
    .order_by(_money.c.id)
)
_not_invoiced = Statement(
    sa.select(shipment_line, document.c.number, document.c.reference, _supplier.c.code, _supplier.c.name, item.c.sku)
    .join(document, document.c.id == shipment_line.c.shipment_id)
    .join(_supplier, _supplier.c.id == shipment_line.c.supplier_id)
    .join(item, item.c.id == shipment_line.c.item_id)
    .where(sa.text("shipment_line.received <> shipment_line.relieved"))
    .order_by(_supplier.c.code, shipment_line.c.id)
)
_open_disputes = Statement(
    sa.select(
        dispute.c.id,
        dispute.c.kind,
        dispute.c.amount,
        sa.func.coalesce(
            sa.select(sa.func.sum(resolve_action.c.amount))
            .where(resolve_action.c.dispute_id == dispute.c.id, resolve_action.c.removed == sa.false())
            .scalar_subquery(),
            0,
        ),
        dispute_reason.c.name,
        dispute.c.description,
        document.c.currency,
        document.c.number,
        supplier_invoice.c.supplier_number,
        _supplier.c.code,
        _supplier.c.name,
        dispute.c.raised_by,
        document.c.state,
        document.c.dated_on,
    )
    .join(document, document.c.id == dispute.c.invoice_id)
    .join(supplier_invoice, supplier_invoice.c.document_id == document.c.id)
    .join(_supplier, _supplier.c.id == supplier_invoice.c.supplier_id)
    .join(dispute_reason, dispute_reason.c.id == dispute.c.reason_id)
    .where(dispute.c.removed == sa.false(), document.c.state != "void")
    .order_by(dispute.c.id)
)
_classes = Statement(
    sa.union(
        sa.select(resolve_action.c.ledger_class),
        sa.select(supplier_event.c.ledger_class),
        sa.select(item.c.ledger_class),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    """Which supplier invoices are asked for; None, "" and () = any.

    number: on the supplier's paper, without regard to case
    booked: closed or still open
    before: only invoices with smaller ids, so that pages hold still; 0 = any
    """

    number: str = ""
    since: date | None = None
    until: date | None = None
    booked: bool | None = None
    unit_ids: Sequence[int] | None = None
    supplier_ids: Sequence[int] | None = None
    order_ids: Sequence[int] | None = None
    unresolved: bool | None = None
    explained: bool | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A supplier's invoice in a list; total is what it comes to as it stands."""

    id: int
    number: str
    supplier_number: str
    on: date
    description: str
    booked: bool
    hold_status_id: int | None
    unresolved: bool
    unit_id: int
    unit_name: str
    supplier_id: int
    supplier_name: str
    supplier_code: str
    total: Money
    due_on: date | None
    explained: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of a supplier's invoice."""

    id: int
    invoice_id: int
    line_id: int | None
    dispute_id: int | None
    kind: str
    before: str
    after: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are asked for; 0, None and "" = any.

    month:     YYYYMM
    processed: the invoice is booked
    upto:      no event after this id, so that pages hold still
    """

    kind: str = ""
    invoice_id: int = 0
    item_id: int = 0
    month: int = 0
    unit_ids: Sequence[int] | None = None
    order_ids: Sequence[int] | None = None
    since: date | None = None
    until: date | None = None
    processed: bool | None = None
    upto: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event of the supplier's side; processed once its invoice is booked."""

    id: int
    kind: Happening
    amount: Money
    tax: Money | None
    tax_rate: Decimal | None
    tax_code_id: int | None
    ledger_class: str
    unit_id: int | None
    unit_name: str
    invoice_id: int | None
    line_id: int | None
    dispute_id: int | None
    action_id: int | None
    order_id: int | None
    order_line_id: int | None
    shipment_id: int | None
    item_id: int | None
    remark: str
    month: int
    at: datetime
    processed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Which postings are asked for; 0, None and "" = any.

    amount: minor units
    upto:   no entry after this sequence, so that pages hold still
    """

    invoice_id: int = 0
    order_id: int = 0
    account_id: int = 0
    account_code: str = ""
    amount: int | None = None
    month: int = 0
    unit_ids: Sequence[int] | None = None
    since: date | None = None
    until: date | None = None
    upto: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A posting with its account and what it belongs to."""

    seq: int
    position: int
    account_id: int
    account_code: str
    account_name: str
    amount: Money
    at: datetime
    month: int
    rule: str
    text: str
    document_id: int | None
    kind: str
    order_id: int | None
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class NotInvoiced:
    """Goods of a shipment's line that were received and that no booked invoice has charged."""

    line: ShippedLine
    shipment_number: str
    reference: str
    supplier_code: str
    supplier_name: str
    sku: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute in a list."""

    id: int
    kind: str
    amount: Money
    settled: Money
    reason: str
    description: str
    number: str
    supplier_number: str
    supplier_code: str
    supplier_name: str
    raised_by: str
    booked: bool
    on: date


def _given(**params: Any) -> dict[str, Any]:
    """What is asked for, without what is not."""
    return {name: value for name, value in params.items() if value is not None}


def _ids(wanted: Sequence[int] | None) -> list[int] | None:
    return None if wanted is None else sorted(set(wanted))


class Payables:
    """Reads of the supplier's side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def invoices(
        self, asked: InvoiceFilter, limit: int, offset: int, sort: str = "id", descending: bool = True
    ) -> tuple[list[InvoiceRow], int]:
        """A page of supplier invoices, and how many there are in all.

        sort: id, on, number, total or supplier
        """
        params = _given(
            state=None if asked.booked is None else ("posted" if asked.booked else "open"),
            number=fold(asked.number) or None,
            since=asked.since.isoformat() if asked.since else None,
            until=asked.until.isoformat() if asked.until else None,
            unresolved=None if asked.unresolved is None else int(asked.unresolved),
            explained=None if asked.explained is None else int(asked.explained),
            units=_ids(asked.unit_ids),
            suppliers=_ids(asked.supplier_ids),
            orders=_ids(asked.order_ids),
            before=asked.before or None,
        )
        names = frozenset(params)
        rows = self._connection.rows(_invoice_page(names, sort, descending), limit=limit, offset=offset, **params)
        total: int = self._connection.value(_invoice_count(names), **params)
        return [_to_invoice(row) for row in rows], total

    def changes(
        self, invoice_id: int, line_id: int, dispute_id: int, kind: str, limit: int, offset: int
    ) -> tuple[list[ChangeRow], int]:
        """A page of changes, newest first, and how many there are; 0 and "" = any."""
        params = _given(
            invoice_id=invoice_id or None, line_id=line_id or None, dispute_id=dispute_id or None, kind=kind or None
        )
        names = frozenset(params)
        rows = self._connection.rows(_change_page(names), limit=limit, offset=offset, **params)
        total: int = self._connection.value(_change_count(names), **params)
        return [_to_change(row) for row in rows], total

    def events(self, asked: EventFilter, limit: int, offset: int = 0) -> list[EventRow]:
        """Events, newest first."""
        params = _given(
            kind=asked.kind or None,
            invoice_id=asked.invoice_id or None,
            item_id=asked.item_id or None,
            month=asked.month or None,
            units=_ids(asked.unit_ids),
            orders=_ids(asked.order_ids),
            since=midnight_ms(asked.since) if asked.since else None,
            until=midnight_ms(asked.until) + DAY_MS if asked.until else None,
            upto=asked.upto or None,
        )
        names = frozenset(params)
        if asked.processed is not None:
            names |= {"processed" if asked.processed else "unprocessed"}
        rows = self._connection.rows(_event_page(names), limit=limit, offset=offset, **params)
        return [_to_event(row) for row in rows]

    def ledger(self, asked: LedgerFilter, limit: int, offset: int = 0) -> list[LedgerRow]:
        """Postings, those of the newest entry first."""
        params = _given(
            invoice_id=asked.invoice_id or None,
            order_id=asked.order_id or None,
            account_id=asked.account_id or None,
            account_code=asked.account_code or None,
            amount=asked.amount,
            month=asked.month or None,
            units=_ids(asked.unit_ids),
            since=midnight_ms(asked.since) if asked.since else None,
            until=midnight_ms(asked.until) + DAY_MS if asked.until else None,
            upto=asked.upto or None,
        )
        rows = self._connection.rows(_ledger_page(frozenset(params)), limit=limit, offset=offset, **params)
        return [_to_ledger(row) for row in rows]

    def settled(self, order_id: int = 0, invoice_id: int = 0) -> list[Settled]:
        """What bookings left on an order, or what one booking left on its orders."""
        if invoice_id:
            rows = self._connection.rows(_settled_of_invoice, invoice_id=invoice_id)
        else:
            rows = self._connection.rows(_settled_of_order, order_id=order_id)
        found = [Settled(row[0], row[1], row[2], Money(row[4], currency(row[3]))) for row in rows]
        return [one for one in found if order_id in (0, one.order_id)]

    def remitted(self, invoice_id: int) -> list[tuple[int, str, int]]:
        """(remittance, currency, minor units) of what has been paid of an invoice."""
        return [(row[0], row[1], int(row[2])) for row in self._connection.rows(_remitted, invoice_id=invoice_id)]

    def not_invoiced(self) -> list[NotInvoiced]:
        """Goods received that no booked invoice has charged, and what was charged before it came."""
        width = len(shipment_line.columns)
        rows = self._connection.rows(_not_invoiced)
        return [NotInvoiced(to_shipped_line(row[:width]), *row[width:]) for row in rows]

    def disputes(self) -> list[DisputeRow]:
        """All disputes, oldest first."""
        result = []
        for row in self._connection.rows(_open_disputes):
            unit = currency(row[6])
            result.append(
                DisputeRow(
                    id=row[0],
                    kind=row[1],
                    amount=Money(row[2], unit),
                    settled=Money(int(row[3]), unit),
                    reason=row[4],
                    description=row[5],
                    number=row[7],
                    supplier_number=row[8],
                    supplier_code=row[9],
                    supplier_name=row[10],
                    raised_by=row[11],
                    booked=row[12] == "posted",
                    on=date.fromisoformat(row[13]),
                )
            )
        return result

    def ledger_classes(self) -> list[str]:
        """Every ledger class in use."""
        return sorted(name for (name,) in self._connection.rows(_classes) if name)


def _to_invoice(row: Row) -> InvoiceRow:
    return InvoiceRow(
        id=row[0],
        number=row[1],
        supplier_number=row[2],
        on=date.fromisoformat(row[3]),
        description=row[4],
        booked=row[6] == "posted",
        hold_status_id=row[7],
        unresolved=bool(row[8]),
        unit_id=row[9],
        unit_name=row[10],
        supplier_id=row[11],
        supplier_name=row[12],
        total=Money(row[13], currency(row[5])),
        supplier_code=row[14],
        due_on=date.fromisoformat(row[15]) if row[15] else None,
        explained=bool(row[16]),
    )


def _to_change(row: Row) -> ChangeRow:
    number, invoice_id, line_id, dispute_id, kind, before, after, at, actor = row
    return ChangeRow(number, invoice_id, line_id, dispute_id, kind, before, after, from_ms(at), actor)


def _to_event(row: Row) -> EventRow:
    width = len(supplier_event.columns)
    f = dict(zip(supplier_event.columns.keys(), row[:width], strict=True))
    state, unit_name = row[width:]
    unit = currency(f["currency"])
    return EventRow(
        id=f["id"],
        kind=Happening(f["kind"]),
        amount=Money(f["amount"], unit),
        tax=None if f["tax"] is None else Money(f["tax"], unit),
        tax_rate=None if f["tax_rate"] is None else from_millionths(f["tax_rate"]),
        tax_code_id=f["tax_code_id"],
        ledger_class=f["ledger_class"],
        unit_id=f["unit_id"],
        unit_name=unit_name,
        invoice_id=f["invoice_id"],
        line_id=f["line_id"],
        dispute_id=f["dispute_id"],
        action_id=f["action_id"],
        order_id=f["order_id"],
        order_line_id=f["order_line_id"],
        shipment_id=f["shipment_id"],
        item_id=f["item_id"],
        remark=f["remark"],
        month=f["month"],
        at=from_ms(f["made_at"]),
        processed=state == "posted",
    )


def _to_ledger(row: Row) -> LedgerRow:
    return LedgerRow(
        seq=row[0],
        position=row[1],
        account_id=row[2],
        account_code=row[3],
        account_name=row[4],
        amount=Money(row[5], currency(row[6])),
        at=from_ms(row[7]),
        month=row[8],
        rule=row[9],
        text=row[10],
        document_id=row[11],
        kind=row[12] or "",
        order_id=row[13],
        unit_id=row[14],
    )
