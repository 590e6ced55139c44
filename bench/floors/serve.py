"""The floor's server: a bare WSGI application on Granian, with the workers and threads that ours has.

`python -m bench.floors.serve URL PORT WORKERS THREADS`
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server import Server

from bench import company
from bench.floors.connections import connections
from bench.floors.posting import Poster, poster
from bench.floors.reading import ANSWERS
from bench.floors.systemfive import added

_BEARER = f"Bearer {company.secret('evolutionx')}"
_BASIC = company.basic()


class _Local(threading.local):
    def __init__(self, url: str) -> None:
        self.poster: Poster = poster(url)


def application(url: str) -> Callable[..., Iterable[bytes]]:
    """The application over a book."""
    db, local = connections(url), _Local(url)

    def answer(environ: dict[str, Any]) -> bytes | None:
        path = environ["PATH_INFO"]
        if path == "/readyz":
            return b"{}"
        given = environ.get("HTTP_AUTHORIZATION")
        body = environ["wsgi.input"].read()
        if path in ANSWERS and given == _BEARER:
            return ANSWERS[path](db, msgspec.json.decode(body))
        if path == company.ADD_INVOICE and given == _BASIC:
            return added(local.poster, body)
        return None

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = answer(environ)
        status = "200 OK" if reply is not None else "404 Not Found"
        reply = reply or b""
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(reply)))])
        return [reply]

    return application


def main() -> None:
    """Serve until SIGTERM."""
    url, port, workers, threads = sys.argv[1], *(int(text) for text in sys.argv[2:])
    server = Server(
        "floor",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=1,
    )
    server.serve(target_loader=partial(_load, url), wrap_loader=False)


def _load(url: str) -> Callable[..., Iterable[bytes]]:
    # A SIGTERM that comes before Granian watches for it in this worker would be swallowed otherwise.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return application(url)


if __name__ == "__main__":
    main()
