"""Suppliers' invoices while they are put in order and after: lines, amounts, disputes, files, events, changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.document import State
from counterfoil.core.money import Money, currency, from_millionths, millionths
from counterfoil.core.purchase import (
    AdditionalAmount,
    AttachedFile,
    Calculation,
    Dispute,
    DisputeKind,
    MatchedLine,
    ResolveAction,
    SupplierEvent,
    SupplierInvoice,
)
from counterfoil.core.terms import book_month
from counterfoil.store.engine import Connection, Row, Statement, one_of
from counterfoil.store.refs import Mint
from counterfoil.store.rows import fold, from_day, from_ms, midnight_ms, to_day, to_ms
from counterfoil.store.schema import (
    additional_amount,
    amount_type,
    dispute,
    document,
    invoice_change,
    invoice_file,
    invoice_line,
    resolve_action,
    supplier_event,
    supplier_invoice,
)

_heads = (
    sa.select(
        document.c.id,
        document.c.number,
        document.c.state,
        supplier_invoice.c.supplier_id,
        supplier_invoice.c.unit_id,
        supplier_invoice.c.supplier_number,
        document.c.dated_on,
        document.c.comment,
        document.c.currency,
        document.c.asserted_total,
        supplier_invoice.c.starts_on,
        supplier_invoice.c.due_on,
        supplier_invoice.c.calculation,
        supplier_invoice.c.reverse_charge,
        supplier_invoice.c.hold_status_id,
        supplier_invoice.c.fiscal_id,
    )
    .join(supplier_invoice, supplier_invoice.c.document_id == document.c.id)
    .where(document.c.state != "void")
)
_of_ids = Statement(_heads.where(one_of(document.c.id, "ids")).order_by(document.c.id))
_hold = Statement(sa.select(document.c.id).where(document.c.id == p("id")).with_for_update())
_numbered = Statement(
    sa.select(document.c.id)
    .join(supplier_invoice, supplier_invoice.c.document_id == document.c.id)
    .where(
        supplier_invoice.c.supplier_id == p("supplier_id"),
        supplier_invoice.c.supplier_number_key == p("folded"),
        document.c.state != "void",
    )
    .order_by(document.c.id)
)
_live = sa.false()


def _parts(table: sa.Table, by: sa.ColumnElement[Any]) -> Statement:
    return Statement(sa.select(table).where(one_of(by, "ids"), table.c.removed == _live).order_by(table.c.id))


_lines = _parts(invoice_line, invoice_line.c.invoice_id)
_disputes = _parts(dispute, dispute.c.invoice_id)
_actions = Statement(
    sa.select(resolve_action)
    .join(dispute, dispute.c.id == resolve_action.c.dispute_id)
    .where(one_of(dispute.c.invoice_id, "ids"), resolve_action.c.removed == _live)
    .order_by(resolve_action.c.id)
)
_amounts = Statement(
    sa.select(additional_amount, amount_type.c.goods, amount_type.c.ledger_class)
    .join(amount_type, amount_type.c.id == additional_amount.c.type_id)
    .where(one_of(additional_amount.c.invoice_id, "ids"), additional_amount.c.removed == _live)
    .order_by(additional_amount.c.id)
)
_files = Statement(
    sa.select(invoice_file)
    .where(one_of(invoice_file.c.invoice_id, "ids"))
    .order_by(invoice_file.c.attached_at, invoice_file.c.reference)
)
_file_owner = Statement(
    sa.select(invoice_file.c.invoice_id).where(
        invoice_file.c.invoice_id == p("invoice_id"), invoice_file.c.reference == p("reference")
    )
)
_drop_file = Statement(
    sa.delete(invoice_file).where(
        invoice_file.c.invoice_id == p("invoice_id"), invoice_file.c.reference == p("reference")
    )
)
_owner = {
    table.name: Statement(sa.select(table.c.invoice_id).where(table.c.id == p("id"), table.c.removed == _live))
    for table in (additional_amount, dispute)
}
_action_owner = Statement(
    sa.select(dispute.c.invoice_id, dispute.c.id)
    .join(resolve_action, resolve_action.c.dispute_id == dispute.c.id)
    .where(resolve_action.c.id == p("id"), resolve_action.c.removed == _live)
)
_uses_type = Statement(sa.select(additional_amount.c.id).where(additional_amount.c.type_id == p("id")).limit(1))
_uses_reason = Statement(sa.select(dispute.c.id).where(dispute.c.reason_id == p("id")).limit(1))


@cache
def _change_of(table: sa.Table, columns: tuple[str, ...], key: str = "id") -> Statement:
    values: dict[str, Any] = {column: sa.bindparam(f"new_{column}") for column in columns}
    return Statement(sa.update(table).where(table.c[key] == p("of")).values(values))


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an invoice, for the record of who did what."""

    kind: str
    before: str = ""
    after: str = ""
    line_id: int | None = None
    dispute_id: int | None = None


class SupplierInvoices:
    """Suppliers' invoices inside one unit of work, or read outside of one."""

    def __init__(self, connection: Connection, mint: Mint | None) -> None:
        self._connection, self._mint = connection, mint

    def _id(self, kind: str) -> int:
        assert self._mint is not None, "a reader files nothing"
        return self._mint.take(kind)

    def get(self, invoice_id: int, hold: bool = False) -> SupplierInvoice | None:
        """An invoice whole, None when there is none; hold keeps others from changing it until the end."""
        if hold:
            self._connection.ask(_hold, id=invoice_id)
        found = self.of([invoice_id])
        return found[0] if found else None

    def of(self, invoice_ids: Sequence[int]) -> list[SupplierInvoice]:
        """Invoices whole, by id; withdrawn ones are missing."""
        if not invoice_ids:
            return []
        ids = sorted(set(invoice_ids))
        asked = [self._connection.ask(one, ids=ids) for one in (_of_ids, _lines, _amounts, _disputes, _actions, _files)]
        heads, lines, amounts, disputes, actions, files = (answer.rows() for answer in asked)
        taken: dict[int, list[Row]] = {}
        for row in actions:
            taken.setdefault(row[1], []).append(row)
        result = []
        for head in heads:
            invoice = _to_invoice(head)
            unit = currency(invoice.currency)
            result.append(
                replace(
                    invoice,
                    lines=tuple(_to_line(row) for row in lines if row[1] == invoice.id),
                    amounts=tuple(_to_amount(row, invoice.currency) for row in amounts if row[1] == invoice.id),
                    disputes=tuple(
                        _to_dispute(
                            row,
                            [ResolveAction(a[0], Money(a[2], unit), a[3], a[4]) for a in taken.get(row[0], ())],
                            invoice.currency,
                        )
                        for row in disputes
                        if row[1] == invoice.id
                    ),
                    files=tuple(AttachedFile(row[1], row[2], from_ms(row[3])) for row in files if row[0] == invoice.id),
                )
            )
        return result

    def add(self, invoice: SupplierInvoice) -> None:
        """File what a new invoice's head has beyond its document."""
        row = {"document_id": invoice.id, **_head_values(invoice), "total": 0, "explained": False, "unresolved": False}
        self._connection.insert(supplier_invoice, [row])

    def rewrite(self, invoice: SupplierInvoice) -> None:
        """File an open invoice's head anew."""
        values = _head_values(invoice)
        self._connection.run(_change_of(supplier_invoice, tuple(values), "document_id"), of=invoice.id, **_new(values))
        asserted = invoice.asserted_total
        self._change_document(
            invoice.id,
            {
                "customer_id": invoice.supplier_id,
                "ship_to_id": invoice.unit_id,
                "dated_on": to_day(invoice.on),
                "sort_at": midnight_ms(invoice.on),
                "book_month": book_month(invoice.on),
                "due_on": to_day(invoice.due_on),
                "comment": invoice.description,
                "third_party_number": invoice.supplier_number,
                "third_party_key": fold(invoice.supplier_number) or None,
                "currency": invoice.currency,
                "asserted_total": None if asserted is None else asserted.minor,
                "variance": None if asserted is None else asserted.minor,
            },
        )

    def _change_document(self, invoice_id: int, values: dict[str, Any]) -> None:
        self._connection.run(_change_of(document, tuple(values)), of=invoice_id, **_new(values))

    def sum_up(self, invoice_id: int, total: Money, explained: bool, unresolved: bool) -> None:
        """File what an invoice comes to as it stands, for lists.

        explained:  nothing is left to dispute, and it comes to what the paper says
        unresolved: some dispute is not resolved
        """
        values = {"total": total.minor, "explained": explained, "unresolved": unresolved}
        self._connection.run(_change_of(supplier_invoice, tuple(values), "document_id"), of=invoice_id, **_new(values))

    def close(self, invoice_id: int, total: Money, tax: Money, asserted: Money | None, due_on: date) -> None:
        """Mark an invoice as booked, for good, with what it came to."""
        values = {
            "state": State.POSTED.value,
            "subtotal": (total - tax).minor,
            "tax_total": tax.minor,
            "total": total.minor,
            "variance": None if asserted is None else (asserted - total).minor,
            "due_on": to_day(due_on),
        }
        self._change_document(invoice_id, values)

    def withdraw(self, invoice_id: int) -> None:
        """Take an open invoice away; its number stays used."""
        self._change_document(invoice_id, {"state": State.VOID.value})

    def numbered(self, supplier_id: int, supplier_number: str) -> list[int]:
        """Ids of a supplier's invoices with a number of its own, without regard to case."""
        found = self._connection.rows(_numbered, supplier_id=supplier_id, folded=fold(supplier_number))
        return [row[0] for row in found]

    def add_line(self, invoice_id: int, line: MatchedLine) -> MatchedLine:
        """File a new line; it with its id."""
        line = replace(line, id=self._id("invoice_line"))
        row = {"id": line.id, "invoice_id": invoice_id, **_line_values(line), "relieved": None, "removed": False}
        self._connection.insert(invoice_line, [row])
        return line

    def change_line(self, line: MatchedLine) -> None:
        """File a line anew."""
        self._change(invoice_line, line.id, _line_values(line))

    def relieve(self, line_id: int, quantity: Any) -> None:
        """File what a line's booking takes out of goods received not invoiced."""
        self._change(invoice_line, line_id, {"relieved": millionths(quantity)})

    def remove_line(self, line_id: int) -> None:
        """Take a line away."""
        self._change(invoice_line, line_id, {"removed": True})

    def add_amount(self, invoice_id: int, amount: AdditionalAmount) -> AdditionalAmount:
        """File a new additional amount; it with its id."""
        amount = replace(amount, id=self._id("additional_amount"))
        row = {"id": amount.id, "invoice_id": invoice_id, **_amount_values(amount), "removed": False}
        self._connection.insert(additional_amount, [row])
        return amount

    def change_amount(self, amount: AdditionalAmount) -> None:
        """File an additional amount anew."""
        self._change(additional_amount, amount.id, _amount_values(amount))

    def remove_amount(self, amount_id: int) -> None:
        """Take an additional amount away."""
        self._change(additional_amount, amount_id, {"removed": True})

    def add_dispute(self, invoice_id: int, made: Dispute) -> Dispute:
        """File a new dispute; it with its id."""
        made = replace(made, id=self._id("dispute"))
        row = {"id": made.id, "invoice_id": invoice_id, **_dispute_values(made), "removed": False}
        self._connection.insert(dispute, [row])
        return made

    def change_dispute(self, made: Dispute) -> None:
        """File a dispute anew."""
        self._change(dispute, made.id, _dispute_values(made))

    def remove_dispute(self, dispute_id: int) -> None:
        """Take a dispute away."""
        self._change(dispute, dispute_id, {"removed": True})

    def add_action(self, dispute_id: int, action: ResolveAction) -> ResolveAction:
        """File a new resolve action; it with its id."""
        action = replace(action, id=self._id("resolve_action"))
        row = {"id": action.id, "dispute_id": dispute_id, **_action_values(action), "removed": False}
        self._connection.insert(resolve_action, [row])
        return action

    def change_action(self, action: ResolveAction) -> None:
        """File a resolve action anew."""
        self._change(resolve_action, action.id, _action_values(action))

    def remove_action(self, action_id: int) -> None:
        """Take a resolve action away."""
        self._change(resolve_action, action_id, {"removed": True})

    def _change(self, table: sa.Table, number: int, values: dict[str, Any]) -> None:
        self._connection.run(_change_of(table, tuple(values)), of=number, **_new(values))

    def attach(self, invoice_id: int, file: AttachedFile) -> None:
        """File a reference to something that belongs to an invoice."""
        row = {
            "invoice_id": invoice_id,
            "reference": file.reference,
            "url": file.url,
            "attached_at": to_ms(file.attached_at),
        }
        self._connection.insert(invoice_file, [row])

    def detach(self, invoice_id: int, reference: str) -> bool:
        """Take such a reference away; whether it was there."""
        there = self._connection.row(_file_owner, invoice_id=invoice_id, reference=reference) is not None
        self._connection.run(_drop_file, invoice_id=invoice_id, reference=reference)
        return there

    def owner_of_amount(self, amount_id: int) -> int | None:
        """The id of the invoice that an additional amount stands on."""
        found: int | None = self._connection.value(_owner["additional_amount"], id=amount_id)
        return found

    def owner_of_dispute(self, dispute_id: int) -> int | None:
        """The id of the invoice that a dispute stands on."""
        found: int | None = self._connection.value(_owner["dispute"], id=dispute_id)
        return found

    def owner_of_action(self, action_id: int) -> tuple[int, int] | None:
        """The ids of the invoice and the dispute that a resolve action stands on."""
        row = self._connection.row(_action_owner, id=action_id)
        return None if row is None else (row[0], row[1])

    def uses_amount_type(self, number: int) -> bool:
        """Whether any amount was ever of a type."""
        return self._connection.row(_uses_type, id=number) is not None

    def uses_dispute_reason(self, number: int) -> bool:
        """Whether any dispute was ever raised for a reason."""
        return self._connection.row(_uses_reason, id=number) is not None

    def tell(self, event: SupplierEvent, month: int, now: datetime) -> None:
        """File an event."""
        row = {
            "id": self._id("supplier_event"),
            "kind": event.kind.value,
            "currency": event.amount.currency.code,
            "amount": event.amount.minor,
            "tax": None if event.tax is None else event.tax.minor,
            "tax_rate": None if event.tax_rate is None else millionths(event.tax_rate, what="rate"),
            "tax_code_id": event.tax_code_id,
            "ledger_class": event.ledger_class,
            "unit_id": event.unit_id,
            "invoice_id": event.invoice_id,
            "line_id": event.line_id,
            "dispute_id": event.dispute_id,
            "action_id": event.action_id,
            "order_id": event.order_id,
            "order_line_id": event.order_line_id,
            "shipment_id": event.shipment_id,
            "item_id": event.item_id,
            "remark": event.remark,
            "month": month,
            "made_at": to_ms(now),
        }
        self._connection.insert(supplier_event, [row])

    def note(self, invoice_id: int, change: Change, now: datetime, actor: str) -> None:
        """File a change of an invoice."""
        row = {
            "id": self._id("invoice_change"),
            "invoice_id": invoice_id,
            "line_id": change.line_id,
            "dispute_id": change.dispute_id,
            "kind": change.kind,
            "before": change.before,
            "after": change.after,
            "made_at": to_ms(now),
            "actor": actor,
        }
        self._connection.insert(invoice_change, [row])


def _new(values: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _head_values(invoice: SupplierInvoice) -> dict[str, Any]:
    return {
        "supplier_id": invoice.supplier_id,
        "unit_id": invoice.unit_id,
        "supplier_number": invoice.supplier_number,
        "supplier_number_key": fold(invoice.supplier_number),
        "starts_on": to_day(invoice.starts_on),
        "due_on": to_day(invoice.due_on),
        "calculation": invoice.calculation.value,
        "reverse_charge": invoice.reverse_charge,
        "hold_status_id": invoice.hold_status_id,
        "fiscal_id": invoice.fiscal_id,
    }


def _line_values(line: MatchedLine) -> dict[str, Any]:
    return {
        "shipment_line_id": line.shipment_line_id,
        "order_line_id": line.order_line_id,
        "order_id": line.order_id,
        "item_id": line.item_id,
        "quantity": millionths(line.quantity),
        "expected_quantity": None if line.expected_quantity is None else millionths(line.expected_quantity),
        "expectation_given": line.expectation_given,
        "unit_price": millionths(line.unit_price, what="unit price"),
        "expected_unit_price": millionths(line.expected_unit_price, what="unit price"),
        "tax_code_id": line.tax_code_id,
        "tax_rate": millionths(line.tax_rate, what="rate"),
        "expected_tax_rate": millionths(line.expected_tax_rate, what="rate"),
        "ledger_class": line.ledger_class,
    }


def _amount_values(amount: AdditionalAmount) -> dict[str, Any]:
    return {
        "type_id": amount.type_id,
        "amount": amount.amount.minor,
        "original": amount.original.minor,
        "tax_code_id": amount.tax_code_id,
        "tax_rate": millionths(amount.tax_rate, what="rate"),
    }


def _dispute_values(made: Dispute) -> dict[str, Any]:
    return {
        "kind": made.kind.value,
        "amount": made.amount.minor,
        "reason_id": made.reason_id,
        "description": made.description,
        "line_id": made.line_id,
        "amount_id": made.amount_id,
        "raised_by": made.raised_by,
        "email": made.email,
    }


def _action_values(action: ResolveAction) -> dict[str, Any]:
    return {"amount": action.amount.minor, "description": action.description, "ledger_class": action.ledger_class}


def _to_invoice(row: Row) -> SupplierInvoice:
    number_, number, state, supplier_id, unit_id, theirs, on, text, unit, asserted, starts, due, *rest = row
    calculation, reverse_charge, hold_status_id, fiscal_id = rest
    return SupplierInvoice(
        id=number_,
        number=number,
        booked=state == State.POSTED.value,
        supplier_id=supplier_id,
        unit_id=unit_id,
        supplier_number=theirs,
        on=date.fromisoformat(on),
        description=text,
        currency=unit,
        asserted_total=None if asserted is None else Money(asserted, currency(unit)),
        starts_on=from_day(starts),
        due_on=from_day(due),
        calculation=Calculation(calculation),
        reverse_charge=bool(reverse_charge),
        hold_status_id=hold_status_id,
        fiscal_id=fiscal_id,
    )


def _to_line(row: Row) -> MatchedLine:
    f = dict(zip(invoice_line.columns.keys(), row, strict=True))
    expected = f["expected_quantity"]
    return MatchedLine(
        id=f["id"],
        shipment_line_id=f["shipment_line_id"],
        order_line_id=f["order_line_id"],
        order_id=f["order_id"],
        item_id=f["item_id"],
        quantity=from_millionths(f["quantity"]),
        expected_quantity=None if expected is None else from_millionths(expected),
        expectation_given=bool(f["expectation_given"]),
        unit_price=from_millionths(f["unit_price"]),
        expected_unit_price=from_millionths(f["expected_unit_price"]),
        tax_code_id=f["tax_code_id"],
        tax_rate=from_millionths(f["tax_rate"]),
        expected_tax_rate=from_millionths(f["expected_tax_rate"]),
        ledger_class=f["ledger_class"],
    )


def _to_amount(row: Row, code: str) -> AdditionalAmount:
    number, _, type_id, amount, original, tax_code_id, tax_rate, _, goods, ledger_class = row
    unit = currency(code)
    return AdditionalAmount(
        id=number,
        type_id=type_id,
        goods=bool(goods),
        ledger_class=ledger_class,
        amount=Money(amount, unit),
        original=Money(original, unit),
        tax_code_id=tax_code_id,
        tax_rate=from_millionths(tax_rate),
    )


def _to_dispute(row: Row, actions: Collection[ResolveAction], code: str) -> Dispute:
    f = dict(zip(dispute.columns.keys(), row, strict=True))
    return Dispute(
        id=f["id"],
        kind=DisputeKind(f["kind"]),
        amount=Money(f["amount"], currency(code)),
        reason_id=f["reason_id"],
        description=f["description"],
        line_id=f["line_id"],
        amount_id=f["amount_id"],
        raised_by=f["raised_by"],
        email=f["email"],
        actions=tuple(actions),
    )
