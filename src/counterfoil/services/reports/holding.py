"""What lies in stock and what it is worth; which numbers were given."""

from __future__ import annotations

from counterfoil.core.journal import Role
from counterfoil.core.money import Money, from_millionths
from counterfoil.services.reports.asking import Asked
from counterfoil.services.reports.model import Column, ColumnKind, Report, said
from counterfoil.services.reports.taxes import accounts_of
from counterfoil.store import Reader


def stock(reader: Reader, asked: Asked) -> Report:
    """What lay of every item on a date and what it was worth, beside the inventory accounts."""
    base = reader.reference.base
    found = [row for row in reader.sums.stock(asked.as_of) if row.quantity or row.value]
    worth = Money(sum(row.value for row in found), base)
    accounts = accounts_of(reader, Role.INVENTORY)
    balances = [(number, in_base) for number, _, _, in_base in reader.reports.balances(asked.as_of)]
    held = Money(sum(in_base for number, in_base in balances if number in accounts), base)
    others = [row for row in reader.sums.without_moves(asked.as_of, accounts) if row[4]]
    holds = held - Money(sum(row[4] for row in others), base) == worth
    known = reader.reference.accounts
    named = ", ".join(f"{known[number].code} {known[number].name}" for number in accounts)
    what = "Stock and what reconciles it" if others else "Stock"
    agrees = "DOES NOT TIE to" if not holds else "tie to" if others else "ties to"
    return Report(
        name="stock",
        title=f"Stock as of {asked.as_of}, {base}",
        columns=(
            Column("item", "Item"),
            Column("description", "Description"),
            Column("uom", "Unit"),
            Column("on_hand", "On hand", ColumnKind.QUANTITY),
            Column("value", "Value", ColumnKind.MONEY),
        ),
        rows=tuple(
            (row.sku, row.description, row.uom, from_millionths(row.quantity), Money(row.value, base)) for row in found
        ),
        totals=(("", "Value of stock", "", None, worth),),
        reconciling=tuple(
            (number, f"no goods moved: {text} of {on}", "", None, Money(minor, base))
            for _, on, number, text, minor in others
        ),
        says=(f"{what} {agrees} {named}: {said(held)}.",),
        holds=holds,
        as_of=asked.as_of,
    )


def numbers(reader: Reader, asked: Asked) -> Report:
    """Every number series: how many were given, the last one, and whether any is missing."""
    found = reader.sums.series()
    gaps = sum(series.drawn - series.used for series in found)
    return Report(
        name="numbers",
        title="Number series",
        columns=(
            Column("kind", "Kind"),
            Column("prefix", "Prefix"),
            Column("last", "Last"),
            Column("given", "Given", ColumnKind.NUMBER),
            Column("in_use", "In use", ColumnKind.NUMBER),
            Column("missing", "Missing", ColumnKind.NUMBER),
        ),
        rows=tuple((s.kind.replace("_", " "), s.prefix, s.last, s.drawn, s.used, s.drawn - s.used) for s in found),
        says=("No number is missing.",) if not gaps else ("NUMBERS ARE MISSING.",),
        holds=not gaps,
        as_of=asked.as_of,
    )
