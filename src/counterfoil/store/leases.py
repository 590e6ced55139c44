"""Names of which one process at a time may hold each; a process that dies lets go."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from counterfoil.store.engine import Engine


@contextlib.contextmanager
def lease(engine: Engine, name: str) -> Iterator[bool]:
    """Hold a name if nobody else does; whether we do.

    On PostgreSQL by an advisory lock of one connection, on SQLite by the kernel's lock of a file beside the book.
    """
    if engine.dialect == "sqlite":
        with _file(f"{engine.path}-{name}.lock") as held:
            yield held
        return
    with engine.core().connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None, "a connection that was just opened has its driver's connection"
        key = (f"{engine.schema}:{name}",)
        held = raw.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key).fetchone()[0]
        try:
            yield bool(held)
        finally:
            if held:
                raw.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


@contextlib.contextmanager
def _file(path: str) -> Iterator[bool]:
    gate = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(gate)
