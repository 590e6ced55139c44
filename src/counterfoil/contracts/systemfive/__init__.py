"""Windward System Five WebAPI: invoices added and read back, customers, inventory, and what has changed."""

from __future__ import annotations

from counterfoil.contracts.systemfive import browsing, customers, server
from counterfoil.contracts.systemfive.replies import fault
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.wire import MAX_BODY
from counterfoil.services.office import Context
from counterfoil.wire.contract import Contract, Route

_BASE = "/Windward/WebAPI/"
_SERVICE = f"{_BASE}TServerMethodsWebAPI/"

contract: Contract[Context, Settings] = Contract(
    name="systemfive",
    title="Windward System Five WebAPI",
    prefix=_BASE,
    routes=(
        Route("POST", f"{_BASE}Invoice/addInvoice", "addInvoice", server.add_invoice, trailing_slash=True),
        Route("GET", f"{_BASE}Invoice/Invoices", "Invoices", server.read_invoices, prefix=True, trailing_slash=True),
        Route("POST", f"{_BASE}Customer/addCustomer", "addCustomer", customers.add_customer, trailing_slash=True),
        Route("GET", f"{_BASE}Customer/Customers", "Customers", customers.read, prefix=True, trailing_slash=True),
        Route("GET", f"{_BASE}Inventory/Inventory", "Inventory", browsing.inventory, prefix=True, trailing_slash=True),
        Route(
            "GET",
            f"{_BASE}Inventory/InventoryChanges",
            "InventoryChanges",
            browsing.inventory_changes,
            trailing_slash=True,
        ),
        Route(
            "GET",
            f"{_SERVICE}Get_Customer_By_Email",
            "Get_Customer_By_Email",
            customers.of_email,
            prefix=True,
            trailing_slash=True,
        ),
        Route(
            "POST", f"{_SERVICE}RecState_FetchChanges", "RecState_FetchChanges", browsing.changes, trailing_slash=True
        ),
        Route("GET", f"{_SERVICE}Connect", "Connect", browsing.connect, trailing_slash=True),
        *(
            Route(
                "GET",
                f"{_BASE}{end_point}/{end_point}_Handshake",
                f"{end_point}_Handshake",
                browsing.handshake,
                trailing_slash=True,
            )
            for end_point in ("Invoice", "Customer", "Inventory", "TServerMethodsWebAPI")
        ),
    ),
    settings=Settings,
    present=server.present,
    admits=server.admits,
    fault=fault,
    max_body=MAX_BODY,
)
