"""A figure counts only when the book behind it is sound."""

from __future__ import annotations

from counterfoil.app import book_store
from counterfoil.services.checking import check


def require_sound(url: str) -> None:
    """Raise unless every law holds on a book, ours or the floor's."""
    store = book_store(url)
    broken = [f"{finding.law}: {breach.say}" for finding in check(store) for breach in finding.breaches]
    store.engine.dispose()
    if broken:
        raise AssertionError("\n".join(broken))
