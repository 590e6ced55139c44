"""Resident memory of a worker process that has answered every live endpoint a few thousand times."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench import live, load, serving
from bench.scenario import Bench, Scenario, Target, Trial
from bench.serving import Serve


@contextmanager
def measured(bench: Bench, serve: Serve) -> Iterator[Trial]:
    """The largest worker of a server that starts anew for each trial."""
    asked = [live.questions(bench.large(), endpoint) for endpoint in ("invoices", "order", "balance")]

    def trial() -> float:
        with serve(bench.large(), bench.folder, asked[0][0]) as served:
            for requests in asked:
                load.run(served.port, [load.Stream(itertools.cycle(requests), live.CONNECTIONS)], bench.seconds / 2)
            return served.worker_bytes() / 1_000_000

    yield trial


SCENARIOS = (
    Scenario(
        "worker_memory",
        "MB",
        Target(at_most=150),
        partial(measured, serve=serving.ours),
        partial(measured, serve=serving.floor),
        more_is_better=False,
        repetitions=1,
    ),
)
