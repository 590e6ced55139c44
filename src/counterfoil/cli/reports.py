"""Reports as of any date, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer

from counterfoil.cli import tables
from counterfoil.cli.desk import app, day, open_book, out
from counterfoil.services import statements
from counterfoil.wire.codec import encode

report_app = typer.Typer(help="Reports as of any date.", no_args_is_help=True)
app.add_typer(report_app, name="report")

AsOf = Annotated[str | None, typer.Option(help="Business date YYYY-MM-DD, else the book's today.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def _print_json(rows: Any) -> None:
    typer.echo(encode(rows).decode())


def _ends(ties: bool) -> None:
    if not ties:
        raise typer.Exit(1)


@report_app.command()
def aging(as_of: AsOf = None, as_json: Json = False) -> None:
    """Aged receivables of all customers; ties to the ledger and says so on the last line."""
    store = open_book()
    report = statements.aging(store, day(as_of) or statements.today(store))
    if as_json:
        _print_json(_aging_json(report))
    else:
        tables.aging(out, report)
    _ends(report.ties)


def _aging_json(report: statements.Aging) -> dict[str, Any]:
    return {
        "as_of": report.as_of.isoformat(),
        "customers": [_aged_json(row) | {"code": row.code, "name": row.name} for row in report.rows],
        "totals": [_aged_json(row) for row in report.totals],
        "ledger": {unit.code: money.amount for unit, money in report.control.items()},
        "ties": report.ties,
    }


def _aged_json(row: statements.AgingRow) -> dict[str, Any]:
    buckets = {bucket.value: money.amount for bucket, money in row.buckets.items()}
    return {"currency": row.balance.currency.code, "balance": row.balance.amount, "buckets": buckets}


@report_app.command("trial-balance")
def trial_balance(as_of: AsOf = None, as_json: Json = False) -> None:
    """The balance of every account; debits and credits agree, and the last line says so."""
    store = open_book()
    on = day(as_of) or statements.today(store)
    rows, base = statements.trial_balance(store, on)
    off = sum(row.base.minor for row in rows)
    if as_json:
        _print_json({"as_of": on.isoformat(), "accounts": _trial_json(rows), "base": base.code, "balances": off == 0})
    else:
        tables.trial_balance(out, rows, base, on)
    _ends(off == 0)


def _trial_json(rows: Sequence[statements.TrialRow]) -> list[dict[str, Any]]:
    return [
        {
            "account": row.account.code,
            "name": row.account.name,
            "currency": row.amount.currency.code,
            "amount": row.amount.amount,
            "base": row.base.amount,
        }
        for row in rows
    ]


@report_app.command("open-items")
def open_items(as_of: AsOf = None, as_json: Json = False) -> None:
    """Every open charge and credit, by customer and due date."""
    store = open_book()
    on = day(as_of) or statements.today(store)
    rows = statements.open_items(store, on)
    if as_json:
        _print_json({"as_of": on.isoformat(), "items": [tables.item_values(row) for row in rows]})
    else:
        tables.open_items(out, rows, on)


@report_app.command()
def journal(
    from_on: Annotated[str | None, typer.Option("--from", help="First business date, else the beginning.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """The journal entries in their order."""
    store = open_book()
    on = day(as_of) or statements.today(store)
    entries = statements.journal(store, day(from_on) or date.min, on)
    if as_json:
        _print_json([tables.entry_values(booked, accounts) for booked, accounts in entries])
    else:
        tables.journal(out, entries)
