"""Statements of the book: ageing, open items, trial balance and journal, as of any date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from counterfoil.core.journal import Account
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.open_item import AgingBucket
from counterfoil.services.office import Clock, utc_now
from counterfoil.store import Booked as Booked
from counterfoil.store import Headed as Headed
from counterfoil.store import OwedBy as OwedBy
from counterfoil.store import Reader, Store


@dataclass(frozen=True, slots=True)
class AgingRow:
    """One party's account in one currency; the buckets add up to the balance, credits are negative."""

    code: str
    name: str
    buckets: dict[AgingBucket, Money]

    @property
    def balance(self) -> Money:
        """All that is owed, credits taken off."""
        unit = self.buckets[AgingBucket.NOT_DUE].currency
        return Money(sum(money.minor for money in self.buckets.values()), unit)


@dataclass(frozen=True, slots=True)
class Aging:
    """What all parties owed on a date.

    totals:  one row per currency
    control: what the ledger's control accounts hold, per currency
    """

    as_of: date
    rows: list[AgingRow]
    totals: list[AgingRow]
    control: dict[Currency, Money]

    @property
    def ties(self) -> bool:
        """Whether the ageing agrees with the ledger to the cent."""
        sums = {row.balance.currency: row.balance for row in self.totals if row.balance}
        return sums == {unit: money for unit, money in self.control.items() if money}


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account's balance: debit +, credit -.

    base:   in the base currency
    amount: in the currency that was posted
    """

    account: Account
    amount: Money
    base: Money


def today(store: Store, clock: Clock = utc_now) -> date:
    """The book's day, in the book's time zone."""
    with store.reader() as reader:
        return clock().astimezone(ZoneInfo(reader.reference.time_zone)).date()


def aged(store: Store, as_of: date, control: str = "receivable") -> list[AgingRow]:
    """What every party owed on a date, by lateness.

    control: the kind of control account; "payable" = what we owed every supplier
    """
    with store.reader() as reader:
        return _rows(reader.reports.aging(as_of, control))


def _rows(found: list[tuple[str, str, str, AgingBucket, int]]) -> list[AgingRow]:
    rows: dict[tuple[str, str], AgingRow] = {}
    for code, name, unit_code, bucket, minor in found:
        row = rows.get((code, unit_code))
        if row is None:
            nothing = Money(0, currency(unit_code))
            row = rows[code, unit_code] = AgingRow(code, name, dict.fromkeys(AgingBucket, nothing))
        row.buckets[bucket] += Money(minor, currency(unit_code))
    return list(rows.values())


def aging(store: Store, as_of: date, control: str = "receivable") -> Aging:
    """What every party owed on a date, beside what the ledger says of it; control as for aged."""
    with store.snapshot() as reader:
        return aging_of(reader, as_of, control)


def aging_of(reader: Reader, as_of: date, control: str) -> Aging:
    """The same, of the state of the book that a reader sees."""
    rows = _rows(reader.reports.aging(as_of, control))
    held = reader.reports.control(as_of, control)
    ledger = {currency(code): Money(minor, currency(code)) for code, minor in held.items()}
    units = {row.balance.currency for row in rows} | set(ledger) | {reader.reference.base}
    totals = []
    for unit in sorted(units, key=lambda known: known.code):
        same = [row for row in rows if row.balance.currency == unit]
        sums = {kind: Money(sum(row.buckets[kind].minor for row in same), unit) for kind in AgingBucket}
        totals.append(AgingRow("", "Total", sums))
    return Aging(as_of, rows, totals, ledger)


def open_items(store: Store, as_of: date) -> list[OwedBy]:
    """Every open item as it stood on a date, by customer and due date."""
    with store.snapshot() as reader:
        return reader.reports.open_items(as_of)


def trial_balance(store: Store, as_of: date) -> tuple[list[TrialRow], Currency]:
    """The balance of every account that was ever posted to, by code, and the base currency."""
    with store.snapshot() as reader:
        base, accounts = reader.reference.base, reader.reference.accounts
        rows = [
            TrialRow(accounts[number], Money(minor, currency(unit)), Money(base_minor, base))
            for number, unit, minor, base_minor in reader.reports.balances(as_of)
        ]
    return sorted(rows, key=lambda row: (row.account.code, row.amount.currency.code)), base


def documents(store: Store) -> list[Headed]:
    """Every document in the order in which it was filed."""
    with store.snapshot() as reader:
        return list(reader.reports.documents())


def journal(store: Store, from_on: date, as_of: date) -> Iterator[tuple[Booked, dict[int, Account]]]:
    """The entries of some days in their order, with the accounts that they name."""
    with store.snapshot() as reader:
        accounts = dict(reader.reference.accounts)
        for booked in reader.reports.journal(from_on, as_of):
            yield booked, accounts
