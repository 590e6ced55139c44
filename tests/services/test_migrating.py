"""The migrations lead to what the program needs."""

from __future__ import annotations

from counterfoil.store import Store, migrating


def test_the_program_needs_the_newest_revision(store: Store) -> None:
    assert migrating.NEEDED == migrating.newest() == migrating.revision(store.engine)
