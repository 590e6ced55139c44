"""A hostile TRAEDE: whatever goes wrong on the way, nothing is lost, nothing is twice, and only the poison fails."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.core.ports import Flow
from counterfoil.core.syncing import RunState
from counterfoil.doubles.traede import ALL_FAULTS, Faults, Recipe
from counterfoil.services.checking import check
from counterfoil.store import Store
from tests.services.pulled import KIND_OF, desk

SOAK = bool(os.environ.get("COUNTERFOIL_SOAK"))
#: Of each kind.
DOCUMENTS = 3334 if SOAK else 110
SEEDS = range(1, 5) if SOAK else (1,)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("signs", "refuse", "skew"), [("plus", "", 0), ("lines_minus", "reference", 7200)], ids=["plain", "odd"]
)
def test_nothing_lost_nothing_twice(store: Store, seed: int, signs: Any, refuse: str, skew: int) -> None:
    recipe = Recipe(seed=seed, signs=signs, poison=True, late=True)
    faults = Faults(seed, dict(ALL_FAULTS), refuse=refuse, skew=skew)
    with desk(store, DOCUMENTS, recipe, faults, attempts=4) as made:
        for _ in range(200):
            state = made.run().state
            # Time passes between runs, so that what failed is due again.
            made.now += timedelta(hours=1)
            told = all(len(made.marks(flow)) == _markable(made, flow) for flow in Flow)
            if state is not RunState.FAILED and told:
                break
        assert set(made.stuck()) == made.poison(), "the failure list holds exactly the poison"
        assert made.totals() == made.expected()
        assert _double_bookings(store) == []
        for flow, kind in KIND_OF.items():
            marked = made.world.marks(kind, "book")
            assert set(marked) == {number for of, number in made.expected() if of == flow.value}
        missing = set(ALL_FAULTS) - set(faults.met)
        assert not SOAK or not missing, "every fault was met"
        assert len(faults.met) > 6
    assert [finding.law for finding in check(store) if finding.breaches] == []


def _markable(made: Any, flow: Flow) -> int:
    return sum(1 for of, _ in made.expected() if of == flow.value)


def _double_bookings(store: Store) -> list[Any]:
    """Numbers of which there are two documents of one kind: every one that is pulled is distinct."""
    query = (
        "SELECT kind, number FROM document WHERE kind IN ('sales_invoice', 'credit_note')"
        " GROUP BY kind, number HAVING count(*) > 1"
    )
    with store.engine.reading() as connection:
        return list(connection.raw.execute(query).fetchall())
