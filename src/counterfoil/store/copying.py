"""Backing a book up into one file, and restoring it into an empty place."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from counterfoil.core.errors import Conflict, Invalid, Refused, Unavailable
from counterfoil.store.engine import Engine, Statement

_SQLITE, _POSTGRESQL = b"SQLite format 3\0", b"PGDMP"
_tables = Statement(sa.text("SELECT count(*) FROM information_schema.tables WHERE table_schema = :schema"))
#: Parameters of a connection that are no settings of ours, and the variables by which PostgreSQL's tools know them.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def back_up(engine: Engine, url: str, file: Path, tool: str = "pg_dump") -> None:
    """Copy a book into a file as it is at one moment, while it is served.

    tool:   PostgreSQL's pg_dump, not older than the server
    raises: Conflict when the file is there already
    """
    if file.exists():
        raise Conflict.of("file_exists", f"{file} is there already", "file")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        if engine.dialect == "sqlite":
            _copy(str(engine.path), part)
        else:
            arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--schema={engine.schema}"]
            _run(tool, [*arguments, f"--file={part}"], make_url(url))
        _sync(part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def restore(engine: Engine, url: str, file: Path, tool: str = "pg_restore") -> None:
    """Bring a book back into a place where there is none.

    raises: Refused when there is something already, or when the file is of the other engine; nothing is done then
    """
    begins = _beginning(file)
    if not begins.startswith(_SQLITE if engine.dialect == "sqlite" else _POSTGRESQL):
        raise Invalid.of("file_invalid", f"{file} is no backup of a book on {engine.dialect}", "file")
    if engine.dialect == "sqlite":
        target = engine.path
        assert target is not None, "an SQLite book is a file"
        if target.exists():
            raise Refused.of("not_empty", f"{target} is there already: restore into an empty place", "database")
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        try:
            _copy(str(file), part)
            _require_book(file, part)
            _sync(part)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        return
    with engine.reading() as connection:
        if connection.value(_tables, schema=engine.schema):
            say = f"the schema {engine.schema} is there already: restore into an empty place"
            raise Refused.of("not_empty", say, "database")
    arguments = [
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        f"--schema={engine.schema}",
    ]
    parsed = make_url(url)
    held = re.findall(r" TABLE (\S+) alembic_version ", _run(tool, ["--list", str(file)], parsed))
    if engine.schema not in held:
        holds = f"a book in the schema {held[0]}: restore it into a schema of that name" if held else "no book"
        raise Refused.of("schema_missing", f"{file} holds {holds}", "database")
    with engine.maintaining() as made:
        made.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {engine.schema}")
    _run(tool, [*arguments, f"--dbname={parsed.database}", str(file)], parsed)


def _copy(source: str, target: Path) -> None:
    """SQLite's own online backup: consistent, whatever is written meanwhile."""
    try:
        with (
            closing(sqlite3.connect(f"{Path(source).absolute().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
    except sqlite3.Error as error:
        raise Unavailable.of("copy_failed", f"{source} could not be copied to {target}") from error


def _require_book(file: Path, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as opened:
        if not opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise Invalid.of("file_invalid", f"{file} holds no book", "file")


def seal(file: Path) -> None:
    """Leave an SQLite backup as the one file that it is, without a log beside it."""
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
    _sync(file)


def _beginning(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_SQLITE))
    except OSError as error:
        raise Invalid.of("file_unreadable", f"{file} cannot be read: {error.strerror}", "file") from error


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _run(tool: str, arguments: Sequence[str], url: URL) -> str:
    """What a tool of PostgreSQL's says; the password goes by its environment, where no list of processes shows it."""
    program = shutil.which(tool)
    if program is None:
        raise Invalid.of(
            "tool_missing", f"{tool} is not there: install PostgreSQL's client, or name the program", "tool"
        )
    known = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    given = {**url.query, **{name: value for name, value in known.items() if value}}
    named = {_VARIABLES[name]: str(value) for name, value in given.items() if name in _VARIABLES}
    done = subprocess.run(  # noqa: S603 - arguments of ours
        [program, *arguments], env=os.environ | named, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable.of("tool_failed", f"{Path(program).name}: {done.stderr.strip()}")
    return done.stdout
