"""Whatever is ordered, received, invoiced, disputed and booked, in whatever order: the supplier's side adds up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from counterfoil.core.errors import BookError, Unavailable
from counterfoil.core.matching import hindrance, reckon
from counterfoil.core.money import Money, currency
from counterfoil.core.purchase import Calculation, DisputeKind, MatchedLine, SupplierInvoice
from counterfoil.services import disputes, matching, receiving, registry
from counterfoil.services.matching import LineChange
from counterfoil.services.receiving import ReceiveLine
from counterfoil.services.registry import make_book
from counterfoil.store import Store, open_store
from tests.buyer import Buyer
from tests.desk import LATE
from tests.property.test_book import Empty, books

SOAK = bool(os.environ.get("COUNTERFOIL_SOAK"))
EUR = currency("EUR")
_number = count(1)
QUANTITIES = st.sampled_from(("0", "1", "2", "3", "5", "10", "12"))
PRICES = st.sampled_from(("0", "0.01", "0.333333", "5.36", "46.55"))
_MAYBE = st.none() | QUANTITIES
CENTS = st.integers(-20_000, 20_000).filter(bool).map(lambda cents: str(Decimal(cents) / 100))
KINDS = st.sampled_from(DisputeKind)
PICK = st.integers(0, 10**6)


def cents(exact: Fraction) -> int:
    """Hundredths, half away from zero, from an exact number."""
    scaled = Decimal((exact * 10**8).numerator) / Decimal((exact * 10**8).denominator)
    return int((scaled / 10**6).quantize(Decimal(1), ROUND_HALF_UP))


class Yard(RuleBasedStateMachine):
    """A buyer's yard: refusals are fine, anything else that goes wrong is not."""

    def __init__(self, buyer: Buyer) -> None:
        super().__init__()
        self.buyer = buyer
        self.items = [buyer.goods("SHIRT"), buyer.goods("BOOK", buyer.low), buyer.goods("STAMP", buyer.zero)]
        self.shipments: list[Any] = []
        self.invoices: list[int] = []
        self.suppliers = [buyer.supplier, buyer.new_supplier("FARM", tolerance=Decimal("0.50"))]

    @initialize(came=st.lists(QUANTITIES.filter(lambda one: one != "0"), min_size=2, max_size=4), price=PRICES)
    def open_with_goods_and_invoices(self, came: list[str], price: str) -> None:
        """Nothing is worth watching in a yard without goods."""
        for number, quantity in enumerate(came):
            supplier = self._pick(self.suppliers, number)
            order = self.buyer.order([(self._pick(self.items, number), "10", price)], supplier)
            shipment = self.buyer.announce(order)
            self.buyer.take_in(shipment, [quantity])
            self.shipments.append(shipment)
            self.invoices.append(self.buyer.register(None, supplier))

    def _try(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Unavailable:
            raise
        except BookError:
            return None

    @rule(item=PICK, quantity=QUANTITIES, price=PRICES, supplier=PICK)
    def order_and_ship(self, item: int, quantity: str, price: str, supplier: int) -> None:
        def act() -> None:
            order = self.buyer.order([(self.items[item % 3], quantity, price)], self._pick(self.suppliers, supplier))
            self.shipments.append(self.buyer.announce(order))

        self._try(act)

    @precondition(lambda self: self.shipments)
    @rule(which=PICK, quantity=st.sampled_from(("-2", "-1", "1", "2", "4", "10")))
    def receive(self, which: int, quantity: str) -> None:
        self._try(lambda: self.buyer.take_in(self._pick(self.shipments, which), [quantity]))

    @rule(total=st.none() | CENTS, method=st.sampled_from(Calculation), reverse=st.booleans(), supplier=PICK)
    def register(self, total: str | None, method: Calculation, reverse: bool, supplier: int) -> None:
        from_whom = self._pick(self.suppliers, supplier)
        self.invoices.append(self.buyer.register(total, from_whom, calculation=method, reverse_charge=reverse))

    @precondition(lambda self: self.shipments and self.invoices)
    @rule(
        which=PICK,
        where=PICK,
        quantity=st.none() | QUANTITIES,
        price=st.none() | PRICES,
        expected=st.none() | QUANTITIES,
    )
    def match(self, which: int, where: int, quantity: str | None, price: str | None, expected: str | None) -> None:
        invoice = self._pick(self.invoices, which)
        supplier = self.buyer.invoice(invoice).supplier_id
        lines = [self.buyer.lines(shipment)[0] for shipment in self.shipments]
        line = self._pick([line for line in lines if line.supplier_id == supplier] or lines, where)
        more = {} if expected is None else {"expected_quantity": Decimal(expected)}
        self._try(lambda: self.buyer.match(invoice, line, quantity, price, **more))

    @precondition(lambda self: self.shipments and self.invoices)
    @rule(which=PICK, where=PICK, quantity=st.none() | QUANTITIES, kind=KINDS)
    def match_explain_and_book(self, which: int, where: int, quantity: str | None, kind: DisputeKind) -> None:
        """The way that most invoices go."""
        self.match(which, where, quantity, None, None)
        self.explain_everything(which, kind, "")
        self.book(which)

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, line=PICK, quantity=QUANTITIES, price=PRICES, gone=st.booleans())
    def change_a_line(self, which: int, line: int, quantity: str, price: str, gone: bool) -> None:
        def act() -> None:
            number = self._pick(self.invoices, which)
            lines = self.buyer.invoice(number).lines
            if lines:
                one = self._pick(lines, line)
                wanted = Decimal(0) if gone else Decimal(quantity)
                change = LineChange(
                    line_id=one.id,
                    quantity=wanted,
                    expected_quantity=None,
                    unit_price=Decimal(price),
                    tax_rate=one.tax_rate,
                )
                self.buyer.change(lambda work: matching.change_lines(work, number, [change]))

        self._try(act)

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, amount=CENTS, original=st.none() | CENTS, kind=st.sampled_from((1, 2, 3)))
    def put_an_amount_beside(self, which: int, amount: str, original: str | None, kind: int) -> None:
        self._try(lambda: self.buyer.beside(self._pick(self.invoices, which), amount, original, kind))

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, amount=CENTS, kind=KINDS)
    def dispute_something(self, which: int, amount: str, kind: DisputeKind) -> None:
        self._try(lambda: self.buyer.dispute(self._pick(self.invoices, which), amount, kind))

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, kind=KINDS, ledger_class=st.sampled_from(("", "Credit", "Loss")))
    def explain_everything(self, which: int, kind: DisputeKind, ledger_class: str) -> None:
        """What a clerk does: dispute what differs line by line, and resolve it."""

        def act() -> None:
            number = self._pick(self.invoices, which)
            for line_id, sums in self.buyer.sums(number).lines.items():
                rest = sums.to_dispute if kind is DisputeKind.ORIGINAL else -sums.to_dispute
                if rest:
                    self.buyer.dispute(number, str(rest.amount), kind, line_id=line_id)
            for dispute in self.buyer.invoice(number).disputes:
                rest = dispute.amount - dispute.settled
                if rest:
                    self.buyer.resolve(dispute.id, str(rest.amount), ledger_class)

        self._try(act)

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, dispute=PICK, action=st.booleans())
    def take_a_dispute_or_its_resolution_back(self, which: int, dispute: int, action: bool) -> None:
        def act() -> None:
            found = self.buyer.invoice(self._pick(self.invoices, which)).disputes
            one = self._pick(found, dispute) if found else None
            if one is not None and action and one.actions:
                self.buyer.change(lambda work: disputes.remove_action(work, one.actions[-1].id))
            elif one is not None:
                self.buyer.change(lambda work: disputes.remove(work, one.id))

        self._try(act)

    @precondition(lambda self: self.invoices)
    @rule(which=PICK)
    def book(self, which: int) -> None:
        number = self._pick(self.invoices, which)
        before = self._try(lambda: self.buyer.invoice(number))
        if before is None:
            return
        sums = reckon(before)
        done = self._try(lambda: self.buyer.book(number))
        patience = Decimal("0.50") if before.supplier_id == self.suppliers[1] else Decimal(0)
        stands_in_the_way = hindrance(before, sums, Money.of(patience, currency(before.currency)), True)
        assert (done is None) == (stands_in_the_way is not None)

    @precondition(lambda self: self.invoices)
    @rule(which=PICK)
    def withdraw(self, which: int) -> None:
        number = self._pick(self.invoices, which)

        def act() -> None:
            self.buyer.withdraw(number)
            self.invoices.remove(number)

        self._try(act)

    @rule(amount=st.sampled_from(("1", "50", "563.26")), supplier=st.sampled_from(("MILL", "FARM")))
    def remit(self, amount: str, supplier: str) -> None:
        self._try(lambda: self.buyer.remit(amount, supplier))

    @invariant()
    def goods_received_not_invoiced_are_what_is_received_and_not_booked(self) -> None:
        worth = 0
        for shipment in self.shipments:
            for line in self.buyer.lines(shipment):
                price = Fraction(line.unit_price)
                worth += cents(Fraction(line.received) * price) - cents(Fraction(line.relieved) * price)
        accounts = self.buyer.accounts()
        assert accounts.get("2100", 0) == -worth
        assert accounts.get("1400", 0) == 0

    @invariant()
    def a_shipments_line_is_matched_by_the_invoices_that_stand(self) -> None:
        lines = [line for number in self.invoices for line in self.buyer.invoice(number).lines]
        for shipment in self.shipments:
            for has in self.buyer.lines(shipment):
                own = [line for line in lines if line.shipment_line_id == has.id]
                assert has.matched == sum(line.quantity for line in own)
                assert has.expected == sum(line.due_quantity for line in own)
                assert has.available == max(Decimal(0), has.received - has.matched)

    @invariant()
    def what_is_to_be_disputed_is_expected_less_charged_less_disputes(self) -> None:
        for number in self.invoices[-2:]:
            invoice = self.buyer.invoice(number)
            sums = reckon(invoice)
            for line in invoice.lines:
                own = [dispute for dispute in invoice.disputes if dispute.line_id == line.id]
                original = sum(d.amount.minor for d in own if d.kind is DisputeKind.ORIGINAL)
                expecting = sum(d.amount.minor for d in own if d.kind is DisputeKind.EXPECTED)
                has = sums.lines[line.id]
                assert has.to_dispute.minor == has.expected.gross.minor + expecting - has.charged.gross.minor - original

    def teardown(self) -> None:
        try:
            assert self.buyer.broken() == []
            assert sum(self.buyer.accounts(LATE).values()) == 0
        finally:
            self.buyer.store.engine.dispose()

    @staticmethod
    def _pick(among: Any, number: int) -> Any:
        return among[number % len(among)]


class YardAbroad(Yard):
    """A yard whose first supplier delivers and invoices in dollars, at rates that move from day to day."""

    def __init__(self, buyer: Buyer) -> None:
        super().__init__(buyer)
        buyer.change(lambda work: registry.set_rate(work, "USD", date(2024, 1, 1), Decimal("0.9333")))
        self.suppliers[0] = buyer.new_supplier("YANK", unit="USD")

    @rule(days=st.integers(1, 5), rate=st.sampled_from(("0.8", "1.1", "0.9333", "1.7")))
    def let_days_go_by(self, days: int, rate: str) -> None:
        self.buyer.now += timedelta(days=days)
        on = self.buyer.now.date()
        self.buyer.change(lambda work: registry.set_rate(work, "USD", on, Decimal(rate)))

    @rule(amount=st.sampled_from(("1", "50", "563.26")))
    def remit_abroad(self, amount: str) -> None:
        self._try(lambda: self.buyer.remit(amount, "YANK"))

    @invariant()
    def goods_received_not_invoiced_are_what_is_received_and_not_booked(self) -> None:
        """Left to the laws: the account is told in the base currency here, what is worth what in two."""


def play(new_buyer: Callable[[], Buyer], examples: int, steps: int, yard: type[Yard] = Yard) -> None:
    run_state_machine_as_test(
        lambda: yard(new_buyer()),  # type: ignore[arg-type]  # any factory will do
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None),
    )


@pytest.fixture
def empty_book(empty_sqlite: Path, tmp_path: Path) -> Path:
    """A book made in euros, and nothing in it."""
    path = tmp_path / "made.db"
    shutil.copy(empty_sqlite, path)
    store = open_store(f"sqlite:///{path}")
    make_book(store, "Test company", "EUR", "NL", "Europe/Amsterdam")
    with store.engine.reading() as connection:
        connection.script("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return path


def copies(empty_book: Path, folder: Path) -> Callable[[], Buyer]:
    """Makes buyers, each at a copy of a book."""

    def new_buyer() -> Buyer:
        path = folder / f"{next(_number)}.db"
        shutil.copy(empty_book, path)
        return Buyer(open_store(f"sqlite:///{path}"))

    return new_buyer


def test_the_yard_explains_itself_on_sqlite(empty_book: Path, tmp_path: Path) -> None:
    play(copies(empty_book, tmp_path), 200 if SOAK else 40, 80 if SOAK else 40)


def test_the_yard_explains_itself_in_two_currencies(empty_book: Path, tmp_path: Path) -> None:
    play(copies(empty_book, tmp_path), 120 if SOAK else 15, 50 if SOAK else 40, YardAbroad)


def test_the_yard_explains_itself_on_postgresql(empty_postgresql: Empty) -> None:
    with books(empty_postgresql) as new_store:
        play(lambda: Buyer(new_store()), 40 if SOAK else 4, 60 if SOAK else 30)


_LINES = st.lists(
    st.tuples(
        st.integers(0, 10**6).map(lambda n: Decimal(n) / 1000),
        st.integers(0, 10**8).map(lambda n: Decimal(n) / 10**4),
        st.sampled_from((Decimal("0"), Decimal("0.09"), Decimal("0.21"), Decimal("0.055"))),
    ),
    min_size=1,
    max_size=8,
)


def invoiced(lines: list[tuple[Decimal, Decimal, Decimal]], method: Calculation, reverse: bool) -> SupplierInvoice:
    """An invoice over (quantity, unit price, rate)."""
    return SupplierInvoice(
        id=1,
        number="SI-1",
        booked=False,
        supplier_id=1,
        unit_id=1,
        supplier_number="1",
        on=LATE,
        description="",
        currency="EUR",
        asserted_total=None,
        starts_on=None,
        due_on=None,
        calculation=method,
        reverse_charge=reverse,
        hold_status_id=None,
        fiscal_id="",
        lines=tuple(
            MatchedLine(
                id=number,
                shipment_line_id=None,
                order_line_id=number,
                order_id=1,
                item_id=None,
                quantity=quantity,
                unit_price=price,
                expected_unit_price=price,
                tax_code_id=None,
                tax_rate=rate,
                expected_tax_rate=rate,
            )
            for number, (quantity, price, rate) in enumerate(lines, start=1)
        ),
    )


@given(_LINES, st.sampled_from(Calculation), st.booleans())
def test_sums_are_those_of_exact_arithmetic(
    lines: list[tuple[Decimal, Decimal, Decimal]], method: Calculation, reverse: bool
) -> None:
    sums = reckon(invoiced(lines, method, reverse)).lines
    bare = {number: cents(Fraction(q) * Fraction(p)) for number, (q, p, _) in enumerate(lines, start=1)}
    rates = {number: Fraction(0) if reverse else Fraction(rate) for number, (_, _, rate) in enumerate(lines, start=1)}
    for number, charged in ((number, line.charged) for number, line in sums.items()):
        known, worked_out = (charged.gross, charged.net) if method.includes_tax else (charged.net, charged.gross)
        assert known.minor == bare[number]
        exact = Fraction(bare[number], 100)
        exact = exact / (1 + rates[number]) if method.includes_tax else exact * (1 + rates[number])
        if method.on_sum:
            assert abs(worked_out.minor - cents(exact)) <= len(lines)
        else:
            assert worked_out.minor == cents(exact)
    if method.on_sum:
        for rate in set(rates.values()):
            same = [number for number in sums if rates[number] == rate]
            whole = Fraction(sum(bare[number] for number in same), 100)
            exact = whole / (1 + rate) if method.includes_tax else whole * (1 + rate)
            tax = sum(sums[number].charged.tax.minor for number in same)
            assert tax == abs(cents(exact) - cents(whole))


@given(_LINES, st.sampled_from((Calculation.EX_TAX, Calculation.IN_TAX)), st.randoms())
def test_the_order_of_lines_does_not_matter(
    lines: list[tuple[Decimal, Decimal, Decimal]], method: Calculation, chance: Any
) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert reckon(invoiced(lines, method, False)).total == reckon(invoiced(shuffled, method, False)).total


def test_goods_may_come_in_any_order_and_number(empty_book: Path) -> None:
    """Nine receipts of a third each are worth what one receipt of three is."""
    buyer = Buyer(open_store(f"sqlite:///{empty_book}"))
    shipment = buyer.announce(buyer.order([(buyer.goods(), "3", "0.333333")]))
    line = buyer.lines(shipment)[0]
    for _ in range(9):
        third = ReceiveLine(line.id, Decimal("0.333333"))
        buyer.do(lambda work, third=third: receiving.receive(work, shipment.document_id, [third]))  # type: ignore[misc]
    buyer.do(lambda work: receiving.receive(work, shipment.document_id))
    assert buyer.accounts() == {"1200": 100, "2100": -100}
    assert buyer.broken() == []
    buyer.store.engine.dispose()


def test_goods_may_be_booked_bit_by_bit(empty_book: Path) -> None:
    """Three bookings of one unit each take out what three units are worth, though a third of a cent is lost on each."""
    buyer = Buyer(open_store(f"sqlite:///{empty_book}"))
    line = buyer.delivered("3", "0.333333", buyer.goods(tax=buyer.zero))
    for _ in range(3):
        invoice = buyer.register("0.33")
        buyer.match(invoice, line, "1")
        buyer.book(invoice)
    accounts = buyer.accounts()
    assert accounts.get("2100", 0) == 0
    assert accounts == {"1200": 100, "2000": -99, "5300": -1}
    assert buyer.broken() == []
    buyer.store.engine.dispose()


def test_a_cent_that_falls_between_two_units_stays_with_the_one_that_is_left(book: Store) -> None:
    buyer = Buyer(book)
    line = buyer.delivered("2", "0.333333")
    number = buyer.register()
    buyer.match(number, line, "1")
    buyer.book(number)
    assert buyer.accounts()["2100"] == -34
