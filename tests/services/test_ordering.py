"""Quotes and orders: what they hold back, and what they become."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from counterfoil.core.document import Kind, LineKind, SaleTender, State
from counterfoil.services import ordering, registry, stock
from counterfoil.services.office import Filed, Work
from tests.desk import LATE, TODAY, Desk, refused, wanted

CASH, WORK = Kind.CASH_SALE, Kind.WORK_ORDER
#: The printed sample: lines of 128 under a deposit of 131.
SAMPLE = (("2", "39"), ("1", "28"), ("1", "22"))


def sample(item: int) -> list[tuple[int | None, str, str | None]]:
    return [(item, quantity, price) for quantity, price in SAMPLE]


def test_a_quote_does_nothing(desk: Desk) -> None:
    apple = desk.item(on_hand="5", cost="4")
    before = desk.accounts()
    quote = desk.enter(Kind.QUOTE, None, [(apple, "9", "10")])
    assert (quote.number, quote.warnings) == ("Q-000001", ())
    assert (desk.accounts(), desk.stock("APPLE")) == (before, (5, 0))
    with refused("tender_not_allowed"):
        desk.enter(Kind.QUOTE, None, [(apple, "9", "10")], tenders=[("C", "1")])


def test_a_work_order_reserves_and_posts_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5", cost="4")
    before = desk.accounts()
    order = desk.enter(WORK, acme, [(apple, "2", "10"), (apple, "-1", "10")], tenders=[("C", "5")])
    assert (desk.accounts(), desk.balance("ACME"), desk.stock("APPLE")) == (before, 0, (5, 2))
    assert desk.numbers(Kind.RECEIPT) == []
    assert order.warnings == ()


def test_reserving_more_than_is_there_is_said(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5", cost="4")
    desk.enter(WORK, acme, [(apple, "4", "10")])
    second = desk.enter(WORK, acme, [(apple, "2", "10")])
    assert [code for code, _ in second.warnings] == ["stock_negative"]
    assert desk.stock("APPLE") == (5, 6)
    desk.policy(block_negative_stock=True)
    with refused("no_stock"):
        desk.enter(WORK, acme, [(apple, "1", "10")])


def test_orders_may_reserve_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="5", cost="4")
    desk.policy(work_orders_reserve_stock=False)
    order = desk.enter(WORK, acme, [(apple, "2", "10")])
    desk.policy(work_orders_reserve_stock=True)
    assert desk.stock("APPLE") == (5, 0)
    desk.finalise(order)
    assert desk.stock("APPLE") == (3, 0)


@pytest.mark.parametrize("posted", [False, True])
def test_finalising_on_account_leaves_the_excess_of_a_deposit_open(desk: Desk, posted: bool) -> None:
    desk.policy(post_work_order_deposits=posted)
    acme, apple = desk.customer(), desk.item(on_hand="9", cost="4")
    order = desk.enter(WORK, acme, sample(apple), tenders=[("C", "131")], asserted_subtotal=Decimal(131))
    held = {"1000": 13100, "2300": -13100} if posted else {}
    assert {code: minor for code, minor in desk.accounts().items() if code in ("1000", "2300")} == held
    assert desk.balance("ACME") == 0
    on = TODAY + timedelta(days=3)
    invoice = desk.finalise(order, on=on)
    assert desk.document(order).state is State.INVOICED
    assert (desk.remaining(invoice), desk.balance("ACME"), desk.balance("ACME", TODAY)) == (0, -300, 0)
    receipt = desk.find("RC-000001")
    assert (receipt.on, receipt.total.minor, receipt.order_id) == (on, 13100, order.document_id)
    found = desk.accounts()
    assert (found["1000"], found["1100"], found["4000"], "2300" in found) == (13100, -300, -12800, False)
    assert desk.stock("APPLE") == (5, 0)


@pytest.mark.parametrize("posted", [False, True])
def test_finalising_for_cash_gives_the_excess_back_as_change(desk: Desk, posted: bool) -> None:
    desk.policy(post_work_order_deposits=posted)
    apple = desk.item()
    order = desk.enter(WORK, None, sample(apple), tenders=[("C", "131")])
    sale = desk.finalise(order, kind=CASH)
    assert [(tender.amount.minor, tender.change.minor) for tender in desk.document(sale).tenders] == [(13100, 300)]
    assert desk.accounts() == {"1000": 12800, "4000": -12800}


@pytest.mark.parametrize("posted", [False, True])
def test_finalising_for_cash_takes_the_rest(desk: Desk, posted: bool) -> None:
    desk.policy(post_work_order_deposits=posted)
    apple = desk.item()
    order = desk.enter(WORK, None, sample(apple), tenders=[("K", "100")])
    with refused("tender_short"):
        desk.finalise(order, kind=CASH)
    sale = desk.finalise(order, kind=CASH, tenders=(SaleTender("C", Decimal(30)),))
    assert [tender.net.minor for tender in desk.document(sale).tenders] == [10000, 2800]
    assert desk.accounts() == {"1000": 2800, "1010": 10000, "4000": -12800}


@pytest.mark.parametrize("posted", [False, True])
def test_money_given_back_on_an_order_is_given_back_once(desk: Desk, posted: bool) -> None:
    desk.policy(post_work_order_deposits=posted)
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(WORK, acme, [(apple, "-2", "10")], tenders=[("C", "-15")])
    note = desk.finalise(order)
    assert (desk.document(note).kind, desk.remaining(note)) == (Kind.CREDIT_NOTE, -500)
    assert desk.accounts() == {"1000": -1500, "1100": -500, "4000": 2000}


def test_an_order_is_invoiced_once(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(WORK, acme, [(apple, "1", "10")])
    invoice = desk.finalise(order)
    document = desk.document(invoice)
    assert (document.order_id, document.order_number) == (order.document_id, order.number)
    with refused("wrong_state"):
        desk.finalise(order)
    with refused("wrong_state"):
        desk.do(lambda work: _void(work, order.document_id))
    with refused("order_not_found"):
        desk.finalise(invoice)


def _void(work: Work, order_id: int) -> Filed:
    return ordering.void(work, order_id)


def test_a_walk_in_order_becomes_no_invoice_on_account(desk: Desk) -> None:
    apple = desk.item()
    order = desk.enter(WORK, None, [(apple, "1", "10")])
    with refused("customer_required"):
        desk.finalise(order)
    assert desk.document(order).state is State.OPEN


def test_only_what_was_shipped_is_charged(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "5", "10"), (None, "1", "7")])
    with refused("nothing_to_invoice"):
        desk.finalise(order, shipped_only=True)
    desk.ship(order, {1: Decimal(2)})
    assert desk.stock("APPLE") == (10, 5)
    first = desk.finalise(order, shipped_only=True)
    assert (desk.document(first).total.minor, desk.document(order).state) == (2000, State.OPEN)
    assert desk.stock("APPLE") == (8, 3)
    with refused("nothing_to_invoice"):
        desk.finalise(order, shipped_only=True)
    with refused("shipped_too_much"):
        desk.ship(order, {1: Decimal(4)})
    desk.ship(order)
    second = desk.finalise(order, shipped_only=True)
    assert (desk.document(second).total.minor, desk.document(order).state) == (3700, State.INVOICED)
    assert desk.stock("APPLE") == (5, 0)


def test_the_rest_may_be_charged_without_shipping(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    order = desk.enter(WORK, acme, [(apple, "5", "10")], tenders=[("C", "30")])
    desk.ship(order, {1: Decimal(2)})
    first, second = desk.finalise(order, shipped_only=True), desk.finalise(order)
    assert [desk.document(one).total.minor for one in (first, second)] == [2000, 3000]
    assert (desk.remaining(first), desk.remaining(second), desk.balance("ACME")) == (0, 3000, 2000)
    assert desk.numbers(Kind.RECEIPT) == ["RC-000001"]


def test_discounts_of_parts_add_up(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    order = desk.enter(Kind.SALES_ORDER, acme, [wanted(apple, "3", "10", discount=Decimal("1.00"))])
    sums = 0
    for _ in range(3):
        desk.ship(order, {1: Decimal(1)})
        sums += desk.document(desk.finalise(order, shipped_only=True)).total.minor
    assert sums == desk.document(order).total.minor == 2900


def test_an_order_with_a_return_in_it_can_be_shipped(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    order = desk.enter(WORK, acme, [(apple, "5", "10"), (apple, "-1", "10")])
    shipment = desk.document(desk.ship(order))
    assert [(line.line_no, line.quantity) for line in shipment.lines] == [(1, Decimal(5))]
    assert desk.document(desk.finalise(order)).total.minor == 4000
    assert desk.stock("APPLE") == (6, 0)


def test_text_alone_is_not_invoiced(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    note = wanted(apple, "0", "0", description="Thank you")
    assert note.kind is LineKind.ITEM
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "2", "10"), note])
    with refused("nothing_to_invoice"):
        desk.finalise(order, shipped_only=True)
    desk.ship(order)
    assert len(desk.document(desk.finalise(order, shipped_only=True)).lines) == 2


def test_a_shipment_posts_nothing(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    before = desk.accounts()
    order = desk.enter(Kind.SALES_ORDER, acme, [(apple, "5", "10")])
    assert desk.ship(order).number == "SH-000001"
    assert desk.accounts() == before
    with refused("nothing_to_ship"):
        desk.ship(order)


@pytest.mark.parametrize("posted", [False, True])
def test_voiding_releases_goods_and_takes_a_deposit_back(desk: Desk, posted: bool) -> None:
    desk.policy(post_work_order_deposits=posted)
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    before = desk.accounts()
    order = desk.enter(WORK, acme, [(apple, "5", "10")], tenders=[("C", "20")])
    gone = desk.do(lambda work: _void(work, order.document_id))
    assert [code for code, _ in gone.warnings] == ["deposit_to_return"]
    assert desk.document(order).state is State.VOID
    assert (desk.accounts(), desk.stock("APPLE")) == (before, (10, 0))
    with refused("wrong_state"):
        desk.do(lambda work: _void(work, order.document_id))


def test_what_was_shipped_is_not_voided(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    order = desk.enter(WORK, acme, [(apple, "5", "10")])
    desk.ship(order, {1: Decimal(1)})
    with refused("wrong_state"):
        desk.do(lambda work: _void(work, order.document_id))


def test_a_sale_takes_more_than_is_there_and_says_so(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item(on_hand="1", cost="4")
    made = desk.issue(acme, [(apple, "3", "10")])
    assert [code for code, _ in made.warnings] == ["stock_negative"]
    assert (desk.stock("APPLE"), desk.worth()) == ((-2, 0), -800)
    desk.adjust("APPLE", "5", "6")
    assert (desk.worth(), desk.accounts()["1200"], desk.accounts()["5100"]) == (1800, 1800, 400)
    desk.policy(block_negative_stock=True)
    with refused("no_stock"):
        desk.issue(acme, [(apple, "4", "10")])
    assert desk.stock("APPLE") == (3, 0)


def test_stock_lies_in_departments_and_is_valued_once(desk: Desk) -> None:
    desk.change(lambda work: registry.add_department(work, "Annex", 7))
    acme, apple = desk.customer(), desk.item(on_hand="10", cost="4")
    desk.adjust("APPLE", "10", "6", department_id=7)
    made = desk.issue(acme, [(apple, "2", "10")], department_id=7)
    assert desk.posted(made)[0]["5000"] == 1000
    rows = {row.department_id: (int(row.on_hand), int(row.average)) for row in stock.shown(desk.store)}
    assert rows == {1: (10, 5), 7: (8, 5)}


def test_an_adjustment_names_its_reason(desk: Desk) -> None:
    desk.item(on_hand="10", cost="4")
    lost = desk.adjust("APPLE", "-2", reason="7100")
    assert desk.posted(lost) == [{"1200": -800, "7100": 800}]
    for code, sku, quantity, more in (
        ("item_not_found", "PEAR", "1", {}),
        ("nothing_to_move", "APPLE", "0", {}),
        ("department_unknown", "APPLE", "1", {"department_id": 9}),
        ("account_unknown", "APPLE", "1", {"reason": "9999"}),
        ("account_unknown", "APPLE", "1", {"reason": "1100"}),
    ):
        with refused(code):
            desk.adjust(sku, quantity, **more)
    with refused("cost_not_allowed"):
        desk.adjust("APPLE", "-1", "9")


def test_an_estimate_becomes_an_invoice(desk: Desk) -> None:
    acme, apple = desk.customer(), desk.item()
    quote = desk.enter(Kind.QUOTE, acme, [(apple, "1", "10")])
    assert desk.document(desk.finalise(quote)).total.minor == 1000
    assert desk.balance("ACME", LATE) == 1000
