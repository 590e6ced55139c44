"""Ageing of all customers of a big book, as of today and as of a past date."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial

from bench.floors.ageing import ageing
from bench.scenario import Bench, Scenario, Target, Trial
from counterfoil.app import book_store
from counterfoil.services import statements

_BACK = 200


def _as_of(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days)


@contextmanager
def ours(bench: Bench, days: int) -> Iterator[Trial]:
    """The rows that `counterfoil report aging` prints."""
    store = book_store(bench.large())

    def trial() -> float:
        began = time.perf_counter()
        statements.aged(store, _as_of(days))
        return (time.perf_counter() - began) * 1000

    trial()
    yield trial
    store.engine.dispose()


@contextmanager
def floor(bench: Bench, days: int) -> Iterator[Trial]:
    """One hand-written query, its rows as the driver gives them."""
    with ageing(bench.large()) as ask:

        def trial() -> float:
            began = time.perf_counter()
            ask(_as_of(days))
            return (time.perf_counter() - began) * 1000

        trial()
        yield trial


def _scenario(name: str, days: int, at_most: float) -> Scenario:
    sides = partial(ours, days=days), partial(floor, days=days)
    return Scenario(name, "ms", Target(at_most=at_most), *sides, more_is_better=False)


SCENARIOS = (_scenario("ageing_today", 0, 150), _scenario("ageing_past", _BACK, 2000))
