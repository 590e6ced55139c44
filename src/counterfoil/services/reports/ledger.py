"""What the accounts hold and were moved by: trial balance, balance sheet, income, journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from counterfoil.core.journal import Account, AccountType
from counterfoil.core.money import Currency, Money, currency
from counterfoil.core.terms import book_month, fiscal_year, month_text
from counterfoil.services.reports.asking import Asked
from counterfoil.services.reports.model import Column, ColumnKind, Period, Report, Row, said
from counterfoil.services.statements import aging_of
from counterfoil.store import OWED, Booked, Elsewhere, Reader

_ACCOUNT = (Column("account", "Account"), Column("name", "Name"))
_SHEET = (AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY)
_RESULT = (AccountType.INCOME, AccountType.EXPENSE)


def trial_balance(reader: Reader, asked: Asked) -> Report:
    """The balance of every account that was ever posted to; debits and credits agree."""
    base, accounts = reader.reference.base, reader.reference.accounts
    found = sorted(
        (
            (accounts[number], currency(unit), minor, in_base)
            for number, unit, minor, in_base in reader.reports.balances(asked.as_of)
        ),
        key=lambda row: (row[0].code, row[1].code),
    )
    rows: list[Row] = []
    debits = credits = 0
    for account, unit, minor, in_base in found:
        debits, credits = debits + max(in_base, 0), credits - min(in_base, 0)
        sides = _sides(Money(in_base, base))
        rows.append((account.code, account.name, unit.code, Money(minor, unit), *sides))
    owed = {control: aging_of(reader, asked.as_of, control).ties for control in OWED}
    agree = debits == credits
    return Report(
        name="trial-balance",
        title=f"Trial balance as of {asked.as_of}",
        columns=(
            *_ACCOUNT,
            Column("currency", "Cur."),
            Column("amount", "Amount", ColumnKind.MONEY),
            Column("debit", f"Debit {base}", ColumnKind.MONEY),
            Column("credit", f"Credit {base}", ColumnKind.MONEY),
        ),
        rows=tuple(rows),
        totals=(("", "Total", base.code, None, Money(debits, base), Money(credits, base)),),
        says=(
            *(
                f"The {control} account {'ties to' if ties else 'DOES NOT TIE to'} the ageing."
                for control, ties in owed.items()
            ),
            "Debits equal credits." if agree else "DEBITS AND CREDITS DIFFER.",
        ),
        holds=agree and all(owed.values()),
        as_of=asked.as_of,
    )


def _sides(money: Money) -> tuple[Money | None, Money | None]:
    return (money, None) if money.minor > 0 else (None, -money) if money.minor < 0 else (None, None)


def balance_sheet(reader: Reader, asked: Asked) -> Report:
    """Assets against liabilities and equity, the result of the year to date in it.

    No closing entries are posted: what earlier years left is worked out from their income and expenses.
    """
    base, accounts = reader.reference.base, reader.reference.accounts
    held = _in_base(reader, asked.as_of)
    begins = _year_begins(asked.as_of, reader.reference.fiscal_month)
    before = _in_base(reader, date.fromordinal(begins.toordinal() - 1)) if begins > date.min else {}
    rows: list[Row] = []
    sums = dict.fromkeys(_SHEET, 0)
    for kind in _SHEET:
        sign = 1 if kind is AccountType.ASSET else -1
        for account in _of_types(accounts.values(), (kind,)):
            minor = sign * held.get(account.id, 0)
            sums[kind] += minor
            if minor:
                rows.append((kind.value, account.code, account.name, Money(minor, base)))
    result, earlier = (-_result(sums_of, accounts.values()) for sums_of in (held, before))
    rows.append(("equity", "", "Earnings of earlier years, not closed into an account", Money(earlier, base)))
    rows.append(("equity", "", f"Result since {begins}", Money(result - earlier, base)))
    owned, owed = sums[AccountType.ASSET], sums[AccountType.LIABILITY]
    equity = sums[AccountType.EQUITY] + result
    agree = owned == owed + equity
    assets = Money(owned, base)
    verb = "equal" if agree else "DO NOT EQUAL"
    return Report(
        name="balance-sheet",
        title=f"Balance sheet as of {asked.as_of}, {base}",
        columns=(Column("part", "Part"), *_ACCOUNT, Column("amount", "Amount", ColumnKind.MONEY)),
        rows=tuple(rows),
        totals=(
            ("asset", "", "Assets", assets),
            ("liability", "", "Liabilities", Money(owed, base)),
            ("equity", "", "Equity", Money(equity, base)),
            ("", "", "Liabilities and equity", Money(owed + equity, base)),
        ),
        says=(f"Assets {verb} liabilities and equity: {said(assets)}.",),
        holds=agree,
        as_of=asked.as_of,
    )


def _in_base(reader: Reader, as_of: date) -> dict[int, int]:
    """Account -> its balance in minor units of the base currency."""
    sums: dict[int, int] = {}
    for number, _, _, in_base in reader.reports.balances(as_of):
        sums[number] = sums.get(number, 0) + in_base
    return sums


def _year_begins(on: date, fiscal_month: int) -> date:
    return date(max(fiscal_year(book_month(on), fiscal_month), 1), fiscal_month, 1)


def _of_types(accounts: Iterable[Account], types: tuple[AccountType, ...]) -> list[Account]:
    return sorted((account for account in accounts if account.type in types), key=lambda one: one.code)


def _result(held: dict[int, int], accounts: Iterable[Account]) -> int:
    return sum(held.get(account.id, 0) for account in _of_types(accounts, _RESULT))


def income(reader: Reader, asked: Asked) -> Report:
    """Income and expenses by account in some book months, and what the calendar would say of the same days."""
    base, accounts = reader.reference.base, reader.reference.accounts
    period = asked.months(reader.reference.fiscal_month)
    held: dict[int, int] = {}
    for moved in reader.sums.moved(period.first, period.last):
        held[moved.account_id] = held.get(moved.account_id, 0) + moved.base
    rows: list[Row] = []
    sums = dict.fromkeys(_RESULT, 0)
    for kind in _RESULT:
        sign = -1 if kind is AccountType.INCOME else 1
        for account in _of_types(accounts.values(), (kind,)):
            minor = sign * held.get(account.id, 0)
            sums[kind] += minor
            if minor:
                rows.append((kind.value, account.code, account.name, Money(minor, base)))
    earned = {account.id for account in _of_types(accounts.values(), _RESULT)}
    apart = _elsewhere(reader, period, earned)
    result = Money(sums[AccountType.INCOME] - sums[AccountType.EXPENSE], base)
    shift = Money(sum(_shift(found, period) for found in apart), base)
    by_date = _dated_result(reader, period, base)
    agree = result + shift == by_date
    agrees = "make" if agree else "DO NOT MAKE"
    return Report(
        name="income",
        title=f"Income in {period}, {base}",
        columns=(Column("part", "Part"), *_ACCOUNT, Column("amount", "Amount", ColumnKind.MONEY)),
        rows=tuple(rows),
        totals=(
            ("income", "", "Income", Money(sums[AccountType.INCOME], base)),
            ("expense", "", "Expenses", Money(sums[AccountType.EXPENSE], base)),
            ("", "", "Result by book month", result),
        ),
        reconciling=(
            *((_why(one, period), str(one.seq), _named(one), Money(_shift(one, period), base)) for one in apart),
            ("", "", "Result by business date", by_date),
        ),
        says=(f"{said(result)} by book month and what is dated elsewhere {agrees} {said(by_date)} by business date.",),
        holds=agree,
        period=period,
    )


def _elsewhere(reader: Reader, period: Period, accounts: set[int]) -> list[Elsewhere]:
    return reader.sums.elsewhere(period.first, period.last, period.from_on, period.to_on, accounts)


def _is_booked(found: Elsewhere, period: Period) -> bool:
    """Whether it is booked in the period, and so is dated elsewhere."""
    return period.first <= found.month <= period.last


def _shift(found: Elsewhere, period: Period) -> int:
    """What it adds to the result by book month on the way to the one by business date."""
    return found.base if _is_booked(found, period) else -found.base


def _why(found: Elsewhere, period: Period) -> str:
    return "dated elsewhere" if _is_booked(found, period) else "booked elsewhere"


def _named(found: Elsewhere) -> str:
    what = f"{found.text} {found.number}".strip()
    return f"{what}, dated {found.on}, booked in {month_text(found.month)}"


def _dated_result(reader: Reader, period: Period, base: Currency) -> Money:
    accounts = reader.reference.accounts.values()
    before = date.fromordinal(max(period.from_on.toordinal() - 1, 1))
    upto, earlier = _in_base(reader, period.to_on), _in_base(reader, before)
    return Money(_result(earlier, accounts) - _result(upto, accounts), base)


def journal(reader: Reader, asked: Asked) -> Report:
    """The entries of some days in their order; of some book months, with those that the calendar puts elsewhere."""
    base, accounts = reader.reference.base, reader.reference.accounts
    period = asked.period
    if period is None:
        entries = reader.reports.journal(asked.from_on or date.min, asked.as_of)
    else:
        entries = reader.reports.journal_of(period.first, period.last)
    rows: list[Row] = []
    debits = credits = 0
    for booked in entries:
        for leg in booked.entry.postings:
            debits, credits = debits + max(leg.base, 0), credits - min(leg.base, 0)
            rows.append((*_head(booked), *_leg(accounts[leg.account_id], leg.amount, Money(leg.base, base))))
    apart = _elsewhere(reader, period, set(accounts)) if period else []
    days = (
        f"in {period}" if period else f"from {asked.from_on} to {asked.as_of}" if asked.from_on else f"to {asked.as_of}"
    )
    agree = debits == credits
    return Report(
        name="journal",
        title=f"Journal {days}",
        columns=(
            Column("seq", "No.", ColumnKind.NUMBER),
            Column("date", "Date", ColumnKind.DATE),
            Column("month", "Month"),
            Column("document", "Document"),
            Column("text", "Text"),
            *_ACCOUNT,
            Column("debit", "Debit", ColumnKind.MONEY),
            Column("credit", "Credit", ColumnKind.MONEY),
            Column("currency", "Cur."),
            Column("base", base.code, ColumnKind.MONEY),
        ),
        rows=tuple(rows),
        totals=(
            (None, None, "", "", "Debits", "", "", None, None, base.code, Money(debits, base)),
            (None, None, "", "", "Credits", "", "", None, None, base.code, Money(-credits, base)),
        ),
        reconciling=tuple(_apart(found, period, base) for found in apart) if period else (),
        says=("Debits equal credits." if agree else "DEBITS AND CREDITS DIFFER.",),
        holds=agree,
        as_of=None if period else asked.as_of,
        period=period,
        grouped=5,
    )


def _head(booked: Booked) -> Row:
    entry = booked.entry
    return (booked.seq, entry.on, month_text(entry.month), booked.number, entry.text)


def _leg(account: Account, amount: Money, base: Money) -> Row:
    return (account.code, account.name, *_sides(amount), amount.currency.code, base)


def _apart(found: Elsewhere, period: Period, base: Currency) -> Row:
    head = (found.seq, found.on, month_text(found.month), found.number, found.text)
    return (*head, "", _why(found, period), None, None, base.code, Money(found.debit, base))
