"""What documents leave unpaid: open items, their application, and how late they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from counterfoil.core.money import Currency, Money, half_up, total
from counterfoil.core.terms import days_late


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One posting on a control account, and what of it is still open.

    amount, remaining: signed, a charge +, a credit -; remaining lies between 0 and amount
    base:              the posting's base amount
    taken_back_on:     the last day on which an application was taken back from it, None = never
    """

    id: int
    party_id: int
    account_id: int
    document_id: int | None
    number: str
    kind: str
    amount: Money
    remaining: Money
    base: int
    on: date
    due_on: date
    taken_back_on: date | None = None

    @property
    def free_on(self) -> date:
        """The first day for which something may be set against it: before, it was not there or may have been spent."""
        return self.on if self.taken_back_on is None else max(self.on, self.taken_back_on)


@dataclass(frozen=True, slots=True)
class Application:
    """Money of a credit item set against a debit item.

    amount: > 0; a row that takes an earlier application back is the same with its sign turned
    """

    debit_id: int
    credit_id: int
    amount: Money
    on: date


class AgingBucket(StrEnum):
    """How late: by days past the due date."""

    NOT_DUE = "not_due"
    DAYS_30 = "1-30"
    DAYS_60 = "31-60"
    DAYS_90 = "61-90"
    DAYS_120 = "91-120"
    OVER_120 = "over_120"
    CREDITS = "credits"


#: The buckets that are past due, least late first.
PAST_DUE = (
    AgingBucket.DAYS_30,
    AgingBucket.DAYS_60,
    AgingBucket.DAYS_90,
    AgingBucket.DAYS_120,
    AgingBucket.OVER_120,
)


def bucket(remaining: Money, due_on: date, as_of: date) -> AgingBucket:
    """Where an open amount belongs; a credit is never late."""
    if remaining.minor < 0:
        return AgingBucket.CREDITS
    late = days_late(due_on, as_of)
    if late == 0:
        return AgingBucket.NOT_DUE
    return PAST_DUE[min((late - 1) // 30, 4)]


class Due(Protocol):
    """Anything that is open until a date."""

    @property
    def remaining(self) -> Money:
        """What is open of it, a charge +, a credit -."""

    @property
    def due_on(self) -> date:
        """When it is to be paid."""


def aging(items: Iterable[Due], as_of: date, unit: Currency) -> dict[AgingBucket, Money]:
    """What one customer owes, by lateness.

    as_of:   business date we look from; an item due that day is not late
    returns: every bucket, zeros too; credits are negative; the values sum to the balance
    raises:  ValueError when an item is in another currency
    source:  EvolutionX, A/R Customer Balance: there 120 + 283.92 is the total due of 403.92
    """
    result = dict.fromkeys(AgingBucket, Money(0, unit))
    for item in items:
        result[bucket(item.remaining, item.due_on, as_of)] += item.remaining
    return result


def spread(credit: OpenItem, charges: Iterable[OpenItem], on: date, upto: Money | None = None) -> list[Application]:
    """Set a credit against charges, oldest due first, as far as it goes.

    on:   date of the application; charges and credits that were not free then are left alone
    upto: at most so much of the credit, None = all that remains
    """
    left = -credit.remaining if upto is None else min(upto, -credit.remaining, key=lambda money: money.minor)
    result = []
    for charge in sorted(charges, key=lambda item: (item.due_on, item.id)):
        part = min(left.minor, charge.remaining.minor)
        if part <= 0 or max(charge.free_on, credit.free_on) > on:
            continue
        amount = Money(part, left.currency)
        result.append(Application(charge.id, credit.id, amount, on))
        left -= amount
    return result


def exchange_difference(debit: OpenItem, credit: OpenItem, amount: Money) -> int:
    """What an application realises in base minor units: + a gain, - a loss.

    Each item gives up its base amount in proportion, rounded on the running sum so that a settled item gives up
    exactly what it was booked at.
    """
    return _released(credit, -amount.minor) + _released(debit, amount.minor)


def _released(item: OpenItem, amount: int) -> int:
    applied = item.amount.minor - item.remaining.minor
    return -(_share(item, applied + amount) - _share(item, applied))


def _share(item: OpenItem, applied: int) -> int:
    return half_up(Decimal(item.base) * applied / item.amount.minor)


def balance(items: Iterable[OpenItem], unit: Currency) -> Money:
    """All that is owed, credits taken off."""
    return total((item.remaining for item in items), unit)
