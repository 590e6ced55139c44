"""Customers, contacts and items: rows <-> core values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.money import from_millionths, millionths
from counterfoil.core.party import Address, Contact, Customer, Supplier, Unit
from counterfoil.core.stock import Item
from counterfoil.store.engine import Ahead, Answer, Connection, Keyed, Row, Statement, one_of
from counterfoil.store.rows import address_of, address_text, ids_of, ids_text
from counterfoil.store.schema import contact, item, own_unit, party, supplier

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
_by_ids = Statement(sa.select(*CUSTOMER).where(one_of(party.c.id, "ids"), party.c.kind == "customer"))
_hold = Statement(sa.select(party.c.id).where(party.c.id == p("id")).with_for_update())
_PARTICULARS = ("name", "currency", "terms_id", "credit_limit", "exempt_from", "billing", "shipping")
_customer_changed = Statement(
    sa.update(party).where(party.c.id == p("of")).values({name: p(f"new_{name}") for name in _PARTICULARS})
)
_asked = party.alias("asked")


def survivor_of(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The customer that goes on for the one of an id: another where it has been merged, else itself."""
    goes_on = party.alias("goes_on")
    other = sa.select(goes_on.c.merged_into).where(goes_on.c.id == column).scalar_subquery()
    return sa.func.coalesce(other, column)


#: The id of the customer that goes on for the one of a code.
survivor_of_code = (
    sa.select(sa.func.coalesce(_asked.c.merged_into, _asked.c.id))
    .where(_asked.c.code == p("code"), _asked.c.kind == sa.literal_column("'customer'"))
    .scalar_subquery()
)
_by_id = Statement(sa.select(*CUSTOMER).where(party.c.id == survivor_of(p("id")), party.c.kind == "customer"))
_by_code = Keyed(
    sa.select(_asked.c.code, *CUSTOMER)
    .select_from(_asked.join(party, party.c.id == sa.func.coalesce(_asked.c.merged_into, _asked.c.id)))
    .where(_asked.c.kind == sa.literal_column("'customer'")),
    _asked.c.code,
)
_absorbed = Statement(sa.select(party.c.id).where(party.c.merged_into == p("id")))
_merge = Statement(sa.text("UPDATE party SET merged_into = :into_id WHERE id = :from_id OR merged_into = :from_id"))
_move_contacts = Statement(
    sa.text(
        "UPDATE contact SET customer_id = :into_id WHERE customer_id = :from_id AND reference NOT IN"
        " (SELECT reference FROM contact WHERE customer_id = :into_id)"
    )
)
_set_currency = Statement(
    sa.update(party).where(party.c.id == p("of"), party.c.currency.is_(None)).values(currency=p("unit"))
)
_contact = Statement(
    sa.select(contact.c.id).where(contact.c.customer_id == p("customer_id"), contact.c.reference == p("reference"))
)
_supplier = (
    sa.select(
        party.c.id,
        party.c.code,
        party.c.name,
        party.c.currency,
        party.c.terms_id,
        supplier.c.tolerance,
        party.c.billing,
    )
    .join(supplier, supplier.c.party_id == party.c.id)
    .order_by(party.c.code)
)
_supplier_by_id = Statement(_supplier.where(party.c.id == p("id")))
_supplier_by_code = Statement(_supplier.where(party.c.code == p("code")))
_suppliers = Statement(_supplier)
_id_of_code = Keyed(sa.select(party.c.code, party.c.id), party.c.code)
_items = Statement(sa.select(item).where(one_of(item.c.id, "ids")))
_hold_item = Statement(sa.select(item.c.id).where(item.c.id == p("id")).with_for_update())
_DESCRIPTION = ("description", "uom", "price", "ledger_class", "exempt_from", "tax_code_id")
_item_changed = Statement(
    sa.update(item).where(item.c.id == p("of")).values({name: p(f"new_{name}") for name in _DESCRIPTION})
)
_item_by_sku = Keyed(sa.select(item.c.sku, item), item.c.sku)


class Parties:
    """Customers and their contacts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ahead: dict[int, Answer] = {}
        self._codes = Ahead(connection, _by_code)
        self._ids = Ahead(connection, _id_of_code)

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

    def hold(self, party_id: int) -> None:
        """Keep others from changing a party until the unit of work ends."""
        self._connection.ask(_hold, id=party_id)

    def ahead_codes(self, codes: Iterable[str]) -> None:
        """Ask for customers by their codes, which will each be needed soon."""
        self._codes.ask(codes)

    def customer_by_code(self, code: str) -> Customer | None:
        """The customer of a code, exactly as written; of one that has been merged, the one that goes on for it."""
        rows = self._codes.take(code)
        return to_customer(rows[0][1:]) if rows else None

    def group(self, customer_id: int) -> list[int]:
        """The ids of a customer and of all that have been merged into it."""
        return group_of(self._connection, customer_id)

    def merge(self, from_id: int, into_id: int) -> None:
        """Let one customer go on for another, and for all that had been merged into that one."""
        self._connection.run(_merge, from_id=from_id, into_id=into_id)
        self._connection.run(_move_contacts, from_id=from_id, into_id=into_id)

    def add_customer(self, customer: Customer) -> None:
        """File a new customer."""
        row = {
            "id": customer.id,
            "kind": "customer",
            "code": customer.code,
            **_particulars(customer),
            "merged_into": None,
        }
        self._connection.insert(party, [row])

    def change_customer(self, customer: Customer) -> None:
        """File a customer's new particulars; its code stays."""
        self._connection.run(_customer_changed, of=customer.id, **_renamed(_particulars(customer)))

    def ahead_ids(self, codes: Iterable[str]) -> None:
        """Ask whose some codes are, which will each be needed soon."""
        self._ids.ask(codes)

    def id_of_code(self, code: str) -> int | None:
        """The id of whatever party has a code."""
        rows = self._ids.take(code)
        return rows[0][1] if rows else None

    def supplier(self, supplier_id: int) -> Supplier | None:
        """The supplier of an id."""
        row = self._connection.row(_supplier_by_id, id=supplier_id)
        return _to_supplier(row) if row else None

    def supplier_by_code(self, code: str) -> Supplier | None:
        """The supplier of a code, exactly as written."""
        row = self._connection.row(_supplier_by_code, code=code)
        return _to_supplier(row) if row else None

    def suppliers(self) -> list[Supplier]:
        """All suppliers by code."""
        return [_to_supplier(row) for row in self._connection.rows(_suppliers)]

    def add_supplier(self, made: Supplier) -> None:
        """File a new supplier."""
        self._connection.insert(
            party, [_party_row(made.id, "supplier", made.code, made.name, made.currency, made.terms_id, made.address)]
        )
        self._connection.insert(supplier, [{"party_id": made.id, "tolerance": f"{made.tolerance:f}"}])

    def add_unit(self, made: Unit) -> None:
        """File a new unit of ours."""
        address = Address(name=made.name, country=made.country)
        self._connection.insert(party, [_party_row(made.id, "unit", made.code, made.name, None, None, address)])
        row = {"party_id": made.id, "department_id": made.department_id, "country": made.country}
        self._connection.insert(own_unit, [row])

    def fix_currency(self, customer_id: int, code: str) -> None:
        """Tie a customer to the currency of its first posting."""
        self._connection.run(_set_currency, of=customer_id, unit=code)

    def has_contact(self, customer_id: int, reference: str) -> bool:
        """Whether a customer has a contact of a reference."""
        return self._connection.row(_contact, customer_id=customer_id, reference=reference) is not None

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


def group_of(connection: Connection, customer_id: int) -> list[int]:
    """The ids of a customer and of all that have been merged into it."""
    return [customer_id, *(row[0] for row in connection.rows(_absorbed, id=customer_id))]


def _party_row(
    number: int, kind: str, code: str, name: str, unit: str | None, terms_id: int | None, address: Address
) -> dict[str, Any]:
    return {
        "id": number,
        "kind": kind,
        "code": code,
        "name": name,
        "currency": unit,
        "terms_id": terms_id,
        "credit_limit": None,
        "exempt_from": "[]",
        "billing": address_text(address),
        "shipping": None,
        "merged_into": None,
    }


def _to_supplier(row: Row) -> Supplier:
    number, code, name, unit, terms_id, tolerance, address = row
    return Supplier(
        id=number,
        code=code,
        name=name,
        currency=unit,
        terms_id=terms_id,
        tolerance=Decimal(tolerance),
        address=address_of(address),
    )


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    """Values apart from the columns that they are for, which SQLAlchemy keeps to itself in an UPDATE."""
    return {f"new_{name}": value for name, value in row.items()}


def _particulars(customer: Customer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "currency": customer.currency,
        "terms_id": customer.terms_id,
        "credit_limit": None if customer.credit_limit is None else f"{customer.credit_limit:f}",
        "exempt_from": ids_text(customer.exempt_from),
        "billing": address_text(customer.billing),
        "shipping": address_text(customer.shipping) if customer.shipping else None,
    }


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
        self._skus = Ahead(connection, _item_by_sku)

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
        return {row[0]: to_item(row) for row in answer.rows()}

    def ahead_skus(self, skus: Iterable[str]) -> None:
        """Ask for items by their stock-keeping codes, which will each be needed soon."""
        self._skus.ask(skus)

    def by_sku(self, sku: str) -> Item | None:
        """The item of a stock-keeping code."""
        rows = self._skus.take(sku)
        return to_item(rows[0][1:]) if rows else None

    def hold(self, item_id: int) -> None:
        """Keep others from changing an item until the unit of work ends."""
        self._connection.ask(_hold_item, id=item_id)

    def by_skus(self, skus: Iterable[str]) -> dict[str, Item]:
        """The items of some stock-keeping codes, asked for together; unknown ones are missing."""
        wanted = sorted(set(skus))
        self.ahead_skus(wanted)
        return {sku: item for sku in wanted if (item := self.by_sku(sku))}

    def add(self, thing: Item) -> None:
        """File a new item."""
        row = {"id": thing.id, "sku": thing.sku, "stocked": thing.stocked, **_description(thing)}
        self._connection.insert(item, [row])

    def change(self, thing: Item) -> None:
        """File an item's new description; its sku, and whether it is stocked, stay."""
        self._connection.run(_item_changed, of=thing.id, **_renamed(_description(thing)))


def _description(thing: Item) -> dict[str, Any]:
    return {
        "description": thing.description,
        "uom": thing.uom,
        "price": None if thing.price is None else millionths(thing.price, what="price"),
        "ledger_class": thing.ledger_class,
        "exempt_from": ids_text(thing.exempt_from),
        "tax_code_id": thing.tax_code_id,
    }


def to_item(row: Row) -> Item:
    """An item from its row."""
    number, sku, description, uom, stocked, price, ledger_class, exempt, tax_code_id = row
    return Item(
        id=number,
        sku=sku,
        description=description,
        uom=uom,
        stocked=bool(stocked),
        price=None if price is None else from_millionths(price),
        ledger_class=ledger_class,
        exempt_from=ids_of(exempt),
        tax_code_id=tax_code_id,
    )
