"""What came of the demonstration, as tables and as a webstore sees it."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from counterfoil import app as building
from counterfoil.cli import rendering, tables
from counterfoil.cli.demo.play import ADD_INVOICE, CONNECTOR, PASSWORD, TOKEN
from counterfoil.cli.desk import out
from counterfoil.services import statements
from counterfoil.services.checking import check
from counterfoil.services.reports import draw

_CUSTOMER = "ACME001"


def all_of_it(address: str, url: str) -> bool:
    """Print documents, journal, ageing, trial balance and the webstore's replies; whether all laws hold."""
    store = building.book_store(url)
    tables.documents(out, statements.documents(store))
    for name in ("journal", "aging", "trial-balance"):
        rendering.table(out, draw(store, name, {}))
    for path in ("orders", "invoices", "balance"):
        out.print(f"\nPOST /evolutionx/{path}", style="bold")
        out.print_json(json.dumps(_ask(address, path)))
    findings = list(check(store))
    broken = [breach.say for finding in findings for breach in finding.breaches]
    store.engine.dispose()
    for say in broken:
        out.print(f"broken: {say}", style="red")
    out.print(f"\ncounterfoil check: {'broken' if broken else f'all {len(findings)} laws hold'}")
    return not broken


def _ask(address: str, path: str) -> Any:
    reply = httpx2.post(
        f"{address}/evolutionx/{path}",
        headers={"Authorization": f"Bearer {TOKEN}"},
        json={"customer_code": _CUSTOMER, "filters": {}, "current_page": "1", "per_page": "10"},
    )
    reply.raise_for_status()
    return reply.json()


def curl_lines(address: str, url: str) -> None:
    """Print calls that work when pasted."""
    place = url.removeprefix("sqlite:///")
    body = json.dumps({"customer_code": _CUSTOMER})
    sale = json.dumps(
        {
            "Invoice": [
                {
                    "InvoiceHeader": {"InvoiceType": "A", "InvoiceCustomer": 31649, "ReferenceNo": "my-first"},
                    "InvoiceLines": [{"PartUnique": 18220, "Ordered": 1}],
                }
            ],
            "ConnectionInfo": {"TerminalNumber": 0},
        }
    )
    lines = [
        f"curl -s {address}/evolutionx/balance -H 'Authorization: Bearer {TOKEN}' \\",
        f"  -H 'Content-Type: application/json' -d '{body}'",
        f"curl -s -u {CONNECTOR}:{PASSWORD} {address}{ADD_INVOICE} \\",
        f"  -d '{sale}'",
        f"COUNTERFOIL_DATABASE_URL=sqlite:///{place} .venv/bin/counterfoil report aging",
    ]
    out.print(f"\nServing at {address} until Ctrl-C. Try, in another terminal:\n")
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
