"""Invoices on their way to System Five's door, made before they are needed so that making them is not measured."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from bench import company, load
from bench.orders import orders


class Supply:
    """Requests without end, no two alike."""

    def __init__(self, seed: str, customers: int = company.CUSTOMERS) -> None:
        self._orders = orders(seed, customers)
        self._ready: deque[bytes] = deque()

    def prepare(self, number: int) -> None:
        """Make requests ahead."""
        while len(self._ready) < number:
            self._ready.append(self._make())

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self._ready.popleft() if self._ready else self._make()

    def _make(self) -> bytes:
        return load.request(company.ADD_INVOICE, next(self._orders).body(), company.basic())


_VOLATILE = re.compile(rb'("RecordId":|"ElapsedTime":")[0-9.]+|INV-[0-9]+')


def likeness(answer: bytes) -> bytes:
    """An answer without its ids, number and time."""
    return _VOLATILE.sub(b"", answer)
