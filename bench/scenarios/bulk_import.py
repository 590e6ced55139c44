"""Bringing files in: history documents of two lines, and opening items, a batch of lines per commit."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from bench import company
from bench.floors.importing import Importer
from bench.rows import figures
from bench.scenario import Bench, Scenario, Target, Trial
from bench.verify import require_sound
from counterfoil.importing import Status, run
from counterfoil.importing.running import TOGETHER
from counterfoil.services import credentials
from counterfoil.services.office import Context, Said
from counterfoil.store import Principal, Store

Bring = Callable[[list[bytes], str], None]
_books = count(1)
#: Lines per second of a trial; what is measured is the time that they take.
_LINES = 1000


@contextmanager
def ours(bench: Bench, kind: str) -> Iterator[Trial]:
    """Through the office: read, checked, keyed, filed and kept as evidence line by line."""
    name = f"brought_{next(_books)}"
    store = company.make(bench.place.url(name))
    caller = credentials.principal(store, company.CALLER)
    yield _trial(bench, kind, partial(_bring, store, caller, kind), name)
    store.engine.dispose()
    require_sound(bench.place.url(name))
    bench.place.drop(name)


def _bring(store: Store, caller: Principal, kind: str, lines: list[bytes], source: str) -> None:
    context = Context(store, caller, Said(source, "import", kind), lambda: datetime.now(UTC))
    for outcome in run(context, kind, lines, source=source):
        if outcome.status is not Status.FILED:
            raise AssertionError(outcome)


@contextmanager
def floor(bench: Bench, kind: str) -> Iterator[Trial]:
    """The same rows by hand."""
    name = f"brought_{next(_books)}"
    url = bench.place.url(name)
    company.make(url).engine.dispose()
    importer = Importer(url)
    yield _trial(bench, kind, lambda lines, source: importer.bring(kind, lines, source, TOGETHER), name)
    importer.close()
    require_sound(url)
    bench.place.drop(name)


def _trial(bench: Bench, kind: str, bring: Bring, seed: str) -> Trial:
    chance, numbers = random.Random(seed), count(1)
    make = {"history": _closed, "opening-items": _open}[kind]

    def some(number: int) -> list[bytes]:
        return [json.dumps(make(chance, next(numbers))).encode() for _ in range(number)]

    def trial() -> float:
        lines, source = some(int(_LINES * max(bench.seconds, 1))), f"file {next(numbers)}"
        began = time.perf_counter()
        bring(lines, source)
        return len(lines) / (time.perf_counter() - began)

    bring(some(TOGETHER), "first")
    return trial


def _head(chance: random.Random, number: int) -> dict[str, Any]:
    on = company.OPENED_ON + timedelta(chance.randrange(300))
    who = company.code(chance.randrange(1, company.CUSTOMERS + 1))
    return {"number": f"T{number:07d}", "customer": who, "on": f"{on}", "due_on": f"{on + timedelta(30)}"}


def _closed(chance: random.Random, number: int) -> dict[str, Any]:
    goods = [(chance.randrange(1, company.ITEMS + 1), chance.randrange(1, 9)) for _ in range(2)]
    lines = [
        {"sku": company.sku(item), "quantity": quantity, "unit_price": f"{company.price(item) / 100:.2f}"}
        for item, quantity in goods
    ]
    gst = figures(sum(quantity * company.price(item) for item, quantity in goods)).gst
    return _head(chance, number) | {"tax": f"{gst / 100:.2f}", "lines": lines}


def _open(chance: random.Random, number: int) -> dict[str, Any]:
    return _head(chance, number) | {"amount": f"{chance.randrange(100, 900_000) / 100:.2f}"}


SCENARIOS = tuple(
    Scenario(
        f"bulk_import, {kind}",
        "lines/s",
        Target(at_least=0.5),
        partial(ours, kind=kind),
        partial(floor, kind=kind),
    )
    for kind in ("history", "opening-items")
)
