"""Keeping reference data in order: adding to it without a clash, and changing what may be changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Kind
from counterfoil.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.core.journal import Role
from counterfoil.core.money import currency, millionths
from counterfoil.core.party import Customer
from counterfoil.core.reference import Reference
from counterfoil.core.stock import Item
from counterfoil.services import registry
from counterfoil.services.office import Work
from counterfoil.store.changes import ITEM

#: A prefix ends in no digit, so that no two of them can make the same number.
PREFIX = r"^([A-Za-z0-9/_.-]{0,15}[A-Za-z/_.-])?$"
#: What other systems may call things of.
REF_KINDS = ("customer", "item", "document")


def hold_customer(work: Work, customer_id: int) -> Customer:
    """A customer, kept from others until the unit of work ends."""
    work.unit.parties.hold(customer_id)
    found = work.unit.parties.customer(customer_id)
    if found is None:
        raise NotFound(Problem("customer_not_found", "", f"there is no customer {customer_id}"))
    return found


def change_customer(work: Work, known: Customer, changes: dict[str, Any]) -> Customer:
    """Change a customer's particulars; its currency only until its first posting."""
    changed = replace(known, **changes)
    if changed.currency is not None:
        currency(changed.currency)
    if known.currency is not None and changed.currency != known.currency:
        say = f"{known.code} has been posted to in {known.currency}"
        raise Conflict(Problem("currency_fixed", "currency", say))
    work.unit.parties.change_customer(changed)
    return changed


def hold_item(work: Work, item_id: int) -> Item:
    """An item, kept from others until the unit of work ends."""
    work.unit.items.hold(item_id)
    found = work.unit.items.of([item_id]).get(item_id)
    if found is None:
        raise NotFound(Problem("item_not_found", "", f"there is no item {item_id}"))
    return found


def change_item(work: Work, known: Item, changes: dict[str, Any]) -> Item:
    """Change an item's description; its sku, and whether it is stocked, stay."""
    changed = replace(known, **changes)
    work.unit.items.change(changed)
    work.unit.changes.note(ITEM, [changed.id], work.now)
    return changed


def add_tax_rate(work: Work, code_id: int, country: str, from_on: date, rate: Decimal) -> None:
    """Add a rate to a tax code, from a day on."""
    code = work.reference.tax_codes.get(code_id)
    if code is None:
        raise NotFound(Problem("tax_code_not_found", "", f"there is no tax code {code_id}"))
    taken = any(known.country == country and known.from_on == from_on for known in code.rates)
    registry.require_free(taken, "rate", f"{country} {from_on}", "from_on")
    if not 0 <= rate <= 1:
        raise Invalid(Problem("rate_invalid", "rate", f"{rate} is no fraction: 5 % is 0.05"))
    row = {"tax_code_id": code_id, "country": country, "from_on": from_on.isoformat(), "rate": millionths(rate, "rate")}
    work.unit.references.add("tax_rate", row)


def map_role(work: Work, role: Role, account_code: str, ledger_class: str) -> None:
    """Let an account play a role; the roles of control accounts take no account of another kind."""
    now = work.reference.account_map.of(role)
    known = work.reference.accounts
    wanted = next(account for account in known.values() if account.code == account_code)
    if known[now].control != wanted.control:
        say = f"{account_code} and {known[now].code} are not of one kind of control account"
        raise Refused(Problem("account_of_another_kind", "account", say))
    registry.map_account(work, role, account_code, ledger_class)


def hold_settings(work: Work) -> Reference:
    """The reference data, kept from others until the unit of work ends."""
    work.unit.references.touch()
    return work.unit.references.read()


def set_prefix(work: Work, kind: str, prefix: str) -> None:
    """Let the numbers of a series begin otherwise from now on; its count goes on."""
    counts = {known: following for known, _, following in work.unit.registers.series()}
    if kind not in counts or kind == "entry":
        raise NotFound(Problem("series_not_found", "", f"there is no number series {kind!r}"))
    if not re.fullmatch(PREFIX, prefix):
        raise Invalid(
            Problem("prefix_invalid", "prefix", f"{prefix!r}: letters, digits and /_.- of which no digit ends it")
        )
    for number in work.unit.documents.imported_like(Kind(kind), prefix):
        rest = number.removeprefix(prefix)
        if rest.isascii() and rest.isdigit() and int(rest) >= counts[kind]:
            say = f"there is a document {number} of another issuer: the book would come to give its number too"
            raise Refused(Problem("number_reserved", "prefix", say))
    work.unit.references.set_prefix(kind, prefix)
    work.unit.references.touch()


def add_ref(work: Work, system: str, kind: str, their_id: str, our_id: int) -> None:
    """File what another system calls a thing of ours."""
    if not _exists(work, kind, our_id):
        raise NotFound(Problem(f"{kind}_not_found", "our_id", f"there is no {kind} {our_id}"))
    work.unit.refs.add(system, kind, their_id, our_id)
    work.unit.references.touch()


def _exists(work: Work, kind: str, our_id: int) -> bool:
    match kind:
        case "customer":
            return work.unit.parties.customer(our_id) is not None
        case "item":
            return our_id in work.unit.items.of([our_id])
        case _:
            return work.unit.lists.document(our_id) is not None


def unknown(names: Iterable[str], known: Iterable[str], what: str, where: str) -> list[Problem]:
    """A problem for each name that is none."""
    there = set(known)
    return [
        Problem(f"{what.replace(' ', '_')}_unknown", where, f"there is no {what} {name!r}")
        for name in names
        if name not in there
    ]
