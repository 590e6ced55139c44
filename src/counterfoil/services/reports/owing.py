"""What is owed: aged, item by item, and to one customer."""

from __future__ import annotations

from counterfoil.core.errors import NotFound
from counterfoil.core.money import Currency, Money
from counterfoil.core.open_item import AgingBucket
from counterfoil.services.reports.asking import Asked
from counterfoil.services.reports.model import Column, ColumnKind, Report, Row, said
from counterfoil.services.statements import Aging, AgingRow, aging_of
from counterfoil.store import OWED, OwedBy, Reader

_TITLES = {
    AgingBucket.NOT_DUE: "Not due",
    AgingBucket.DAYS_30: "1-30",
    AgingBucket.DAYS_60: "31-60",
    AgingBucket.DAYS_90: "61-90",
    AgingBucket.DAYS_120: "91-120",
    AgingBucket.OVER_120: "Over 120",
    AgingBucket.CREDITS: "Credits",
}
_BUCKETS = tuple(Column(bucket.value, title, ColumnKind.MONEY) for bucket, title in _TITLES.items())
_BALANCE = Column("balance", "Balance", ColumnKind.MONEY)
_WHO = {"receivable": ("customer", "Customer"), "payable": ("supplier", "Supplier")}
_NAMES = {"receivable": "aging", "payable": "payables-aging"}


def aging(reader: Reader, asked: Asked, control: str = "receivable") -> Report:
    """What every party owes or is owed, by lateness, beside the control accounts of the kind."""
    found = aging_of(reader, asked.as_of, control)
    who = Column(*_WHO[control])
    return Report(
        name=_NAMES[control],
        title=f"Aged {control}s as of {asked.as_of}",
        columns=(who, Column("name", "Name"), Column("currency", "Cur."), *_BUCKETS, _BALANCE),
        rows=tuple(_aged(row) for row in found.rows),
        totals=tuple(_aged(row) for row in found.totals),
        says=tuple(_tie(found, row.balance, _accounts(reader, control), control) for row in found.totals),
        holds=found.ties,
        as_of=asked.as_of,
    )


def _aged(row: AgingRow) -> Row:
    buckets = (row.buckets[bucket] for bucket in _TITLES)
    return (row.code, row.name, row.balance.currency.code, *buckets, row.balance)


def _accounts(reader: Reader, control: str) -> str:
    accounts = [account for account in reader.reference.accounts.values() if account.control == control]
    return ", ".join(f"{account.code} {account.name}" for account in sorted(accounts, key=lambda one: one.code))


def _tie(found: Aging, aged: Money, accounts: str, control: str) -> str:
    ledger = found.control.get(aged.currency, Money(0, aged.currency))
    agrees = "ties to" if ledger == aged else "DOES NOT TIE to"
    return f"The ageing {agrees} the {control} account: {said(ledger)} in {accounts}."


def open_items(reader: Reader, asked: Asked, control: str = "receivable") -> Report:
    """Every open charge and credit on the control accounts of a kind, by party and due date."""
    sign = OWED[control]
    accounts = reader.reference.accounts
    items = [
        owed for owed in reader.reports.open_items(asked.as_of) if accounts[owed.item.account_id].control == control
    ]
    sums: dict[Currency, int] = {}
    for owed in items:
        unit = owed.item.remaining.currency
        sums[unit] = sums.get(unit, 0) + sign * owed.item.remaining.minor
    held = {code: minor for code, minor in reader.reports.control(asked.as_of, control).items() if minor}
    holds = {unit.code: minor for unit, minor in sums.items() if minor} == held
    return Report(
        name="open-items" if control == "receivable" else "payable-items",
        title=f"Open items as of {asked.as_of}",
        columns=(
            Column(*_WHO[control]),
            Column("document", "Document"),
            Column("kind", "Kind"),
            Column("dated_on", "Date", ColumnKind.DATE),
            Column("due_on", "Due", ColumnKind.DATE),
            Column("currency", "Cur."),
            Column("amount", "Amount", ColumnKind.MONEY),
            Column("remaining", "Open", ColumnKind.MONEY),
        ),
        rows=tuple(_item(owed, sign) for owed in items),
        totals=tuple(
            ("", "Total", "", None, None, unit.code, None, Money(minor, unit))
            for unit, minor in sorted(sums.items(), key=lambda pair: pair[0].code)
        ),
        says=(f"The open items {'tie' if holds else 'DO NOT TIE'} to {_accounts(reader, control)}.",),
        holds=holds,
        as_of=asked.as_of,
    )


def _item(owed: OwedBy, sign: int) -> Row:
    item = owed.item
    amounts = (Money(sign * money.minor, money.currency) for money in (item.amount, item.remaining))
    kind = item.kind.replace("_", " ")
    return (owed.code, item.number, kind, item.on, item.due_on, item.amount.currency.code, *amounts)


def statement(reader: Reader, asked: Asked) -> Report:
    """One customer's account: what is open, or with a first date everything since, the balance running."""
    customer = reader.parties.customer_by_code(asked.party)
    if customer is None:
        raise NotFound.of("customer_not_found", f"there is no customer {asked.party!r}", "party")
    accounts = reader.reference.accounts
    known = reader.sums.account_of(customer.id, asked.as_of)
    items = [item for item in known if accounts[item.account_id].control == "receivable"]
    start = asked.from_on
    rows: list[Row] = []
    totals: list[Row] = []
    for unit in sorted({item.amount.currency for item in items}, key=lambda known: known.code):
        running = Money(0, unit)
        same = [item for item in items if item.amount.currency == unit]
        if start is not None:
            running = Money(sum(item.amount.minor for item in same if item.on < start), unit)
            rows.append((start, "Brought forward", "", None, unit.code, None, None, None, running))
        for item in same:
            if item.on < start if start is not None else not item.remaining:
                continue
            running += item.remaining if start is None else item.amount
            charge, credit = (item.amount, None) if item.amount.minor > 0 else (None, -item.amount)
            kind = item.kind.replace("_", " ")
            rows.append((item.on, item.number, kind, item.due_on, unit.code, charge, credit, item.remaining, running))
        open_now = Money(sum(item.remaining.minor for item in same), unit)
        totals.append((None, "Balance", "", None, unit.code, None, None, open_now, running))
    aged = [row for row in aging_of(reader, asked.as_of, "receivable").rows if row.code == customer.code]
    holds = all(total[7] == total[8] for total in totals) and {row.balance for row in aged if row.balance} == {
        total[7] for total in totals if total[7]
    }
    return Report(
        name="statement",
        title=f"Statement of {customer.code} {customer.name} as of {asked.as_of}",
        columns=(
            Column("date", "Date", ColumnKind.DATE),
            Column("document", "Document"),
            Column("kind", "Kind"),
            Column("due_on", "Due", ColumnKind.DATE),
            Column("currency", "Cur."),
            Column("charge", "Charge", ColumnKind.MONEY),
            Column("credit", "Credit", ColumnKind.MONEY),
            Column("remaining", "Open", ColumnKind.MONEY),
            Column("balance", "Balance", ColumnKind.MONEY),
        ),
        rows=tuple(rows),
        totals=tuple(totals),
        says=(*(_lateness(row) for row in aged), f"The balance {'ties' if holds else 'DOES NOT TIE'} to the ageing."),
        holds=holds,
        as_of=asked.as_of,
    )


def _lateness(row: AgingRow) -> str:
    parts = [f"{_TITLES[bucket].lower()} {money.amount:,f}" for bucket, money in row.buckets.items() if money]
    return f"{row.balance.currency}: {', '.join(parts)}."
