"""A platform at the door of a book with EVA's start-up data, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.store import Store
from tests.conformance import given_eva
from tests.conformance.books import breaches
from tests.conformance.eva.platform import Platform


@pytest.fixture
def platform(book: Store) -> Iterator[Platform]:
    """A caller; whatever it does, the book keeps its laws."""
    yield Platform(book, given_eva.prepare(book))
    assert breaches(book) == []
