"""Registers: customers, contacts, items, stock, what others call our things, number series and closings, in pages.

A page is asked for as in the lists: by the place of the row before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.party import Contact, Customer
from counterfoil.core.stock import Item
from counterfoil.store.engine import Connection, Statement
from counterfoil.store.lists import Place
from counterfoil.store.parties import CUSTOMER, to_customer, to_item
from counterfoil.store.rows import from_ms
from counterfoil.store.schema import (
    contact,
    external_ref,
    item,
    number_series,
    party,
    period_event,
    setting,
    stock_level,
    stock_value,
)

_contacts = Statement(
    sa.select(contact)
    .where(contact.c.customer_id == p("customer_id"), contact.c.id > p("after"))
    .order_by(contact.c.id)
    .limit(p("limit"))
)
_contact_taken = Statement(
    sa.select(contact.c.id).where(contact.c.customer_id == p("customer_id"), contact.c.reference == p("reference"))
)
_series = Statement(
    sa.select(number_series.c.kind, number_series.c.prefix, number_series.c.next).order_by(number_series.c.kind)
)
_settings = Statement(sa.select(setting).order_by(setting.c.id))
_closings = Statement(sa.select(period_event).order_by(period_event.c.id))


@dataclass(frozen=True, slots=True)
class LevelShown:
    """What lies of an item in a department, in millionths; average is the cost of one unit."""

    item_id: int
    sku: str
    department_id: int
    on_hand: int
    reserved: int
    average: int


@dataclass(frozen=True, slots=True)
class RefShown:
    """What another system calls a thing of ours."""

    system: str
    kind: str
    their_id: str
    our_id: int
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """A change of the last closed book month."""

    id: int
    closed_through: int
    reason: str
    changed_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A change of a setting; the newest of a name holds."""

    id: int
    name: str
    value: Any
    changed_at: datetime
    actor: str


class Registers:
    """Pages of what is on file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def customers(self, narrowed: Mapping[str, Any], after: Place | None, limit: int) -> list[Customer]:
        """Customers by code; narrowed by code, the place is (code,)."""
        given = {**narrowed, **({"after": after[0]} if after else {})}
        return [
            to_customer(row) for row in self._connection.rows(_customers(tuple(sorted(given))), limit=limit, **given)
        ]

    def contacts(self, customer_id: int, after: Place | None, limit: int) -> list[Contact]:
        """A customer's contacts in the order of filing; the place is (id,)."""
        last = after[0] if after else 0
        rows = self._connection.rows(_contacts, customer_id=customer_id, after=last, limit=limit)
        return [Contact(id=row[0], customer_id=row[1], name=row[2], reference=row[3], email=row[4]) for row in rows]

    def contact_taken(self, customer_id: int, reference: str) -> bool:
        """Whether a customer has a contact of a reference."""
        return self._connection.row(_contact_taken, customer_id=customer_id, reference=reference) is not None

    def items(self, narrowed: Mapping[str, Any], after: Place | None, limit: int) -> list[Item]:
        """Items by sku; narrowed by sku, the place is (sku,)."""
        given = {**narrowed, **({"after": after[0]} if after else {})}
        return [to_item(row) for row in self._connection.rows(_items(tuple(sorted(given))), limit=limit, **given)]

    def levels(self, narrowed: Mapping[str, Any], after: Place | None, limit: int) -> list[LevelShown]:
        """Stock by item and department; narrowed by item_id or department_id, the place is (item, department)."""
        given = {**narrowed, **({"after_item": after[0], "after_department": after[1]} if after else {})}
        return [LevelShown(*row) for row in self._connection.rows(_levels(tuple(sorted(given))), limit=limit, **given)]

    def refs(self, narrowed: Mapping[str, Any], after: Place | None, limit: int) -> list[RefShown]:
        """What other systems call our things; narrowed by system, kind, their_id, our_id.

        The place is (system, kind, their id).
        """
        given = dict(narrowed)
        if after is not None:
            given |= dict(zip(("after_system", "after_kind", "after_id"), after, strict=True))
        rows = self._connection.rows(_refs(tuple(sorted(given))), limit=limit, **given)
        return [RefShown(system, kind, theirs, ours, bool(primary)) for system, kind, theirs, ours, primary in rows]

    def series(self) -> list[tuple[str, str, int]]:
        """(kind, prefix, next number) of every number series."""
        return [(kind, prefix, following) for kind, prefix, following in self._connection.rows(_series)]

    def closings(self) -> list[Closing]:
        """Every change of the last closed book month, oldest first."""
        rows = self._connection.rows(_closings)
        return [Closing(number, month, reason, from_ms(at), actor) for number, month, reason, at, actor in rows]

    def settings(self) -> list[Setting]:
        """Every setting ever made, oldest first."""
        rows = self._connection.rows(_settings)
        return [Setting(number, name, json.loads(value), from_ms(at), actor) for number, name, value, at, actor in rows]


@cache
def _customers(given: tuple[str, ...]) -> Statement:
    conditions = {"code": party.c.code == p("code"), "after": party.c.code > p("after")}
    return Statement(
        sa.select(*CUSTOMER)
        .where(party.c.kind == "customer", *(conditions[name] for name in given))
        .order_by(party.c.code)
        .limit(p("limit"))
    )


@cache
def _items(given: tuple[str, ...]) -> Statement:
    conditions = {"sku": item.c.sku == p("sku"), "after": item.c.sku > p("after")}
    return Statement(
        sa.select(item).where(*(conditions[name] for name in given)).order_by(item.c.sku).limit(p("limit"))
    )


@cache
def _levels(given: tuple[str, ...]) -> Statement:
    conditions = {
        "item_id": stock_level.c.item_id == p("item_id"),
        "department_id": stock_level.c.department_id == p("department_id"),
        "after_item": sa.tuple_(stock_level.c.item_id, stock_level.c.department_id)
        > sa.tuple_(p("after_item"), p("after_department")),
    }
    return Statement(
        sa.select(
            stock_level.c.item_id,
            item.c.sku,
            stock_level.c.department_id,
            stock_level.c.on_hand,
            stock_level.c.reserved,
            stock_value.c.average,
        )
        .join(item, item.c.id == stock_level.c.item_id)
        .join(stock_value, stock_value.c.item_id == stock_level.c.item_id)
        .where(*(conditions[name] for name in given if name in conditions))
        .order_by(stock_level.c.item_id, stock_level.c.department_id)
        .limit(p("limit"))
    )


@cache
def _refs(given: tuple[str, ...]) -> Statement:
    columns = (external_ref.c.system, external_ref.c.kind, external_ref.c.their_id)
    conditions: dict[str, sa.ColumnElement[bool]] = {
        name: external_ref.c[name] == p(name) for name in ("system", "kind", "their_id", "our_id")
    }
    conditions["after_id"] = sa.tuple_(*columns) > sa.tuple_(p("after_system"), p("after_kind"), p("after_id"))
    return Statement(
        sa.select(*columns, external_ref.c.our_id, external_ref.c.is_primary)
        .where(*(conditions[name] for name in given if name in conditions))
        .order_by(*columns)
        .limit(p("limit"))
    )
