"""The 99th percentile of live reads at 200 a second while invoices are posted into the same book."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench import live, load, serving
from bench.figures import percentile
from bench.invoicing import Supply
from bench.scenario import Bench, Scenario, Target, Trial
from bench.serving import Serve

READS_PER_SECOND = 200
#: Wanted; what an engine cannot take waits in its connections, and the trial says how many were posted.
POSTS_PER_SECOND = {"sqlite": 250, "postgresql": 100}
_POSTERS = 4


@contextmanager
def measured(bench: Bench, serve: Serve, side: str) -> Iterator[Trial]:
    """Lists, details and balances in turns; a read that waits for a connection counts from when it was due."""
    url = bench.large()
    asked = [live.questions(url, endpoint) for endpoint in ("invoices", "order", "balance")]
    reads = itertools.cycle(request for group in zip(*asked, strict=False) for request in group)
    supply = Supply(f"while-{side}", customers=bench.sizes[1] // 100)
    posts = iter(supply)
    rate = POSTS_PER_SECOND[bench.place.engine]
    served = bench.served(serve, asked[0][0])

    def trial() -> float:
        supply.prepare(int(rate * bench.seconds * 2))
        reading = load.Stream(reads, live.CONNECTIONS, rate=READS_PER_SECOND)
        posting = load.Stream(posts, _POSTERS, rate=rate)
        took = load.run(served.port, [reading, posting], bench.seconds * 2)
        bench.told(f"    {side}: {len(posting.latencies) / took:.0f} of {rate} invoices/s posted meanwhile")
        return percentile(reading.latencies, 0.99) * 1000

    trial()
    yield trial


SCENARIOS = (
    Scenario(
        "live_while_posting, p99",
        "ms",
        Target(at_most=10),
        partial(measured, serve=serving.ours, side="ours"),
        partial(measured, serve=serving.floor, side="floor"),
        more_is_better=False,
    ),
)
