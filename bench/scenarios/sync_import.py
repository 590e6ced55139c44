"""Pulling thousands of invoices from a played TRAEDE in a process of its own: how fast, and in how much memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count

import httpx2

from bench.scenario import Bench, Scenario, Target, Trial
from bench.serving import free_port
from bench.verify import require_sound
from counterfoil import app

_books = count(1)
_PATIENCE = 30.0


def _sizes(bench: Bench) -> tuple[int, int]:
    """Invoices that are pulled, and ten times as many for the look at memory; fewer in a quick run."""
    return (5_000, 50_000) if bench.sizes[1] >= 1_000_000 else (1_000, 5_000)


@contextmanager
def _played(documents: int) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "counterfoil", "double", "traede"]
    options = ["--port", str(port), "--documents", str(documents)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(httpx2.TransportError):
                httpx2.get(f"{address}/double/marks")
                break
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait()


def _pulled(bench: Bench, side: str, documents: int) -> tuple[float, float]:
    """Documents a second, and bytes of memory."""
    name = f"pulled_{next(_books)}"
    url = bench.place.url(name)
    app.create_book(url, "Bench company", "DKK", "DK", "UTC", 1)
    with _played(documents) as address:
        command = [sys.executable, "-m", "bench.pulling", side, url, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    done, seconds, memory = (float(word) for word in said.split())
    if int(done) != documents:
        raise AssertionError(f"{done:.0f} of {documents} were pulled")
    require_sound(url)
    bench.place.drop(name)
    return done / seconds, memory


@contextmanager
def speed(bench: Bench, side: str) -> Iterator[Trial]:
    """Invoices a second."""
    yield lambda: _pulled(bench, side, _sizes(bench)[0])[0]


@contextmanager
def memory(bench: Bench) -> Iterator[Trial]:
    """The memory that many documents take over that of few."""
    few, many = _sizes(bench)

    def trial() -> float:
        return _pulled(bench, "ours", many)[1] / _pulled(bench, "ours", few)[1]

    yield trial


SCENARIOS = (
    Scenario(
        "sync_import",
        "docs/s",
        Target(at_least=0.5),
        partial(speed, side="ours"),
        partial(speed, side="floor"),
        repetitions=3,
    ),
    Scenario("sync_import, memory", "x", Target(at_most=1.2), memory, more_is_better=False, repetitions=1),
)
