"""The book behind System Five's examples: the parts, customers, tender and tax that they assume."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import counterfoil.cli.demo
from counterfoil import company
from counterfoil.services.credentials import issue
from counterfoil.services.office import Clock
from counterfoil.store import Store
from tests.conformance.golden import message
from tests.conformance.office import fixed, work

PRINCIPAL = "connector"
SECRET = "password-of-the-connector"
SETTINGS: dict[str, object] = {}
GOLDEN = Path(str(files("counterfoil.contracts.systemfive"))) / "golden"
CASES = tuple(sorted(folder.name for folder in GOLDEN.iterdir()))
COMPANY = Path(counterfoil.cli.demo.__file__).parent / "company.toml"
#: What was posted before, in the cases that look back.
_BEFORE = {
    "replay": "sample-1-customer",
    "reference-conflict": "sample-1-customer",
    "customer-by-id-again": "sample-2-billing",
    "read-back": "sample-1-customer",
}


def prepare(store: Store, case: str) -> Clock:
    """Fill a made book with what the examples assume; the clock of that day."""
    clock = fixed("2020-01-10T18:00:00Z")
    with work(store, clock) as opened:
        company.file(opened, company.read(COMPANY.read_text("utf-8")), date(2019, 1, 1))
        issue(opened, PRINCIPAL, "systemfive", SECRET)
    return clock


def before(case: str) -> list[tuple[str, bytes]]:
    """What had been posted before the case: (target, body)."""
    if case not in _BEFORE:
        return []
    asked = message(GOLDEN / _BEFORE[case] / "request.http")
    return [(asked.first.split()[1], asked.body)]
