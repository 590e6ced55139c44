"""Booking accounting entries as given."""

from __future__ import annotations

from decimal import Decimal

from counterfoil.core.accounting import TYPE, AccountingEntry, EntryLine
from counterfoil.core.document import Document, Kind, Line, LineKind, State
from counterfoil.core.errors import Problem, Refused
from counterfoil.core.journal import Account
from counterfoil.core.money import Currency, Money, currency, total
from counterfoil.core.posting import Books, for_accounting_entry
from counterfoil.core.terms import book_month, month_text
from counterfoil.services.drawing import default_department
from counterfoil.services.office import Filed, Work


def enter(work: Work, entry: AccountingEntry) -> Filed:
    """Book an accounting entry; Refused with every problem at once.

    Lines of no amount are kept and post nothing. Control accounts take no entries: what a customer owes changes by
    invoices, credit notes and receipts alone.
    """
    reference = work.reference
    unit = currency(entry.currency) if entry.currency else reference.base
    month = entry.book_month or book_month(entry.on)
    by_code = {account.code: account for account in reference.accounts.values()}
    problems = _problems(entry, by_code, unit)
    if month <= reference.closed_through:
        say = f"book month {month_text(month)} is closed, up to {month_text(reference.closed_through)}"
        problems.append(Problem("period_closed", "book_month", say))
    if problems:
        raise Refused(problems)
    rate = _rate(work, entry, unit)
    lines = tuple(_line(work, asked, number, unit) for number, asked in enumerate(entry.lines, start=1))
    nothing = Money(0, unit)
    document = Document(
        id=work.unit.mint.take("document"),
        kind=Kind.ACCOUNTING_ENTRY,
        state=State.POSTED,
        on=entry.on,
        book_month=month,
        department_id=default_department(work),
        reference=entry.reference,
        comment=entry.text,
        subtotal=nothing,
        discount_total=nothing,
        tax_total=nothing,
        total=nothing,
        lines=lines,
        extras={**entry.extras, TYPE: entry.type.value},
    )
    work.file(document)
    accounts = {line.id: by_code[line.sku].id for line in lines}
    work.post(for_accounting_entry(document, accounts, Books(reference.account_map, reference.base, rate)))
    return Filed(document)


def _problems(entry: AccountingEntry, by_code: dict[str, Account], unit: Currency) -> list[Problem]:
    problems = [found for line in entry.lines for found in _line_problems(line, by_code, unit)]
    if not entry.lines:
        problems.append(Problem("lines_required", "lines", "an entry has at least one line"))
    if entry.rate is not None and entry.rate <= 0:
        problems.append(Problem("rate_invalid", "rate", f"{entry.rate} is no exchange rate"))
    if problems:
        return problems
    debit = total((Money.of(line.debit, unit) for line in entry.lines), unit)
    credit = total((Money.of(line.credit, unit) for line in entry.lines), unit)
    if debit != credit:
        say = f"the lines debit {debit.amount} and credit {credit.amount}"
        problems.append(Problem("entry_unbalanced", "lines", say))
    return problems


def _line_problems(line: EntryLine, by_code: dict[str, Account], unit: Currency) -> list[Problem]:
    problems = []
    account = by_code.get(line.account)
    if account is None:
        problems.append(Problem("account_unknown", line.where, f"there is no account {line.account!r}"))
    elif account.control:
        say = f"account {account.code} is what {account.control} items add up to, and takes no entries"
        problems.append(Problem("account_controlled", line.where, say))
    for amount in (line.debit, line.credit):
        if Money.of(amount, unit).amount != amount:
            problems.append(Problem("amount_too_fine", line.where, f"{amount} is finer than {unit} allows"))
    return problems


def _rate(work: Work, entry: AccountingEntry, unit: Currency) -> Decimal | None:
    if unit == work.reference.base:
        return None
    return entry.rate or work.reference.rate(unit.code, entry.on.isoformat())


def _line(work: Work, asked: EntryLine, number: int, unit: Currency) -> Line:
    net = Money.of(asked.debit, unit) - Money.of(asked.credit, unit)
    nothing = Money(0, unit)
    return Line(
        id=work.unit.mint.take("document_line"),
        line_no=number,
        kind=LineKind.ENTRY,
        item_id=None,
        sku=asked.account,
        description=asked.text,
        note="",
        uom="",
        quantity=Decimal(1),
        ordered=Decimal(1),
        unit_price=Decimal(0),
        discount=nothing,
        net=net,
        tax=nothing,
    )
