"""Customers, contacts and items: rows <-> core values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.money import from_millionths, millionths
from counterfoil.core.party import Contact, Customer
from counterfoil.core.stock import Item
from counterfoil.store.engine import Answer, Connection, Row, Statement, one_of
from counterfoil.store.rows import address_of, address_text, ids_of, ids_text
from counterfoil.store.schema import contact, item, party

#: The columns of a customer, as to_customer takes them.
CUSTOMER = (
    party.c.id,
    party.c.code,
    party.c.name,
    party.c.currency,
    party.c.terms_id,
    party.c.credit_limit,
    party.c.exempt_from,
    party.c.billing,
    party.c.shipping,
)
_by_id = Statement(sa.select(*CUSTOMER).where(party.c.id == p("id"), party.c.kind == "customer"))
_by_ids = Statement(sa.select(*CUSTOMER).where(one_of(party.c.id, "ids"), party.c.kind == "customer"))
_by_code = Statement(sa.select(*CUSTOMER).where(party.c.code == p("code"), party.c.kind == "customer"))
_set_currency = Statement(
    sa.update(party).where(party.c.id == p("of"), party.c.currency.is_(None)).values(currency=p("unit"))
)
_items = Statement(sa.select(item).where(one_of(item.c.id, "ids")))
_item_by_sku = Statement(sa.select(item).where(item.c.sku == p("sku")))


class Parties:
    """Customers and their contacts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ahead: dict[int, Answer] = {}

    def ahead(self, customer_id: int) -> None:
        """Ask for a customer that will be needed soon."""
        self._ahead[customer_id] = self._connection.ask(_by_id, id=customer_id)

    def customer(self, customer_id: int) -> Customer | None:
        """The customer of an id."""
        answer = self._ahead.pop(customer_id, None) or self._connection.ask(_by_id, id=customer_id)
        row = answer.row()
        return to_customer(row) if row else None

    def customers(self, ids: Iterable[int]) -> dict[int, Customer]:
        """Several customers by id; unknown ones are missing."""
        return {row[0]: to_customer(row) for row in self._connection.rows(_by_ids, ids=sorted(ids))}

    def customer_by_code(self, code: str) -> Customer | None:
        """The customer of a code, exactly as written."""
        row = self._connection.row(_by_code, code=code)
        return to_customer(row) if row else None

    def add_customer(self, customer: Customer) -> None:
        """File a new customer."""
        row = {
            "id": customer.id,
            "kind": "customer",
            "code": customer.code,
            "name": customer.name,
            "currency": customer.currency,
            "terms_id": customer.terms_id,
            "credit_limit": None if customer.credit_limit is None else f"{customer.credit_limit:f}",
            "exempt_from": ids_text(customer.exempt_from),
            "billing": address_text(customer.billing),
            "shipping": address_text(customer.shipping) if customer.shipping else None,
        }
        self._connection.insert(party, [row])

    def fix_currency(self, customer_id: int, code: str) -> None:
        """Tie a customer to the currency of its first posting."""
        self._connection.run(_set_currency, of=customer_id, unit=code)

    def add_contact(self, person: Contact) -> None:
        """File a new contact."""
        row = {
            "id": person.id,
            "customer_id": person.customer_id,
            "name": person.name,
            "reference": person.reference,
            "email": person.email,
        }
        self._connection.insert(contact, [row])


def to_customer(row: Row) -> Customer:
    """A customer from its row."""
    number, code, name, unit, terms_id, limit, exempt, billing, shipping = row
    return Customer(
        id=number,
        code=code,
        name=name,
        currency=unit,
        terms_id=terms_id,
        credit_limit=None if limit is None else Decimal(limit),
        exempt_from=ids_of(exempt),
        billing=address_of(billing),
        shipping=address_of(shipping) if shipping else None,
    )


class Items:
    """What we sell."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ahead: dict[tuple[int, ...], Answer] = {}

    def ahead(self, ids: Iterable[int]) -> None:
        """Ask for items that will be needed soon."""
        wanted = sorted(set(ids))
        if wanted:
            self._ahead[tuple(wanted)] = self._connection.ask(_items, ids=wanted)

    def of(self, ids: Iterable[int]) -> dict[int, Item]:
        """The items of some ids; unknown ones are missing."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        answer = self._ahead.pop(tuple(wanted), None) or self._connection.ask(_items, ids=wanted)
        return {row[0]: _to_item(row) for row in answer.rows()}

    def by_sku(self, sku: str) -> Item | None:
        """The item of a stock-keeping code."""
        row = self._connection.row(_item_by_sku, sku=sku)
        return _to_item(row) if row else None

    def by_skus(self, skus: Iterable[str]) -> dict[str, Item]:
        """The items of some stock-keeping codes, asked for together; unknown ones are missing."""
        asked = [self._connection.ask(_item_by_sku, sku=sku) for sku in sorted(set(skus))]
        found = [_to_item(row) for answer in asked if (row := answer.row())]
        return {item.sku: item for item in found}

    def add(self, thing: Item) -> None:
        """File a new item."""
        row = {
            "id": thing.id,
            "sku": thing.sku,
            "description": thing.description,
            "uom": thing.uom,
            "stocked": thing.stocked,
            "price": None if thing.price is None else millionths(thing.price, what="price"),
            "ledger_class": thing.ledger_class,
            "exempt_from": ids_text(thing.exempt_from),
        }
        self._connection.insert(item, [row])


def _to_item(row: Row) -> Item:
    number, sku, description, uom, stocked, price, ledger_class, exempt = row
    return Item(
        id=number,
        sku=sku,
        description=description,
        uom=uom,
        stocked=bool(stocked),
        price=None if price is None else from_millionths(price),
        ledger_class=ledger_class,
        exempt_from=ids_of(exempt),
    )
