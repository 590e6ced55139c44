"""Customers and items by the names that lines use, each looked up once for a batch of lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.party import Customer
from counterfoil.core.stock import Item
from counterfoil.importing.reading import Name
from counterfoil.services.batching import Batch


class Finder:
    """What the lines of one unit of work have in common.

    rates: (currency, day) of the exchange rates that they brought
    """

    def __init__(self, batch: Batch) -> None:
        unit = batch.unit
        self._parties, self._items, self._refs = unit.parties, unit.items, unit.refs
        self._documents = unit.documents
        self._customers: dict[Name, Customer] = {}
        self._found: dict[Name, Item] = {}
        self._codes: set[str] = set()
        self._skus: set[str] = set()
        self._new: set[str] = set()
        self._numbers: set[str] = set()
        self.rates: set[tuple[str, date]] = set()

    def ahead(self, customer: Name | None, *items: Name | None) -> None:
        """Note a customer and items that will be needed."""
        if customer is not None and not customer.system:
            self._codes.add(customer.code)
        self._skus.update(item.code for item in items if item is not None and not item.system)

    def ahead_new(self, code: str) -> None:
        """Note the code of a customer that will be new."""
        self._new.add(code)

    def ahead_number(self, number: str) -> None:
        """Note the number of a document that will be looked for."""
        self._numbers.add(number)

    def ask(self) -> None:
        """Look for all that was noted, each kind of thing at once."""
        self._parties.ahead_codes(self._codes)
        self._parties.ahead_ids(self._new)
        self._items.ahead_skus(self._skus)
        self._documents.ahead_numbers(self._numbers)

    def customer(self, name: Name) -> Customer:
        """The customer of a name; NotFound when there is none."""
        found = self._customers.get(name) or self._look_for_customer(name)
        if found is None:
            raise NotFound(Problem("customer_not_found", name.where, f"there is no customer {name}"))
        self._customers[name] = found
        return found

    def _look_for_customer(self, name: Name) -> Customer | None:
        if not name.system:
            return self._parties.customer_by_code(name.code)
        ours = self._refs.ours(name.system, "customer", name.code)
        return None if ours is None else self._parties.customer(ours)

    def fixed(self, name: Name, unit: str) -> None:
        """A customer has got its currency meanwhile."""
        self._customers[name] = replace(self._customers[name], currency=unit)

    def item(self, name: Name) -> Item | None:
        """The item of a name, None when there is none."""
        found = self._found.get(name) or self._look_for_item(name)
        if found is not None:
            self._found[name] = found
        return found

    def _look_for_item(self, name: Name) -> Item | None:
        if not name.system:
            return self._items.by_sku(name.code)
        ours = self._refs.ours(name.system, "item", name.code)
        return None if ours is None else self._items.of([ours]).get(ours)

    def need_item(self, name: Name) -> Item:
        """The item of a name; NotFound when there is none."""
        found = self.item(name)
        if found is None:
            raise NotFound(Problem("item_not_found", name.where, f"there is no item {name}"))
        return found
