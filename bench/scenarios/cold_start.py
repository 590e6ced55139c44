"""From starting the process to its first answer, on the big book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench import serving
from bench.scenario import Bench, Scenario, Target, Trial

_READY = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@contextmanager
def ours(bench: Bench) -> Iterator[Trial]:
    """`counterfoil serve`, until it says that the book is ready."""

    def trial() -> float:
        with serving.ours(bench.large(), bench.folder, _READY) as served:
            return served.started_in

    yield trial


@contextmanager
def floor(bench: Bench) -> Iterator[Trial]:
    """A bare Granian application, until it answers."""

    def trial() -> float:
        with serving.floor(bench.large(), bench.folder, _READY) as served:
            return served.started_in

    yield trial


SCENARIOS = (Scenario("cold_start", "s", Target(at_most=1.0), ours, floor, more_is_better=False),)
