"""Suppliers' invoices: registered, matched, disputed and booked."""

from __future__ import annotations

from typing import Any

from counterfoil.contracts.own.names import Names, tax_code_name
from counterfoil.contracts.own.resource import Operation, Place, Reading, Resource, Writing, listing, making, showing
from counterfoil.contracts.own.shapes import Asked, Warned
from counterfoil.contracts.own.supplier_shapes import (
    AmountShown,
    Both,
    DisputeShown,
    Holding,
    Invoice,
    InvoicesAsked,
    Matching,
    NewAmount,
    NewDispute,
    Registering,
    Resolution,
    SupplierInvoiceHead,
    SupplierInvoiceLine,
    Withdrawn,
)
from counterfoil.core.access import Verb
from counterfoil.core.matching import LineSums, Sum
from counterfoil.core.purchase import AdditionalAmount, Dispute, MatchedLine
from counterfoil.core.purchase_history import InvoiceShown
from counterfoil.services import (
    additional_amounts,
    booking,
    disputes,
    matching,
    payables,
    supplier_invoices,
    withdrawing,
)
from counterfoil.services.office import Work
from counterfoil.services.payables import InvoiceFilter, InvoiceRow
from counterfoil.services.showing import View


def _both(found: Sum) -> Both:
    return Both(net=found.net.amount, gross=found.gross.amount)


def _line(view: View, line: MatchedLine, sums: LineSums) -> SupplierInvoiceLine:
    return SupplierInvoiceLine(
        id=line.id,
        shipment_line_id=line.shipment_line_id,
        order_line_id=line.order_line_id,
        order_id=line.order_id,
        item_id=line.item_id,
        quantity=line.quantity,
        expected_quantity=line.expected_quantity,
        unit_price=line.unit_price,
        expected_unit_price=line.expected_unit_price,
        tax_code=tax_code_name(view, line.tax_code_id),
        tax_rate=line.tax_rate,
        charged=_both(sums.charged),
        expected=_both(sums.expected),
        to_dispute=sums.to_dispute.amount,
    )


def _amount(view: View, one: AdditionalAmount, shown: InvoiceShown) -> AmountShown:
    sums, kind = shown.sums.amounts[one.id], view.reference.amount_types.get(one.type_id)
    return AmountShown(
        id=one.id,
        type_id=one.type_id,
        type=kind.name if kind else "",
        accepted=_both(sums.accepted),
        original=_both(sums.original),
        tax_code=tax_code_name(view, one.tax_code_id),
        tax_rate=one.tax_rate,
    )


def _dispute(view: View, one: Dispute) -> DisputeShown:
    reason = view.reference.dispute_reasons.get(one.reason_id)
    return DisputeShown(
        id=one.id,
        kind=one.kind.value,
        amount=one.amount.amount,
        settled=one.settled.amount,
        resolved=one.resolved,
        reason=reason.name if reason else "",
        description=one.description,
        line_id=one.line_id,
        amount_id=one.amount_id,
        raised_by=one.raised_by,
        actions=[
            Resolution(id=a.id, amount=a.amount.amount, description=a.description, ledger_class=a.ledger_class)
            for a in one.actions
        ],
    )


def _whole(view: View, shown: InvoiceShown, warnings: tuple[tuple[str, str], ...] = ()) -> Invoice:
    one, sums, problem = shown.invoice, shown.sums, shown.hindrance
    return Invoice(
        id=one.id,
        number=one.number,
        supplier_number=one.supplier_number,
        supplier=shown.supplier.code,
        unit=shown.unit.code,
        dated_on=one.on,
        posted_on=one.starts_on,
        due_on=one.due_on,
        booked=one.booked,
        hold_status_id=one.hold_status_id,
        description=one.description,
        calculation=one.calculation.value,
        reverse_charge=one.reverse_charge,
        currency=one.currency,
        original_total=None if one.asserted_total is None else one.asserted_total.amount,
        total=sums.total.amount,
        subtotal=sums.subtotal.amount,
        expected_total=sums.expected.amount,
        disputed=sums.disputes.amount,
        settled=shown.paid.amount,
        hindrance=Warned(code=problem.code, message=problem.say) if problem and not one.booked else None,
        lines=[_line(view, line, sums.lines[line.id]) for line in one.lines],
        amounts=[_amount(view, amount, shown) for amount in one.amounts],
        disputes=[_dispute(view, dispute) for dispute in one.disputes],
        warnings=[Warned(code=code, message=say) for code, say in warnings],
    )


def now(work: Work, number: int, warnings: tuple[tuple[str, str], ...] = ()) -> Invoice:
    """An invoice after what was just done to it."""
    return _whole(work.unit, payables.invoice_on(work.unit, number, work.today), warnings)


def _list(asked: Reading[InvoicesAsked]) -> list[tuple[Place, SupplierInvoiceHead]]:
    wanted = asked.asked
    supplier_ids = None
    if wanted.supplier is not None:
        found = asked.view.parties.supplier_by_code(wanted.supplier)
        if found is None:
            return []
        supplier_ids = [found.id]
    narrowed = InvoiceFilter(
        number=wanted.number or "",
        since=wanted.from_on,
        until=wanted.to_on,
        booked=wanted.booked,
        supplier_ids=supplier_ids,
        unresolved=wanted.unresolved,
        before=asked.place[0] if asked.place else 0,
    )
    rows, _ = asked.view.payables.invoices(narrowed, wanted.limit + 1, 0)
    return [((row.id,), _head(row)) for row in rows]


def _head(row: InvoiceRow) -> SupplierInvoiceHead:
    return SupplierInvoiceHead(
        id=row.id,
        number=row.number,
        supplier_number=row.supplier_number,
        supplier=row.supplier_code,
        unit_id=row.unit_id,
        dated_on=row.on,
        due_on=row.due_on,
        booked=row.booked,
        on_hold=row.hold_status_id is not None,
        unresolved=row.unresolved,
        explained=row.explained,
        currency=row.total.currency.code,
        total=row.total.amount,
    )


def _show(asked: Reading[Any]) -> Invoice:
    with_today = payables.today(asked.context, asked.view)
    return _whole(asked.view, payables.invoice_on(asked.view, asked.id, with_today))


def _register(wanted: Writing[Registering]) -> Invoice:
    asked, names = wanted.asked, Names(wanted.view)
    supplier, unit = names.supplier(asked.supplier), names.unit(asked.unit)
    names.check()
    registered = supplier_invoices.Registered(
        supplier_id=supplier,
        unit_id=unit,
        on=asked.dated_on,
        supplier_number=asked.number,
        description=asked.description,
        currency=asked.currency,
        asserted_total=asked.total,
        starts_on=asked.posted_on,
        due_on=asked.due_on,
        calculation=asked.calculation,
        reverse_charge=asked.reverse_charge,
    )
    outcome = wanted.work.perform_and_write(lambda: supplier_invoices.register(wanted.work, registered))
    return now(wanted.work, outcome.document_id, outcome.warnings)


def _match(wanted: Writing[Matching]) -> Invoice:
    lines = [
        matching.MatchLine(
            shipment_line_id=one.shipment_line_id,
            order_line_id=one.order_line_id,
            quantity=one.quantity,
            expected_quantity=one.expected_quantity,
            unit_price=one.unit_price,
            tax_rate=one.tax_rate,
            where=f"lines.{place}",
        )
        for place, one in enumerate(wanted.asked.lines)
    ]
    matching.add_lines(wanted.work, wanted.id, lines)
    return now(wanted.work, wanted.id)


def _add_amount(wanted: Writing[NewAmount]) -> Invoice:
    asked, names = wanted.asked, Names(wanted.view)
    code = names.tax_code(asked.tax_code, "tax_code")
    names.check()
    made = additional_amounts.Amount(
        type_id=asked.type_id,
        amount=asked.amount,
        original=asked.amount if asked.original is None else asked.original,
        tax_code_id=code,
        tax_rate=asked.tax_rate,
    )
    additional_amounts.add_amount(wanted.work, wanted.id, made)
    return now(wanted.work, wanted.id)


def _raise(wanted: Writing[NewDispute]) -> Invoice:
    asked = wanted.asked
    raised = disputes.Raised(
        amount=asked.amount,
        reason_id=asked.reason_id,
        kind=asked.kind,
        description=asked.description,
        line_id=asked.line_id,
        amount_id=asked.amount_id,
    )
    disputes.raise_dispute(wanted.work, wanted.id, raised)
    return now(wanted.work, wanted.id)


def _hold(wanted: Writing[Holding]) -> Invoice:
    supplier_invoices.set_hold(wanted.work, wanted.id, wanted.asked.hold_status_id)
    return now(wanted.work, wanted.id)


def _book(wanted: Writing[Asked]) -> Invoice:
    wanted.work.perform_and_write(lambda: booking.book(wanted.work, wanted.id))
    return now(wanted.work, wanted.id)


def _withdraw(wanted: Writing[Asked]) -> Withdrawn:
    number = supplier_invoices.open_invoice(wanted.work, wanted.id).number
    withdrawing.withdraw(wanted.work, wanted.id)
    return Withdrawn(id=wanted.id, number=number)


def _step(step: str, name: str, summary: str, asked: type[Asked], run: Any, verb: Verb = Verb.EDIT) -> Operation:
    return making(f"/supplier-invoices/{{id}}/{step}", name, summary, asked, Invoice, run, verb)


INVOICES = Resource(
    "supplier-invoices",
    "Suppliers' invoices",
    (
        listing(
            "/supplier-invoices",
            "listSupplierInvoices",
            "Suppliers' invoices, newest first",
            SupplierInvoiceHead,
            _list,
            (int,),
            InvoicesAsked,
        ),
        making(
            "/supplier-invoices",
            "registerSupplierInvoice",
            "Register a supplier's invoice",
            Registering,
            Invoice,
            _register,
        ),
        showing("/supplier-invoices/{id}", "getSupplierInvoice", "One of them with all its sums", Invoice, _show),
        _step("match", "matchSupplierInvoice", "Match lines with what was ordered and received", Matching, _match),
        _step("amounts", "addSupplierInvoiceAmount", "Put an amount beside the lines", NewAmount, _add_amount),
        _step("disputes", "disputeSupplierInvoice", "Dispute a part of it", NewDispute, _raise),
        _step("hold", "holdSupplierInvoice", "Hold it back from booking, or let it go", Holding, _hold),
        _step("book", "bookSupplierInvoice", "Book it, once and for all", Asked, _book, Verb.MANAGE),
        making(
            "/supplier-invoices/{id}/withdraw",
            "withdrawSupplierInvoice",
            "Take it away while it is open",
            Asked,
            Withdrawn,
            _withdraw,
            Verb.DELETE,
        ),
    ),
)
