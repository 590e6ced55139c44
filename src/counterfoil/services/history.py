"""What a customer is shown live: its orders, invoices and account."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from counterfoil.core.document import State
from counterfoil.core.history import Account, Filter, InvoiceShown, OrderShown, Page
from counterfoil.core.money import Money
from counterfoil.core.open_item import aging
from counterfoil.services.office import Context
from counterfoil.store import SHELF_INVOICES, SHELF_ORDERS


def orders(ctx: Context, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    """A page of a customer's quotes and orders, newest first; None for an unknown customer."""
    return _page(ctx, SHELF_ORDERS, code, narrowed, page, per_page)


def invoices(ctx: Context, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    """A page of a customer's invoices, credit notes and cash sales, newest first; None for an unknown customer."""
    return _page(ctx, SHELF_INVOICES, code, narrowed, page, per_page)


def _page(ctx: Context, shelf: int, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    with ctx.store.reader() as reader:
        history = reader.history
        known = history.customer(history.ask_customer(code, ctx.said.contract))
        if known is None:
            return None
        first = (page - 1) * per_page
        rows, total = history.listed(shelf, known, narrowed, per_page, first)
        return Page(known.customer, known.ref, known.unit, rows, total)


def order(ctx: Context, code: str, number: str) -> OrderShown | None:
    """One order of a customer by its exact number; None for another customer's or none."""
    with ctx.store.reader() as reader:
        history, system = reader.history, ctx.said.contract
        customer, asked = history.ask_customer(code, system), history.ask_one(SHELF_ORDERS, code, number, system)
        known = history.customer(customer)
        if known is not None and known.has_merged:
            asked = history.ask_one_of(SHELF_ORDERS, known, number, system)
        found = history.one(asked)
        if known is None or found is None:
            return None
        document = found.document
        shipped = history.shipped(document.id) if found.has_shipments else {}
        if document.state in (State.INVOICED, State.HISTORY) and not shipped:
            shipped = {line.id: line.quantity for line in document.lines}
        return OrderShown(
            customer=known.customer,
            item_refs=found.item_refs,
            order=document,
            shipped=shipped,
            travels=reader.documents.travels(document.id) if found.has_shipments else (),
        )


def invoice(ctx: Context, code: str, number: str) -> InvoiceShown | None:
    """One invoice of a customer by its exact number; None for another customer's or none."""
    with ctx.store.reader() as reader:
        history, system = reader.history, ctx.said.contract
        customer, asked = history.ask_customer(code, system), history.ask_one(SHELF_INVOICES, code, number, system)
        known = history.customer(customer)
        if known is not None and known.has_merged:
            asked = history.ask_one_of(SHELF_INVOICES, known, number, system)
        found = history.one(asked)
        if known is None or found is None:
            return None
        document = found.document
        ordered_at = history.sort_at(document.order_id) if document.order_id else None
        if ordered_at is None and document.order_number and document.ordered_on:
            ordered_at = datetime.combine(document.ordered_on, datetime.min.time(), UTC)
        return InvoiceShown(
            customer=known.customer,
            customer_ref=known.ref,
            item_refs=found.item_refs,
            invoice=document,
            balance=found.balance,
            is_reversed=found.is_reversed,
            ordered_at=ordered_at,
        )


def account(ctx: Context, code: str) -> Account | None:
    """What a customer owes now, by the book's today; None for an unknown customer."""
    with ctx.store.reader() as reader:
        history = reader.history
        customer, asked = history.ask_customer(code, ctx.said.contract), history.ask_account(code)
        known = history.customer(customer)
        if known is None:
            return None
        if known.has_merged:
            asked = history.ask_account_of(known)
        today = ctx.now.astimezone(ZoneInfo(known.time_zone)).date()
        charge, sale, payment, amount = history.last(asked)
        buckets = aging(history.due(asked, known.unit), today, known.unit)
        paid = Money(amount, known.unit) if payment else None
        return Account(known.customer, known.unit, today, buckets, charge, sale, payment, paid)
