"""Keeping a book: backing it up, restoring it, letting old bodies go."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from counterfoil import app as building
from counterfoil.cli.desk import app, context, open_book, out, settings
from counterfoil.config import Database
from counterfoil.core.errors import Invalid, Refused
from counterfoil.services.checking import check
from counterfoil.services.syncing import last_began
from counterfoil.services.upkeep import purge_bodies

_SKEW = timedelta(hours=1)
_DAYS = re.compile(r"([1-9][0-9]{0,4})d")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file to write the book to.")],
    pg_dump: Annotated[str, typer.Option(help="PostgreSQL's pg_dump, not older than the server.")] = "pg_dump",
) -> None:
    """Write the book to one file while it is served, and verify the laws: on SQLite those of the copy."""
    database = settings().database
    store = open_book()
    building.back_up(database.url, file, pg_dump)
    if store.engine.dialect == "sqlite":
        copy = building.book_store(f"sqlite:///{file}")
        _verify(copy)
        copy.engine.dispose()
        building.seal(file)
    else:
        _verify(store)
    out.print(f"Wrote {database.place} to {file}; all laws hold.", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    database: Annotated[str, typer.Option(help="URL of an empty place; on PostgreSQL with the same schema.")],
    pg_restore: Annotated[str, typer.Option(help="PostgreSQL's pg_restore, not older than the backup.")] = "pg_restore",
) -> None:
    """Bring a book back into an empty place and verify its laws; exit status 1 if any is broken."""
    building.restore(database, file, pg_restore)
    store = building.book_store(database)
    _verify(store)
    pulled = last_began(store)
    store.engine.dispose()
    out.print(f"Restored {file} to {Database(database).place}; all laws hold.", soft_wrap=True)
    for account, began in pulled:
        contract, _, name = account.partition(":")
        # By the other system's clock, which may differ from ours.
        since = f"{began - _SKEW:%Y-%m-%dT%H:%MZ}"
        do = f"counterfoil sync {contract} run --account {name} --exported-since {since}"
        out.print(
            f"What {account} was told after the backup is missing here and not offered again: {do}", soft_wrap=True
        )


def _verify(store: building.Store) -> None:
    broken = [breach.say for finding in check(store) for breach in finding.breaches]
    for say in broken:
        out.print(f"broken: {say}", style="red", markup=False)
    if broken:
        raise Refused.of("laws_broken", "the book was copied, and is broken: see counterfoil check")


@app.command("purge-bodies")
def purge(
    older_than: Annotated[str, typer.Option(help="Age in days, such as 400d.")],
) -> None:
    """Let the bodies of old calls go, and with them the personal data in them; hashes, answers and documents stay."""
    found = _DAYS.fullmatch(older_than)
    if found is None:
        raise Invalid.of("age_invalid", f"{older_than!r} is no age in days, such as 400d", "older_than")
    gone = purge_bodies(context(open_book(), "purge-bodies"), timedelta(days=int(found[1])))
    out.print(f"{gone} bodies older than {older_than} are gone; their hashes stay.")
