"""The supplier's side of the demonstration, as EVA's clients play it."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2

from counterfoil import app as building
from counterfoil.cli import rendering
from counterfoil.cli.desk import out
from counterfoil.core.journal import plain
from counterfoil.services.reports import draw

CLIENT, TOKEN = "retail-platform", "demo-platform-token"
_STORE, _SUPPLIER, _SHIRT = 3, 70, 1001


def all_of_it(address: str, url: str) -> None:
    """Play it through; every step prints what it was answered."""
    headers = {"Authorization": f"Bearer {TOKEN}", "EVA-User-Agent": "Demo/1.0.0"}
    today = building.today(url).isoformat()
    with httpx2.Client(base_url=address, headers=headers) as client:
        order = _call(
            client,
            "SupplierCreatePurchaseOrder",
            {
                "ShipFromOrganizationUnitID": _SUPPLIER,
                "ShipToOrganizationUnitID": _STORE,
                "BackendID": "7893771",
                "Lines": [{"ProductID": _SHIRT, "Quantity": 10, "UnitPrice": 46.55}],
            },
        )["ID"]
        shipment = _call(client, "CreateShipment", {"OrderID": order, "BackendID": "2222333"})["ID"]
        _call(client, "FullyReceiveShipment", {"ID": shipment})
        lines = _call(client, "ListShipmentLinesToInvoice", {"PageConfig": {"Filter": {"ShipmentID": shipment}}})
        (line,) = lines["Result"]["Page"]
        _say("ten shirts at 46.55 are ordered, shipped and received")
        invoice = _invoice(client, today)
        _say("the supplier's invoice over 563.26 is registered")
        wanted = {"ShipmentLineID": line["ID"], "Quantity": 9, "UnitPrice": 46.55, "ExpectedQuantity": 10}
        _call(client, "CreateInvoiceLines", {"InvoiceID": invoice, "Lines": [wanted]})
        shown = _call(client, "GetInvoice", {"ID": invoice})["Invoice"]
        left = shown["Lines"][0]["AmountToBeDisputed"]
        _say(f"nine are accepted: {shown['TotalAmount']} of 563.26, {left} to be disputed")
        _say(f"BookInvoice: {_refused(client, invoice)}")
        dispute = _call(client, "CreateInvoiceDispute", {"InvoiceID": invoice, "Amount": left, "ReasonID": 1})["ID"]
        action = {"InvoiceDisputeID": dispute, "Amount": left, "LedgerClassID": "Credit"}
        _call(client, "CreateInvoiceDisputeResolveAction", action)
        _say(f"{left} is disputed; the supplier agrees to credit it")
        _call(client, "BookInvoice", {"ID": invoice})
        shown = _call(client, "GetInvoice", {"ID": invoice})["Invoice"]
        _say(f"booked over {shown['TotalAmount']}, and settled on the order")
    _show(url)


def _invoice(client: httpx2.Client, today: str) -> int:
    made = {
        "Type": 1,
        "DebtorOrganizationUnitID": _STORE,
        "CreditorOrganizationUnitID": _SUPPLIER,
        "InvoiceDate": today,
        "InvoiceNumber": 2222333,
        "OriginalTotalAmount": 563.26,
    }
    number: int = _call(client, "CreateInvoice", made)["ID"]
    goods = {"InvoiceID": number, "TypeID": 3, "Amount": 465.5, "OriginalAmount": 465.5, "TaxCodeID": 1}
    _call(client, "CreateInvoiceAdditionalAmount", goods)
    return number


def _call(client: httpx2.Client, service: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = client.post(f"/message/{service}", json=body)
    reply.raise_for_status()
    answer: dict[str, Any] = reply.json()
    return answer


def _refused(client: httpx2.Client, invoice: int) -> str:
    error: dict[str, str] = client.post("/message/BookInvoice", json={"ID": invoice}).json()["Error"]
    return error["Type"]


def _say(what: str) -> None:
    out.print(f"  EVA: {what}", highlight=False)


def _show(url: str) -> None:
    """The entries of the supplier's side, and what is left to be invoiced."""
    store = building.book_store(url)
    with store.snapshot() as reader:
        names = {account.id: account.name for account in reader.reference.accounts.values()}
        rules = ("goods_receipt/1", "supplier_invoice/1", "dispute_resolved/1")
        for booked in reader.reports.journal(date.min, date.max):
            if booked.entry.rule in rules:
                out.print(f"\n{plain(booked.entry, names)}", end="", highlight=False)
    out.print()
    for name in ("goods-received-not-invoiced", "payables"):
        rendering.table(out, draw(store, name, {}))
    store.engine.dispose()
