"""Figures for Prometheus, added up over all processes of the server.

Import it only in a serving process: at import the client library decides, by PROMETHEUS_MULTIPROC_DIR, whether
processes count together.
"""

import os
from collections.abc import Iterable
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from counterfoil.web.figures import Figure

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: Figures of the book itself, and what each says.
STANDING = {
    "counterfoil_laws_broken": "Rows that broke a law when the book was last checked; 0 in a sound book.",
    "counterfoil_laws_checked_timestamp_seconds": "When the book was last checked.",
    "counterfoil_queue_oldest_timestamp_seconds": "Since when a queue's oldest document waits.",
}
_REQUESTS = Counter(
    "counterfoil_requests_total", "Requests answered, by status class.", ["contract", "operation", "status"]
)
_SECONDS = Histogram(
    "counterfoil_request_seconds",
    "Time from a request's arrival to its answer.",
    ["contract", "operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_DOCUMENTS = Counter(
    "counterfoil_documents_total",
    "Documents filed, and calls that filed none: repeated ones and refused ones, without a kind.",
    ["contract", "kind", "outcome"],
)


def count(contract: str, kind: str, outcome: str) -> None:
    """Count what came of one effect."""
    _documents(contract, kind, outcome).inc()


def observe(contract: str, operation: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _counter(contract, operation, f"{status // 100}xx").inc()
    _histogram(contract, operation).observe(seconds)


def exposition(standing: Iterable[Figure]) -> bytes:
    """All figures in Prometheus' text form.

    standing: figures of the book itself, read for this answer
    """
    registry, gauges = CollectorRegistry(), dict[str, Gauge]()
    for figure in standing:
        if figure.name not in gauges:
            gauges[figure.name] = Gauge(figure.name, STANDING[figure.name], list(figure.labels), registry=registry)
        gauge = gauges[figure.name]
        (gauge.labels(**figure.labels) if figure.labels else gauge).set(figure.value)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(registry)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


@cache
def _documents(contract: str, kind: str, outcome: str) -> Counter:
    return _DOCUMENTS.labels(contract, kind, outcome)


@cache
def _counter(contract: str, operation: str, status: str) -> Counter:
    return _REQUESTS.labels(contract, operation, status)


@cache
def _histogram(contract: str, operation: str) -> Histogram:
    return _SECONDS.labels(contract, operation)
