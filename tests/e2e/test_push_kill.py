"""A pushing process that is killed around every commit it makes: restarted, it ends as one that nobody disturbed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from counterfoil.contracts.systemfive.client import SystemFive
from counterfoil.contracts.systemfive.connections import Connection as Settings
from counterfoil.services.pushing import Push
from counterfoil.store import Store, open_store
from counterfoil.store.engine import Connection, Engine
from tests.e2e.lives import live
from tests.services.pushed import Leg, connection, leg

KILLED = -signal.SIGKILL


def pushes(url: str, table: dict[str, Any], at: int, before: bool) -> None:
    """A life that pushes; it is killed just before or just after its nth commit, 0 = never."""
    store = open_store(url)
    using = msgspec.convert(table, Settings)
    target = SystemFive(using, wait=lambda seconds: None)
    how = msgspec.structs.replace(using, timeout=0.001).pushing
    push = Push(store, target, how)
    if at:
        _arm(at, before)
    assert push.run().say == ""
    target.close()
    store.engine.dispose()


def _arm(at: int, before: bool) -> None:
    original, count = Engine.writing, [0]

    def reached() -> None:
        if count[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def writing(self: Engine) -> Iterator[Connection]:
        with original(self) as opened:
            yield opened
            opened.flush()
            count[0] += 1
            if before:
                reached()
        if not before:
            reached()

    Engine.writing = writing  # type: ignore[method-assign]


@pytest.fixture
def made(store: Store, empty_sqlite: Path, tmp_path: Path) -> Iterator[Leg]:
    with leg(store, empty_sqlite, tmp_path) as found:
        yield found


@pytest.mark.parametrize("pieces", [False, True])
def test_killed_around_every_commit_nothing_is_there_twice(made: Leg, url: str, pieces: bool) -> None:
    lines = [("2W01102", str(n + 1), "39") for n in range(3)]
    more: dict[str, Any] = {"types": {"sales_invoice": "W"}, "chunk_lines": 1} if pieces else {}
    table: dict[str, Any] = msgspec.to_builtins(connection(made.line.address, resend_when_absent=True, **more))
    numbers, killed = [], 0
    # Registering, then an intent and an answer for each call; a look-up's note and an adoption after a kill.
    for at in range(1, 8 if pieces else 6):
        for before in (True, False):
            numbers.append(made.sell(*lines))
            killed += live(pushes, url, table, at, before) == KILLED
    assert killed >= 2 * 3
    assert live(pushes, url, table, 0, False) == 0
    if pieces:
        assert sorted(reference for reference, _, _ in made.there()) == sorted(numbers)
        with made.theirs.reader() as reader:
            orders = [reader.documents.get(reader.documents.find(number)[0]) for _, number, _ in made.there()]
        assert {len(order.lines) for order in orders if order} == {3}
        assert made.well()
    else:
        made.once(*numbers)
