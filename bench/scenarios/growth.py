"""What a request costs more when the book is ten times larger: the same calls in process on both books, in turns."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from bench import live, load
from bench.floors import serve as floor_server
from bench.invoicing import Supply
from bench.scenario import Bench, Scenario, Target, Trial
from counterfoil import app, config
from counterfoil.store import open_store
from counterfoil.web import logs

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
#: Requests on one book before it is the other's turn.
_TURN = 20


@contextmanager
def _ours(url: str) -> Iterator[Application]:
    settings = config.load({"COUNTERFOIL_DATABASE_URL": url, "COUNTERFOIL_LOG_LEVEL": "error"})
    logs.configure("error")
    store = open_store(url)
    yield app.wsgi(store, settings)
    store.engine.dispose()


@contextmanager
def _floor(url: str) -> Iterator[Application]:
    yield floor_server.application(url)


@contextmanager
def grown(bench: Bench, side: Callable[[str], Any], endpoint: str) -> Iterator[Trial]:
    """The median time of a request on the larger book over that on the smaller one."""
    urls = [bench.built(size) for size in bench.sizes]
    with side(urls[0]) as small, side(urls[1]) as large:
        calls = [
            partial(_call, application, _requests(url, size, endpoint, side.__name__))
            for application, url, size in zip((small, large), urls, bench.sizes, strict=True)
        ]

        def trial() -> float:
            taken: tuple[list[float], list[float]] = ([], [])
            ends = time.perf_counter() + bench.seconds
            while time.perf_counter() < ends:
                for call, into in zip(calls, taken, strict=True):
                    into.extend(call() for _ in range(_TURN))
            return median(taken[1]) / median(taken[0])

        trial()
        yield trial


def _requests(url: str, size: int, endpoint: str, side: str) -> Iterator[dict[str, Any]]:
    if endpoint == "addInvoice":
        return (_environ(request) for request in Supply(f"grown{side}-{size}", customers=size // 100))
    return itertools.cycle([_environ(request) for request in live.questions(url, endpoint)])


def _environ(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "body": body}
    for line in lines:
        name, _, value = line.partition(": ")
        key = name.upper().replace("-", "_")
        environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    return environ


def _call(application: Application, requests: Iterator[dict[str, Any]]) -> float:
    """Seconds that one request took."""
    environ = next(requests)
    environ = {**environ, "wsgi.input": io.BytesIO(environ["body"])}
    said: list[str] = []
    began = time.perf_counter()
    application(environ, lambda status, headers: said.append(status))
    took = time.perf_counter() - began
    if said != ["200 OK"]:
        raise load.Refused(f"{environ['PATH_INFO']}: {said}")
    return took


SCENARIOS = tuple(
    Scenario(
        f"growth, {name}",
        "times",
        Target(at_most=1.2),
        partial(grown, side=_ours, endpoint=endpoint),
        partial(grown, side=_floor, endpoint=endpoint),
        more_is_better=False,
    )
    for name, endpoint in (("list", "invoices"), ("detail", "order"), ("balance", "balance"), ("posting", "addInvoice"))
)
