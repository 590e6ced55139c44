"""How often a credential may call: a bucket for each in every serving process, refilled all the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Limits:
    """The buckets of one process; a full one holds a minute's calls."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._buckets: dict[int, tuple[float, float]] = {}

    def wait(self, credential: int, per_minute: int) -> float:
        """Take one call out of a bucket; 0, or in how many seconds there will be one."""
        now, refill = self._clock(), per_minute / 60
        with self._lock:
            level, since = self._buckets.get(credential, (float(per_minute), now))
            level = min(float(per_minute), level + (now - since) * refill)
            if level < 1:
                self._buckets[credential] = level, now
                return (1 - level) / refill
            self._buckets[credential] = level - 1, now
            return 0.0
