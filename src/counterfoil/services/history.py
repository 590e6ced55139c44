"""What a customer is shown live: its orders, invoices and account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from counterfoil.core.document import Line, State
from counterfoil.core.history import Account, Filter, InvoiceShown, OrderShown, Page
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.open_item import aging
from counterfoil.core.party import Customer
from counterfoil.services.office import Context
from counterfoil.store import SHELF_INVOICES, SHELF_ORDERS, Reader


@contextmanager
def _of(ctx: Context, code: str) -> Iterator[tuple[Reader, Customer | None, Currency]]:
    with ctx.store.reader() as reader:
        customer = reader.parties.customer_by_code(code)
        yield reader, customer, _unit(reader, customer)


def _unit(reader: Reader, customer: Customer | None) -> Currency:
    """The one currency in which a customer is shown anything."""
    return currency(customer.currency) if customer and customer.currency else reader.reference.base


def orders(ctx: Context, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    """A page of a customer's quotes and orders, newest first; None for an unknown customer."""
    return _page(ctx, SHELF_ORDERS, code, narrowed, page, per_page)


def invoices(ctx: Context, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    """A page of a customer's invoices, credit notes and cash sales, newest first; None for an unknown customer."""
    return _page(ctx, SHELF_INVOICES, code, narrowed, page, per_page)


def _page(ctx: Context, shelf: int, code: str, narrowed: Filter, page: int, per_page: int) -> Page | None:
    with _of(ctx, code) as (reader, customer, unit):
        if customer is None:
            return None
        rows, total = reader.history.listed(shelf, customer.id, unit, narrowed, per_page, (page - 1) * per_page)
        ref = _customer_ref(ctx, reader, customer) if shelf == SHELF_INVOICES else ""
        return Page(customer, ref, unit, rows, total)


def _customer_ref(ctx: Context, reader: Reader, customer: Customer) -> str:
    return reader.refs.theirs_of(ctx.said.contract, "customer", [customer.id])[customer.id]


def _item_refs(ctx: Context, reader: Reader, lines: Iterable[Line]) -> dict[int, str]:
    items = [line.item_id for line in lines if line.item_id is not None]
    return reader.refs.theirs_of(ctx.said.contract, "item", items)


def order(ctx: Context, code: str, number: str) -> OrderShown | None:
    """One order of a customer by its exact number; None for another customer's or none."""
    with _of(ctx, code) as (reader, customer, unit):
        found = reader.history.one(SHELF_ORDERS, customer.id, unit, number) if customer else None
        document = reader.documents.shown(found.id) if found else None
        if customer is None or found is None or document is None:
            return None
        shipped = reader.history.shipped(document.id) if found.has_shipments else {}
        if document.state is State.INVOICED and not shipped:
            shipped = {line.id: line.quantity for line in document.lines}
        return OrderShown(
            customer=customer,
            item_refs=_item_refs(ctx, reader, document.lines),
            order=document,
            shipped=shipped,
            travels=reader.documents.travels(document.id) if found.has_shipments else (),
        )


def invoice(ctx: Context, code: str, number: str) -> InvoiceShown | None:
    """One invoice of a customer by its exact number; None for another customer's or none."""
    with _of(ctx, code) as (reader, customer, unit):
        found = reader.history.one(SHELF_INVOICES, customer.id, unit, number) if customer else None
        document = reader.documents.shown(found.id) if found else None
        if customer is None or found is None or document is None:
            return None
        ordered_at = reader.history.sort_at(document.order_id) if document.order_id else None
        if ordered_at is None and document.ordered_on:
            ordered_at = datetime.combine(document.ordered_on, datetime.min.time(), UTC)
        return InvoiceShown(
            customer=customer,
            customer_ref=_customer_ref(ctx, reader, customer),
            item_refs=_item_refs(ctx, reader, document.lines),
            invoice=document,
            balance=Money(found.balance, unit),
            is_reversed=found.is_reversed,
            ordered_at=ordered_at,
        )


def account(ctx: Context, code: str) -> Account | None:
    """What a customer owes now, by the book's today; None for an unknown customer."""
    with _of(ctx, code) as (reader, customer, unit):
        if customer is None:
            return None
        today = ctx.now.astimezone(ZoneInfo(reader.reference.time_zone)).date()
        due = reader.history.ask_due(customer.id, unit)
        charge, sale, payment, amount = reader.history.last(customer.id, unit)
        buckets = aging(reader.history.due(due, unit), today, unit)
        paid = Money(amount, unit) if payment else None
        return Account(customer, unit, today, buckets, charge, sale, payment, paid)
