"""Customers and items for doors that read them whole: page by page, one by one, and what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from counterfoil.core.money import Currency, Money, currency, from_millionths
from counterfoil.core.party import Contact, Customer
from counterfoil.core.stock import Item
from counterfoil.core.terms import Terms
from counterfoil.services.office import Context
from counterfoil.store import Reader


@dataclass(frozen=True, slots=True)
class CustomerFound:
    """A customer as it stands now.

    their_id: the whole-number id by which the asking system knows it
    balance:  what it owes less its credits, in its currency; deposits are money taken on open orders
    """

    customer: Customer
    their_id: int
    contacts: tuple[Contact, ...]
    terms: Terms | None
    balance: Money
    deposits: Money


@dataclass(frozen=True, slots=True)
class ItemFound:
    """An item and what lies of it: department -> on hand; cost is one unit's, in the base currency."""

    item: Item
    their_id: int
    on_hand: Mapping[int, Decimal]
    cost: Decimal


def customers(ctx: Context, system: str, number: int, size: int) -> list[CustomerFound]:
    """A page of all customers, oldest first."""
    with ctx.store.reader() as reader:
        return _customers(reader, system, reader.directory.customers(size, (number - 1) * size))


def customer(ctx: Context, system: str, their_id: int) -> list[CustomerFound]:
    """The customer that a system knows by a whole number; none for an unknown one."""
    with ctx.store.reader() as reader:
        return _customers(reader, system, reader.refs.ours_of(system, "customer", [their_id]).values())


def customers_of_email(ctx: Context, system: str, email: str) -> list[CustomerFound]:
    """The customers that somebody with an e-mail address orders for."""
    with ctx.store.reader() as reader:
        return _customers(reader, system, reader.directory.of_email(email))


def items(ctx: Context, system: str, number: int, size: int) -> list[ItemFound]:
    """A page of all items, oldest first."""
    with ctx.store.reader() as reader:
        return _items(reader, system, reader.directory.items(size, (number - 1) * size))


def item(ctx: Context, system: str, their_id: int) -> list[ItemFound]:
    """The item that a system knows by a whole number; none for an unknown one."""
    with ctx.store.reader() as reader:
        return _items(reader, system, reader.refs.ours_of(system, "item", [their_id]).values())


def items_since(ctx: Context, system: str, since: date, number: int, size: int) -> list[ItemFound]:
    """A page of the items that were filed, changed or moved on a day or after it."""
    with ctx.store.reader() as reader:
        found = reader.changes.items_since(_begins(reader, since))
        return _items(reader, system, found[(number - 1) * size : number * size])


def ids_of_items_since(ctx: Context, system: str, since: date) -> list[int]:
    """The ids by which a system knows the items that changed on a day or after it."""
    with ctx.store.reader() as reader:
        return _theirs(reader, system, "item", reader.changes.items_since(_begins(reader, since)))


def ids_of_sales_since(ctx: Context, system: str, since: date) -> list[int]:
    """The ids by which a system knows the orders and invoices that were entered or changed on a day or after it."""
    with ctx.store.reader() as reader:
        return _theirs(reader, system, "document", reader.changes.sales_since(_begins(reader, since)))


def _begins(reader: Reader, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(reader.reference.time_zone))


def _theirs(reader: Reader, system: str, kind: str, ids: Iterable[int]) -> list[int]:
    found = reader.refs.theirs_of(system, kind, ids)
    return [int(text) if text.isdigit() else number for number, text in found.items()]


def _customers(reader: Reader, system: str, ids: Iterable[int]) -> list[CustomerFound]:
    known = reader.parties.customers(list(ids))
    numbers = sorted(known)
    names = dict(zip(numbers, _theirs(reader, system, "customer", numbers), strict=True))
    people: dict[int, list[Contact]] = {}
    for person in reader.directory.contacts(numbers):
        people.setdefault(person.customer_id, []).append(person)
    owing = reader.directory.owing(numbers)

    def sum_of(sums: Mapping[tuple[int, str], int], one: Customer) -> Money:
        unit = _unit(reader, one)
        return Money(sums.get((one.id, unit.code), 0), unit)

    return [
        CustomerFound(
            customer=known[number],
            their_id=names[number],
            contacts=tuple(people.get(number, ())),
            terms=reader.reference.terms.get(known[number].terms_id or 0),
            balance=sum_of(owing.owed, known[number]),
            deposits=sum_of(owing.held, known[number]),
        )
        for number in numbers
    ]


def _unit(reader: Reader, one: Customer) -> Currency:
    return currency(one.currency) if one.currency else reader.reference.base


def _items(reader: Reader, system: str, ids: Iterable[int]) -> list[ItemFound]:
    known = reader.items.of(list(ids))
    numbers = sorted(known)
    names = dict(zip(numbers, _theirs(reader, system, "item", numbers), strict=True))
    lying = reader.directory.lying(numbers)
    levels: dict[int, dict[int, Decimal]] = {}
    for (number, department), on_hand in lying.on_hand.items():
        levels.setdefault(number, {})[department] = from_millionths(on_hand)
    return [
        ItemFound(known[one], names[one], levels.get(one, {}), from_millionths(lying.average.get(one, 0)))
        for one in numbers
    ]
