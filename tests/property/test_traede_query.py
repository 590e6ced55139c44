"""TRAEDE's query syntax: what PHP writes is read back, and filters find what a plain reading of them finds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.contracts.traede import asking
from counterfoil.contracts.traede.filters import groups
from counterfoil.contracts.traede.query import Tree, parse
from counterfoil.contracts.traede.resources import INVOICES, RESOURCES
from counterfoil.core.errors import Invalid
from counterfoil.core.exporting import TEXTUAL, Condition, Exportable, Field, Group, Operator, Sort, Topic, Wanted
from counterfoil.services import exporting, registry
from counterfoil.services.office import Context, Said
from counterfoil.services.registry import make_book
from counterfoil.store import Principal, Store, open_store
from tests.conformance.traede.puller import php
from tests.desk import Desk

NO_SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
NAMES = st.text(st.characters(exclude_characters="[]&=", exclude_categories=NO_SURROGATES), min_size=1, max_size=6)
TEXTS = st.text(st.characters(exclude_categories=NO_SURROGATES), max_size=8)
TREES: st.SearchStrategy[Any] = st.recursive(
    TEXTS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3), st.dictionaries(NAMES, parts, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def as_tree(value: Any) -> Any:
    """Lists as PHP has them: by number."""
    if isinstance(value, list):
        return {str(number): as_tree(part) for number, part in enumerate(value)}
    if isinstance(value, dict):
        return {name: as_tree(part) for name, part in value.items()}
    return value


def depth(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((depth(part) for part in parts), default=0)


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_what_php_writes_is_read_back(parameters: dict[str, Any]) -> None:
    if depth(parameters) > 7:
        return
    assert parse(urlencode(php(parameters))) == as_tree(parameters)


@given(st.text(max_size=60), st.sampled_from(RESOURCES))
def test_no_query_is_more_than_refused(query: str, resource: Any) -> None:
    for text in (query, f"system_id=s&filter_groups[0][filters][0]{query}", f"sort[]={query}&includes[]={query}"):
        with contextlib.suppress(Invalid):
            asking.listing(text, resource)


SPELLED: tuple[tuple[str, bool], ...] = (("true", True), ("1", True), ("false", False), ("0", False))


@pytest.mark.parametrize(("word", "value"), SPELLED)
def test_both_forms_of_a_filter_mean_the_same(word: str, value: bool) -> None:
    full = {"key": "created_at", "operator": "gte", "value": "2024-05-01 00:00:00", "not": word}
    short = list(full.values())
    expected = Condition(Field.CREATED, Operator.GTE, (datetime(2024, 5, 1, tzinfo=UTC),), value)
    for one in (full, short):
        asked = parse(urlencode(php({"g": [{"or": word, "filters": [one]}]})))["g"]
        assert groups(asked, INVOICES.fields) == (Group((expected,), value),)


def test_a_filter_without_an_operator_is_eq_and_null_is_null() -> None:
    tests: Tree = {"0": {"key": "id", "value": "7"}, "1": {"key": "id", "operator": "ct", "value": ""}}
    asked: Tree = {"0": {"filters": tests}}
    assert groups(asked, INVOICES.fields)[0].tests == (
        Condition(Field.ID, Operator.EQ, (7,)),
        Condition(Field.ID, Operator.NULL, ()),
    )


# --- against a plain reading ----------------------------------------------------------------------------------------

BEGAN = datetime(2024, 3, 15, 12, tzinfo=UTC)
NUMBERS = ("A%1", "a_1B", "ab/1", "ÄB\\1", "INV", "x", "100")
VALUES: dict[Field, st.SearchStrategy[Any]] = {
    Field.ID: st.integers(-1, 12),
    Field.CUSTOMER: st.integers(0, 4),
    Field.NUMBER: st.sampled_from((*NUMBERS, "a%1", "INV-000001")),
    Field.CURRENCY: st.sampled_from(("CAD", "USD", "cad")),
    Field.DATE: st.dates(date(2024, 3, 10), date(2024, 3, 20)),
    Field.CREATED: st.integers(-2_500, 12_500).map(lambda micro: BEGAN + timedelta(microseconds=micro)),
}
PIECES = st.sampled_from(("", "a", "A%", "_", "/", "\\", "ä", "1", "0", "20", "2024-03-15 12:00:0", "-03", "cad", "%"))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """A condition with values of the field's own type."""
    field = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(st.sampled_from(sorted(Operator)))
    count = {Operator.NULL: 0, Operator.BETWEEN: 2, Operator.IN: draw(st.integers(0, 3))}.get(operator, 1)
    values = PIECES if operator in TEXTUAL else VALUES[field]
    return Condition(field, operator, tuple(draw(values) for _ in range(count)), draw(st.booleans()))


def value_of(row: Exportable, field: Field) -> Any:
    made = row.document
    return {
        Field.ID: made.id,
        Field.NUMBER: made.number,
        Field.CURRENCY: made.total.currency.code,
        Field.CUSTOMER: made.customer_id,
        Field.DATE: made.on,
        Field.CREATED: row.created_at,
    }[field]


def holds(row: Exportable, test: Condition) -> bool:
    """What a condition means, said once more."""
    found, values = value_of(row, test.field), test.values
    text = f"{found:%Y-%m-%d %H:%M:%S}" if isinstance(found, datetime) else str(found)
    meaning: dict[Operator, Callable[[], bool]] = {
        Operator.EQ: lambda: found == values[0],
        Operator.GT: lambda: found > values[0],
        Operator.GTE: lambda: found >= values[0],
        Operator.LT: lambda: found < values[0],
        Operator.LTE: lambda: found <= values[0],
        Operator.IN: lambda: found in values,
        Operator.BETWEEN: lambda: values[0] <= found <= values[1],
        Operator.CONTAINS: lambda: str(values[0]).casefold() in text.casefold(),
        Operator.STARTS: lambda: text.casefold().startswith(str(values[0]).casefold()),
        Operator.ENDS: lambda: text.casefold().endswith(str(values[0]).casefold()),
        Operator.NULL: lambda: found is None,
    }
    return meaning[test.operator]() != test.negated


class Shelf:
    """A book of ten invoices that differ in everything."""

    def __init__(self, store: Store) -> None:
        make_book(store, "Condition company", "CAD", "CA", "America/Vancouver")
        desk = Desk(store, BEGAN - timedelta(milliseconds=5))
        desk.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal(2)))
        customers = [desk.customer("A"), desk.customer("B", unit="USD")]
        for n, number in enumerate((*NUMBERS, None, None, None)):
            on = date(2024, 3, 12 + n % 4)
            desk.issue(customers[n % 2], [(None, "1", "5")], number=number, on=on)
        self.store, self.now = store, desk.now + timedelta(seconds=1)
        self.rows = self.page().rows

    def page(self, **asked: Any) -> Any:
        ctx = Context(self.store, Principal(1, "reader"), Said("r", "test", "test"), lambda: self.now)
        wanted = Wanted(topic=Topic.SALES_INVOICE, system="erp", limit=60, **asked)
        return exporting.listed(ctx, wanted)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """The shelf on each engine."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            path: Path = tmp_path_factory.mktemp("shelf") / "book.db"
            copy(request.getfixturevalue("empty_sqlite"), path)
            url = f"sqlite:///{path}"
        else:
            url = stack.enter_context(request.getfixturevalue("empty_postgresql")())
        store = open_store(url)
        yield Shelf(store)
        store.engine.dispose()


@given(
    asked=st.lists(st.builds(Group, st.lists(conditions(), max_size=3).map(tuple), st.booleans()), max_size=3),
    sorts=st.lists(st.builds(Sort, st.sampled_from(sorted(VALUES)), st.booleans()), max_size=2),
)
def test_filters_find_what_they_mean(shelf: Shelf, asked: list[Group], sorts: list[Sort]) -> None:
    expected = [
        row
        for row in shelf.rows
        if all(
            not group.tests or (any if group.any_of else all)(holds(row, test) for test in group.tests)
            for group in asked
        )
    ]
    for sort in reversed(sorts):
        expected.sort(key=lambda row: value_of(row, sort.field), reverse=sort.descending)
    page = shelf.page(groups=tuple(asked), sorts=tuple(sorts))
    assert [row.document.id for row in page.rows] == [row.document.id for row in expected]
    assert page.total == len(expected)
