"""Kills at every kind of persisted state change of a pull: restarted, it ends as one that nobody disturbed."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from counterfoil.core.ports import Flow
from counterfoil.doubles.traede import Double, Recipe, World
from counterfoil.services import syncing
from counterfoil.services.checking import check
from counterfoil.services.registry import make_book
from counterfoil.store import Store
from tests.e2e.lives import LABELS, Death, begin, ended, live, mistaken, plain, worker
from tests.services.pulled import ACCOUNT, Desk, account

KILLED = -signal.SIGKILL
DOCUMENTS = {"invoices": 500, "credit-notes": 250, "accounting-entries": 250}


#: Kinds of commits in the order in which a run first meets them, which of them in that life, and whether the life ends
#: just before or just after. What is learned first is a convention of signs, then the words of an entry's mark.
ORDER = [
    (label, nth, before)
    for label, times in (
        ("run opened", (1,)),
        ("page staged", (1, 3)),
        ("document imported", (1, 7)),
        ("batch marked", (1, 2)),
        ("document moved", (1,)),
        ("something learned", (1,)),
        ("something learned", (1,)),
        ("run ended", (1,)),
    )
    for nth in times
    for before in ((True, False) if nth == 1 else (True,))
]


@pytest.fixture
def made(store: Store) -> Iterator[Desk]:
    """A book, and a TRAEDE with a thousand documents of which one in a hundred cannot be imported."""
    yield from _made(store, DOCUMENTS)


@pytest.fixture
def few(store: Store) -> Iterator[Desk]:
    """The same with fewer documents, a thousand under soak: these lives are long."""
    yield from _made(store, DOCUMENTS if os.environ.get("COUNTERFOIL_SOAK") else 50)


def _made(store: Store, documents: Any) -> Iterator[Desk]:
    make_book(store, "Test company", "DKK", "DK", "Europe/Copenhagen")
    with Double(World(documents, Recipe(seed=7, poison=True))) as double:
        yield Desk(store, double)


def _settings(made: Desk) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(account(made.double))
    return found


def _ended_well(made: Desk) -> None:
    """Each document once in the book and at least once marked, at what it comes to, and every law holds."""
    assert made.totals() == made.expected()
    assert set(made.stuck()) == made.poison()
    for flow in Flow:
        assert set(made.marks(flow)) == {number for of, number in made.expected() if of == flow.value}
    with made.store.engine.reading() as connection:
        pulled = "SELECT count(*) FROM document WHERE kind IN ('sales_invoice', 'credit_note', 'accounting_entry')"
        documents = connection.raw.execute(pulled).fetchone()[0]
    assert documents == len(made.expected())
    assert [finding.law for finding in check(made.store) if finding.breaches] == []


def test_killed_at_every_kind_of_commit_it_ends_as_if_nobody_had(made: Desk, url: str) -> None:
    settings, run_id = _settings(made), uuid.uuid4().hex
    deaths = [Death(label, nth, nth > 1 or before) for label, nth, before in ORDER]
    assert {death.label for death in deaths} == set(LABELS.values())
    for death in deaths:
        assert live(plain, url, settings, run_id, death) == KILLED, death
    assert live(plain, url, settings, run_id, None) == 0
    _ended_well(made)


def test_a_run_that_a_mistake_of_ours_ends_is_over_and_the_next_goes_on(few: Desk, url: str) -> None:
    settings = _settings(few)
    live(mistaken, url, settings)
    (run,) = syncing.status(few.store, ACCOUNT).runs
    assert (run.state.value, run.say) == ("failed", "RuntimeError: a mistake of ours")
    assert live(worker, url, settings, None) == 0
    _ended_well(few)


def test_killed_workers_leave_their_run_to_the_next(few: Desk, url: str) -> None:
    """On SQLite one after another; on PostgreSQL two at a time, of which the one that lives takes over."""
    settings = _settings(few)
    deaths = [Death("step", 1, True), Death("page staged", 2), Death("document imported", 40, True)]
    deaths += [Death("batch marked", 5, True), Death("step", 1)]
    if few.store.engine.dialect == "sqlite":
        killed = [live(worker, url, settings, death) == KILLED for death in deaths]
        assert sum(killed) == len(deaths)
    else:
        for one, other in ((deaths[0], deaths[1]), (deaths[2], deaths[3]), (deaths[4], deaths[4])):
            both = [begin(worker, url, settings, death) for death in (one, other)]
            assert KILLED in [ended(process) for process in both]
    assert live(worker, url, settings, None) == 0
    _ended_well(few)
    (run,) = syncing.status(few.store, ACCOUNT).runs[-1:]
    assert (run.imported, run.state.value) == (len(few.expected()), "partial")
