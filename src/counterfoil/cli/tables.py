"""How reports look on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from counterfoil.core.journal import Account
from counterfoil.core.money import Currency, Money
from counterfoil.core.open_item import AgingBucket
from counterfoil.services.statements import Aging, AgingRow, Booked, Headed, OwedBy, TrialRow

_HEADS = {
    AgingBucket.NOT_DUE: "Not due",
    AgingBucket.DAYS_30: "1-30",
    AgingBucket.DAYS_60: "31-60",
    AgingBucket.DAYS_90: "61-90",
    AgingBucket.DAYS_120: "91-120",
    AgingBucket.OVER_120: "Over 120",
    AgingBucket.CREDITS: "Credits",
}


def _table(title: str, left: Sequence[str], right: Sequence[str] = ()) -> Table:
    table = Table(title=title, title_justify="left")
    for head in left:
        table.add_column(head)
    for head in right:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def amount(money: Money) -> str:
    """An amount with thousands set apart."""
    return f"{money.amount:,f}"


def aging(out: Console, report: Aging) -> None:
    """Aged receivables, with the ledger's own figure below."""
    table = _table(
        f"Aged receivables as of {report.as_of}", ("Customer", "Name", "Cur."), (*_HEADS.values(), "Balance")
    )
    for row in report.rows:
        table.add_row(*_aged(row))
    table.add_section()
    for row in report.totals:
        table.add_row(*_aged(row), style="bold")
    out.print(table)
    for row in report.totals:
        unit = row.balance.currency
        ledger = report.control.get(unit, Money(0, unit))
        agrees = "ties to" if ledger == row.balance else "DOES NOT TIE to"
        out.print(f"The ageing {agrees} the receivable account: {amount(ledger)} {unit} in the ledger.")


def _aged(row: AgingRow) -> list[str]:
    sums = [amount(row.buckets[bucket]) if row.buckets[bucket] else "-" for bucket in _HEADS]
    return [row.code, row.name, row.balance.currency.code, *sums, amount(row.balance)]


def trial_balance(out: Console, rows: Iterable[TrialRow], base: Currency, as_of: date) -> None:
    """Balances by account, debits and credits apart."""
    table = _table(f"Trial balance as of {as_of}", ("Account", "Name"), ("Debit", "Credit"))
    sums: dict[str, tuple[str, int]] = {}
    for row in rows:
        name, minor = sums.get(row.account.code, (row.account.name, 0))
        sums[row.account.code] = (name, minor + row.base.minor)
    debits = credits = 0
    for code, (name, minor) in sums.items():
        debits, credits = debits + max(minor, 0), credits - min(minor, 0)
        text = amount(Money(abs(minor), base))
        table.add_row(code, name, text if minor > 0 else "", text if minor < 0 else "")
    table.add_section()
    table.add_row("", f"Total {base}", amount(Money(debits, base)), amount(Money(credits, base)), style="bold")
    out.print(table)
    out.print("Debits equal credits." if debits == credits else "DEBITS AND CREDITS DIFFER.")


def documents(out: Console, rows: Iterable[Headed]) -> None:
    """All documents; what the sender's total says more than ours stands under variance."""
    table = _table("Documents", ("Number", "Kind", "State", "Customer", "Date", "Cur."), ("Total", "Open", "Variance"))
    for row in rows:
        variance = amount(row.variance) if row.variance else ""
        table.add_row(
            row.number,
            row.kind.replace("_", " "),
            row.state,
            row.customer,
            row.on.isoformat(),
            row.total.currency.code,
            amount(row.total),
            amount(row.open) if row.open else "",
            variance,
        )
    out.print(table)


def item_values(row: OwedBy) -> dict[str, Any]:
    """An open item as JSON holds it."""
    return {
        "customer": row.code,
        "document": row.item.number,
        "kind": row.item.kind,
        "dated_on": row.item.on.isoformat(),
        "due_on": row.item.due_on.isoformat(),
        "currency": row.item.amount.currency.code,
        "amount": row.item.amount.amount,
        "remaining": row.item.remaining.amount,
    }


def open_items(out: Console, rows: Iterable[OwedBy], as_of: date) -> None:
    """Open items with what is left of them."""
    table = _table(
        f"Open items as of {as_of}", ("Customer", "Document", "Kind", "Date", "Due", "Cur."), ("Amount", "Open")
    )
    for row in rows:
        item = row.item
        table.add_row(
            row.code,
            item.number,
            item.kind.replace("_", " "),
            item.on.isoformat(),
            item.due_on.isoformat(),
            item.amount.currency.code,
            amount(item.amount),
            amount(item.remaining),
        )
    out.print(table)


def entry_values(booked: Booked, accounts: Mapping[int, Account]) -> dict[str, Any]:
    """An entry as JSON holds it."""
    return {
        "seq": booked.seq,
        "date": booked.entry.on.isoformat(),
        "month": booked.entry.month,
        "document": booked.number,
        "rule": booked.entry.rule,
        "text": booked.entry.text,
        "postings": [
            {
                "account": accounts[leg.account_id].code,
                "currency": leg.amount.currency.code,
                "amount": leg.amount.amount,
                "base_minor": leg.base,
            }
            for leg in booked.entry.postings
        ],
    }


def journal(out: Console, entries: Iterable[tuple[Booked, Mapping[int, Account]]]) -> None:
    """Entries one after another, debits and credits apart."""
    table = _table("Journal", ("No.", "Date", "Document", "Account"), ("Debit", "Credit", "Cur."))
    for booked, accounts in entries:
        head = [str(booked.seq), booked.entry.on.isoformat(), f"{booked.entry.text} {booked.number}".strip()]
        for leg in booked.entry.postings:
            account = accounts[leg.account_id]
            text = amount(abs(leg.amount))
            sides = (text, "") if leg.amount.minor >= 0 else ("", text)
            table.add_row(*head, f"{account.code} {account.name}", *sides, leg.amount.currency.code)
            head = ["", "", ""]
        table.add_section()
    out.print(table)
