"""Questions that a webstore asks, of random customers of the big book."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench import company, load, serving
from bench.floors.connections import connections
from bench.scenario import Bench, Scenario, Target, Trial
from bench.serving import Serve, Served

CONNECTIONS = 16
_ASKED = 2000
_ORDERS = (
    "SELECT p.code, d.number FROM document d JOIN party p ON p.id = d.customer_id WHERE d.kind = :kind ORDER BY d.id"
)
_COMPARED = 100


def questions(url: str, endpoint: str) -> list[bytes]:
    """Requests to an endpoint, the same ones for the same book."""
    chance = random.Random(endpoint)
    ((*found,),) = connections(url).ask([(_ORDERS, {"kind": "work_order"})])
    customers = sorted({code for code, _ in found})
    chance.shuffle(customers)
    chance.shuffle(found)
    bodies: Iterator[dict[str, object]]
    if endpoint == "order":
        bodies = ({"customer_code": code, "order_id": number} for code, number in found[:_ASKED])
    elif endpoint == "balance":
        bodies = ({"customer_code": code} for code in customers[:_ASKED])
    else:
        bodies = ({"customer_code": code, "current_page": 1, "per_page": 15} for code in customers[:_ASKED])
    authorization = f"Bearer {company.secret('evolutionx')}"
    return [load.request(f"/evolutionx/{endpoint}", json.dumps(body).encode(), authorization) for body in bodies]


@contextmanager
def measured(bench: Bench, serve: Serve, endpoint: str) -> Iterator[Trial]:
    """A server on the big book; both sides answer the same bytes."""
    asked = questions(bench.large(), endpoint)
    served = bench.served(serve, asked[0])
    bench.require_alike(endpoint, answers(served, asked))

    def trial() -> float:
        stream = load.Stream(itertools.cycle(asked), CONNECTIONS)
        took = load.run(served.port, [stream], bench.seconds)
        return len(stream.latencies) / took

    trial()
    yield trial


def answers(served: Served, asked: list[bytes]) -> list[bytes]:
    """What a server answers to the first questions, one after another."""
    stream = load.Stream(itertools.cycle(asked), 1, most=_COMPARED, answers=[])
    load.run(served.port, [stream], 60)
    return stream.answers or []


def scenario(name: str, endpoint: str) -> Scenario:
    """Reads of one endpoint beside the floor's."""
    return Scenario(
        name,
        "requests/s",
        Target(at_least=0.6),
        partial(measured, serve=serving.ours, endpoint=endpoint),
        partial(measured, serve=serving.floor, endpoint=endpoint),
    )
