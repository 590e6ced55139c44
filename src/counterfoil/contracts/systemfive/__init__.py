"""Windward System Five WebAPI: Invoice/addInvoice, and reading invoices back."""

from __future__ import annotations

from counterfoil.contracts.systemfive.server import add_invoice, admits, fault, present, read_invoices
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.wire import MAX_BODY
from counterfoil.wire.contract import Contract, Route

_BASE = "/Windward/WebAPI/"

contract = Contract(
    name="systemfive",
    title="Windward System Five WebAPI",
    prefix=_BASE,
    routes=(
        Route("POST", f"{_BASE}Invoice/addInvoice", "addInvoice", add_invoice, trailing_slash=True),
        Route("GET", f"{_BASE}Invoice/Invoices", "Invoices", read_invoices, prefix=True, trailing_slash=True),
    ),
    settings=Settings,
    present=present,
    admits=admits,
    fault=fault,
    max_body=MAX_BODY,
)
