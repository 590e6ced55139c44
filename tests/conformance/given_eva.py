"""The book behind EVA's printed examples: its start-up data, and what came before each call."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil import company
from counterfoil.contracts import eva
from counterfoil.core.purchase import DisputeKind
from counterfoil.services import additional_amounts, buying, disputes, matching, receiving, registry, supplier_invoices
from counterfoil.services.additional_amounts import Amount
from counterfoil.services.credentials import issue
from counterfoil.services.disputes import Raised
from counterfoil.services.matching import MatchLine
from counterfoil.services.office import Clock
from counterfoil.services.supplier_invoices import Registered
from counterfoil.store import Store
from tests.conformance.office import at, fixed, work

PRINCIPAL, TOKEN = "retail-platform", "token-of-the-platform"
AUTHORIZATION = f"Bearer {TOKEN}"
SETTINGS: dict[str, object] = {}
KEYED = "shipments-to-invoice"
SPELLINGS: tuple[str, ...] = ()
VOLATILE = ("RequestID",)
BENT = ("create-invoice", "create-lines", "create-dispute", "shipments-to-invoice")
#: What this door says to a caller without a token, and to one with a token that nobody has.
WITHOUT, BARE_SECRET = 403, True
GOLDEN = Path(eva.__file__).parent / "golden"
CLOCK = fixed("2021-06-30T09:00:00Z")
STARTED = """
[[exchange]]
currency = "EUR"
from_on = 2000-01-01
rate = 1

[[tax]]
code = "High"
name = "High"
rates = [{ country = "NL", from_on = 2000-01-01, rate = 0.21 }]

[[tax]]
code = "Low"
name = "Low"
rates = [{ country = "NL", from_on = 2000-01-01, rate = 0.09 }]

[[tax]]
code = "Zero"
name = "Zero"
rates = [{ country = "NL", from_on = 2000-01-01, rate = 0 }]

[[unit]]
code = "STORE"
name = "Store"
country = "NL"
refs = { eva = "3" }

[[supplier]]
code = "S70"
name = "First supplier"
currency = "EUR"
address = { country = "NL" }
refs = { eva = "70" }

[[supplier]]
code = "S71"
name = "Second supplier"
currency = "EUR"
refs = { eva = "71" }

[[item]]
sku = "P1001"
description = "Shirt"
purchase_tax = "High"
refs = { eva = "1001" }

[[item]]
sku = "P1002"
description = "Book"
purchase_tax = "Low"
refs = { eva = "1002" }

[[item]]
sku = "P1003"
description = "Stamp"
purchase_tax = "Zero"
refs = { eva = "1003" }
"""
#: What the page shows of shipments: EVA's ids, references, tracking code, instants, quantity and price.
_SHIPMENTS = (
    (
        59716,
        123794,
        "12345",
        "5",
        "5",
        "2020-03-02T20:18:52.63",
        "2020-03-02T20:19:01.3",
        "2020-03-02T20:19:01.327",
        "555",
        "5.53",
    ),
    (
        59717,
        123794,
        "12345",
        "56",
        "66",
        "2020-03-02T20:19:02.443",
        "2020-03-02T20:19:10.983",
        "2020-03-02T20:19:11.003",
        "10",
        "5.36",
    ),
    (
        109216,
        133320,
        "7893771",
        "2222333",
        "332211",
        "2021-06-29T20:26:04.12",
        "2021-06-29T20:26:18.747",
        "2021-06-29T20:26:18.86",
        "10",
        "46.55",
    ),
)


def prepare(store: Store, case: str = "") -> Clock:
    """Fill a made book with what one golden case needs; the clock of that day.

    case: the name of its folder
    """
    with work(store, CLOCK) as opened:
        company.file(opened, company.read(STARTED), date(2020, 1, 1))
        issue(opened, PRINCIPAL, eva.contract.name, TOKEN)
    if case == "shipments-to-invoice":
        _printed_page(store)
    elif case not in ("", "create-invoice", "create-amount-type", "unknown-service"):
        _matched(store, case)
    return CLOCK


def _ref(store: Store, kind: str, ours: int, theirs: int) -> None:
    with work(store, CLOCK) as opened:
        registry.file_refs(opened, kind, ours, {"eva": str(theirs)})


def _ids(store: Store) -> dict[str, int]:
    with store.reader() as reader:
        codes = ("STORE", "S70", "S71")
        parties = {code: reader.parties.id_of_code(code) or 0 for code in codes}
        shirt = reader.items.by_sku("P1001")
        assert shirt is not None
        return {**parties, "shirt": shirt.id}


def _order(store: Store, reference: str, lines: list[tuple[str, str]], on: date) -> int:
    ids = _ids(store)
    asked = [buying.OrderLine(item_id=ids["shirt"], quantity=Decimal(q), unit_price=Decimal(p)) for q, p in lines]
    with work(store, CLOCK) as opened:
        return opened.perform(
            lambda: buying.order(opened, ids["S70"], ids["STORE"], asked, reference=reference, on=on)
        ).document_id


def _ship(store: Store, order: int, lines: list[int], reference: str, tracking: str, shipped_at: str) -> int:
    with work(store, fixed(shipped_at)) as opened:
        placed = opened.unit.documents.get(order)
        assert placed is not None
        asked = [buying.ShipLine(placed.lines[n].id, placed.lines[n].quantity) for n in lines]
        return opened.perform(
            lambda: buying.ship(
                opened, order, asked, reference=reference, tracking_number=tracking, shipped_at=at(shipped_at)
            )
        ).document_id


def _receive(store: Store, shipment: int, received_at: str, completed_at: str) -> None:
    with work(store, fixed(received_at)) as opened:
        opened.perform(lambda: receiving.receive(opened, shipment))
    with work(store, CLOCK) as opened:
        opened.unit.purchases.arrive(shipment, at(received_at), at(completed_at))


def _printed_page(store: Store) -> None:
    old = _order(store, "12345", [("555", "5.53"), ("10", "5.36")], date(2020, 3, 1))
    new = _order(store, "7893771", [("10", "46.55")], date(2021, 6, 1))
    _ref(store, "document", old, 123794)
    _ref(store, "document", new, 133320)
    for place, (number, order, _, reference, tracking, shipped, received, completed, *_) in enumerate(_SHIPMENTS):
        ours = old if order == 123794 else new
        shipment = _ship(store, ours, [place % 2], reference, tracking, shipped)
        _ref(store, "document", shipment, number)
        _receive(store, shipment, received, completed)


def _matched(store: Store, case: str) -> None:
    """The page's own invoice 82217 over ten shirts, as far as the case has got."""
    order = _order(store, "7893771", [("10", "46.55")], date(2021, 6, 1))
    shipment = _ship(store, order, [0], "2222333", "332211", "2021-06-29T20:26:04.12")
    _receive(store, shipment, "2021-06-29T20:26:18.747", "2021-06-29T20:26:18.86")
    with store.reader() as reader:
        (line,) = reader.purchases.lines(shipment)
    _ref(store, "document", order, 133320)
    _ref(store, "document", shipment, 109216)
    _ref(store, "document_line", line.id, 362020)
    ids = _ids(store)
    total = "675.91" if case == "book-over-invoiced" else "563.26"
    registered = Registered(
        supplier_id=ids["S70"],
        unit_id=ids["STORE"],
        on=date(2021, 6, 2),
        supplier_number="2222333",
        description="xxxx",
        asserted_total=Decimal(total),
        starts_on=date(2021, 6, 8),
    )
    with work(store, CLOCK) as opened:
        invoice = opened.perform(lambda: supplier_invoices.register(opened, registered)).document_id
    _ref(store, "document", invoice, 814 if case.startswith("book") else 82217)
    if case in ("create-amount", "repeated-number"):
        return
    over = case == "book-over-invoiced"
    with work(store, CLOCK) as opened:
        if not over:
            goods = Amount(type_id=3, amount=Decimal("465.5"), original=Decimal("465.5"), tax_code_id=1)
            additional_amounts.add_amount(opened, invoice, goods)
        if case == "create-lines":
            return
        quantity, expected = (Decimal(12), None) if over else (Decimal(9), Decimal(10))
        asked = MatchLine(
            shipment_line_id=line.id, quantity=quantity, unit_price=Decimal("46.55"), expected_quantity=expected
        )
        matching.add_lines(opened, invoice, [asked])
    if case in ("create-dispute", "book-unexplained"):
        return
    amount, kind = ("112.65", DisputeKind.EXPECTED) if over else ("56.33", DisputeKind.ORIGINAL)
    with work(store, CLOCK) as opened:
        raised = Raised(amount=Decimal(amount), reason_id=1, kind=kind, description="xxx")
        dispute = disputes.raise_dispute(opened, invoice, raised)
    if case.startswith("book"):
        with work(store, CLOCK) as opened:
            disputes.resolve(opened, dispute.id, Decimal(amount), "agreed", "" if over else "Credit")


def unbound(body: Any) -> Any:
    """The request as it is: nothing binds it to an earlier one."""
    return body
