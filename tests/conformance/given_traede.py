"""The book behind TRAEDE's golden cases: what a wholesale brand has invoiced, credited and booked in May."""

from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.core.accounting import AccountingEntry, EntryLine, EntryType
from counterfoil.core.document import Kind, LineKind, Sale, SaleLine
from counterfoil.core.party import Address
from counterfoil.services import drafting, entering, invoicing, ordering, registry, stock
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock, Filed, Work
from counterfoil.store import Store
from tests.conformance.office import fixed, work

PRINCIPAL, TOKEN = "accounting", "token-of-the-accounting-system"
AUTHORIZATION = f"Bearer {TOKEN}"
HEADERS = {"X-Traede-App-Key": "app-key-of-the-integrator"}
SETTINGS: dict[str, object] = {"app_keys": ["app-key-of-the-integrator"]}
KEYED = "mark-invoices"
SPELLINGS = ("text", "text with decimals", "decimals")
VOLATILE = ("exported_at",)
BENT = ("mark-invoices", "mark-accounting-entries")
CLOCK = fixed("2024-05-02T08:05:00Z")

SHOP = Address(
    name="Shop A/S",
    first_name="Anna",
    last_name="Holm",
    address1="Strøget 1",
    city="København",
    postal_code="1150",
    country="DK",
)
#: Ids of what `prepare` files, by what they are.
IDS: dict[str, int] = {}


def unbound(body: Any) -> Any:
    """The request as it is: a mark may be repeated."""
    return body


def prepare(store: Store, case: str = "") -> Clock:
    """Fill a made book with what every golden case is asked about; the clock of that day."""
    with work(store, CLOCK) as opened:
        issue(opened, PRINCIPAL, "traede", TOKEN)
        registry.set_rate(opened, "DKK", date(2024, 1, 1), Decimal("0.2"))
        moms = registry.add_tax_code(opened, "MOMS", "Moms", [("DK", date(2000, 1, 1), Decimal("0.25"))])
        registry.add_jurisdiction(opened, "Denmark", "DK", [moms])
        terms = registry.add_terms(opened, "N14", "Netto 14 dage", 14)
        shop = registry.add_customer(opened, "1000", "Shop A/S", billing=SHOP, unit="DKK", terms_id=terms)
        jacket = registry.add_item(opened, "1000-Black-S", "Jacket, black, S", price=Decimal(25))
    _file(store, "stock", lambda opened: stock.adjust(opened, "1000-Black-S", Decimal(10), Decimal(8)))
    _file(store, "invoice", lambda opened: invoicing.issue(opened, _sale(Kind.SALES_INVOICE, shop.id, jacket.id)))
    _file(store, "credit note", lambda opened: invoicing.credit(opened, IDS["invoice"], {1: Decimal(1)}))
    _file(store, "entry", lambda opened: entering.enter(opened, _entry()))
    _file(store, "order", lambda opened: ordering.enter(opened, _sale(Kind.SALES_ORDER, shop.id, jacket.id)))
    _file(store, "draft", lambda opened: drafting.save(opened, _sale(Kind.SALES_INVOICE, shop.id, jacket.id)))
    return CLOCK


def _file(store: Store, name: str, effect: Any) -> None:
    with work(store, CLOCK) as opened:

        def done(opened: Work = opened) -> Filed:
            filed: Filed = effect(opened)
            return filed

        IDS[name] = opened.perform(done).document_id


def _sale(kind: Kind, customer: int, item: int) -> Sale:
    lines = (
        SaleLine(item_id=item, quantity=Decimal(3), unit_price=Decimal(100)),
        SaleLine(kind=LineKind.CHARGE, description="Freight", unit_price=Decimal(50)),
    )
    on = date(2024, 5, 2)
    return Sale(kind=kind, customer=customer, on=on, lines=lines, customer_po="PO-77", comment="By the back door")


def _entry() -> AccountingEntry:
    lines = (
        EntryLine(account="5200", debit=Decimal("16.00"), text="2 jackets torn"),
        EntryLine(account="1200", credit=Decimal("16.00"), text="2 jackets torn"),
    )
    return AccountingEntry(
        on=date(2024, 5, 2), lines=lines, type=EntryType.INVENTORY_ADJUSTMENT, text="Shrinkage of the week"
    )
