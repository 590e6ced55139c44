"""A book of an earlier revision goes on as it was: the demonstration's, as it was left at each revision."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from counterfoil.services.checking import check
from counterfoil.services.statements import documents, trial_balance
from counterfoil.store import Store, migrating, open_store

DATA = Path(__file__).parent.parent / "data"
EARLIER = ("0001", "0002")


def _file(revision: str, folder: Path) -> Path:
    path = folder / f"demo-{revision}.db"
    path.write_bytes(gzip.decompress((DATA / f"demo-{revision}.db.gz").read_bytes()))
    return path


def _copied(path: Path, server: str, revision: str) -> str:
    """The same rows in PostgreSQL, at the same revision; the book's address."""
    address = f"{server}{'&' if '?' in server else '?'}schema=upgrade_{revision}"
    store = open_store(address)
    migrating.migrate(store.engine, revision)
    store.engine.dispose()
    source = sqlite3.connect(path)
    with psycopg.connect(server) as target:
        target.execute(f"SET search_path = upgrade_{revision}")
        # Projections come with the rows: no trigger may fill them a second time.
        target.execute("SET session_replication_role = replica")
        flags = set(
            target.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND data_type = 'boolean'"
            ).fetchall()
        )
        for (table,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table != "alembic_version":
                _copy(source, target, table, flags)
    source.close()
    return address


def _copy(
    source: sqlite3.Connection,
    target: psycopg.Connection[tuple[object, ...]],
    table: str,
    flags: set[tuple[object, ...]],
) -> None:
    rows = source.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's name
    names = [column[0] for column in rows.description]
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join([sql.Placeholder()] * len(names)),
    )
    for row in rows.fetchall():
        values = [
            bool(value) if (table, name) in flags and value is not None else value
            for name, value in zip(names, row, strict=True)
        ]
        target.execute(insert, values)


@pytest.fixture(params=["sqlite", "postgresql"])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The demonstration's book of the revision before this one."""
    path = _file(EARLIER[-1], tmp_path)
    url = f"sqlite:///{path}"
    server = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    if server:
        url = _copied(path, server, EARLIER[-1])
    store = open_store(url)
    yield store
    store.engine.dispose()
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA upgrade_{EARLIER[-1]} CASCADE")


def test_a_demonstration_of_the_revision_before_is_upgraded_whole(earlier: Store) -> None:
    assert migrating.revision(earlier.engine) == EARLIER[-1]
    with earlier.engine.reading() as connection:
        bodies = connection.raw.execute("SELECT body FROM message_body ORDER BY request_id").fetchall()
    migrating.migrate(earlier.engine)
    assert migrating.revision(earlier.engine) == migrating.NEEDED
    assert [breach for finding in check(earlier) for breach in finding.breaches] == []
    numbers = {row.number for row in documents(earlier)}
    assert {"W-000001", "W-000003", "INV-000001", "INV-000002", "CS-000001", "CN-000001", "RC-000002"} <= numbers
    rows, _ = trial_balance(earlier, documents(earlier)[-1].on)
    assert sum(row.base.minor for row in rows) == 0
    with earlier.engine.reading() as connection:
        kept = connection.raw.execute("SELECT body FROM message_body ORDER BY request_id").fetchall()
    assert [bytes(body) for (body,) in kept] == [bytes(body) for (body,) in bodies]


def test_every_published_revision_has_its_book() -> None:
    """A migration after a published revision brings the demonstration's book of that revision."""
    assert sorted(path.name for path in DATA.glob("demo-*.db.gz")) == [f"demo-{name}.db.gz" for name in EARLIER]
    assert EARLIER[-1] <= migrating.NEEDED
