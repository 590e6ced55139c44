"""A terminal at a book that the demonstration's company is in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterfoil.services import registry
from counterfoil.store import Store
from tests.conformance import given_systemfive as given
from tests.conformance.books import breaches
from tests.conformance.systemfive.till import (
    UNPRICED,
    Till,
)


@pytest.fixture
def till(book: Store) -> Iterator[Till]:
    given.prepare(book)
    made = Till(book)
    made.do(
        lambda opened: registry.add_item(
            opened, "UNPRICED", "No list price", stocked=False, refs={"systemfive": str(UNPRICED)}
        ),
        lambda opened: registry.add_tender_type(opened, "Z", "Voucher", "1010", types=["A"]),
    )
    yield made
    assert breaches(book) == []
