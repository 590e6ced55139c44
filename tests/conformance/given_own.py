"""The book behind our own API's golden cases: a company of its own, and what came before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil import company
from counterfoil.contracts import own
from counterfoil.services import registry, stock
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock
from counterfoil.store import Store
from tests.conformance.door import Knocker
from tests.conformance.golden import message
from tests.conformance.office import fixed, work

PRINCIPAL, TOKEN = "erp", "token-of-the-erp"
AUTHORIZATION = f"Bearer {TOKEN}"
SETTINGS: dict[str, object] = {}
KEYED = "create-invoice"
SPELLINGS = ("text", "text with decimals", "decimals")
VOLATILE = ()
BENT = ("create-invoice", "create-customer", "create-order")
GOLDEN = Path(own.__file__).parent / "golden"
COMPANY = Path(__file__).parent / "own" / "company.toml"
CLOCK = fixed("2024-03-04T18:00:00Z")

#: What was sent before a case, by case.
_BEFORE = {
    "credit-part": ("create-invoice",),
    "receipt-pays": ("create-invoice",),
    "key-with-other-content": ("create-invoice",),
}


def prepare(store: Store, case: str = "") -> Clock:
    """Fill a made book with what one golden case needs; the clock of that day.

    case: the name of its folder, "" = none
    """
    with work(store, CLOCK) as opened:
        company.file(opened, company.read(COMPANY.read_text("utf-8")), date(2019, 1, 1))
        issue(opened, PRINCIPAL, own.contract.name, TOKEN)
    with work(store, CLOCK) as opened:
        registry.add_customer(opened, "NORTH", "North Shore Books")
        registry.add_item(opened, "LAMP", "Desk lamp", price=Decimal("24.90"))
    with work(store, CLOCK) as opened:
        opened.perform(lambda: stock.adjust(opened, "LAMP", Decimal(100), Decimal("11.40"), on=date(2024, 1, 2)))
    knock = Knocker(store, CLOCK, AUTHORIZATION)
    for earlier in _BEFORE.get(case, ()):
        answer = knock.message(message(GOLDEN / earlier / "request.http"))
        assert answer.status_code == 201, answer.data
    return CLOCK


def unbound(body: Any) -> Any:
    """A request without what would bind it: a key stands in its headers."""
    return body
