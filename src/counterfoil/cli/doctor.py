"""`counterfoil doctor`: looks at what a book needs around it, and says what to mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from counterfoil import app as building
from counterfoil import config
from counterfoil.cli.desk import app, because, out, settings
from counterfoil.core.errors import BookError
from counterfoil.core.journal import Role
from counterfoil.services import credentials

_SKEW = timedelta(seconds=5)
_OLD = timedelta(days=365)
_SOON = timedelta(days=14)
_CHECKED = timedelta(days=7)
_ROOM = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what was found.

    mend: what to do about it; "" = nothing
    must: it has to be done
    """

    what: str
    say: str
    mend: str = ""
    must: bool = False


@app.command()
def doctor() -> None:
    """Look at settings, database, clock, disk and credentials; exit status 1 when something must be mended."""
    must = False
    for finding in _findings(datetime.now(UTC)):
        must = must or finding.must
        mark, style = ("mend", "red") if finding.must else ("note", "yellow") if finding.mend else ("fine", "green")
        out.print(f"[{style}]{mark}[/{style}]  ", end="")
        out.print(f"{finding.what}: {finding.say}", highlight=False, markup=False, soft_wrap=True)
        if finding.mend:
            out.print(f"      {finding.mend}", highlight=False, markup=False, soft_wrap=True)
    if must:
        raise typer.Exit(1)


def _findings(now: datetime) -> Iterator[Finding]:
    try:
        known = settings()
        building.require_known(known)
    except config.SettingsError as error:
        yield Finding("settings", str(error), "correct the settings file or the environment: docs/settings.md", True)
        return
    yield Finding("settings", "they can be read")
    try:
        yield from _disk(known.database)
        store = building.book_store(known.database.url)
    except BookError as error:
        yield Finding(
            "database", f"{error}{because(error)}", f"see that {known.database.place} is there and current", True
        )
        return
    yield Finding("database", f"{known.database.place} answers and is current")
    try:
        for look in _LOOKS:
            yield from look(store, now)
    finally:
        store.engine.dispose()


def _disk(database: config.Database) -> Iterator[Finding]:
    """Room for the book to grow as much again; a PostgreSQL server's disk cannot be seen from here."""
    path = building.book_file(database.url)
    if path is None or not path.exists():
        return
    free = shutil.disk_usage(path.parent).free
    wanted = max(_ROOM, path.stat().st_size)
    say = f"{free // 2**20:,} MiB free beside the book"
    if free < wanted:
        yield Finding("disk", say, f"make room for at least {wanted // 2**20:,} MiB", True)
    else:
        yield Finding("disk", say)


def _clock(store: building.Store, now: datetime) -> Iterator[Finding]:
    with store.reader() as reader:
        theirs, newest = reader.upkeep.server_clock(), reader.upkeep.newest_message()
    skew = abs(datetime.now(UTC) - theirs) if theirs else timedelta(0)
    if skew > _SKEW:
        yield Finding("clock", f"it is {skew.total_seconds():.0f} s off the database's", "let both follow NTP", True)
    elif newest and newest > now + _SKEW:
        yield Finding("clock", f"the newest call on file is of {newest:%F %TZ}, in the future", "set the clock", True)
    else:
        yield Finding("clock", "it agrees with the book's")


def _zone(store: building.Store, now: datetime) -> Iterator[Finding]:
    name = building.reference(store).time_zone
    try:
        yield Finding("time zone", f"{name}, where it is {now.astimezone(ZoneInfo(name)):%F %H:%M}")
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding("time zone", f"{name} is not known here", "install the time zone data (tzdata)", True)


def _accounts(store: building.Store, now: datetime) -> Iterator[Finding]:
    missing = sorted(set(Role) - set(building.reference(store).account_map.roles))
    if missing:
        say = f"no account plays {', '.join(role.value for role in missing)}"
        yield Finding("accounts", say, "counterfoil setting account ROLE CODE", True)
    else:
        yield Finding("accounts", "every role has one")


def _role(store: building.Store, now: datetime) -> Iterator[Finding]:
    with store.reader() as reader:
        changeable = reader.upkeep.changeable()
    if changeable:
        yield Finding(
            "role",
            f"this role has a right to change {', '.join(changeable)}",
            "migrate as the owner, serve as another role: counterfoil migrate --serve-role ROLE (docs/operations.md)",
        )
    elif store.engine.dialect == "postgresql":
        yield Finding("role", "it has no right to change the journal")


def _credentials(store: building.Store, now: datetime) -> Iterator[Finding]:
    live = [one for one in credentials.listed(store) if one.revoked_at is None]
    held = [one for one in live if one.expires_at is None or one.expires_at > now]
    if not held:
        yield Finding("credentials", "nobody can call at any door", "counterfoil token create DOOR NAME")
        return
    yield Finding("credentials", f"{len(held)} open a door")
    for one in held:
        whose = f"{one.id} of {one.principal} at {one.door}"
        if one.expires_at and one.expires_at < now + _SOON:
            yield Finding("credentials", f"{whose} ends on {one.expires_at:%F}", "issue the next one in time")
        elif one.created_at < now - _OLD:
            say = f"{whose} is of {one.created_at:%F}"
            yield Finding("credentials", say, f"issue another, then counterfoil token revoke {one.id}")


def _laws(store: building.Store, now: datetime) -> Iterator[Finding]:
    with store.reader() as reader:
        last = reader.upkeep.last_check()
    if last is None or last.at < now - _CHECKED:
        when = f"last checked on {last.at:%F}" if last else "never checked"
        yield Finding("laws", when, "run counterfoil check every night")
    elif last.broken:
        yield Finding("laws", f"{last.broken} breaches on {last.at:%F}", "counterfoil check names them", True)
    else:
        yield Finding("laws", f"all {last.laws} held on {last.at:%F}")


_LOOKS: tuple[Callable[[building.Store, datetime], Iterator[Finding]], ...] = (
    _clock,
    _zone,
    _accounts,
    _role,
    _credentials,
    _laws,
)
