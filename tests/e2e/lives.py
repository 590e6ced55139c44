"""A pulling process that is killed at a chosen commit, in a process of its own; the killing is brought from outside."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from counterfoil import app, config
from counterfoil.contracts.traede.accounts import Account
from counterfoil.contracts.traede.client import Traede
from counterfoil.core.money import currency
from counterfoil.services import syncing
from counterfoil.services.syncing import Pull
from counterfoil.store import Syncs, open_store
from counterfoil.store.engine import Connection, Engine
from tests.forking import forking

#: A method of the store -> what the commit that follows it is called.
LABELS = {
    "open_run": "run opened",
    "stage": "page staged",
    "imported": "document imported",
    "move": "document moved",
    "marked": "batch marked",
    "learn": "something learned",
    "end_run": "run ended",
}


@dataclass(frozen=True)
class Death:
    """Where a life ends: at the nth commit of a kind in it.

    label: one of LABELS, or "step" for a commit of the workflow engine's own
    """

    label: str
    nth: int = 1
    before: bool = False


def arm(death: Death) -> None:
    """Let this process be killed there."""
    local, count = threading.local(), [0]

    def reached(label: str) -> None:
        if label == death.label:
            count[0] += 1
            if count[0] == death.nth:
                os.kill(os.getpid(), signal.SIGKILL)

    for name, label in LABELS.items():
        setattr(Syncs, name, _noting(getattr(Syncs, name), label, local))
    original = Engine.writing

    @contextmanager
    def writing(self: Engine) -> Iterator[Connection]:
        local.label = ""
        with original(self) as connection:
            yield connection
            connection.flush()
            if death.before:
                reached(local.label)
        if not death.before:
            reached(local.label)

    Engine.writing = writing  # type: ignore[method-assign]
    _arm_engine(reached, death.before)


def _noting(method: Callable[..., Any], label: str, local: threading.local) -> Callable[..., Any]:
    def noting(*args: Any, **more: Any) -> Any:
        local.label = label
        return method(*args, **more)

    return noting


def _arm_engine(reached: Callable[[str], None], before: bool) -> None:
    """The same around the workflow engine's note of a step that is done."""
    from dbos._sys_db import SystemDatabase

    original = SystemDatabase.record_operation_result

    def record(*args: Any, **more: Any) -> Any:
        if before:
            reached("step")
        result = original(*args, **more)
        if not before:
            reached("step")
        return result

    SystemDatabase.record_operation_result = record  # type: ignore[method-assign]


def plain(url: str, account: dict[str, Any], run_id: str, death: Death | None) -> None:
    """A life without the workflow engine: the run's steps, one after another."""
    if death is not None:
        arm(death)
    store = open_store(url)
    given = msgspec.convert(account, Account)
    source = Traede(given, currency("DKK"))
    syncing.run(Pull(store, source, given.pulling, run_id), syncing.at_once)
    store.engine.dispose()


def worker(url: str, account: dict[str, Any], death: Death | None, seconds: float = 60) -> None:
    """A life as a worker: takes part in runs until one asked for is over, or for good when it only helps."""
    if death is not None:
        arm(death)
    settings = config.Settings(database=config.Database(url=url), contracts={"traede": {"accounts": [account]}})
    store = app.book_store(url)
    until = time.monotonic() + seconds
    with app.runner(store, settings).started() as runner:
        runner.take_over()
        run_id = runner.ask("main")
        while not runner.is_over(run_id) and time.monotonic() < until:
            runner.take_over()
            time.sleep(0.05)
    store.engine.dispose()


def mistaken(url: str, account: dict[str, Any]) -> None:
    """A worker's life with a mistake in the program, met after the first page."""
    original = Traede.page

    def page(self: Traede, *args: Any) -> Any:
        if args[1]:
            raise RuntimeError("a mistake of ours")
        return original(self, *args)

    Traede.page = page  # type: ignore[method-assign, assignment]
    worker(url, account, None)


def begin(target: Callable[..., None], *args: Any) -> Any:
    """Start a life; it is forked from a process that has everything loaded and no threads."""
    process = forking.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def ended(process: Any, seconds: float = 120) -> int | None:
    """A life's exit status once it has ended, negative when it was killed."""
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError("a life took too long")
    status: int | None = process.exitcode
    return status


def live(target: Callable[..., None], *args: Any) -> int | None:
    """A life to its end: its exit status."""
    return ended(begin(target, *args))
