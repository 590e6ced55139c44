"""Vendors played on this machine, to try things against."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from counterfoil.cli.desk import app, out
from counterfoil.config import SettingsError
from counterfoil.core.errors import Invalid, Problem

double_app = typer.Typer(help="Vendors played on this machine, to try things against.", no_args_is_help=True)
app.add_typer(double_app, name="double")


@double_app.command("traede")
def traede(
    port: Annotated[int, typer.Option(help="Port of the loopback.", min=1, max=65535)] = 8090,
    documents: Annotated[int, typer.Option(help="How many of each kind there are.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same documents and faults.")] = 1,
    faults: Annotated[str, typer.Option(help="all, or some with their rates: error=0.1,truncated,shift=0.2.")] = "",
    signs: Annotated[str, typer.Option(help="Credit notes: plus, fees_minus or lines_minus.")] = "plus",
    poison: Annotated[bool, typer.Option(help="One document in a hundred cannot be imported.")] = False,
    refuse: Annotated[str, typer.Option(help="Marks of accounting entries not taken: reference or guide.")] = "",
    ignore_page: Annotated[bool, typer.Option(help="Every page is the first one.")] = False,
    skew: Annotated[int, typer.Option(help="Seconds by which its clock is ahead.")] = 0,
    silence: Annotated[float, typer.Option(help="Seconds for which a call without an answer is kept waiting.")] = 1,
) -> None:
    """Play TRAEDE's export contract; what is marked stands at /double/marks?system_id=NAME."""
    # Imported late, as in the app module: only this command plays a vendor.
    from counterfoil.doubles.traede import Double, Faults, Recipe, World, read_faults

    if signs not in ("plus", "fees_minus", "lines_minus"):
        raise Invalid(Problem("signs_unknown", "signs", f"{signs!r} is none of plus, fees_minus, lines_minus"))
    plan = Faults(seed, read_faults(faults), ignore_page=ignore_page, refuse=refuse, skew=skew)
    recipe = Recipe(seed=seed, signs=signs, poison=poison, late="shift" in faults or faults == "all")  # type: ignore[arg-type]
    try:
        double = Double(World(documents, recipe), plan, port, silence=silence)
    except OSError as error:
        raise SettingsError(f"port {port} cannot be used: {error.strerror}") from error
    out.print(f"TRAEDE is played at {double.address}; token: token, app key: key; stop with Ctrl-C")
    with suppress(KeyboardInterrupt):
        double.serve()
