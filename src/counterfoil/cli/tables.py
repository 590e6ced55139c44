"""How documents are listed on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from counterfoil.core.money import Money
from counterfoil.services.statements import Headed


def amount(money: Money) -> str:
    """An amount with thousands set apart."""
    return f"{money.amount:,f}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant by the book's clock, to the second."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def minute(at: datetime, zone: ZoneInfo) -> str:
    """An instant by the book's clock, to the minute."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def documents(out: Console, rows: Iterable[Headed]) -> None:
    """All documents; what the sender's total says more than ours stands under variance."""
    table = Table(title="Documents", title_justify="left")
    for head in ("Number", "Kind", "State", "Customer", "Date", "Cur."):
        table.add_column(head)
    for head in ("Total", "Open", "Variance"):
        table.add_column(head, justify="right", no_wrap=True)
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
