"""A book in which one of everything has happened that a law speaks of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from counterfoil.core.accounting import AccountingEntry, EntryLine
from counterfoil.core.document import Kind
from counterfoil.core.exporting import ExportState, Topic
from counterfoil.core.party import Customer, Supplier
from counterfoil.core.purchase import DisputeKind
from counterfoil.core.tax import TaxRounding
from counterfoil.doubles.traede import Double, World
from counterfoil.services import (
    archiving,
    drafting,
    entering,
    exporting,
    invoicing,
    merging,
    opening,
    ordering,
    periods,
    registry,
    suppliers,
)
from counterfoil.services.office import Filed, Outcome, Work
from counterfoil.services.opening import Opening
from counterfoil.services.registry import make_book
from counterfoil.store import Store
from tests.buyer import Buyer
from tests.desk import TODAY, VANCOUVER, Desk, asked
from tests.services.pulled import Desk as Puller
from tests.services.pulled import account

#: Documents by the names that the tests give them.
Ids = dict[str, int]


def play(store: Store) -> Ids:
    """Sell, buy, bring in, pull and hand on; the ids of what was filed."""
    make_book(store, "Test company", "DKK", "DK", "Europe/Copenhagen")
    buyer = Buyer(store)
    buyer.british_columbia()
    for code, on, rate in (("USD", 1, "6.9"), ("USD", 12, "7.0333"), ("EUR", 1, "7.46")):
        buyer.change(lambda work, code=code, on=on, rate=rate: _rate(work, code, on, rate))  # type: ignore[misc]
    made = _sell(buyer) | _order(buyer) | _bring_in(buyer) | _buy(buyer)
    _hand_on(buyer, made)
    with Double(World(3)) as double:
        Puller(store, double).run()
        assert account(double)
    return {name: outcome.document_id for name, outcome in made.items()}


def _rate(work: Work, code: str, day: int, rate: str) -> None:
    registry.set_rate(work, code, date(2024, 3, day), Decimal(rate))


def _sell(desk: Desk) -> dict[str, Outcome]:
    """Sales of all kinds, paid, credited, reversed; in a foreign currency; of a customer that was merged."""
    acme, usco = desk.customer("ACME", billing=VANCOUVER), desk.customer("USCO", unit="USD")
    old, new = desk.customer("OLD"), desk.customer("NEW")
    apple = desk.item(on_hand="20")
    made = {"adjustment": desk.adjust("APPLE", "1", "5")}
    made["invoice"] = desk.issue(
        acme, [(apple, "3", "10"), (None, "1", "5")], asserted_total=Decimal("39"), contact="ann", tenders=[("K", "3")]
    )
    made["credited"] = desk.credit(made["invoice"], {1: Decimal(1)})
    made["reversed"] = desk.issue(acme, [(apple, "1", "10")])
    desk.reverse(made["reversed"])
    made["cash"] = desk.issue(None, [(apple, "1", "10")], Kind.CASH_SALE, tenders=[("C", "20")])
    made["unpaid"] = desk.issue(acme, [(apple, "1", "10")])
    made["receipt"] = desk.receive("ACME", "9", invoices=())
    desk.apply(made["receipt"], made["unpaid"], "4")
    desk.unapply(made["receipt"], made["unpaid"])
    desk.apply(made["receipt"], made["unpaid"], "3")
    made["refund"] = desk.refund(made["receipt"], "2")
    made["dollars"] = desk.issue(usco, [(None, "1", "100")], on=date(2024, 3, 2))
    made["paid"] = desk.receive("USCO", "100")
    made["old"], made["new"] = (desk.issue(one, [(None, "1", "7")]) for one in (old, new))
    desk.change(lambda work: merging.merge(work, "OLD", "NEW"))
    desk.receive("NEW", "9")
    return made


def _order(desk: Desk) -> dict[str, Outcome]:
    """Orders in every state, some with deposits; a quote, and drafts."""
    with desk.store.reader() as reader:
        acme, apple = reader.parties.customer_by_code("ACME"), reader.items.by_sku("APPLE")
    assert acme is not None
    assert apple is not None
    desk.policy(post_work_order_deposits=True)
    lines = [(apple.id, "2", "10")]
    made = {
        name: desk.enter(Kind.WORK_ORDER, acme.id, lines, tenders=[("C", "6")])
        for name in ("done", "called_off", "waiting")
    }
    made["billed"] = desk.finalise(made["done"])
    desk.do(lambda work: ordering.void(work, made["called_off"].document_id))
    made["shipped"] = desk.enter(Kind.SALES_ORDER, acme.id, lines)
    made["shipment"] = desk.ship(made["shipped"], {1: Decimal(1)})
    made["quote"] = desk.enter(Kind.QUOTE, acme.id, lines)
    for name in ("draft", "booked"):
        sale = asked(Kind.SALES_INVOICE, acme.id, [(None, "1", "5")])
        made[name] = desk.do(lambda work, sale=sale: drafting.save(work, sale))  # type: ignore[misc]
    desk.do(lambda work: drafting.post(work, made["booked"].document_id))
    return made


def _bring_in(desk: Desk) -> dict[str, Outcome]:
    """What an earlier system left open and what it had closed; an accounting entry; a month that is closed."""

    def open_item(work: Work) -> Filed:
        owed = Opening(number="OLD-1", on=date(2024, 1, 10), due_on=date(2024, 2, 9), amount=Decimal(120))
        return opening.bring(work, _acme(work), owed)

    def closed(work: Work) -> Filed:
        acme = _acme(work)
        sale = asked(Kind.SALES_INVOICE, acme.id, [(None, "2", "10")], number="H1", tax_rounding=TaxRounding.DELIVERED)
        return archiving.keep(work, acme, sale, {})

    def owe(work: Work) -> Filed:
        owed = Opening(number="OLD-2", on=date(2024, 1, 10), due_on=date(2024, 2, 9), amount=Decimal(80))
        return opening.bring_payable(work, _mill(work), owed)

    def enter(work: Work) -> Filed:
        lines = (("5000", "10", "0"), ("5200", "0", "10"))
        made = tuple(EntryLine(account=a, debit=Decimal(d), credit=Decimal(c), text="", where="") for a, d, c in lines)
        return entering.enter(work, AccountingEntry(on=TODAY, lines=made, text="Cost of the week"))

    made = {
        name: desk.do(effect)
        for name, effect in (("opening", open_item), ("history", closed), ("owed", owe), ("entered", enter))
    }
    desk.change(lambda work: periods.close(work, 202312))
    return made


def _acme(work: Work) -> Customer:
    found = work.unit.parties.customer_by_code("ACME")
    assert found is not None
    return found


def _mill(work: Work) -> Supplier:
    return suppliers.supplier_by_code(work, "MILL")


def _buy(buyer: Buyer) -> dict[str, Outcome]:
    """Goods ordered, received and invoiced, in two currencies; disputed, resolved, paid; an invoice that is open."""
    made = {"purchase": buyer.order([(buyer.goods(), "10", "46.55")])}
    made["coming"] = buyer.announce(made["purchase"])
    made["received"] = buyer.take_in(made["coming"])
    number = buyer.register("563.26")
    line = buyer.match(number, buyer.lines(made["coming"])[0], "9", expected_quantity=Decimal(10))
    for part in ("50", "6.33"):
        dispute = buyer.dispute(number, part, DisputeKind.ORIGINAL, line_id=line.id)
        buyer.resolve(dispute, part)
    made["bill"] = buyer.book(number)
    made["remitted"] = buyer.remit("20")
    abroad = buyer.new_supplier("FARM", unit="EUR")
    shipment = buyer.announce(buyer.order([(buyer.goods("BOOK"), "3", "5.05")], abroad))
    made["abroad"] = buyer.take_in(shipment, ["2"])
    waiting = buyer.register("6", abroad)
    buyer.match(waiting, buyer.lines(shipment)[0], "1")
    buyer.dispute(waiting, "0.11")
    made["unbooked"] = Outcome(waiting, "")
    return made


def _hand_on(desk: Desk, made: dict[str, Outcome]) -> None:
    """A system has taken a sale and may take the rest; another call came with a key."""
    notes = {made["invoice"].document_id: "exported"}
    desk.change(lambda work: exporting.record(work, "erp", Topic.SALES_INVOICE, notes, ExportState.ACKNOWLEDGED))

    def keyed(work: Work) -> Filed:
        return invoicing.issue(work, asked(Kind.SALES_INVOICE, _acme(work).id, [(None, "1", "1")]))

    with desk.work() as work:
        made["keyed"] = work.once(["key"], b"content", lambda: keyed(work))
