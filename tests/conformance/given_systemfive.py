"""The book behind System Five's golden cases: the demonstration's company, and what came before."""

import base64
from datetime import date
from pathlib import Path
from typing import Any

from counterfoil import cli, company
from counterfoil.contracts import systemfive
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock
from counterfoil.store import Store
from tests.conformance.door import Knocker
from tests.conformance.golden import message
from tests.conformance.office import fixed, work

PRINCIPAL, PASSWORD = "web-connector", "password-of-the-connector"
AUTHORIZATION = "Basic " + base64.b64encode(f"{PRINCIPAL}:{PASSWORD}".encode()).decode()
SETTINGS: dict[str, object] = {}
KEYED = "account-sale"
SPELLINGS = ("text", "text with decimals", "decimals")
VOLATILE = ("ElapsedTime",)
BENT = ("sample-1-customer", "account-sale")
GOLDEN = Path(systemfive.__file__).parent / "golden"
COMPANY = Path(cli.__file__).parent / "demo" / "company.toml"
CLOCK = fixed("2020-03-02T18:00:00Z")

#: What was sent before a case, by case.
_BEFORE = {
    "sample-3-customer": ("sample-2-billing",),
    "return-on-account": ("account-sale",),
    "replay": ("sample-1-customer",),
    "reference-conflict": ("sample-1-customer",),
    "add-lines": ("sample-3-customer",),
    "changed-invoices": ("sample-1-customer", "sample-3-customer"),
    "customer": ("sample-3-customer",),
    "customer-by-email": ("add-customer",),
    "read-back": ("account-sale-with-tender",),
}


def prepare(store: Store, case: str = "") -> Clock:
    """Fill a made book with what one golden case needs; the clock of that day.

    case: the name of its folder, "" = none
    """
    with work(store, CLOCK) as opened:
        company.file(opened, company.read(COMPANY.read_text("utf-8")), date(2019, 1, 1))
        issue(opened, PRINCIPAL, systemfive.contract.name, PASSWORD)
    knock = Knocker(store, CLOCK, AUTHORIZATION)
    for earlier in _BEFORE.get(case, ()):
        answer = knock.message(message(GOLDEN / earlier / "request.http"))
        assert answer.status_code == 200, answer.data
    return CLOCK


def unbound(body: Any) -> Any:
    """A request whose entries have no ReferenceNo."""
    for entry in body["Invoice"]:
        del entry["InvoiceHeader"]["ReferenceNo"]
    return body
