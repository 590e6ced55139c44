"""Serves the parrot: `python -m tests.unit.web.serve_parrot PORT WORKERS`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from counterfoil.web import logs, serving
from counterfoil.web.doors import Door
from counterfoil.web.server import application
from counterfoil.wire.contract import Reply, Route
from tests.unit.web.doubles import Modes, ParrotCall, office, parrot

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def slow(_: ParrotCall) -> Reply:
    time.sleep(1.5)
    return Reply(200, b"{}")


def worker(_: ParrotCall) -> Reply:
    return Reply(200, str(os.getpid()).encode())


def load() -> WSGIApplication:
    logs.configure("info")
    contract = parrot(Route("GET", "/parrot/slow", "slow", slow), Route("GET", "/parrot/worker", "worker", worker))
    return application([Door(contract, Modes())], office(), lambda: None)


if __name__ == "__main__":
    try:
        serving.run(load, port=int(sys.argv[1]), workers=int(sys.argv[2]), threads=2)
    except serving.PortTaken as taken:
        sys.exit(str(taken.strerror))
