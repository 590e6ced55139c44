"""Pushing into a System Five that is really there, over a line that breaks: nothing twice, nothing lost."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.core.document import Kind, LineKind, SaleLine
from counterfoil.core.errors import BookError
from counterfoil.core.exporting import ExportState
from counterfoil.services import exporting, invoicing, registry
from counterfoil.services.credentials import principal
from counterfoil.services.office import Context, Said
from counterfoil.services.pushing import Came
from counterfoil.services.why import tell
from counterfoil.store import Store
from tests.conformance.books import journal
from tests.conformance.office import work
from tests.desk import asked
from tests.services.breaking import AFTER, ARRAY, BEFORE, DOUBTFUL, PASS, RESULT
from tests.services.pushed import CLOCK, HOME, JACKET, Leg, leg


@pytest.fixture
def made(store: Store, empty_sqlite: Path, tmp_path: Path) -> Iterator[Leg]:
    with leg(store, empty_sqlite, tmp_path) as found:
        yield found


def _sent(made: Leg, place: int = -1) -> dict[str, Any]:
    node: dict[str, Any] = json.loads(made.line.bodies()[place])["Invoice"][0]
    return node


def test_what_is_sold_here_stands_there_with_the_same_postings(made: Leg) -> None:
    before = [len(journal(one)) for one in (made.ours, made.theirs)]
    first = made.sell(("2W01102", "3", "33.33"), ("4K88310", "1.5", "9.99"), tenders=[("K", "20")])
    second = made.sell(("2W01102", "-1", "39"), tenders=[("C", "-5")])
    third = made.sell(("4K88310", "1", "28"), kind=Kind.CASH_SALE, type_code="C", tenders=[("C", "40")])
    went = made.push().run()
    assert (went.came, went.say) == ({Came.SENT: 3}, "")
    assert made.push().run().came == {}
    made.once(first, second, third)

    def amounts(store: Store, start: int) -> list[list[str]]:
        return sorted(sorted(line for line in text.splitlines()[1:]) for text in journal(store)[start:])

    assert amounts(made.ours, before[0]) == amounts(made.theirs, before[1])
    node = _sent(made, 0)
    assert node["InvoiceHeader"] == {
        "InvoiceType": "A",
        "InvoiceCustomer": HOME,
        "InvoiceDate": "2024-03-15",
        "InvoiceBookMonth": "2024-03-01",
        "InvoiceSubTotal": 114.98,
        "InvoiceTaxTotal": 13.8,
        "ReferenceNo": first,
    }
    assert node["InvoiceLines"][0] == {"PartUnique": JACKET, "Ordered": 3, "Price": 33.33, "Description": "Rain jacket"}
    assert node["InvoiceTenders"] == [{"Type": "K", "Amount": 20}]
    assert set(node) == {"InvoiceHeader", "InvoiceLines", "InvoiceTenders"}
    history = exporting.history(_ctx(made), made.id_of(first))
    assert [event.state for event in history] == [ExportState.SENT, ExportState.ACKNOWLEDGED]
    assert (history[-1].note.split(":")[0], history[-1].actor) == ("INV-000001", "push:systemfive:main")


def _ctx(made: Leg) -> Context:
    return Context(made.ours, principal(made.ours, "clerk"), Said("clerk", "cli", "test"))


@pytest.mark.parametrize("fate", DOUBTFUL)
@pytest.mark.parametrize("resend", [False, True])
def test_a_call_without_an_answer_is_looked_up(made: Leg, fate: str, resend: bool) -> None:
    number = made.sell()
    made.line.plan = [fate]
    went = made.push(resend_when_absent=resend).run()
    if fate != BEFORE:
        assert went.came == {Came.ADOPTED: 1}
    elif resend:
        assert went.came == {Came.SENT: 1}
    else:
        assert went.came == {Came.WAITING: 1}
        assert (made.states(), made.there()) == ({number: ExportState.PARKED}, [])
        assert "--adopt RECORD" in made.notes()[number]
        (life,) = tell(made.ours, number).lives
        assert [trouble.code for trouble in life.troubles if trouble.code == "not_there"] == ["not_there"]
        assert made.push().run().came == {Came.WAITING: 1}, "it stays there until a person decides"
        made.push().resend(_ctx(made), made.id_of(number))
        assert made.push().run().came == {Came.SENT: 1}
    made.once(number)
    assert len(set(made.line.bodies())) == 1, "the same key, the same words"


@pytest.mark.parametrize("fate", [RESULT, ARRAY])
def test_every_wrapper_is_understood(made: Leg, fate: str) -> None:
    number = made.sell()
    made.line.plan = [fate]
    assert made.push().run().came == {Came.SENT: 1}
    made.once(number)


def test_an_absence_proves_nothing_while_the_call_may_still_arrive(made: Leg) -> None:
    number = made.sell()
    made.line.plan = [BEFORE]
    assert made.push(settle=3600, resend_when_absent=True).run().came == {Came.IN_DOUBT: 1}
    assert made.push(settle=3600, resend_when_absent=True).run().came == {Came.IN_DOUBT: 1}
    assert (made.states(), len(made.line.bodies())) == ({number: ExportState.IN_DOUBT}, 1)
    assert made.push(resend_when_absent=True).run().came == {Came.SENT: 1}
    made.once(number)


def test_two_equal_invoices_are_told_apart(made: Leg) -> None:
    first, second = made.sell(), made.sell()
    made.line.plan = [AFTER, BEFORE]
    assert made.push().run().came == {Came.ADOPTED: 1, Came.WAITING: 1}
    assert made.states() == {first: ExportState.ACKNOWLEDGED, second: ExportState.PARKED}
    with pytest.raises(BookError, match="not equal"):
        made.push().adopt(_ctx(made), made.id_of(second), made.there()[0][1])
    made.push().resend(_ctx(made), made.id_of(second))
    assert made.push().run().came == {Came.SENT: 1}
    made.once(first, second)


def test_a_person_names_the_record(made: Leg) -> None:
    number = made.sell()
    made.line.plan = [AFTER]
    push = made.push()
    # The feed is down, so that nothing can be told.
    feed, made.line.fate = made.line.fate, _without_feed(made)  # type: ignore[method-assign]
    assert push.run().came == {Came.WAITING: 1}
    made.line.fate = feed  # type: ignore[method-assign]
    assert "cannot be told" in made.notes()[number]
    assert made.push().adopt(_ctx(made), made.id_of(number), made.there()[0][1]) == "INV-000001"
    made.once(number)
    history = exporting.history(_ctx(made), made.id_of(number))
    assert [event.state.value for event in history][-2:] == ["found_remote", "acknowledged"]
    with pytest.raises(BookError, match="does not wait"):
        made.push().resend(_ctx(made), made.id_of(number))


def _without_feed(made: Leg) -> Any:
    before = made.line.fate

    def fate(method: str, path: str, body: bytes) -> str:
        return "error" if path.endswith("RecState_FetchChanges") else before(method, path, body)

    return fate


def test_what_cannot_be_sent_is_not_sent_and_says_why(made: Leg) -> None:
    with work(made.ours, CLOCK) as opened:
        registry.add_customer(opened, "NEW001", "New Customer")
        registry.add_item(opened, "OWN", "Own thing", stocked=False)
    stranger = made.sell(to="NEW001")
    thing = made.sell(("OWN", "1", "5"))
    paid = made.sell(tenders=[("T", "5")])
    finer = made.sell(("2W01102", "0.00005", "39000"))
    fine = made.sell()
    went = made.push(tenders={"K": "K"}).run()
    assert went.came == {Came.HELD_BACK: 4, Came.SENT: 1}
    notes = made.notes()
    for number, word in ((stranger, "customer"), (thing, "OWN"), (paid, "tender type T"), (finer, "four decimals")):
        assert word in notes[number], notes
    assert [reference for reference, _, _ in made.there()] == [fine]
    events = len(exporting.history(_ctx(made), made.id_of(thing)))
    assert made.push(tenders={"K": "K"}).run().came == {Came.HELD_BACK: 4}
    assert len(exporting.history(_ctx(made), made.id_of(thing))) == events, "said once"
    with work(made.ours, CLOCK) as opened:
        item = opened.unit.items.by_sku("OWN")
        assert item is not None
        registry.file_refs(opened, "item", item.id, {"systemfive": "7"})
    assert made.push().run().came == {Came.HELD_BACK: 2, Came.SENT: 2}
    assert made.push(customers="billing").run().came == {Came.HELD_BACK: 1, Came.SENT: 1}
    assert set(_sent(made)) == {"InvoiceHeader", "InvoiceLines", "InvoiceBilling"}
    assert "InvoiceCustomer" not in _sent(made)["InvoiceHeader"]


def test_a_refusal_there_is_not_repeated(made: Leg) -> None:
    with work(made.theirs, CLOCK) as opened:
        registry.set_policy(opened, "block_negative_stock", True)
    number = made.sell(("2W01102", "500", "1"))
    assert made.push().run().came == {Came.WAITING: 1}
    assert made.states() == {number: ExportState.FAILED}
    assert "InvoiceLines" in made.notes()[number]
    assert made.push().run().came == {Came.WAITING: 1}
    assert len(made.line.bodies()) == 1
    with work(made.theirs, CLOCK) as opened:
        registry.set_policy(opened, "block_negative_stock", False)
    made.push().resend(_ctx(made), made.id_of(number))
    assert made.push().run().came == {Came.SENT: 1}
    made.once(number)


def test_a_wrong_password_stops_the_run_and_loses_nothing(made: Leg) -> None:
    first, second = made.sell(), made.sell()
    went = made.push(password="wrong").run()
    assert ("401" in went.say, went.came) == (True, {})
    assert made.states() == {first: ExportState.QUEUED}
    assert made.push().run().came == {Came.SENT: 2}
    made.once(first, second)
    with made.ours.engine.reading() as opened:
        kept = opened.raw.execute("SELECT headers, path, reply FROM message").fetchall()
    assert "password" not in str(kept)


def test_a_server_that_is_not_there_loses_nothing(made: Leg) -> None:
    number = made.sell()
    address, made.line.address = made.line.address, "http://127.0.0.1:9"
    went = made.push().run()
    assert ("cannot be reached" in went.say, made.states()) == (True, {number: ExportState.QUEUED})
    made.line.address = address
    assert made.push().run().came == {Came.SENT: 1}
    made.once(number)


def test_per_cent_signs_freight_discounts_and_unknown_items(made: Leg) -> None:
    item = _item(made, "2W01102")
    with work(made.ours, CLOCK) as opened:
        customer = opened.unit.parties.customer_by_code("ACME001")
        assert customer is not None
        lines = [
            SaleLine(
                item_id=item,
                quantity=Decimal(3),
                unit_price=Decimal("39"),
                discount=Decimal("11.7"),
                description="10% off",
            ),
            SaleLine(kind=LineKind.CHARGE, description="Freight", quantity=Decimal(1), unit_price=Decimal("7.5")),
            SaleLine(sku="ODD", description="Odd thing", quantity=Decimal(2), unit_price=Decimal("1.25")),
        ]
        sale = asked(Kind.SALES_INVOICE, customer.id, lines, on=CLOCK().date(), type_code="A", comment="100 % new")
        number = opened.perform(lambda: invoicing.issue(opened, sale)).number
    assert made.push().run().came == {Came.SENT: 1}
    node = _sent(made)
    assert b"%" not in made.line.bodies()[-1]
    assert node["InvoiceHeader"]["InvoiceComment"] == "100  pct new"
    sent = [(one["PartUnique"], one["Ordered"], one["Price"]) for one in node["InvoiceLines"]]
    assert sent == [(18220, 3, 35.1), (5941, 1, 7.5), (5941, 2, 1.25)]
    assert node["InvoiceLines"][0]["Description"] == "10 pct off"
    made.once(number)


def _item(made: Leg, sku: str) -> int:
    with made.ours.reader() as reader:
        found = reader.items.by_sku(sku)
    assert found is not None
    return found.id


def test_documents_do_not_go_back_nor_before_their_day(made: Leg) -> None:
    number = made.sell()
    assert made.push(since="2024-03-16").run().came == {}
    assert made.push(sources=["office"]).run().came == {}
    with work(made.ours, CLOCK) as opened:
        invoicing.reverse(opened, made.id_of(number))
    assert made.push().run().came == {Came.HELD_BACK: 1}
    assert "reversed" in made.notes()[number]
    assert made.line.bodies() == []


@pytest.mark.parametrize("seed", range(3))
def test_pieces_of_a_work_order_over_a_breaking_line(made: Leg, seed: int) -> None:
    chance = random.Random(seed)
    more: dict[str, Any] = {"types": {"sales_invoice": "W"}, "chunk_lines": 2, "resend_when_absent": True}
    lines = [("2W01102", str(n + 1), "39") for n in range(7)]
    numbers = [made.sell(*lines, tenders=[("W", "10")]), made.sell(*lines[:2]), made.sell(*lines[:3])]
    made.line.plan = [chance.choice((PASS, *DOUBTFUL)) for _ in range(12)]
    for _ in range(15):
        if made.push(**more).run().came == {}:
            break
    there = made.there()
    assert sorted(reference for reference, _, _ in there) == numbers
    assert set(made.states().values()) == {ExportState.ACKNOWLEDGED}
    with made.theirs.reader() as reader:
        orders = [reader.documents.get(reader.documents.find(number)[0]) for _, number, _ in there]
    assert sorted(len(order.lines) for order in orders if order) == [2, 3, 7]
    assert [len(order.tenders) for order in orders if order and len(order.lines) == 7] == [1]
    assert made.well()


@pytest.mark.parametrize("seed", range(2))
def test_many_documents_over_a_breaking_line_arrive_once_each(made: Leg, seed: int) -> None:
    chance = random.Random(seed)
    numbers = [made.sell(("2W01102", str(chance.randint(1, 3)), "39")) for _ in range(15)]
    made.line.plan = [chance.choice((PASS, PASS, *DOUBTFUL)) for _ in range(60)]
    for _ in range(40):
        if made.push(resend_when_absent=True).run().came == {}:
            break
    made.once(*numbers)
