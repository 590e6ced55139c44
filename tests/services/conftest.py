"""A desk on a book, on both engines; what a test leaves behind must obey every law."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.store import Store
from tests.desk import Desk


@pytest.fixture
def desk(book: Store) -> Iterator[Desk]:
    """A desk on a book with its defaults."""
    made = Desk(book)
    yield made
    assert made.broken() == []
