"""Reports over the whole book. A report is a row of the table at the end: its name, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import Struct

from counterfoil.contracts.own.resource import Operation, Reading, Resource, showing
from counterfoil.contracts.own.shapes import Amount, Asked, Code, Shown
from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.money import Money
from counterfoil.core.open_item import AgingBucket
from counterfoil.services import statements
from counterfoil.services.statements import AgingRow, OwedBy
from counterfoil.services.stock import shown as stock_of


class AsOf(Asked):
    """As it stood on a day; on the book's today without one."""

    as_of: date | None = None


class Between(Asked):
    """Some days; up to the book's today without an end."""

    from_on: date
    to_on: date | None = None


class OfCustomer(AsOf, kw_only=True):
    """A customer's code."""

    customer: Code


class Aged(Shown):
    """What a customer owes in one currency, by days past due; credits are negative, all parts add up to the balance."""

    customer: str
    name: str
    currency: str
    not_due: Amount
    days_1_30: Amount
    days_31_60: Amount
    days_61_90: Amount
    days_91_120: Amount
    over_120: Amount
    credits: Amount
    balance: Amount


class Held(Shown):
    """What the ledger's control accounts hold."""

    currency: str
    amount: Amount


class AgingReport(Shown):
    """What all customers owe; ties says whether it agrees with the ledger to the cent."""

    as_of: date
    rows: list[Aged]
    totals: list[Aged]
    control: list[Held]
    ties: bool


class OpenItem(Shown):
    """What a document leaves open, a charge positive, a credit negative."""

    customer: str
    name: str
    document_id: int | None
    number: str
    kind: str
    dated_on: date
    due_on: date
    currency: str
    amount: Amount
    open: Amount


class OpenItemsReport(Shown):
    """Every open item."""

    as_of: date
    rows: list[OpenItem]


class StatementReport(Shown):
    """A customer's account: what is open, by lateness and item by item."""

    as_of: date
    customer: str
    aging: list[Aged]
    rows: list[OpenItem]


class TrialRow(Shown):
    """An account's balance in one currency, debit positive; base is the same in the base currency."""

    account: str
    name: str
    type: str
    currency: str
    amount: Amount
    base: Amount


class TrialBalance(Shown):
    """The balance of every account that was ever posted to; ties says whether the base amounts add up to zero."""

    as_of: date
    base_currency: str
    rows: list[TrialRow]
    ties: bool


class JournalLeg(Shown):
    """A leg of an entry."""

    account: str
    amount: Amount
    currency: str


class JournalRow(Shown):
    """An entry."""

    seq: int
    dated_on: date
    document: str
    text: str
    postings: list[JournalLeg]


class JournalReport(Shown):
    """The entries of some days in their order."""

    from_on: date
    to_on: date
    rows: list[JournalRow]


class StockRow(Shown):
    """What lies of an item in a department; average is what one unit costs."""

    sku: str
    department_id: int
    on_hand: Amount
    reserved: Amount
    average: Amount


class StockReport(Shown):
    """Stock of all items, costs in the currency beside it."""

    currency: str
    rows: list[StockRow]


def _day(asked: Reading[Any]) -> date:
    return asked.asked.as_of or statements.today(asked.context.store, lambda: asked.context.now)


def _aged(row: AgingRow) -> Aged:
    parts = row.buckets
    return Aged(
        customer=row.code,
        name=row.name,
        currency=row.balance.currency.code,
        not_due=parts[AgingBucket.NOT_DUE].amount,
        days_1_30=parts[AgingBucket.DAYS_30].amount,
        days_31_60=parts[AgingBucket.DAYS_60].amount,
        days_61_90=parts[AgingBucket.DAYS_90].amount,
        days_91_120=parts[AgingBucket.DAYS_120].amount,
        over_120=parts[AgingBucket.OVER_120].amount,
        credits=parts[AgingBucket.CREDITS].amount,
        balance=row.balance.amount,
    )


def _owed(row: OwedBy) -> OpenItem:
    item = row.item
    return OpenItem(
        customer=row.code,
        name=row.name,
        document_id=item.document_id,
        number=item.number,
        kind=item.kind,
        dated_on=item.on,
        due_on=item.due_on,
        currency=item.amount.currency.code,
        amount=item.amount.amount,
        open=item.remaining.amount,
    )


def _aging(asked: Reading[AsOf]) -> AgingReport:
    found = statements.aging(asked.context.store, _day(asked))
    held = sorted(found.control.values(), key=lambda money: money.currency.code)
    return AgingReport(
        as_of=found.as_of,
        rows=[_aged(row) for row in found.rows],
        totals=[_aged(row) for row in found.totals],
        control=[Held(currency=money.currency.code, amount=money.amount) for money in held],
        ties=found.ties,
    )


def _open_items(asked: Reading[AsOf]) -> OpenItemsReport:
    day = _day(asked)
    return OpenItemsReport(as_of=day, rows=[_owed(row) for row in statements.open_items(asked.context.store, day)])


def _statement(asked: Reading[OfCustomer]) -> StatementReport:
    code, day = asked.asked.customer, _day(asked)
    if asked.view.parties.customer_by_code(code) is None:
        raise NotFound(Problem("customer_not_found", "customer", f"there is no customer {code!r}"))
    aged = [row for row in statements.aged(asked.context.store, day) if row.code == code]
    rows = [row for row in statements.open_items(asked.context.store, day) if row.code == code]
    return StatementReport(
        as_of=day, customer=code, aging=[_aged(row) for row in aged], rows=[_owed(row) for row in rows]
    )


def _trial_balance(asked: Reading[AsOf]) -> TrialBalance:
    day = _day(asked)
    rows, base = statements.trial_balance(asked.context.store, day)
    shown = [
        TrialRow(
            account=row.account.code,
            name=row.account.name,
            type=row.account.type.value,
            currency=row.amount.currency.code,
            amount=row.amount.amount,
            base=row.base.amount,
        )
        for row in rows
    ]
    ties = sum((row.base for row in rows), Money(0, base)).minor == 0
    return TrialBalance(as_of=day, base_currency=base.code, rows=shown, ties=ties)


def _journal(asked: Reading[Between]) -> JournalReport:
    store = asked.context.store
    upto = asked.asked.to_on or statements.today(store, lambda: asked.context.now)
    rows = [
        JournalRow(
            seq=booked.seq,
            dated_on=booked.entry.on,
            document=booked.number,
            text=booked.entry.text,
            postings=[
                JournalLeg(
                    account=accounts[leg.account_id].code,
                    amount=leg.amount.amount,
                    currency=leg.amount.currency.code,
                )
                for leg in booked.entry.postings
            ],
        )
        for booked, accounts in statements.journal(store, asked.asked.from_on, upto)
    ]
    return JournalReport(from_on=asked.asked.from_on, to_on=upto, rows=rows)


def _stock(asked: Reading[Asked]) -> StockReport:
    rows = [
        StockRow(
            sku=row.sku,
            department_id=row.department_id,
            on_hand=row.on_hand,
            reserved=row.reserved,
            average=row.average,
        )
        for row in stock_of(asked.context.store)
    ]
    return StockReport(currency=asked.view.reference.base.code, rows=rows)


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what is asked for it, what it comes to, and how it is worked out."""

    title: str
    asked: type[Asked]
    reply: type[Struct]
    run: Callable[[Reading[Any]], Struct]

    def operation(self, name: str) -> Operation:
        """The operation that serves it."""
        operation = "report" + "".join(word.capitalize() for word in name.split("-"))
        return showing(f"/reports/{name}", operation, self.title, self.reply, self.run, self.asked)


REPORTS: dict[str, Report] = {
    "aging": Report("What customers owe, by lateness", AsOf, AgingReport, _aging),
    "statement": Report("A customer's account", OfCustomer, StatementReport, _statement),
    "trial-balance": Report("The balance of every account", AsOf, TrialBalance, _trial_balance),
    "journal": Report("The entries of some days", Between, JournalReport, _journal),
    "open-items": Report("Every open item", AsOf, OpenItemsReport, _open_items),
    "stock": Report("Stock of all items", Asked, StockReport, _stock),
}
RESOURCE = Resource("reports", "Reports", tuple(report.operation(name) for name, report in REPORTS.items()))
