"""Which documents a system is listed: random marks, drafts and instants against a model of a few lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.core.document import Kind
from counterfoil.core.exporting import ExportState, Topic, Wanted
from counterfoil.services import drafting, exporting
from counterfoil.services.office import Context, Said
from counterfoil.services.registry import make_book
from counterfoil.store import Principal, Store, open_store
from tests.desk import Desk, asked

SYSTEMS = ("erp", "Erp", "tester")
TOPIC = Topic.SALES_INVOICE
TOLD = {"mark": ExportState.ACKNOWLEDGED, "reopen": ExportState.REOPENED, "fail": ExportState.FAILED}
BEGAN = datetime(2024, 3, 15, 12, tzinfo=UTC)


@dataclass
class Model:
    """What is known of each document: is it a draft, and the marks that count, by system."""

    drafts: dict[int, bool] = field(default_factory=dict)
    marks: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def listed(self, system: str, since: datetime, drafts: bool) -> list[int]:
        return sorted(
            number
            for number, is_draft in self.drafts.items()
            if (drafts or not is_draft)
            and system != "tester"
            and self.marks.get((system, number), datetime.max.replace(tzinfo=UTC)) > since
        )


Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(("invoice", "draft", "book", "discard", "mark", "mark", "mark", "reopen", "fail")),
        st.integers(0, 20),
        st.integers(0, 2),
        st.integers(0, 50),
    ),
    max_size=25,
)


class Play:
    """A book and its model."""

    def __init__(self, desk: Desk, customer: int) -> None:
        self.desk, self.customer, self.model = desk, customer, Model()

    def step(self, step: Step) -> None:
        what, which, system, minutes = step
        self.desk.now += timedelta(minutes=minutes)
        model, sale = self.model, asked(Kind.SALES_INVOICE, self.customer, [(None, "1", "5")])
        if what == "invoice":
            model.drafts[self.desk.issue(self.customer, [(None, "1", "5")]).document_id] = False
        elif what == "draft":
            model.drafts[self.desk.do(lambda work: drafting.save(work, sale)).document_id] = True
        elif not model.drafts:
            return
        else:
            self.touch(what, sorted(model.drafts)[which % len(model.drafts)], SYSTEMS[system])

    def touch(self, what: str, number: int, system: str) -> None:
        model, desk = self.model, self.desk
        if what == "book" and model.drafts[number]:
            desk.do(lambda work: drafting.post(work, number))
            model.drafts[number] = False
            model.marks = {key: at for key, at in model.marks.items() if key[1] != number}
        elif what == "discard" and model.drafts[number]:
            desk.change(lambda work: drafting.discard(work, number))
            del model.drafts[number]
        elif what in TOLD:
            desk.change(lambda work: exporting.record(work, system, TOPIC, {number: what}, TOLD[what]))
            if what == "mark":
                model.marks[system, number] = desk.now
            if what == "reopen":
                model.marks.pop((system, number), None)

    def agrees(self, since: datetime | None) -> None:
        now = self.desk.now + timedelta(milliseconds=1)
        ctx = Context(self.desk.store, Principal(1, "reader"), Said("r", "test", "test"), lambda: now)
        for system in SYSTEMS:
            for drafts in (False, True):
                wanted = Wanted(topic=TOPIC, system=system, since=since, drafts=drafts, limit=60)
                page = exporting.listed(ctx, wanted)
                expected = self.model.listed(system, min(since or now, now), drafts)
                assert [row.document.id for row in page.rows] == expected
                assert page.total == len(expected)
                tail = exporting.listed(ctx, replace(wanted, limit=1, offset=1))
                assert [row.document.id for row in tail.rows] == expected[1:2]


@pytest.fixture(scope="module")
def made(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with a book and one customer."""
    path = tmp_path_factory.mktemp("exports") / "book.db"
    copy(empty_sqlite, path)
    store = open_store(f"sqlite:///{path}")
    make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
    Desk(store).customer()
    with store.engine.reading() as connection:
        connection.script("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return path


def _played(store: Store, taken: list[Step], ago: int | None) -> None:
    play = Play(Desk(store, BEGAN), 1)
    for step in taken:
        play.step(step)
    play.agrees(None if ago is None else play.desk.now - timedelta(minutes=ago))
    assert play.desk.broken() == []


@given(taken=steps, ago=st.one_of(st.none(), st.integers(-5, 120)))
def test_lists_agree_with_the_model(made: Path, taken: list[Step], ago: int | None) -> None:
    for old in made.parent.glob("play.db*"):
        old.unlink()
    path = made.parent / "play.db"
    copy(made, path)
    store = open_store(f"sqlite:///{path}")
    try:
        _played(store, taken, ago)
    finally:
        store.engine.dispose()


def test_a_long_play_agrees_on_both_engines(book: Store) -> None:
    Desk(book).customer()
    kinds = (
        "invoice",
        "draft",
        "mark",
        "invoice",
        "mark",
        "book",
        "mark",
        "mark",
        "reopen",
        "draft",
        "mark",
        "discard",
    )
    _played(book, [(kinds[n % 12], n * 7, n % 3, n % 11) for n in range(60)], 30)


def test_a_mark_at_the_very_instant_counts_as_exported(book: Store) -> None:
    desk = Desk(book, BEGAN)
    desk.customer()
    play = Play(desk, 1)
    for n, kind in enumerate(("invoice", "draft")):
        play.step((kind, 0, 0, 0))
        play.step(("mark", n, 0, 0))
        play.agrees(desk.now)
        play.agrees(desk.now - timedelta(milliseconds=1))


def test_a_failure_after_booking_does_not_bring_a_drafts_mark_back(book: Store) -> None:
    desk = Desk(book, BEGAN)
    desk.customer()
    play = Play(desk, 1)
    for step in ("draft", "mark", "book", "fail"):
        play.step((step, 0, 0, 1))
    play.agrees(None)
    play.agrees(BEGAN)
