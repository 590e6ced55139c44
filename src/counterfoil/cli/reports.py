"""Reports: each as a table, as JSON, as CSV or as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli import rendering
from counterfoil.cli.desk import app, open_book, out, said
from counterfoil.core.errors import Invalid
from counterfoil.services.reports import REPORTS, draw, forms
from counterfoil.services.reports.asking import AS_OF, FROM, PARTY, PERIOD
from counterfoil.services.reports.model import Report

report_app = typer.Typer(help="Reports, as of any date or of any period.", no_args_is_help=True)
app.add_typer(report_app, name="report")

AsOf = Annotated[str | None, typer.Option(help="Business date YYYY-MM-DD, else the book's today.")]
From = Annotated[str | None, typer.Option("--from", help="First business date, else the beginning.")]
Period = Annotated[
    str | None, typer.Option(help="Book months: YYYYMM, a year, or FROM..TO; else the fiscal year so far.")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="As CSV.")]
Xlsx = Annotated[Path | None, typer.Option(help="Write a workbook to this file.")]


def _show(name: str, as_json: bool, as_csv: bool, xlsx: Path | None, **texts: str | None) -> None:
    if as_json and as_csv:
        raise Invalid.of("form_ambiguous", "say --json or --csv, not both")
    report = draw(open_book(), name, {key: text for key, text in texts.items() if text is not None})
    if as_json:
        typer.echo(rendering.as_json(report))
    elif as_csv:
        typer.echo(forms.as_csv(report), nl=False)
    elif xlsx is None:
        rendering.table(out, report)
    if xlsx is not None:
        _write(report, xlsx)
    if report.holds is False:
        raise typer.Exit(1)


def _write(report: Report, file: Path) -> None:
    try:
        file.write_bytes(forms.as_workbook(report))
    except OSError as error:
        raise Invalid.of("file_unwritable", f"{file} cannot be written: {said(error)}") from error


def _offer_as_of(name: str) -> None:
    @report_app.command(name, help=REPORTS[name].about)
    def command(as_of: AsOf = None, as_json: Json = False, as_csv: Csv = False, xlsx: Xlsx = None) -> None:
        _show(name, as_json, as_csv, xlsx, as_of=as_of)


def _offer_period(name: str) -> None:
    @report_app.command(name, help=REPORTS[name].about)
    def command(period: Period = None, as_json: Json = False, as_csv: Csv = False, xlsx: Xlsx = None) -> None:
        _show(name, as_json, as_csv, xlsx, period=period)


def _offer_plain(name: str) -> None:
    @report_app.command(name, help=REPORTS[name].about)
    def command(as_json: Json = False, as_csv: Csv = False, xlsx: Xlsx = None) -> None:
        _show(name, as_json, as_csv, xlsx)


for _name, _offer in REPORTS.items():
    if _offer.takes == (AS_OF,):
        _offer_as_of(_name)
    elif _offer.takes == (PERIOD,):
        _offer_period(_name)
    elif not _offer.takes:
        _offer_plain(_name)


@report_app.command("statement", help=REPORTS["statement"].about)
def statement(
    customer: Annotated[str, typer.Argument(help="Code of the customer.")],
    from_on: From = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """One customer's account."""
    _show("statement", as_json, as_csv, xlsx, **{PARTY: customer, FROM: from_on, AS_OF: as_of})


@report_app.command("journal", help=REPORTS["journal"].about)
def journal(
    period: Annotated[str | None, typer.Option(help="Book months: YYYYMM, a year, or FROM..TO.")] = None,
    from_on: From = None,
    as_of: AsOf = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """The journal entries in their order."""
    _show("journal", as_json, as_csv, xlsx, **{PERIOD: period, FROM: from_on, AS_OF: as_of})
