"""Figures for Prometheus, added up over all processes of the server.

Import it only in a serving process: at import the client library decides, by PROMETHEUS_MULTIPROC_DIR, whether
processes count together.
"""

import os
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_REQUESTS = Counter(
    "counterfoil_requests_total", "Requests answered, by status class.", ["contract", "operation", "status"]
)
_SECONDS = Histogram(
    "counterfoil_request_seconds",
    "Time from a request's arrival to its answer.",
    ["contract", "operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def observe(contract: str, operation: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    _counter(contract, operation, f"{status // 100}xx").inc()
    _histogram(contract, operation).observe(seconds)


def exposition() -> bytes:
    """All figures in Prometheus' text form."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


@cache
def _counter(contract: str, operation: str, status: str) -> Counter:
    return _REQUESTS.labels(contract, operation, status)


@cache
def _histogram(contract: str, operation: str) -> Histogram:
    return _SECONDS.labels(contract, operation)
