"""The five live endpoints: read the question, ask the office, word the answer. They change nothing."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from counterfoil.contracts.evolutionx import asking, replies, translate
from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.contracts.evolutionx.wire import Invoices, Nothing, Orders
from counterfoil.core.errors import Invalid
from counterfoil.services import history
from counterfoil.services.office import Context
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.read import Fields

EvolutionCall = Call[Context, Settings]
Q = TypeVar("Q")


def orders(call: EvolutionCall) -> Reply:
    """A customer's quotes and orders, newest first."""

    def answer(asked: asking.Listing) -> Orders | None:
        page = history.orders(call.context, asked.customer_code, asked.narrowed, asked.page, asked.per_page)
        return None if page is None else translate.orders(page, call.settings.of(call.principal))

    return _answered(call, asking.orders, answer, Orders([], 0))


def order(call: EvolutionCall) -> Reply:
    """One order with its lines and how it travels."""
    store = call.settings.of(call.principal)

    def read(fields: Fields) -> asking.Single | None:
        return asking.order(fields, restricted=store.restrict_order_by_id)

    def answer(asked: asking.Single) -> msgspec.Struct | None:
        shown = history.order(call.context, asked.customer_code, asked.number)
        if shown is None or asked.contact not in (None, shown.order.contact):
            return None
        return translate.order(shown, store)

    return _answered(call, read, answer, Nothing())


def invoices(call: EvolutionCall) -> Reply:
    """A customer's invoices, credit notes and cash sales, newest first."""

    def answer(asked: asking.Listing) -> Invoices | None:
        page = history.invoices(call.context, asked.customer_code, asked.narrowed, asked.page, asked.per_page)
        return None if page is None else translate.invoices(page, call.settings.of(call.principal))

    return _answered(call, asking.invoices, answer, Invoices([], 0))


def invoice(call: EvolutionCall) -> Reply:
    """One invoice with its lines and what is open of it."""

    def answer(asked: asking.Single) -> msgspec.Struct | None:
        shown = history.invoice(call.context, asked.customer_code, asked.number)
        return None if shown is None else translate.invoice(shown, call.settings.of(call.principal))

    return _answered(call, asking.invoice, answer, Nothing())


def balance(call: EvolutionCall) -> Reply:
    """What a customer owes, by lateness, and when it last bought and paid."""

    def answer(customer_code: str) -> msgspec.Struct | None:
        account = history.account(call.context, customer_code)
        return None if account is None else translate.balance(account)

    return _answered(call, asking.balance, answer, Nothing())


def _answered(
    call: EvolutionCall,
    read: Callable[[Fields], Q | None],
    answer: Callable[[Q], msgspec.Struct | None],
    nothing: msgspec.Struct,
) -> Reply:
    """The reply to a question; what nobody may tell apart (unknown, another's, impossible) is the same nothing."""
    fields = replies.read(call)
    if isinstance(fields, Reply):
        return fields
    try:
        asked = read(fields)
    except Invalid as error:
        return replies.invalid(error.problems)
    return replies.found((answer(asked) if asked is not None else None) or nothing)
