"""Making, serving, checking and changing a book."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from counterfoil import app as building
from counterfoil import company
from counterfoil.cli.desk import act, app, change, context, day, open_book, out, said, settings, settings_file
from counterfoil.config import SettingsError
from counterfoil.core.errors import Conflict, Invalid, Problem
from counterfoil.core.journal import AccountType, Role
from counterfoil.core.reference import POLICY_NAMES
from counterfoil.core.terms import month_text
from counterfoil.services import periods, registry, stock
from counterfoil.services.checking import check as check_laws
from counterfoil.services.checking import keep

period_app = typer.Typer(help="Book months: which are closed.", no_args_is_help=True)
stock_app = typer.Typer(help="Stock on hand, reserved and adjusted.", no_args_is_help=True)
setting_app = typer.Typer(
    help="The book's own settings; every change is kept with its date and actor.", no_args_is_help=True
)
rate_app = typer.Typer(help="Exchange rates.", no_args_is_help=True)
app.add_typer(period_app, name="period")
app.add_typer(stock_app, name="stock")
app.add_typer(setting_app, name="setting")
app.add_typer(rate_app, name="rate")


@app.command()
def init(
    currency: Annotated[str, typer.Option(help="Base currency, such as CAD.")],
    country: Annotated[str, typer.Option(help="Two-letter country of the company, such as CA.")],
    time_zone: Annotated[str, typer.Option(help="Where the book's day begins, such as America/Vancouver.")] = "UTC",
    fiscal_year: Annotated[int, typer.Option(help="Month in which the fiscal year begins.")] = 1,
    name: Annotated[str, typer.Option(help="The company's name.")] = "My company",
) -> None:
    """Make a book: tables, chart of accounts, number series, invoice and tender types."""
    url = settings().database
    building.create_book(url.url, name, currency, country, time_zone, fiscal_year)
    out.print(f"Made a book in {currency} at {url.place}")


@app.command()
def migrate(
    serve_role: Annotated[
        str | None,
        typer.Option(help="PostgreSQL role that serve will use; it is granted no right to change the journal."),
    ] = None,
) -> None:
    """Bring the book's tables to this program's revision."""
    at = building.migrate_book(settings().database.url, serve_role)
    out.print(f"The book is at revision {at}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
) -> None:
    """Answer at all doors until stopped; what is under way then is finished."""
    # Imported late, as in the app module: only this command serves.
    from counterfoil.web.serving import CannotListen, run

    listening = settings().server
    building.require_ready(settings())
    file = settings_file()
    try:
        run(
            partial(building.load, str(file) if file else None),
            host=host or listening.host,
            port=port or listening.port,
            workers=listening.workers,
            threads=listening.threads,
            log_level=listening.log_level,
            tls_certificate=Path(listening.tls_certificate) if listening.tls_certificate else None,
            tls_key=Path(listening.tls_key) if listening.tls_key else None,
        )
    except CannotListen as error:
        raise SettingsError(str(error)) from error


@app.command()
def check() -> None:
    """Verify every law on the live book; exit status 1 if any is broken, naming the rows that break it."""
    store = open_book()
    findings = list(check_laws(store))
    with context(store, "check").work() as work:
        keep(work, findings)
    broken = [(finding.law, breach.say) for finding in findings for breach in finding.breaches]
    for law, say in broken:
        out.print(f"[red]broken[/red]  {law}: {say}")
    if broken:
        raise typer.Exit(1)
    out.print(f"All {len(findings)} laws hold.")


@app.command()
def load(file: Annotated[Path, typer.Argument(help="A company file; see docs/company-file.md.")]) -> None:
    """File departments, taxes, tenders, customers and items from a company file, where they are missing."""
    try:
        wanted = company.read(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(Problem("file_unreadable", "", f"{file} cannot be read: {said(error)}")) from error
    with context(open_book(), "load").work() as work:
        added = company.file(work, wanted, work.today)
    out.print(f"Filed {added} new things from {file.name}")


def _month(text: str) -> int:
    try:
        return int(date.fromisoformat(f"{text}-01").strftime("%Y%m"))
    except ValueError as error:
        raise Invalid(Problem("month_invalid", "month", f"{text!r} is no month YYYY-MM")) from error


@period_app.command("close")
def period_close(month: Annotated[str, typer.Argument(help="YYYY-MM; it and all before it are closed.")]) -> None:
    """Close a book month: nothing can be posted into it any more."""
    change("period close", lambda work: periods.close(work, _month(month)))
    out.print(f"Closed up to {month}")


@period_app.command("reopen")
def period_reopen(
    month: Annotated[str, typer.Argument(help="YYYY-MM; it and all after it are opened.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
) -> None:
    """Open a closed book month again."""
    change("period reopen", lambda work: periods.reopen(work, _month(month), reason))
    out.print(f"Open from {month}")


@period_app.command("show")
def period_show() -> None:
    """Which book months are closed."""
    closed = building.reference(open_book()).closed_through
    out.print(f"Closed up to {month_text(closed)}" if closed else "No book month is closed")


# A negative quantity looks like an option; it is none.
@stock_app.command("adjust", context_settings={"ignore_unknown_options": True})
def stock_adjust(
    sku: str,
    quantity: Annotated[str, typer.Argument(help="+ found or brought in, - lost.")],
    cost: Annotated[str | None, typer.Option(help="Cost of one unit that comes in, in the base currency.")] = None,
    department: Annotated[int | None, typer.Option(help="Department, else the default one.")] = None,
    reason: Annotated[str | None, typer.Option(help="Code of the account that explains it.")] = None,
    on: Annotated[str | None, typer.Option(help="Date, else today.")] = None,
    comment: str = "",
) -> None:
    """Bring goods in or take them out by hand."""
    amount, unit_cost = number(quantity), number(cost) if cost is not None else None
    outcome = act(
        "stock adjust",
        lambda work: stock.adjust(work, sku, amount, unit_cost, department, reason, day(on), comment),
    )
    out.print(f"Filed {outcome.number}")


def number(text: str) -> Decimal:
    """A number from the command line."""
    try:
        found = Decimal(text)
    except ArithmeticError as error:
        raise Invalid(Problem("number_invalid", "", f"{text!r} is no number")) from error
    if not found.is_finite():
        raise Invalid(Problem("number_invalid", "", f"{text!r} is no number"))
    return found


@stock_app.command("show")
def stock_show() -> None:
    """Stock on hand, reserved and available, by item and department."""
    table = Table("Item", "Department", "On hand", "Reserved", "Available", "Average cost")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in stock.shown(open_book()):
        table.add_row(
            row.sku,
            str(row.department_id),
            f"{row.on_hand:f}",
            f"{row.reserved:f}",
            f"{row.on_hand - row.reserved:f}",
            f"{row.average:f}",
        )
    out.print(table)


@setting_app.command("list")
def setting_list() -> None:
    """Every setting of the book as it holds now."""
    policy = building.reference(open_book()).policy
    table = Table("Setting", "Value")
    for name in POLICY_NAMES:
        table.add_row(name, str(getattr(policy, name)))
    out.print(table)


@setting_app.command("set")
def setting_set(name: str, value: Annotated[str, typer.Argument(help="As JSON: true, 3, null.")]) -> None:
    """Change a setting of the book from now on."""
    try:
        wanted: Any = json.loads(value)
    except ValueError as error:
        raise Invalid(Problem("value_invalid", name, f"{value!r} is no JSON value")) from error
    change("setting set", lambda work: registry.set_policy(work, name, wanted))
    out.print(f"{name} = {value}")


@setting_app.command("account")
def setting_account(
    role: Annotated[str, typer.Argument(help="Role, such as sales or inventory.")],
    code: Annotated[str, typer.Argument(help="Code of the account that plays it.")],
    ledger_class: Annotated[str, typer.Option(help="For items of this ledger class only.")] = "",
) -> None:
    """Let another account play a role."""
    if role not in {known.value for known in Role}:
        raise Conflict(Problem("role_unknown", "role", f"there is no role {role!r}"))
    change("setting account", lambda work: registry.map_account(work, Role(role), code, ledger_class))
    out.print(f"{role} = {code}")


@setting_app.command("add-account")
def setting_add_account(
    code: str,
    name: str,
    kind: Annotated[str, typer.Argument(help="asset, liability, equity, income or expense.")],
) -> None:
    """Add an account to the chart."""
    if kind not in {known.value for known in AccountType}:
        raise Invalid(Problem("account_type_invalid", "kind", f"{kind!r} is no type of account"))
    change("setting add-account", lambda work: registry.add_account(work, code, name, kind))
    out.print(f"Added account {code} {name}")


@rate_app.command("set")
def rate_set(
    currency: str,
    rate: Annotated[str, typer.Argument(help="What one unit is worth in the base currency.")],
    on: Annotated[str | None, typer.Option(help="From this day on, else today.")] = None,
) -> None:
    """File an exchange rate."""
    wanted = number(rate)
    change("rate set", lambda work: registry.set_rate(work, currency, day(on) or work.today, wanted))
    out.print(f"1 {currency} = {rate}")
