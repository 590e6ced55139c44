"""The office in tests: a unit of work at a chosen instant."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from counterfoil.services.credentials import principal
from counterfoil.services.office import Clock, Context, Said, Work
from counterfoil.store import Store


def at(text: str) -> datetime:
    """An instant written in ISO 8601; UTC where no zone is written."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def fixed(text: str) -> Clock:
    """A clock that has stopped."""
    return lambda: at(text)


@contextmanager
def work(store: Store, clock: Clock) -> Iterator[Work]:
    """One unit of work by the people in the back office."""
    with Context(store, principal(store, "office"), Said("office", "cli", "office"), clock).work() as opened:
        yield opened


def each(store: Store, clock: Clock, *effects: Callable[[Work], object]) -> None:
    """Some effects, a unit of work for each."""
    for effect in effects:
        with work(store, clock) as opened:
            effect(opened)
