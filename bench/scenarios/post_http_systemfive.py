"""addInvoice over HTTP: one invoice on account per call, 1 and 16 connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

from bench import company, load, serving
from bench.invoicing import Supply, likeness
from bench.scenario import Bench, Scenario, Target, Trial
from bench.serving import Serve
from bench.verify import require_sound

_books = count(1)
#: More than any side posts in a second.
_PER_SECOND = 2500


@contextmanager
def posted(bench: Bench, serve: Serve, clients: int) -> Iterator[Trial]:
    """Into a book of its own; both sides answer alike but for ids, numbers and times."""
    name = f"http_{next(_books)}"
    url = bench.place.url(name)
    company.make(url).engine.dispose()
    supply = Supply(name)
    requests = iter(supply)
    with serve(url, bench.folder, next(requests)) as served:
        stream = load.Stream(requests, 1, most=50, answers=[])
        load.run(served.port, [stream], 60)
        bench.require_alike("addInvoice", [likeness(answer) for answer in stream.answers or []])

        def trial() -> float:
            supply.prepare(int(_PER_SECOND * bench.seconds))
            stream = load.Stream(requests, clients)
            took = load.run(served.port, [stream], bench.seconds)
            return len(stream.latencies) / took

        yield trial
    require_sound(url)
    bench.place.drop(name)


SCENARIOS = tuple(
    Scenario(
        f"post_http_systemfive, {clients} client{'s' if clients > 1 else ''}",
        "docs/s",
        Target(at_least=0.5),
        partial(posted, serve=serving.ours, clients=clients),
        partial(posted, serve=serving.floor, clients=clients),
    )
    for clients in (1, 16)
)
