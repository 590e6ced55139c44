"""Rows straight into the tables: guards and indexes are set aside while a book is built, and put back whole."""

from __future__ import annotations

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from bench.rows import Row, columns
from counterfoil.store import open_store


class Filler(ABC):
    """Fills the tables of one book."""

    @abstractmethod
    def last(self, table: str) -> int:
        """The largest id in use."""

    @abstractmethod
    def copy(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, each with the table's columns of bench.rows."""

    @abstractmethod
    def run(self, text: str, rows: Sequence[Row]) -> None:
        """Run a statement per row; {0}, {1} … stand for its values."""

    @abstractmethod
    def count_on(self, entries: int) -> None:
        """Let ids and the entries' sequence go on behind what was filled."""


class _Sqlite(Filler):
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def last(self, table: str) -> int:
        (found,) = self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return int(found)

    def copy(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            names = columns(table)
            marks = ", ".join("?" * len(names))
            self._db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)

    def run(self, text: str, rows: Sequence[Row]) -> None:
        self._db.executemany(text.format("?1", "?2", "?3"), rows)

    def count_on(self, entries: int) -> None:
        """Nothing: ids and the sequence go on from the largest in the tables."""


class _Postgresql(Filler):
    def __init__(self, db: psycopg.Connection[Any]) -> None:
        self._db = db

    def last(self, table: str) -> int:
        row = self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return int(row[0]) if row else 0

    def copy(self, table: str, rows: Sequence[Row]) -> None:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in columns(table))
        text = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._db.cursor() as cursor, cursor.copy(text) as to:
            for row in rows:
                to.write_row(row)

    def run(self, text: str, rows: Sequence[Row]) -> None:
        self._db.cursor().executemany(
            text.format("%(a)s", "%(b)s", "%(c)s"), [dict(zip("abc", row, strict=False)) for row in rows]
        )

    def count_on(self, entries: int) -> None:
        found = self._db.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()").fetchall()
        for (name,) in found:
            table = name.removeprefix("id_")
            self._db.execute(
                sql.SQL("SELECT setval({}, (SELECT coalesce(max(id), 0) + 1 FROM {}), false)").format(
                    sql.Literal(name), sql.Identifier(table)
                )
            )
        self._db.execute("UPDATE number_series SET \"next\" = %s WHERE kind = 'entry'", (entries + 1,))


@contextlib.contextmanager
def filler(url: str) -> Iterator[Filler]:
    """A filler of a book that nobody else uses."""
    engine = open_store(url).engine
    if engine.dialect == "sqlite":
        with contextlib.closing(sqlite3.connect(str(engine.path), isolation_level=None)) as db:
            yield from _filling_sqlite(db)
        return
    address = engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, options=f"-csearch_path={engine.schema}") as connection:
        yield from _filling_postgresql(connection)


def _filling_sqlite(db: sqlite3.Connection) -> Iterator[Filler]:
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-262144"):
        db.execute(f"PRAGMA {pragma}")
    aside = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL ORDER BY type"
    ).fetchall()
    for kind, name, _ in aside:
        db.execute(f"DROP {kind} {name}")
    db.execute("BEGIN")
    yield _Sqlite(db)
    for _, _, text in aside:
        db.execute(text)
    db.execute("COMMIT")
    db.execute("ANALYZE")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _filling_postgresql(db: psycopg.Connection[Any]) -> Iterator[Filler]:
    aside = db.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = current_schema() AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
    ).fetchall()
    # Neither triggers nor foreign keys are looked at; checking the laws afterwards finds what they would have.
    db.execute("SET session_replication_role = replica")
    db.execute("SET maintenance_work_mem = '256MB'")
    db.execute("BEGIN")
    for name, _ in aside:
        db.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield _Postgresql(db)
    for _, text in aside:
        db.execute(text)
    db.execute("COMMIT")
    db.execute("VACUUM ANALYZE")
