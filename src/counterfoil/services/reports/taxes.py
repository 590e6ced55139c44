"""What sales charged of each tax, beside what the tax accounts say."""

from __future__ import annotations

from counterfoil.core.journal import Role
from counterfoil.core.money import Money, currency, from_millionths
from counterfoil.services.reports.asking import Asked
from counterfoil.services.reports.model import Column, ColumnKind, Report, Row, said
from counterfoil.store import Leg, Reader


def tax(reader: Reader, asked: Asked) -> Report:
    """Base and tax per tax and rate in some book months; what else was put on the tax accounts reconciles the two."""
    codes = reader.reference.tax_codes
    period = asked.months(reader.reference.fiscal_month)
    accounts = accounts_of(reader, Role.TAX)
    rows: list[Row] = []
    charged: dict[str, int] = {}
    for taxed in reader.sums.taxes(period.first, period.last):
        unit = currency(taxed.currency)
        charged[unit.code] = charged.get(unit.code, 0) + taxed.tax
        code = codes.get(taxed.tax_code_id or 0)
        names = (code.code, code.name) if code else ("", "as delivered")
        rate = None if taxed.rate is None else from_millionths(taxed.rate * 100)
        rows.append((*names, rate, taxed.documents, unit.code, Money(taxed.base, unit), Money(taxed.tax, unit)))
    legs = reader.sums.tax_postings(period.first, period.last, accounts)
    posted: dict[str, int] = {}
    for leg in legs:
        posted[leg.currency] = posted.get(leg.currency, 0) - leg.amount * leg.is_sale
    other = [leg for leg in legs if not leg.is_sale and leg.amount]
    units = sorted({*charged, *posted} | ({reader.reference.base.code} if not charged else set()))
    holds = all(charged.get(unit, 0) == posted.get(unit, 0) for unit in units)
    named = ", ".join(
        f"{reader.reference.accounts[number].code} {reader.reference.accounts[number].name}" for number in accounts
    )
    return Report(
        name="tax",
        title=f"Tax charged in {period}",
        columns=(
            Column("code", "Code"),
            Column("name", "Tax"),
            Column("rate", "Rate %", ColumnKind.QUANTITY),
            Column("documents", "Documents", ColumnKind.NUMBER),
            Column("currency", "Cur."),
            Column("base", "Base", ColumnKind.MONEY),
            Column("tax", "Tax", ColumnKind.MONEY),
        ),
        rows=tuple(rows),
        totals=tuple(
            ("", "Total", None, None, unit, None, Money(charged.get(unit, 0), currency(unit))) for unit in units
        ),
        reconciling=tuple(_other(leg) for leg in other),
        says=tuple(
            f"The tax {'ties' if charged.get(unit, 0) == posted.get(unit, 0) else 'DOES NOT TIE'} to {named}:"
            f" {said(Money(posted.get(unit, 0), currency(unit)))} posted by these documents."
            for unit in units
        ),
        holds=holds,
        period=period,
    )


def _other(leg: Leg) -> Row:
    money = Money(-leg.amount, currency(leg.currency))
    name = f"no sale: {leg.text} {leg.number}".strip()
    return (str(leg.seq), name, None, None, leg.currency, None, money)


def accounts_of(reader: Reader, role: Role) -> list[int]:
    """Ids of the accounts that play a role or ever did, by code."""
    codes = reader.sums.accounts_of(role.value)
    found = [account for account in reader.reference.accounts.values() if account.code in codes]
    return [account.id for account in sorted(found, key=lambda one: one.code)]
