"""Issuing and revoking the secrets that open the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from counterfoil import app as building
from counterfoil.cli.desk import app, change, context, open_book, out
from counterfoil.cli.tables import minute
from counterfoil.core.access import scopes
from counterfoil.core.errors import Invalid, Problem
from counterfoil.services import credentials

#: A hundred years: further ahead there soon is no date.
_DAYS = 36500

token_app = typer.Typer(help="Who may call at which door.", no_args_is_help=True)
app.add_typer(token_app, name="token")


@token_app.command("create")
def create(
    door: Annotated[str, typer.Argument(help="The contract that it opens, such as evolutionx or systemfive.")],
    name: Annotated[str, typer.Argument(help="Whose it is: a store, a connector. Several may be issued to one.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do, as resource:verb, such as invoices:read; several may be given. Else all."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="It holds this long. Else until it is revoked.", min=1, max=_DAYS)
    ] = None,
    per_minute: Annotated[int | None, typer.Option(help="Calls that it may make. Else any number.", min=1)] = None,
) -> None:
    """Issue a random secret for one door and print it, once."""
    # Imported late, as in the app module: only this command looks at the doors.
    from counterfoil.contracts import INSTALLED

    doors = {contract.name: contract for contract in INSTALLED}
    if door not in doors:
        raise Invalid(
            Problem("door_unknown", "door", f"there is no door {door!r}; there are {', '.join(sorted(doors))}")
        )
    _known(scope or (), {route.scope[0] for route in doors[door].routes if route.scope})
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with context(open_book(), "token create").work() as work:
        issued = credentials.issue(work, name, door, scopes=scope or None, expires_at=expires_at, per_minute=per_minute)
    out.print(f"Credential {issued.id} for {issued.principal} at {issued.door}. It is not shown again:")
    typer.echo(issued.secret)


def _known(given: list[str] | tuple[()], resources: set[str]) -> None:
    """Refuse scopes that no route of a door asks for: one mistyped would open nothing."""
    unknown = {held.partition(":")[0] for held in scopes(given)} - resources - {"*"}
    if resources and unknown:
        there = ", ".join(sorted(resources))
        raise Invalid(
            [Problem("scope_unknown", "scope", f"the door has no {name!r}, it has {there}") for name in sorted(unknown)]
        )


@token_app.command("list")
def list_() -> None:
    """Every credential, without its secret."""
    store = open_book()
    zone = ZoneInfo(building.reference(store).time_zone)
    table = Table("Id", "Principal", "Door", "Created", "Scopes", "Per minute", "Expires", "Revoked")
    for known in credentials.listed(store):
        held = "all" if known.scopes is None else " ".join(sorted(known.scopes))
        times = (known.created_at, known.expires_at, known.revoked_at)
        created, expires, revoked = (minute(at, zone) if at else "" for at in times)
        rate = str(known.per_minute or "")
        table.add_row(str(known.id), known.principal, known.door, created, held, rate, expires, revoked)
    out.print(table)


@token_app.command("revoke")
def revoke(number: Annotated[int, typer.Argument(help="Id of the credential.")]) -> None:
    """End a credential; a serving process may honour it for some seconds more."""
    change("token revoke", lambda work: credentials.revoke(work, number))
    out.print(f"Revoked credential {number}")
