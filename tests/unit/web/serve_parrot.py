"""Serves the parrot: `python -m tests.unit.web.serve_parrot PORT WORKERS`.

SLOW_TO_NOTICE seconds pass between the end of a worker and its parent's noticing, as on a busy machine; GRACE_SECONDS
stand in for those that what is under way has to finish.
"""

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


def notice_late(seconds: float) -> None:
    known = os.waitstatus_to_exitcode

    def late(status: int) -> int:
        time.sleep(seconds)
        return known(status)

    os.waitstatus_to_exitcode = late


if __name__ == "__main__":
    if "SLOW_TO_NOTICE" in os.environ:
        notice_late(float(os.environ["SLOW_TO_NOTICE"]))
    serving.GRACE_SECONDS = int(os.environ.get("GRACE_SECONDS", serving.GRACE_SECONDS))
    try:
        serving.run(load, port=int(sys.argv[1]), workers=int(sys.argv[2]), threads=2)
    except serving.CannotListen as taken:
        sys.exit(str(taken))
