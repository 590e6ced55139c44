"""Accounts, postings and journal entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterfoil.core.money import Currency, Money, half_up


class AccountType(StrEnum):
    """The five kinds of accounts."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class Role(StrEnum):
    """What the recipes ask an account for; the book maps each role to an account of its chart."""

    RECEIVABLE = "receivable"
    SALES = "sales"
    CHARGES = "charges"
    TAX = "tax"
    COST_OF_GOODS = "cost_of_goods"
    INVENTORY = "inventory"
    STOCK_VARIANCE = "stock_variance"
    STOCK_ADJUSTMENT = "stock_adjustment"
    DEPOSITS = "deposits"
    CLEARING = "clearing"
    EXCHANGE = "exchange"
    ROUNDING = "rounding"
    OPENING = "opening"
    PAYABLE = "payable"
    GOODS_RECEIVED = "goods_received"
    INPUT_TAX = "input_tax"
    DISPUTED = "disputed"
    RESOLUTION = "resolution"
    PRICE_VARIANCE = "price_variance"
    PURCHASES = "purchases"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the book's chart.

    control: "receivable" or "payable" where every posting is an open item of a customer or supplier, else ""
    """

    id: int
    code: str
    name: str
    type: AccountType
    control: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg of an entry.

    amount: signed, debit +, credit -; zero only for an exchange or rounding line, which moves base alone
    base:   the same in minor units of the book's base currency
    """

    account_id: int
    amount: Money
    base: int
    party_id: int | None = None
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the book.

    rule:     the recipe that made it, with its version behind a slash
    reverses: id of the entry that this one negates
    """

    on: date
    month: int
    rule: str
    text: str
    postings: tuple[Posting, ...]
    document_id: int | None = None
    reverses: int | None = None


def balanced(entry: Entry, rounding_account: int, base: Currency) -> Entry:
    """The entry with its base amounts balanced by an explicit rounding line.

    A recipe whose legs do not add up to zero in each currency is our bug, not the sender's.
    """
    sums: dict[Currency, int] = {}
    for posting in entry.postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.minor
    assert not any(sums.values()), f"{entry.rule} does not balance: {sums}"
    residue = sum(posting.base for posting in entry.postings)
    if not residue:
        return entry
    line = Posting(rounding_account, Money(0, base), -residue)
    return replace(entry, postings=(*entry.postings, line))


#: A leg before it has its base amount: account, amount, party, document line.
Leg = tuple[int, Money, int | None, int | None]


def legs(amounts: Iterable[Leg], rate: Decimal | None, base: Currency) -> list[Posting]:
    """Postings of legs, zeros left out.

    rate: base units for one unit of the amounts' currency, None = they are in the base currency
    """
    return [
        Posting(account, amount, to_base(amount, rate, base), party, line)
        for account, amount, party, line in amounts
        if amount
    ]


def to_base(amount: Money, rate: Decimal | None, base: Currency) -> int:
    """An amount in minor units of the base currency, rounded half up."""
    return amount.minor if rate is None else half_up(amount.amount * rate, base.digits)


def negated(entry: Entry, entry_id: int, on: date, month: int) -> Entry:
    """The exact negation of a filed entry."""
    postings = tuple(replace(leg, amount=-leg.amount, base=-leg.base) for leg in entry.postings)
    return Entry(on, month, "reversal/1", f"Reversal: {entry.text}", postings, entry.document_id, entry_id)


def plain(entry: Entry, names: Mapping[int, str]) -> str:
    """The entry as text, the way bookkeepers exchange it: date and text, then an account and an amount per line."""
    head = f"{entry.on}  {entry.text}"
    body = [f"    {names[leg.account_id]:<32}{_told(leg)}" for leg in entry.postings]
    return "\n".join([head, *body]) + "\n"


def _told(leg: Posting) -> str:
    """A leg's amount; of one that moves base alone, its base amount."""
    if leg.amount:
        return f"{leg.amount.amount:>14f} {leg.amount.currency}"
    return f"{Money(leg.base, leg.amount.currency).amount:>14f} {leg.amount.currency} (base only)"
