"""EvolutionX: a webstore reads its customers' orders, invoices and account live, asks at checkout, pushes orders."""

from counterfoil.contracts.evolutionx import access, checkout, pushed, replies, server
from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.services.office import Context
from counterfoil.wire.contract import Contract, Route

_ENDPOINTS = {
    "orders": server.orders,
    "order": server.order,
    "invoices": server.invoices,
    "invoice": server.invoice,
    "balance": server.balance,
    "checkout-taxes": checkout.taxes,
    "checkout-shipping": checkout.shipping,
    "order-push": pushed.push,
}

contract: Contract[Context, Settings] = Contract(
    name="evolutionx",
    title="EvolutionX live orders, invoices and balance",
    prefix="/evolutionx/",
    routes=tuple(Route("POST", f"/evolutionx/{name}", name, handle) for name, handle in _ENDPOINTS.items()),
    settings=Settings,
    present=access.present,
    admits=access.admits,
    fault=replies.fault,
    max_body=1024 * 1024,
)
