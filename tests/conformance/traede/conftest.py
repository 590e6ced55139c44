"""An accounting system in front of the book of the golden cases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.store import Store
from tests.conformance.books import breaches
from tests.conformance.traede.puller import Puller


@pytest.fixture
def puller(book: Store) -> Iterator[Puller]:
    """The system my_system."""
    yield Puller(book)
    assert breaches(book) == []
