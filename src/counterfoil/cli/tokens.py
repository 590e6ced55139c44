"""Issuing and revoking the secrets that open the doors."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from counterfoil.cli.desk import app, change, context, open_book, out
from counterfoil.contracts import INSTALLED
from counterfoil.core.errors import Invalid, Problem
from counterfoil.services import credentials

token_app = typer.Typer(help="Who may call at which door.", no_args_is_help=True)
app.add_typer(token_app, name="token")


@token_app.command("create")
def create(
    door: Annotated[str, typer.Argument(help="The contract that it opens, such as evolutionx or systemfive.")],
    name: Annotated[str, typer.Argument(help="Whose it is: a store, a connector. Several may be issued to one.")],
) -> None:
    """Issue a random secret for one door and print it, once."""
    doors = sorted(contract.name for contract in INSTALLED)
    if door not in doors:
        raise Invalid(Problem("door_unknown", "door", f"there is no door {door!r}; there are {', '.join(doors)}"))
    with context(open_book(), "token create").work() as work:
        issued = credentials.issue(work, name, door)
    out.print(f"Credential {issued.id} for {issued.principal} at {issued.door}. It is not shown again:")
    typer.echo(issued.secret)


@token_app.command("list")
def list_() -> None:
    """Every credential, without its secret."""
    table = Table("Id", "Principal", "Door", "Created", "Revoked")
    for known in credentials.listed(open_book()):
        revoked = f"{known.revoked_at:%Y-%m-%d %H:%M}" if known.revoked_at else ""
        table.add_row(str(known.id), known.principal, known.door, f"{known.created_at:%Y-%m-%d %H:%M}", revoked)
    out.print(table)


@token_app.command("revoke")
def revoke(number: Annotated[int, typer.Argument(help="Id of the credential.")]) -> None:
    """End a credential; a serving process may honour it for some seconds more."""
    change("token revoke", lambda work: credentials.revoke(work, number))
    out.print(f"Revoked credential {number}")
