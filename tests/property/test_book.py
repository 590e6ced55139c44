"""Whatever the office is asked to do, in whatever order, the book obeys its laws on every date."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import SearchStrategy

from counterfoil.core.document import INVOICES, ORDERS, Kind
from counterfoil.core.errors import BookError, Unavailable
from counterfoil.core.money import Money, currency, half_up
from counterfoil.core.open_item import OpenItem, aging
from counterfoil.core.party import Customer
from counterfoil.services import archiving, merging, opening, ordering, periods, registry, statements
from counterfoil.services.office import Filed, Outcome, Work
from counterfoil.services.opening import Opening
from counterfoil.services.registry import make_book
from counterfoil.services.reports import REPORTS, draw
from counterfoil.services.statements import AgingRow, OwedBy
from counterfoil.store import Store, open_store
from tests.desk import LATE, TODAY, VANCOUVER, Desk, Lines, asked

SOAK = bool(os.environ.get("COUNTERFOIL_SOAK"))
CAD = currency("CAD")
CODES = ("ACME", "USCO", "TWIN")
SKUS = ("APPLE", "PEAR", "ADVICE")
MONTHS = (202402, 202403)
#: Makes empty books.
Empty = Callable[[], AbstractContextManager[str]]
_number = count(1)


def furnish(desk: Desk) -> None:
    """Customers of two currencies, taxes, goods, a second department."""
    desk.british_columbia()
    desk.customer("ACME", billing=VANCOUVER)
    desk.customer("USCO", unit="USD")
    desk.customer("TWIN")
    for offset, rate in ((-90, "1.3"), (-20, "1.3571"), (5, "1.29")):
        on = TODAY + timedelta(days=offset)
        desk.change(lambda work, on=on, rate=rate: registry.set_rate(work, "USD", on, Decimal(rate)))  # type: ignore[misc]
    desk.item("APPLE", on_hand="10", cost="3.33", price=Decimal("7.77"))
    desk.item("PEAR", on_hand="0")
    desk.item("ADVICE", price=Decimal("0.335"))
    desk.change(lambda work: registry.add_department(work, "Annex", 2))


days = st.integers(-40, 15).map(lambda offset: TODAY + timedelta(days=offset))
amounts = st.decimals(Decimal("0.01"), 60, places=2).map(str)
quantities = st.sampled_from(["1", "2", "3", "0.5", "7", "-1", "-2", "0"])
prices = st.decimals(0, 20, places=3).map(str)
lines: SearchStrategy[Lines] = st.lists(
    st.tuples(st.integers(0, 3).map(lambda number: number or None), quantities, prices), min_size=1, max_size=3
)
tenders = st.lists(st.tuples(st.sampled_from("CKT"), amounts), max_size=2)
Money_ = list[tuple[str, str]]
T = TypeVar("T")
Asked = list[tuple[int | None, str, str]]


picks = st.integers(0, 10**6)
seldom = st.sampled_from([False] * 9 + [True])
numbers = st.sampled_from([f"OLD{number}" for number in range(30)])


class Office(RuleBasedStateMachine):
    """Clerks who do anything that a book allows, and much that it does not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.orders: list[Outcome] = []
        self.invoices: list[Outcome] = []
        self.filed: list[Outcome] = []

    @initialize(deposits=st.booleans(), reserve=st.booleans(), block=seldom, over=seldom, strict=seldom)
    def settle_policy(self, deposits: bool, reserve: bool, block: bool, over: bool, strict: bool) -> None:
        self.desk.policy(
            post_work_order_deposits=deposits,
            work_orders_reserve_stock=reserve,
            block_negative_stock=block,
            credit_over_invoice=over,
            strict_totals=strict,
        )

    def attempt(self, act: Callable[[], Outcome], *shelves: list[Outcome]) -> None:
        """File what was made; nothing where it was refused. Any error that is no refusal is a bug."""
        try:
            made = act()
        except Unavailable:
            raise
        except BookError as error:
            note(f"refused: {error}")
            return
        for shelf in (*shelves, self.filed):
            shelf.append(made)

    @rule(customer=st.integers(1, 3), wanted=lines, money=tenders, on=days, month=st.none() | st.sampled_from(MONTHS))
    def invoice(self, customer: int, wanted: Asked, money: Money_, on: date, month: int | None) -> None:
        goods = self.goods(wanted)
        self.attempt(
            lambda: self.desk.issue(self.party(customer), goods, tenders=money, on=on, book_month=month), self.invoices
        )

    @rule(wanted=lines, on=days, over=st.sampled_from([0, 0, 5]))
    def cash_sale(self, wanted: Asked, on: date, over: int) -> None:
        due = sum(Money.of(Decimal(quantity) * Decimal(price), CAD).amount for _, quantity, price in wanted)
        paid = [("K", "1"), ("C", str(due - 1 + over))] if due > 1 else [("C", str(due))]
        goods = self.goods(wanted)
        self.attempt(lambda: self.desk.issue(None, goods, Kind.CASH_SALE, tenders=paid, on=on))

    @rule(
        kind=st.sampled_from([Kind.QUOTE, Kind.WORK_ORDER, Kind.WORK_ORDER, Kind.SALES_ORDER]),
        customer=st.sampled_from([1, 2, 3, 1, 2, 0]),
        wanted=lines,
        money=tenders,
        on=days,
        back=seldom,
    )
    def enter(self, kind: Kind, customer: int, wanted: Asked, money: Money_, on: date, back: bool) -> None:
        money = [] if kind is Kind.QUOTE else [(code, f"-{amount}" if back else amount) for code, amount in money]
        goods = self.goods(wanted)
        self.attempt(lambda: self.desk.enter(kind, self.party(customer), goods, tenders=money, on=on), self.orders)

    @precondition(lambda self: self.orders)
    @rule(pick=picks, cash=seldom, shipped=st.booleans(), on=days)
    def finalise(self, pick: int, cash: bool, shipped: bool, on: date) -> None:
        kind, order = Kind.CASH_SALE if cash else Kind.SALES_INVOICE, one(self.orders, pick)
        self.attempt(lambda: self.desk.finalise(order, kind=kind, shipped_only=shipped, on=on), self.invoices)

    @precondition(lambda self: self.orders)
    @rule(pick=picks, part=st.none() | st.sampled_from(["1", "0.5", "3"]), on=days)
    def ship(self, pick: int, part: str | None, on: date) -> None:
        order = one(self.orders, pick)
        self.attempt(lambda: self.desk.ship(order, None if part is None else {1: Decimal(part)}, on=on))

    @precondition(lambda self: self.orders)
    @rule(pick=picks, really=seldom)
    def void(self, pick: int, really: bool) -> None:
        order = one(self.orders, pick)
        if really:
            self.attempt(lambda: self.desk.do(lambda work: ordering.void(work, order.document_id)))

    @rule(code=st.sampled_from(CODES), amount=amounts, on=days, applied=st.booleans())
    def receive(self, code: str, amount: str, on: date, applied: bool) -> None:
        self.attempt(lambda: self.desk.receive(code, amount, on=on, invoices=None if applied else ()))

    @precondition(lambda self: self.invoices)
    @rule(pick=picks, amount=amounts, on=days)
    def pay(self, pick: int, amount: str, on: date) -> None:
        number = one(self.invoices, pick).number
        for code in CODES:
            self.attempt(lambda code=code: self.desk.receive(code, amount, on=on, invoices=[number]))  # type: ignore[misc]

    @rule(pick=picks, other=picks, amount=st.none() | amounts, on=st.none() | days)
    def apply(self, pick: int, other: int, amount: str | None, on: date | None) -> None:
        credits = self.open(lambda minor: minor < 0)
        if credits:
            credit = one(credits, pick)
            charges = [owed for owed in self.open(lambda minor: minor > 0) if owed.code == credit.code]
            if charges:
                charge = one(charges, other)
                self.attempt(lambda: self.desk.apply(named(credit), named(charge), amount, on))

    @rule(pick=picks, on=st.none() | days)
    def unapply(self, pick: int, on: date | None) -> None:
        with self.desk.store.engine.reading() as connection:
            pairs = connection.raw.execute(
                "SELECT c.document_id, d.document_id FROM application a JOIN open_item c ON c.id = a.credit_id"
                " JOIN open_item d ON d.id = a.debit_id GROUP BY c.document_id, d.document_id"
                " HAVING sum(a.amount) <> 0 ORDER BY c.document_id, d.document_id"
            ).fetchall()
        if pairs:
            credit, charge = (Outcome(number, self.desk.document(number).number) for number in one(pairs, pick))
            self.attempt(lambda: self.desk.unapply(credit, charge, on))

    @rule(pick=picks, amount=st.none() | amounts, on=st.none() | days)
    def refund(self, pick: int, amount: str | None, on: date | None) -> None:
        credits = self.open(lambda minor: minor < 0)
        if credits:
            credit = named(one(credits, pick))
            self.attempt(lambda: self.desk.refund(credit, amount, on=on))

    @precondition(lambda self: self.invoices)
    @rule(pick=picks, part=st.none() | st.sampled_from(["1", "0.5", "2", "-1"]), on=st.none() | days)
    def credit(self, pick: int, part: str | None, on: date | None) -> None:
        invoice = one(self.invoices, pick)
        self.attempt(lambda: self.desk.credit(invoice, None if part is None else {1: Decimal(part)}, on=on))

    @precondition(lambda self: self.filed)
    @rule(pick=picks, on=st.none() | days)
    def reverse(self, pick: int, on: date | None) -> None:
        document = one(self.filed, pick)
        self.attempt(lambda: self.desk.reverse(document, on))

    @rule(
        sku=st.sampled_from(SKUS[:2]),
        quantity=st.sampled_from(["5", "1", "0.5", "-1", "-4"]),
        cost=st.none() | st.decimals(0, 9, places=4).map(str),
        department=st.sampled_from([1, 1, 2]),
        on=days,
    )
    def adjust(self, sku: str, quantity: str, cost: str | None, department: int, on: date) -> None:
        at = None if quantity.startswith("-") else cost
        self.attempt(lambda: self.desk.adjust(sku, quantity, at, department_id=department, on=on))

    @rule(code=st.sampled_from(CODES), number=numbers, amount=amounts, back=seldom, on=days, late=st.booleans())
    def open_item(self, code: str, number: str, amount: str, back: bool, on: date, late: bool) -> None:
        money, posted_on = Decimal(f"-{amount}" if back else amount), TODAY if late else None
        opened = Opening(number=number, on=on, amount=money, posted_on=posted_on)
        self.attempt(lambda: self.desk.do(lambda work: opening.bring(work, owner(work, code), opened)), self.invoices)

    @rule(kind=st.sampled_from([*ORDERS, *INVOICES]), code=st.sampled_from(CODES), number=numbers, wanted=lines)
    def archive(self, kind: Kind, code: str, number: str, wanted: Asked) -> None:
        """What is brought as history changes no figure, and goes on to the orders and invoices that others pick."""
        before, goods = self.desk.accounts(), [(None, quantity, price) for _, quantity, price in wanted]

        def effect(work: Work) -> Filed:
            customer = owner(work, code)
            return archiving.keep(work, customer, asked(kind, customer.id, goods, number=number), {})

        self.attempt(lambda: self.desk.do(effect), self.orders if kind in ORDERS else self.invoices)
        assert self.desk.accounts() == before

    @rule(gone=st.sampled_from(CODES), kept=st.sampled_from(CODES), really=st.sampled_from([False, False, True]))
    def merge(self, gone: str, kept: str, really: bool) -> None:
        """Two balances become one; nothing else about the figures changes, on any date."""
        if not really:
            return
        before = figures(self.desk)
        try:
            self.desk.change(lambda work: merging.merge(work, gone, kept))
        except BookError as error:
            note(f"refused: {error}")
            return
        after = figures(self.desk)
        for (accounts, totals, balances), (accounts_after, totals_after, balances_after) in zip(
            before, after, strict=True
        ):
            assert (accounts_after, totals_after) == (accounts, totals)
            assert balances_after.get(kept, 0) == balances.pop(kept, 0) + balances.pop(gone, 0)
            assert gone not in balances_after

    @rule(month=st.sampled_from([202401, 202402]), again=st.booleans(), really=seldom)
    def close(self, month: int, again: bool, really: bool) -> None:
        try:
            if again:
                self.desk.change(lambda work: periods.reopen(work, month, "for the test"))
            elif really:
                self.desk.change(lambda work: periods.close(work, month))
        except BookError as error:
            note(f"refused: {error}")

    def open(self, wanted: Callable[[int], bool]) -> list[OwedBy]:
        """What is open now, charges or credits."""
        found = statements.open_items(self.desk.store, LATE)
        return [owed for owed in found if wanted(owed.item.remaining.minor)]

    @invariant()
    def on_hand_is_worth_what_the_ledger_says(self) -> None:
        """Cheap enough for every step, and the first that a wrong recipe breaks."""
        assert self.desk.worth() == self.desk.accounts().get("1200", 0)

    def party(self, number: int) -> int | None:
        """The customer of a number, 0 = nobody."""
        if not number:
            return None
        with self.desk.store.reader() as reader:
            found = reader.parties.customer_by_code(CODES[number - 1])
        assert found is not None
        return found.id

    def goods(self, wanted: Asked) -> Lines:
        """The lines with the ids of this book's items."""
        with self.desk.store.reader() as reader:
            ids = {number: reader.items.by_sku(sku) for number, sku in enumerate(SKUS, start=1)}
        return [(getattr(ids.get(item or 0), "id", None), quantity, price) for item, quantity, price in wanted]

    def teardown(self) -> None:
        """The laws, on every date of the play."""
        try:
            assert self.desk.broken() == []
            for offset in range(-41, 17, 4):
                ties(self.desk, TODAY + timedelta(days=offset))
            ties(self.desk, date(2030, 1, 1))
            receivable_is_what_open_items_hold(self.desk)
            reports_agree(self.desk)
        finally:
            self.desk.store.engine.dispose()


def owner(work: Work, code: str) -> Customer:
    """The customer of a code, or the one that goes on for it."""
    found = work.unit.parties.customer_by_code(code)
    assert found is not None
    return found


def figures(desk: Desk) -> list[tuple[dict[str, int], list[AgingRow], dict[str, int]]]:
    """Trial balance, the ageing's totals and every customer's balance, on three dates."""
    found = []
    for as_of in (TODAY - timedelta(days=20), TODAY, LATE):
        report = statements.aging(desk.store, as_of)
        found.append((desk.accounts(as_of), report.totals, {row.code: row.balance.minor for row in report.rows}))
    return found


def one(of: Sequence[T], pick: int) -> T:
    """One of several."""
    return of[pick % len(of)]


def named(owed: OwedBy) -> Outcome:
    """The document that opened an item."""
    assert owed.item.document_id is not None
    return Outcome(owed.item.document_id, owed.item.number)


def ties(desk: Desk, as_of: date) -> None:
    """The control accounts, the open items and the ageing say the same, and nothing is open beyond its amount."""
    report = statements.aging(desk.store, as_of)
    assert report.ties, as_of
    theirs: dict[tuple[str, str], list[OpenItem]] = {}
    for owed in statements.open_items(desk.store, as_of):
        item = owed.item
        low, high = sorted((0, item.amount.minor))
        assert low <= item.remaining.minor <= high, (as_of, owed)
        theirs.setdefault((owed.code, item.amount.currency.code), []).append(item)
    aged = {(row.code, row.balance.currency.code): row.buckets for row in report.rows}
    assert aged == {key: aging(items, as_of, currency(key[1])) for key, items in theirs.items()}


def receivable_is_what_open_items_hold(desk: Desk) -> None:
    """In the base currency the receivable is exactly the open share of what each item was booked at."""
    with desk.store.engine.reading() as connection:
        items = connection.raw.execute(
            "SELECT i.amount, i.base, s.remaining FROM open_item i JOIN open_item_state s ON s.item_id = i.id"
        ).fetchall()
    held = sum(base - half_up(Decimal(base) * (amount - remaining) / amount) for amount, base, remaining in items)
    assert held == desk.accounts().get("1100", 0)


def reports_agree(desk: Desk) -> None:
    """Every report finds that what has to agree does: as of dates in and around the play, for months of it."""
    for name, offer in REPORTS.items():
        asked: list[dict[str, str]] = [{"party": code} for code in CODES] if "party" in offer.takes else [{}]
        if "as_of" in offer.takes:
            dates = [(TODAY + timedelta(days=offset)).isoformat() for offset in (-41, -20, -1, 0, 9, 30)]
            asked = [{**texts, "as_of": on} for texts in asked for on in dates]
        if "from" in offer.takes:
            asked += [{**texts, "from": _before(texts.get("as_of"))} for texts in asked]
        if "period" in offer.takes:
            asked += [{"period": months} for months in ("202402", "202403", "2024", "202312..202402")]
        for texts in asked:
            report = draw(desk.store, name, texts, lambda: desk.now)
            assert report.holds is not False, (name, texts, report.says, report.totals, report.reconciling)


def _before(as_of: str | None) -> str:
    last = date.fromisoformat(as_of) if as_of else TODAY
    return (last - timedelta(days=15)).isoformat()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Path:
    """An SQLite book to copy, made and furnished."""
    path = tmp_path_factory.mktemp("furnished") / "book.db"
    shutil.copy(empty_sqlite, path)
    store = open_store(f"sqlite:///{path}")
    make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
    furnish(Desk(store))
    with store.engine.reading() as connection:
        connection.script("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return path


def play(new_store: Callable[[], Store], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Office(Desk(new_store())),  # type: ignore[arg-type]  # any factory will do
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None),
    )


def test_the_book_obeys_its_laws_on_sqlite(furnished: Path, tmp_path: Path) -> None:
    def new_store() -> Store:
        path = tmp_path / f"{next(_number)}.db"
        shutil.copy(furnished, path)
        return open_store(f"sqlite:///{path}")

    play(new_store, 400 if SOAK else 40, 80 if SOAK else 40)


def test_the_book_obeys_its_laws_on_postgresql(empty_postgresql: Empty) -> None:
    with books(empty_postgresql) as new_store:
        play(new_store, 60 if SOAK else 4, 60 if SOAK else 25)


@contextmanager
def books(empty: Empty) -> Iterator[Callable[[], Store]]:
    """Makes furnished books."""
    with ExitStack() as made:

        def new_store() -> Store:
            store = open_store(made.enter_context(empty()))
            make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
            furnish(Desk(store))
            return store

        yield new_store
