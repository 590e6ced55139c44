"""The company that is measured: British Columbia's two taxes, stocked items, customers on 30 days."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from counterfoil import app
from counterfoil.core.party import Address
from counterfoil.services import credentials, registry, stock
from counterfoil.services.office import Context, Said, Work
from counterfoil.store import Principal, Store

CUSTOMERS = 1000
ITEMS = 200
OPENED_ON = date(2024, 1, 1)
#: One principal at every door.
CALLER = "bench"
ADD_INVOICE = "/Windward/WebAPI/Invoice/addInvoice"


def secret(door: str) -> str:
    """What opens a door of a book that lives for a minute."""
    return f"bench-{door}"


def basic() -> str:
    """How System Five's callers show it."""
    return "Basic " + b64encode(f"{CALLER}:{secret('systemfive')}".encode()).decode()


@cache
def price(item_id: int) -> int:
    """An item's list price in cents."""
    return 999 + item_id * 37 % 9000


@cache
def cost(item_id: int) -> int:
    """What an item cost, in cents."""
    return price(item_id) * 6 // 10


def make(url: str, customers: int = CUSTOMERS) -> Store:
    """Make the company's book: nothing in it but its stock."""
    app.create_book(url, "Bench company", "CAD", "CA", "UTC", 1)
    store = app.book_store(url)
    caller = credentials.principal(store, CALLER)
    with context(store, caller).work() as work:
        taxes = [
            registry.add_tax_code(work, code, code, [("CA", date(2000, 1, 1), rate)])
            for code, rate in (("GST", Decimal("0.05")), ("PST", Decimal("0.07")))
        ]
        registry.add_jurisdiction(work, "British Columbia", "CA", taxes, state="BC")
        registry.add_terms(work, "N30", "30 days", 30)
        registry.add_salesperson(work, "Nobody")
        for door in ("systemfive", "evolutionx"):
            credentials.issue(work, CALLER, door, secret(door))
    with context(store, caller).work() as work:
        for number in range(1, customers + 1):
            _customer(work, number)
    with context(store, caller).work() as work:
        for number in range(1, ITEMS + 1):
            registry.add_item(work, sku(number), f"Item {number}", price=Decimal(price(number)) / 100)
            stock.adjust(work, sku(number), Decimal(10_000_000), Decimal(cost(number)) / 100, on=OPENED_ON)
    return store


def sku(item_id: int) -> str:
    """An item's stock-keeping code."""
    return f"SKU{item_id:05d}"


def code(customer_id: int) -> str:
    """A customer's account number."""
    return f"C{customer_id:07d}"


def _address(customer_id: int) -> Address:
    street = f"{customer_id} Main St."
    return Address(name=f"Customer {customer_id}", address1=street, city="Kelowna", state="BC", country="CA")


def address_text(customer_id: int) -> str:
    """A customer's address as the tables hold it."""
    return (
        f'{{"address1":"{customer_id} Main St.","city":"Kelowna","country":"CA","name":"Customer {customer_id}",'
        '"state":"BC"}'
    )


def _customer(work: Work, number: int) -> None:
    address = _address(number)
    registry.add_customer(work, code(number), address.name, billing=address, terms_id=1, unit="CAD")


def context(store: Store, caller: Principal, body: bytes = b"", reference: str = "") -> Context:
    """One call on a book."""
    now = datetime.now(UTC)
    said = Said(reference or f"setup-{now.timestamp()}", "systemfive", "addInvoice", "/addInvoice", {}, body)
    return Context(store, caller, said, lambda: now)
