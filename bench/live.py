"""Questions that a webstore asks, of random customers of the big book."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager

from bench import company, load, serving
from bench.floors.connections import connections
from bench.scenario import Bench, Trial
from bench.serving import Served

CONNECTIONS = 16
_ASKED = 2000
_COMPARED = 100


def questions(url: str, endpoint: str) -> list[bytes]:
    """Requests to an endpoint, the same ones for the same book."""
    chance = random.Random(endpoint)  # noqa: S311 - the same questions for both sides
    sql = "SELECT p.code, d.number FROM document d JOIN party p ON p.id = d.customer_id WHERE d.kind = :kind AND d.reserves"
    ((*found,),) = connections(url).ask([(sql, {"kind": "work_order"})])
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
def ours(bench: Bench, endpoint: str) -> Iterator[Trial]:
    """`counterfoil serve` on the big book."""
    asked = questions(bench.large(), endpoint)
    with serving.ours(bench.large(), bench.folder, asked[0]) as served:
        bench.answers[endpoint] = answers(served, asked)
        yield _trial(bench, served, asked)


@contextmanager
def floor(bench: Bench, endpoint: str) -> Iterator[Trial]:
    """The floor's server on the same book; its answers must be ours, byte for byte."""
    asked = questions(bench.large(), endpoint)
    with serving.floor(bench.large(), bench.folder, asked[0]) as served:
        require_same(asked, bench.answers[endpoint], answers(served, asked))
        yield _trial(bench, served, asked)


def answers(served: Served, asked: list[bytes]) -> list[bytes]:
    """What a server answers to the first questions, one after another."""
    stream = load.Stream(itertools.cycle(asked), 1, most=_COMPARED, answers=[])
    load.run(served.port, [stream], 60)
    return stream.answers or []


def require_same(asked: list[bytes], ours: list[bytes], theirs: list[bytes]) -> None:
    """Raise unless both sides answer alike."""
    for request, one, other in zip(asked, ours, theirs, strict=False):
        if one != other:
            body = request.rpartition(b"\r\n")[2].decode()
            raise AssertionError(f"{body}\nours:  {one.decode()}\nfloor: {other.decode()}")


def _trial(bench: Bench, served: Served, asked: list[bytes]) -> Trial:
    def trial() -> float:
        stream = load.Stream(itertools.cycle(asked), CONNECTIONS)
        took = load.run(served.port, [stream], bench.seconds)
        return len(stream.latencies) / took

    trial()
    return trial
