"""How long documents have waited on their way between systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.store import Store


@dataclass(frozen=True, slots=True)
class Queue:
    """Documents that wait: to be exported to a system, or to be imported from one and told so there.

    what:  the topic or the flow
    since: when the oldest of them was entered, or first seen
    """

    way: str
    system: str
    what: str
    since: datetime


def queues(store: Store) -> list[Queue]:
    """Every queue that is not empty."""
    with store.snapshot() as reader:
        leaving = [Queue("export", *one) for one in reader.exports.oldest()]
        return leaving + [Queue("import", *one) for one in reader.syncs.oldest()]
