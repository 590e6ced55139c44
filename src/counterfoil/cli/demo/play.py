"""What happens in the demonstration, through the doors and the office's own commands."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import httpx2

from counterfoil import app as building
from counterfoil.cli.desk import out
from counterfoil.core.document import ORDERS
from counterfoil.services import ordering, receipts
from counterfoil.services.credentials import principal
from counterfoil.services.office import Context, Filed, Outcome, Said, Work

CONNECTOR, PASSWORD = "web-connector", "demo-password"
STORE, TOKEN = "webstore", "demo-store-token"
ADD_INVOICE = "/Windward/WebAPI/Invoice/addInvoice"
_SAMPLES = ("sample-1-customer", "sample-2-billing", "sample-3-customer")


def sample(name: str) -> bytes:
    """The body of one of the vendor's printed examples, byte for byte."""
    golden = files("counterfoil.contracts.systemfive").joinpath("golden", name, "request.http")
    _, _, body = golden.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
    return body


def all_of_it(address: str, url: str) -> None:
    """Play it through; every step prints what it was answered."""
    with httpx2.Client(base_url=address, auth=(CONNECTOR, PASSWORD)) as client:
        for name in _SAMPLES:
            _say(f"System Five, {name}", _post(client, sample(name)))
        first = _office(url, "order invoice", lambda work: ordering.invoice(work, _order(work, "W-000001")))
        out.print(f"  counterfoil order invoice W-000001: {first.number}; of 131.00 taken, 3.00 stays open")
        today = building.today(url)
        _say("System Five, on account", _post(client, _on_account(today)))
        _say("System Five, cash sale with change", _post(client, _cash_sale(today)))
        _say("System Five, return", _post(client, _return(today)))
        part = _office(
            url,
            "receive",
            lambda work: receipts.receive(work, "ACME001", Decimal(40), "K", invoices=["INV-000002"]),
        )
        out.print(f"  counterfoil receive ACME001 40 --tender K --invoice INV-000002: {part.number}")


def _post(client: httpx2.Client, body: bytes) -> dict[str, Any]:
    reply = client.post(ADD_INVOICE, content=body, headers={"Content-Type": "application/json"})
    reply.raise_for_status()
    record: dict[str, Any] = reply.json()["Invoice"][0]
    return record


def _say(what: str, record: dict[str, Any]) -> None:
    number = record["RecordDesc"] or record["ActionResult"]
    notes = "".join(f"\n    note: {note}" for note in record.get("Warnings", ()))
    out.print(f"  {what}: {number}{notes}", highlight=False)


def _order(work: Work, number: str) -> int:
    return work.unit.documents.find(number, ORDERS)[0]


def _office(url: str, operation: str, effect: Callable[[Work], Filed]) -> Outcome:
    store = building.book_store(url)
    said = Said(uuid.uuid4().hex, "cli", operation)
    with Context(store, principal(store, "cli:demo"), said).work() as work:
        outcome = work.perform(lambda: effect(work))
    store.engine.dispose()
    return outcome


def _body(header: dict[str, Any], lines: list[dict[str, Any]], tenders: list[dict[str, Any]]) -> bytes:
    entry = {"InvoiceHeader": header, "InvoiceLines": lines, "InvoiceTenders": tenders}
    return json.dumps({"Invoice": [entry], "ConnectionInfo": {"TerminalNumber": 1}}).encode()


def _on_account(today: date) -> bytes:
    header = {
        "InvoiceType": "A",
        "InvoiceCustomer": 31649,
        "InvoiceDate": (today - timedelta(days=45)).isoformat(),
        "ReferenceNo": "000000039",
        "InvoiceComment": "Autumn order",
    }
    lines: list[dict[str, Any]] = [
        {"PartUnique": 18220, "Ordered": 4, "Price": 39},
        {"PartUnique": 14252, "Ordered": 2, "Price": 35.99},
        {"PartUnique": 5941, "Ordered": 1, "Price": 14},
    ]
    return _body(header, lines, [])


def _cash_sale(today: date) -> bytes:
    header = {"InvoiceType": "C", "InvoiceDate": today.isoformat(), "ReferenceNo": "till-1-0001"}
    return _body(header, [{"PartUnique": 19569, "Ordered": 2, "Price": 28}], [{"Type": "C", "Amount": 70}])


def _return(today: date) -> bytes:
    header = {
        "InvoiceType": "A",
        "InvoiceCustomer": 31649,
        "InvoiceDate": today.isoformat(),
        "ReferenceNo": "000000039-R",
        "InvoiceComment": "One jacket came back",
    }
    return _body(header, [{"PartUnique": 18220, "Ordered": -1, "Price": 39}], [])
