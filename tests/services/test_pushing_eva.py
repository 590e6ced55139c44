"""Suppliers' invoices into an EVA that is really there, over a line that breaks: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from counterfoil.contracts.eva.client import Eva
from counterfoil.contracts.eva.connections import Connection
from counterfoil.core.exporting import ExportState
from counterfoil.core.matching import reckon
from counterfoil.core.purchase import DisputeKind, SupplierInvoice
from counterfoil.services import (
    additional_amounts,
    booking,
    buying,
    disputes,
    matching,
    pushing,
    receiving,
    supplier_invoices,
    supplier_terms,
)
from counterfoil.services.additional_amounts import Amount
from counterfoil.services.checking import check
from counterfoil.services.credentials import principal
from counterfoil.services.disputes import Raised
from counterfoil.services.matching import MatchLine
from counterfoil.services.office import Context, Said
from counterfoil.services.pushing import Came, Push
from counterfoil.services.registry import make_book
from counterfoil.services.supplier_invoices import Registered
from counterfoil.services.why import tell
from counterfoil.store import Store
from tests.conformance import given_eva
from tests.conformance.given_eva import CLOCK, TOKEN
from tests.conformance.office import work
from tests.services.breaking import AFTER, BEFORE, CUT, FAILED, HTML, PASS, Line, breaking
from tests.services.pushed import vendor

#: What the calls of one invoice are, in their order.
CALLS = (
    "/CreateInvoice",
    "/CreateInvoiceAdditionalAmount",
    "/CreateInvoiceLines",
    "/CreateInvoiceDispute",
    "/CreateInvoiceDisputeResolveAction",
    "/BookInvoice",
)
SHIRT, SUPPLIER, UNIT = "P1001", "S70", "STORE"


def _started(store: Store) -> None:
    make_book(store, "The other company", "EUR", "NL", "Europe/Amsterdam")
    given_eva.prepare(store)


def ship(store: Store, reference: str) -> int:
    """Ten shirts that a supplier ships under a reference and that come in; the id of the shipment's line."""
    (line,) = ship_at(store, reference, "46.55")
    return line


def ship_at(store: Store, reference: str, *prices: str) -> list[int]:
    """The same, ten at each price; the ids of the shipment's lines."""
    with work(store, CLOCK) as opened:
        supplier, unit = (opened.unit.parties.id_of_code(code) or 0 for code in (SUPPLIER, UNIT))
        item = opened.unit.items.by_sku(SHIRT)
        assert item is not None
        lines = [buying.OrderLine(item_id=item.id, quantity=Decimal(10), unit_price=Decimal(one)) for one in prices]
        order = opened.perform(lambda: buying.order(opened, supplier, unit, lines, on=date(2021, 6, 1)))
    with work(store, CLOCK) as opened:
        sent = opened.perform(lambda: buying.ship(opened, order.document_id, reference=reference))
    with work(store, CLOCK) as opened:
        opened.perform(lambda: receiving.receive(opened, sent.document_id))
    with store.reader() as reader:
        return [line.id for line in reader.purchases.lines(sent.document_id)]


@dataclass
class Leg:
    """A book, the line out of it, and the vendor's book at the other end."""

    ours: Store
    theirs: Store
    line: Line
    targets: list[Eva]

    def push(self, settle: float = 0, **more: Any) -> Push:
        """The work of pushing; nothing is waited for."""
        table = {"name": "main", "base_url": self.line.address, "token": TOKEN, "since": date(2021, 1, 1)}
        using = msgspec.convert({**table, "timeout": 20, **more}, Connection)
        self.targets.append(target := Eva(using, wait=lambda seconds: None))
        return Push(self.ours, target, msgspec.structs.replace(using, timeout=max(settle, 0.001)).pushing)

    def bought(self, reference: str, *, there: bool = True, reason: int = 1) -> str:
        """An invoice of ours over nine of ten shirts, the tenth disputed and agreed on, booked; its number."""
        line = ship(self.ours, reference)
        if there:
            ship(self.theirs, reference)
        with work(self.ours, CLOCK) as opened:
            registered = Registered(
                supplier_id=opened.unit.parties.id_of_code(SUPPLIER) or 0,
                unit_id=opened.unit.parties.id_of_code(UNIT) or 0,
                on=date(2021, 6, 2),
                supplier_number=reference,
                asserted_total=Decimal("563.26"),
            )
            filed = opened.perform(lambda: supplier_invoices.register(opened, registered))
            number, called = filed.document_id, filed.number
        with work(self.ours, CLOCK) as opened:
            goods = Amount(type_id=3, amount=Decimal("465.5"), original=Decimal("465.5"), tax_rate=Decimal("0.21"))
            additional_amounts.add_amount(opened, number, goods)
            matched = MatchLine(shipment_line_id=line, quantity=Decimal(9), expected_quantity=Decimal(10))
            matching.add_lines(opened, number, [matched])
        with work(self.ours, CLOCK) as opened:
            raised = Raised(amount=Decimal("56.33"), reason_id=reason, kind=DisputeKind.ORIGINAL)
            dispute = disputes.raise_dispute(opened, number, raised)
            if not dispute.resolved:
                disputes.resolve(opened, dispute.id, Decimal("56.33"), "agreed", "Credit")
        with work(self.ours, CLOCK) as opened:
            opened.perform(lambda: booking.book(opened, number))
        return called

    def id_of(self, number: str) -> int:
        with self.ours.reader() as reader:
            return reader.documents.find(number)[0]

    def states(self) -> dict[str, ExportState]:
        query = (
            "SELECT d.number, s.state FROM export_state s JOIN document d ON d.id = s.document_id"
            " WHERE s.system = 'eva:main' ORDER BY d.id"
        )
        with self.ours.engine.reading() as opened:
            return {row[0]: ExportState(row[1]) for row in opened.raw.execute(query).fetchall()}

    def notes(self) -> dict[str, str]:
        return {one.number: one.note for one in pushing.standing(self.ours, "eva:main").unsettled}

    def there(self) -> list[SupplierInvoice]:
        """Every invoice in the vendor's book."""
        query = "SELECT id FROM document WHERE kind = 'supplier_invoice' ORDER BY id"
        with self.theirs.engine.reading() as opened:
            ids = [row[0] for row in opened.raw.execute(query).fetchall()]
        with self.theirs.reader() as reader:
            return [found for number in ids if (found := reader.supplier_invoices.get(number))]

    def once(self, *numbers: str) -> None:
        """Each of ours is there exactly once with everything on it once, booked, and both books are sound."""
        assert self.states() == dict.fromkeys(numbers, ExportState.ACKNOWLEDGED)
        there = {one.supplier_number: one for one in self.there()}
        assert len(there) == len(self.there()) == len(numbers)
        with self.ours.reader() as reader:
            for number in numbers:
                ours = reader.supplier_invoices.get(self.id_of(number))
                assert ours is not None
                theirs = there[ours.supplier_number]
                assert _figures(theirs) == _figures(ours)
                assert reader.refs.theirs("eva:main", "document", ours.id) == str(theirs.id)
        assert self.well()

    def well(self) -> bool:
        return not [1 for store in (self.ours, self.theirs) for finding in check(store) if finding.breaches]

    @property
    def person(self) -> Context:
        return Context(self.ours, principal(self.ours, "clerk"), Said("clerk", "cli", "test"))


def _figures(one: SupplierInvoice) -> object:
    sums = reckon(one)
    return (
        one.booked,
        one.on,
        one.asserted_total,
        [(amount.amount, amount.original, amount.tax_rate) for amount in one.amounts],
        [(line.quantity, line.due_quantity, line.unit_price, line.tax_rate) for line in one.lines],
        [(each.kind, each.amount, [action.amount for action in each.actions]) for each in one.disputes],
        (sums.total, sums.expected, sums.disputes),
    )


@pytest.fixture
def leg(store: Store, empty_sqlite: Path, tmp_path: Path) -> Iterator[Leg]:
    _started(store)
    with vendor(empty_sqlite, tmp_path, _started) as (theirs, address), breaking(address) as line:
        line.path = CALLS
        made = Leg(store, theirs, line, [])
        yield made
        for target in made.targets:
            target.close()


def test_what_is_booked_here_is_registered_matched_and_booked_there(leg: Leg) -> None:
    number = leg.bought("2222333")
    went = leg.push().run()
    assert (went.came, went.say) == ({Came.SENT: 1}, "")
    assert [path.rpartition("/")[2] for _, path, _ in leg.line.heard if path.endswith(CALLS)] == [
        call[1:] for call in CALLS
    ]
    assert leg.push().run().came == {}
    leg.once(number)


@pytest.mark.parametrize("fate", [BEFORE, AFTER, CUT, HTML, FAILED])
def test_whichever_call_breaks_everything_is_there_once(leg: Leg, fate: str) -> None:
    numbers = []
    for place in range(len(CALLS)):
        numbers.append(leg.bought(f"22-{place}"))
        leg.line.plan = [PASS] * place + [fate]
        went = leg.push(resend_when_absent=True).run()
        if went.say:
            went = leg.push(resend_when_absent=True).run()
        assert set(went.came) <= {Came.SENT, Came.ADOPTED}
        assert sum(went.came.values()) == 1
    leg.once(*numbers)


def test_a_registration_that_is_not_found_waits_for_a_person(leg: Leg) -> None:
    number = leg.bought("2222333")
    leg.line.plan = [BEFORE]
    assert leg.push(settle=3600).run().came == {Came.IN_DOUBT: 1}
    assert leg.push().run().came == {Came.WAITING: 1}
    assert leg.states() == {number: ExportState.PARKED}
    (life,) = tell(leg.ours, number).lives
    assert any("push eva resolve SI-000001" in trouble.do for trouble in life.troubles)
    leg.push().resend(leg.person, leg.id_of(number))
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(number)


def test_nothing_is_registered_before_the_goods_are_there(leg: Leg) -> None:
    number = leg.bought("2222333", there=False)
    assert leg.push().run().came == {Came.HELD_BACK: 1}
    assert "no line of shipment 2222333" in leg.notes()[number]
    assert leg.there() == []
    ship(leg.theirs, "2222333")
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(number)


def test_of_a_products_lines_the_one_at_our_price_is_matched(leg: Leg) -> None:
    first, second = ship_at(leg.ours, "T-1", "5", "6")
    ship_at(leg.theirs, "T-1", "5", "6")
    with work(leg.ours, CLOCK) as opened:
        registered = Registered(
            supplier_id=opened.unit.parties.id_of_code(SUPPLIER) or 0,
            unit_id=opened.unit.parties.id_of_code(UNIT) or 0,
            on=date(2021, 6, 2),
            supplier_number="T-1",
        )
        filed = opened.perform(lambda: supplier_invoices.register(opened, registered))
    with work(leg.ours, CLOCK) as opened:
        lines = [MatchLine(shipment_line_id=one, quantity=Decimal(9)) for one in (second, first)]
        matching.add_lines(opened, filed.document_id, lines)
    with work(leg.ours, CLOCK) as opened:
        opened.perform(lambda: booking.book(opened, filed.document_id))
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(filed.number)


def test_what_is_refused_half_way_goes_on_from_there(leg: Leg) -> None:
    number = leg.bought("2222333")
    leg.line.plan = [PASS, PASS, PASS, PASS, PASS, BEFORE]
    assert leg.push(settle=3600).run().came == {Came.IN_DOUBT: 1}
    (there,) = leg.there()
    with work(leg.theirs, CLOCK) as opened:
        supplier_invoices.set_hold(opened, there.id, 1)
    assert leg.push().run().came == {Came.WAITING: 1}
    assert "is there with 5 of its parts" in leg.notes()[number]
    with work(leg.theirs, CLOCK) as opened:
        supplier_invoices.set_hold(opened, there.id, None)
    assert leg.push().run().came == {Came.WAITING: 1}, "a person decides"
    leg.push().resend(leg.person, leg.id_of(number))
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(number)


def test_what_somebody_finished_there_is_adopted(leg: Leg) -> None:
    number = leg.bought("2222333")
    leg.line.plan = [PASS, PASS, PASS, PASS, PASS, BEFORE]
    assert leg.push(settle=3600).run().came == {Came.IN_DOUBT: 1}
    (there,) = leg.there()
    with work(leg.theirs, CLOCK) as opened:
        opened.perform(lambda: booking.book(opened, there.id))
    assert leg.push().run().came == {Came.ADOPTED: 1}
    leg.once(number)


def test_another_invoice_of_the_same_number_is_not_taken_for_it(leg: Leg) -> None:
    number = leg.bought("2222333")
    with work(leg.theirs, CLOCK) as opened:
        registered = Registered(
            supplier_id=opened.unit.parties.id_of_code(SUPPLIER) or 0,
            unit_id=opened.unit.parties.id_of_code(UNIT) or 0,
            on=date(2021, 6, 2),
            supplier_number="2222333",
            asserted_total=Decimal("10"),
        )
        opened.perform(lambda: supplier_invoices.register(opened, registered))
    leg.line.plan = [BEFORE]
    assert leg.push(resend_when_absent=True).run().came == {Came.WAITING: 1}
    assert "other content" in leg.notes()[number]


def test_a_reason_that_resolves_itself_there_is_not_resolved_twice(leg: Leg) -> None:
    reasons = []
    for store in (leg.ours, leg.theirs):
        with work(store, CLOCK) as opened:
            made = supplier_terms.add_dispute_reason(opened, "Rounding", "", "Credit", auto_resolve=True)
            reasons.append(made)
    number = leg.bought("2222333", reason=reasons[0])
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(number)


def test_a_missing_name_holds_it_back_and_says_which(leg: Leg) -> None:
    with work(leg.ours, CLOCK) as opened:
        made = supplier_terms.add_dispute_reason(opened, "Moths", "", "Credit")
    number = leg.bought("2222333", reason=made)
    assert leg.push(refs="nobody").run().came == {Came.HELD_BACK: 1}
    for said in ("First supplier", "Store", "item P1001", "'Moths'"):
        assert said in leg.notes()[number]
    assert leg.there() == []


def test_what_came_from_there_never_goes_back(leg: Leg) -> None:
    leg.bought("2222333")
    with leg.ours.engine.reading() as opened:
        query = "SELECT source FROM export_feed WHERE topic = 'supplier_invoice'"
        ((source,),) = opened.raw.execute(query).fetchall()
    assert leg.push(sources=[source]).run().came == {}
    assert leg.push(since=date(2021, 7, 1)).run().came == {}
    assert leg.there() == []


def test_a_token_that_is_not_known_ends_the_run(leg: Leg) -> None:
    number = leg.bought("2222333")
    went = leg.push(token="wrong").run()
    assert "401" in went.say
    assert leg.there() == []
    assert leg.push().run().came == {Came.SENT: 1}
    leg.once(number)
