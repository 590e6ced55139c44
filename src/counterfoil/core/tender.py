"""Ways of paying, and money taken with a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.core.errors import Problem, Refused
from counterfoil.core.money import Currency, Money, total


@dataclass(frozen=True, slots=True)
class TenderType:
    """A configured way of paying.

    code:        what a sender names it by, case-sensitive
    account_id:  its clearing account
    gives_change: cash does; a card does not
    invoice_types: codes of the invoice types it may be used on, empty = all
    """

    id: int
    code: str
    name: str
    account_id: int
    gives_change: bool = False
    invoice_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tender:
    """Money taken (+) or given back (-) in one way; change is part of what was handed over and given back at once."""

    type: TenderType
    amount: Money
    change: Money

    @property
    def net(self) -> Money:
        """What stays in the till."""
        return self.amount - self.change


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money taken on an order that no invoice has used yet.

    posted: minor units of the base currency that it was posted to deposits at, None = it has not been posted
    """

    tenders: tuple[Tender, ...] = ()
    posted: int | None = None


#: No money was taken.
NO_DEPOSIT = Deposit()


def settle(tenders: Sequence[Tender], due: Money) -> list[Tender]:
    """The tenders of a cash sale, with the change they give; Refused unless they settle it exactly.

    due: the document's total; negative for a return, then the tenders are money given back
    """
    unit = due.currency
    paid = total((tender.amount for tender in tenders), unit)
    over = paid - due
    if over.minor == 0:
        return list(tenders)
    if due.minor < 0:
        code = "tender_over" if over.minor < 0 else "tender_short"
        raise Refused(Problem(code, "tenders", f"{-paid.amount} given back, {-due.amount} to give back"))
    if over.minor < 0:
        raise Refused(Problem("tender_short", "tenders", f"{paid.amount} tendered, {due.amount} due"))
    return _with_change(tenders, over, paid, due)


def _with_change(tenders: Sequence[Tender], over: Money, paid: Money, due: Money) -> list[Tender]:
    left, settled = over.minor, []
    for tender in tenders:
        change = min(left, tender.amount.minor) if tender.type.gives_change else 0
        left -= change
        settled.append(Tender(tender.type, tender.amount, Money(change, over.currency)))
    if left:
        raise Refused(
            Problem("tender_over", "tenders", f"{paid.amount} tendered, {due.amount} due, and no tender gives change")
        )
    return settled


def by_account(tenders: Sequence[Tender], unit: Currency) -> Mapping[int, Money]:
    """What stays in each clearing account."""
    sums: dict[int, Money] = {}
    for tender in tenders:
        sums[tender.type.account_id] = sums.get(tender.type.account_id, Money(0, unit)) + tender.net
    return sums
