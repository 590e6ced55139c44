"""Customers and items in numbered pages, with what is owed, held and in stock, for doors that read them whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.party import Contact
from counterfoil.store.engine import Connection, Statement, one_of
from counterfoil.store.schema import (
    account,
    contact,
    document,
    document_tender,
    item,
    open_item_state,
    party,
    stock_level,
    stock_value,
)

_customer_page = Statement(
    sa.select(party.c.id)
    .where(party.c.kind == "customer", party.c.merged_into.is_(None))
    .order_by(party.c.id)
    .limit(p("limit"))
    .offset(p("offset"))
)
_item_page = Statement(sa.select(item.c.id).order_by(item.c.id).limit(p("limit")).offset(p("offset")))
_contacts = Statement(sa.select(contact).where(one_of(contact.c.customer_id, "ids")).order_by(contact.c.id))
_by_email = Statement(
    sa.select(sa.func.coalesce(party.c.merged_into, party.c.id))
    .distinct()
    .join(contact, contact.c.customer_id == party.c.id)
    .where(sa.func.lower(contact.c.email) == p("email"))
    .order_by(sa.text("1"))
)


def _whole(amount: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(amount), sa.BigInteger)


_goes_on = sa.func.coalesce(party.c.merged_into, party.c.id)
_owed = Statement(
    sa.select(_goes_on, open_item_state.c.currency, _whole(open_item_state.c.remaining))
    .join(party, party.c.id == open_item_state.c.party_id)
    .join(account, account.c.id == open_item_state.c.account_id)
    .where(
        sa.or_(one_of(party.c.id, "ids"), one_of(party.c.merged_into, "ids")),
        account.c.control == sa.literal_column("'receivable'"),
        open_item_state.c.remaining != sa.literal_column("0"),
    )
    .group_by(_goes_on, open_item_state.c.currency)
)
_held = Statement(
    sa.select(_goes_on, document.c.currency, _whole(document_tender.c.amount - document_tender.c.change))
    .select_from(
        party.join(document, document.c.customer_id == party.c.id).join(
            document_tender, document_tender.c.document_id == document.c.id
        )
    )
    .where(
        sa.or_(one_of(party.c.id, "ids"), one_of(party.c.merged_into, "ids")),
        document.c.shelf == sa.literal_column("1"),
        document.c.state == sa.literal_column("'open'"),
    )
    .group_by(_goes_on, document.c.currency)
)
_levels = Statement(
    sa.select(stock_level.c.item_id, stock_level.c.department_id, stock_level.c.on_hand)
    .where(one_of(stock_level.c.item_id, "ids"))
    .order_by(stock_level.c.item_id, stock_level.c.department_id)
)
_averages = Statement(
    sa.select(stock_value.c.item_id, stock_value.c.average).where(one_of(stock_value.c.item_id, "ids"))
)


@dataclass(frozen=True, slots=True)
class Owing:
    """Sums in minor units: (customer, currency) -> what is owed, and what was taken on orders that are open."""

    owed: dict[tuple[int, str], int]
    held: dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies of some items, in millionths: on hand by (item, department), cost of one unit by item."""

    on_hand: dict[tuple[int, int], int]
    average: dict[int, int]


class Directory:
    """Customers and items, read page by page."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def customers(self, limit: int, offset: int) -> list[int]:
        """Ids of some customers, oldest first."""
        return [row[0] for row in self._connection.rows(_customer_page, limit=limit, offset=offset)]

    def items(self, limit: int, offset: int) -> list[int]:
        """Ids of some items, oldest first."""
        return [row[0] for row in self._connection.rows(_item_page, limit=limit, offset=offset)]

    def of_email(self, email: str) -> list[int]:
        """Ids of the customers that somebody with an e-mail address orders for, whatever its case."""
        return [row[0] for row in self._connection.rows(_by_email, email=email.lower())]

    def contacts(self, ids: Collection[int]) -> list[Contact]:
        """The people who order for some customers."""
        found = self._connection.rows(_contacts, ids=list(ids))
        names = contact.columns.keys()
        return [Contact(**dict(zip(names, row, strict=True))) for row in found]

    def owing(self, ids: Collection[int]) -> Owing:
        """What some customers owe and have paid ahead, those among them that were merged into them too."""
        owed, held = (self._connection.ask(one, ids=list(ids)) for one in (_owed, _held))
        return Owing(*({(row[0], row[1]): int(row[2]) for row in one.rows()} for one in (owed, held)))

    def lying(self, ids: Collection[int]) -> Lying:
        """What lies of some items, and what a unit cost."""
        levels, averages = (self._connection.ask(one, ids=list(ids)) for one in (_levels, _averages))
        return Lying({(row[0], row[1]): row[2] for row in levels.rows()}, {row[0]: row[1] for row in averages.rows()})
