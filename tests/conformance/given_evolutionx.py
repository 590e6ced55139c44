"""The books behind EvolutionX's printed examples; the pages contradict each other, so each has its own."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Document, Kind, LineKind, Sale, SaleLine, State, Tracking
from counterfoil.core.money import Money
from counterfoil.core.party import Address
from counterfoil.core.tax import TaxRounding
from counterfoil.services import invoicing, ordering, receipts
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock, Work
from counterfoil.services.registry import add_customer, add_item, add_jurisdiction, add_tax_code
from counterfoil.store import Store
from tests.conformance.office import at, fixed, work

PRINCIPAL = "webstore"
TOKEN = "token-of-the-store"
SETTINGS = {
    "stores": [{"name": PRINCIPAL, "discount_total": "after_discount"}],
    "shipping": [
        {"label": "In 3 days", "rate": "10.00"},
        {"label": "Tomorrow", "rate": "24.5", "country": "US", "state": "OH", "postcode": "434"},
        {"label": "Free", "rate": "0", "country": "US", "order_from": "500"},
        {"label": "Pallet", "rate": "80", "order_from": "2000", "order_below": "10000"},
    ],
}
AUTHORIZATION = f"Bearer {TOKEN}"
KEYED = "invoice-by-id"
SPELLINGS: tuple[str, ...] = ()
VOLATILE: tuple[str, ...] = ()
BENT = ("orders-list", "invoice-by-id", "balance", "checkout-taxes", "checkout-shipping", "order-push")
CASES = ("orders-list", "order-by-id", "invoices-list", "invoice-by-id", "balance")

_HOME = Address(name="Name, INC.", city="GIBSONBURG", state="OH", postal_code="43431")


def unbound(body: Any) -> Any:
    """The request as it is: a question binds nothing."""
    return body


def prepare(store: Store, case: str) -> Clock:
    """Fill a made book with what one golden case is asked about; the clock of that day.

    case: the name of its folder
    """
    clock = fixed("2023-02-23T18:00:00Z" if case == "balance" else "2023-02-01T09:00:00Z")
    limit = Decimal("1725.11") if case == "balance" else None
    with work(store, clock) as opened:
        issue(opened, PRINCIPAL, "evolutionx", TOKEN)
        customer = add_customer(
            opened, "ACME001", "Name, INC.", billing=_HOME, credit_limit=limit, refs={"evolutionx": "1795"}
        )
        item = add_item(opened, "2W01102", "MLBK U1980-O-KK", stocked=False, refs={"evolutionx": "1000098"})
    match case:
        case "orders-list":
            with work(store, clock) as opened:
                _orders(opened, customer.id, item.id)
        case "order-by-id":
            with work(store, clock) as opened:
                _order(opened, customer.id, item.id)
        case "checkout-taxes" | "checkout-shipping" | "order-push":
            with work(store, clock) as opened:
                _shop(opened)
        case "balance":
            _account(store, customer.id)
        case _:
            _invoices(store, clock, customer.id, item.id, others=219 if case == "invoices-list" else 0)
    return clock


def _shop(work: Work) -> None:
    tax = add_tax_code(work, "VAT", "Value added tax", [("DK", date(2000, 1, 1), Decimal("0.25"))])
    add_jurisdiction(work, "Bornholm", "DK", [tax], postal_prefix="37")
    add_customer(work, "C0004935", "Bornholm Shop", billing=Address(name="Bornholm Shop", country="DK"))
    add_item(work, "TST03", "Test item", stocked=False, price=Decimal("60"))


def _orders(work: Work, customer: int, item: int) -> None:
    def quote(number: int, on: date, **more: str) -> None:
        line = SaleLine(item_id=item, unit_price=Decimal("90.34"), tax={None: Decimal("5.42")})
        ordering.enter(
            work,
            Sale(
                kind=Kind.QUOTE,
                customer=customer,
                number=f"S{number}",
                on=on,
                ship_on=date(2023, 1, 17),
                contact="01",
                lines=(line,),
                tax_rounding=TaxRounding.DELIVERED,
                **more,  # type: ignore[arg-type]
            ),
        )

    quote(3085810, date(2023, 1, 5), customer_po="Duda", third_party_number="Evox001")
    for n in range(1, 200):
        quote(3085810 - n, date(2023, 1, 5) - timedelta(days=(n + 1) // 2))


def _order(work: Work, customer: int, item: int) -> None:
    goods = SaleLine(
        item_id=item, note="line note", quantity=Decimal(1), unit_price=Decimal("60.00"), tax={None: Decimal("2.00")}
    )
    freight = SaleLine(
        kind=LineKind.CHARGE, description="Freight", unit_price=Decimal("2.00"), tax={None: Decimal("2.50")}
    )
    sale = Sale(
        kind=Kind.QUOTE,
        customer=customer,
        number="S3085810",
        on=date(2023, 1, 5),
        ship_on=date(2023, 1, 17),
        contact="01",
        ordered_by="TAYLOR BUSDECKER",
        customer_po="COMMUNITY",
        comment="comment",
        third_party_number="EVOX001",
        lines=(goods, freight),
        tax_rounding=TaxRounding.DELIVERED,
    )
    _ship(work, ordering.enter(work, sale).document)


def _ship(work: Work, order: Document) -> None:
    """The page shows a quote that has been shipped; the office ships orders only, so it is filed as it came."""
    nothing = Money(0, order.total.currency)
    line = replace(
        order.lines[0],
        id=work.unit.mint.take("document_line"),
        net=nothing,
        tax=nothing,
        order_line_id=order.lines[0].id,
    )
    shipment = Document(
        id=work.unit.mint.take("document"),
        kind=Kind.SHIPMENT,
        state=State.POSTED,
        customer_id=order.customer_id,
        on=date(2023, 1, 5),
        book_month=202301,
        order_id=order.id,
        order_number=order.number,
        subtotal=nothing,
        discount_total=nothing,
        tax_total=nothing,
        total=nothing,
        lines=(line,),
    )
    work.file(shipment)
    travel = Tracking(
        carrier="Carrier",
        tracking_number="UP15501788",
        status="Delivered",
        status_at=at("2023-01-15T12:54:10"),
        shipped_on=date(2023, 1, 5),
        delivered_on=date(2023, 1, 15),
        weight="0.2kg",
        note="Leaved delivery at the door.",
    )
    work.unit.documents.track(shipment.id, travel)


def _invoices(store: Store, clock: Clock, customer: int, item: int, others: int) -> None:
    with work(store, clock) as opened:
        _order(opened, customer, item)
    with work(store, clock) as opened:
        screws = add_item(opened, "RETURN", "Returned goods", stocked=False)
        goods = SaleLine(
            item_id=item,
            description="(100) 42mm CSK",
            note="line note",
            uom="BOX",
            ordered=Decimal(50),
            quantity=Decimal(10),
            unit_price=Decimal("8.00"),
            tax={None: Decimal("3.00")},
        )
        back = SaleLine(
            item_id=screws.id, quantity=Decimal(-1), unit_price=Decimal("58.83"), tax={None: Decimal("-1.68")}
        )
        first = Sale(
            kind=Kind.SALES_INVOICE,
            customer=customer,
            number="S009007634",
            on=date(2022, 12, 19),
            due_on=date(2023, 3, 19),
            order_number="S3085810",
            customer_po="25126 T66",
            comment="Invoice note",
            lines=(goods, back),
            tax_rounding=TaxRounding.DELIVERED,
        )
        invoicing.issue(opened, first)
        for n in range(1, others + 1):
            older = replace(first, number=f"S00{9007634 - n}", on=first.on - timedelta(days=n))
            invoicing.issue(opened, older)
    with work(store, clock) as opened:
        receipts.receive(opened, "ACME001", Decimal("10.00"), "T", date(2023, 1, 20), ["S009007634"])


def _account(store: Store, customer: int) -> None:
    paid_at = fixed("2023-02-23T15:46:44.083Z")
    with work(store, paid_at) as opened:
        item = add_item(opened, "MISC", "Goods", stocked=False)

        def sale(kind: Kind, amount: str, made: str, due_on: date) -> Sale:
            line = SaleLine(item_id=item.id, unit_price=Decimal(amount))
            moment = at(made)
            return Sale(kind=kind, customer=customer, on=moment.date(), at=moment, due_on=due_on, lines=(line,))

        invoicing.issue(opened, sale(Kind.SALES_INVOICE, "283.92", "2022-12-06T09:00:00", date(2023, 1, 5)))
        invoicing.issue(opened, sale(Kind.SALES_INVOICE, "120", "2023-01-02T09:00:00", date(2023, 2, 1)))
        newest = sale(Kind.SALES_INVOICE, "524.59", "2023-02-07T16:46:15.163", date(2023, 3, 9))
        invoicing.issue(opened, replace(newest, number="S009007700"))
        ordering.enter(opened, sale(Kind.SALES_ORDER, "75", "2023-02-08T16:37:07.657", date(2023, 3, 10)))
    with work(store, paid_at) as opened:
        receipts.receive(opened, "ACME001", Decimal(3), "T", invoices=["S009007700"])
