"""The bulk loader of the benchmark: what it builds is a book like any other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from bench import company
from bench.build import build
from bench.orders import orders
from bench.verify import require_sound
from counterfoil.core.history import Filter
from counterfoil.services import credentials, history, invoicing, receipts, statements
from counterfoil.store import Store, open_store

INVOICES = 2000
_number = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there is no book yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'built.db'}"
        return
    server = request.getfixturevalue("postgresql_url")
    yield f"{server}{'&' if '?' in server else '?'}schema=built_{next(_number)}"


@pytest.fixture
def built(address: str) -> Iterator[Store]:
    """A book of 2,000 invoices."""
    build(address, INVOICES)
    store = open_store(address)
    yield store
    store.engine.dispose()


def test_a_built_book_obeys_every_law_ties_on_any_date_and_goes_on(built: Store, address: str) -> None:
    require_sound(address)
    today = statements.today(built)
    for days in (0, 31, 200, 500):
        aged = statements.aging(built, today - timedelta(days))
        assert aged.ties
        assert any(row.balance for row in aged.rows)

    caller = credentials.principal(built, company.CALLER)
    order = next(orders("after", customers=5))
    with company.context(built, caller, order.body(), order.reference).work() as work:
        posted = work.once([order.reference], b"content", lambda: invoicing.issue(work, order.sale()))
    assert posted.number == f"INV-{INVOICES + 1:06d}"
    with company.context(built, caller).work() as work:
        work.perform(lambda: receipts.receive(work, company.code(order.customer_id), Decimal("10.00"), "T"))
    require_sound(address)

    ctx = company.context(built, caller)
    page = history.invoices(ctx, company.code(order.customer_id), Filter(), 1, 15)
    assert page is not None
    assert page.rows[0].number == posted.number
    assert len(page.rows) == 15
    orders_page = history.orders(ctx, company.code(order.customer_id), Filter(), 1, 15)
    assert orders_page is not None
    assert orders_page.rows


def test_a_book_that_is_not_sound_is_not_passed(built: Store, address: str) -> None:
    with built.engine.writing() as connection:
        connection.script('UPDATE stock_value SET "value" = "value" + 1 WHERE item_id = 7')
    with pytest.raises(AssertionError, match="item 7 is valued"):
        require_sound(address)
