"""Plain driver connections, one per thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from counterfoil.store import open_store

Row = tuple[Any, ...]
#: A statement with :name parameters, and their values.
Asked = tuple[str, dict[str, Any]]


class Asking(Protocol):
    """Answers statements."""

    def ask(self, asked: Sequence[Asked]) -> list[list[Row]]:
        """The rows of each statement."""


class _Sqlite(threading.local):
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._db.execute("PRAGMA cache_size=-32000")

    def ask(self, asked: Sequence[Asked]) -> list[list[Row]]:
        """One after another."""
        return [self._db.execute(text, params).fetchall() for text, params in asked]


class _Postgresql(threading.local):
    def __init__(self, address: str, schema: str | None) -> None:
        self._db = psycopg.connect(address, autocommit=True, prepare_threshold=0, options=f"-csearch_path={schema}")
        self._texts: dict[str, str] = {}

    def ask(self, asked: Sequence[Asked]) -> list[list[Row]]:
        """All in one round trip."""
        if len(asked) == 1:
            return [self._one(*asked[0]).fetchall()]
        with self._db.pipeline():
            cursors = [self._one(text, params) for text, params in asked]
            return [cursor.fetchall() for cursor in cursors]

    def _one(self, text: str, params: dict[str, Any]) -> Any:
        known = self._texts.get(text)
        if known is None:
            known = text
            for name in sorted(params, key=len, reverse=True):
                known = known.replace(f":{name}", f"%({name})s")
            self._texts[text] = known
        return self._db.execute(known, params)


def connections(url: str) -> Asking:
    """Connections to a book, opened when a thread first asks."""
    engine = open_store(url).engine
    if engine.dialect == "sqlite":
        return _Sqlite(str(engine.path))
    address = engine.core().url.set(drivername="postgresql").render_as_string(hide_password=False)
    return _Postgresql(address, engine.schema)
