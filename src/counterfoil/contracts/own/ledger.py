"""The journal, the chart of accounts, and which account plays which role."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta

from counterfoil.contracts.own.names import Names
from counterfoil.contracts.own.resource import (
    Place,
    Reading,
    Resource,
    Writing,
    in_pages,
    listing,
    making,
    missing,
    showing,
)
from counterfoil.contracts.own.shapes import Amount, Asked, Code, Id, Line, Paged, Shown
from counterfoil.core.access import Verb
from counterfoil.core.journal import Account as CoreAccount
from counterfoil.core.journal import AccountType, Role
from counterfoil.core.money import Money
from counterfoil.services import keeping, registry
from counterfoil.services.showing import EntryShown, View


class Posting(Shown):
    """A leg of an entry, debit positive; base is the same in the book's base currency."""

    account: str
    amount: Amount
    currency: str
    base: Amount
    base_currency: str
    party_id: int | None
    line_id: int | None


class Entry(Shown):
    """An entry of the journal.

    seq:  its place; entries are numbered without gaps, in the order in which they were posted
    rule: the recipe that made it
    """

    id: int
    seq: int
    dated_on: date
    book_month: int
    rule: str
    text: str
    document_id: int | None
    document: str | None
    reverses_id: int | None
    made_at: datetime
    actor: str
    postings: list[Posting]


class EntriesAsked(Paged):
    """Which entries: of a document, of some days."""

    document_id: Id | None = None
    from_on: date | None = None
    to_on: date | None = None


class NewAccount(Asked):
    """An account of the chart."""

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    type: AccountType


class Account(Shown):
    """An account; every posting on a control account is an open item of a party."""

    id: int
    code: str
    name: str
    type: str
    control: str


class RoleAsked(Asked):
    """Which account plays a role, by default or for one ledger class."""

    role: Role
    account: Code
    ledger_class: Line = ""


class RoleShown(Shown):
    """Which account plays a role."""

    role: str
    ledger_class: str
    account: str


def entry(view: View, found: EntryShown) -> Entry:
    """An entry as it is shown."""
    made, base = found.entry, view.reference.base
    accounts = view.reference.accounts
    return Entry(
        id=found.id,
        seq=found.seq,
        dated_on=made.on,
        book_month=made.month,
        rule=made.rule,
        text=made.text,
        document_id=made.document_id,
        document=found.number or None,
        reverses_id=made.reverses,
        made_at=found.made_at,
        actor=found.actor,
        postings=[
            Posting(
                account=accounts[leg.account_id].code,
                amount=leg.amount.amount,
                currency=leg.amount.currency.code,
                base=Money(leg.base, base).amount,
                base_currency=base.code,
                party_id=leg.party_id,
                line_id=leg.line_id,
            )
            for leg in made.postings
        ],
    )


def _entries(asked: Reading[EntriesAsked]) -> list[tuple[Place, Entry]]:
    wanted = asked.asked
    narrowed: dict[str, Any] = {
        name: day.isoformat() for name in ("from_on", "to_on") if (day := getattr(wanted, name)) is not None
    }
    if wanted.document_id is not None:
        narrowed["document_id"] = wanted.document_id
    found = asked.view.lists.entries(narrowed, asked.place, wanted.limit + 1)
    return [((one.seq,), entry(asked.view, one)) for one in found]


def _entry(asked: Reading[Any]) -> Entry:
    found = asked.view.lists.entry(asked.id)
    if found is None:
        raise missing("entry", asked.id)
    return entry(asked.view, found)


def _account(known: CoreAccount) -> Account:
    return Account(id=known.id, code=known.code, name=known.name, type=known.type.value, control=known.control)


def _accounts(asked: Reading[Paged]) -> list[tuple[Place, Account]]:
    known = sorted(asked.view.reference.accounts.values(), key=lambda one: one.code)
    return in_pages([((one.code,), _account(one)) for one in known], asked)


def _add_account(wanted: Writing[NewAccount]) -> Account:
    asked = wanted.asked
    registry.add_account(wanted.work, asked.code, asked.name, asked.type.value)
    known = wanted.work.unit.references.read().accounts.values()
    return next(_account(one) for one in known if one.code == asked.code)


def _roles(asked: Reading[Paged]) -> list[tuple[Place, RoleShown]]:
    reference = asked.view.reference
    maps = {"": reference.account_map.roles, **reference.account_map.classes}
    rows = [
        RoleShown(role=role.value, ledger_class=name, account=reference.accounts[number].code)
        for name, roles in maps.items()
        for role, number in roles.items()
    ]
    rows.sort(key=lambda row: (row.ledger_class, row.role))
    return in_pages([((row.ledger_class, row.role), row) for row in rows], asked)


def _map_role(wanted: Writing[RoleAsked]) -> RoleShown:
    asked, names = wanted.asked, Names(wanted.view)
    names.account(asked.account)
    if "." in asked.ledger_class:
        names.wrong("class_invalid", "ledger_class", "a ledger class has no point in its name")
    names.check()
    keeping.map_role(wanted.work, asked.role, asked.account, asked.ledger_class)
    return RoleShown(role=asked.role.value, ledger_class=asked.ledger_class, account=asked.account)


JOURNAL = Resource(
    "journal",
    "Journal",
    (
        listing(
            "/journal/entries",
            "listEntries",
            "The journal in its order; a page never passes an entry that is still to come",
            Entry,
            _entries,
            (int,),
            EntriesAsked,
        ),
        showing("/journal/entries/{id}", "getEntry", "One entry with its postings", Entry, _entry),
    ),
)
ACCOUNTS = Resource(
    "accounts",
    "Accounts",
    (
        listing("/accounts", "listAccounts", "The chart of accounts by code", Account, _accounts, (str,)),
        making("/accounts", "createAccount", "A new account", NewAccount, Account, _add_account),
        listing("/account-roles", "listAccountRoles", "Which account plays which role", RoleShown, _roles, (str, str)),
        making(
            "/account-roles",
            "mapAccountRole",
            "Choose an account",
            RoleAsked,
            RoleShown,
            _map_role,
            Verb.MANAGE,
        ),
    ),
)
