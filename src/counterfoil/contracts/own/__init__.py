"""Our own API: everything that the book knows, readable and, where the book allows it, writable."""

from counterfoil.contracts.own import access, plumbing, replies
from counterfoil.contracts.own.publishing import PAGES
from counterfoil.contracts.own.resource import BASE
from counterfoil.contracts.own.resources import RESOURCES
from counterfoil.contracts.own.settings import Settings
from counterfoil.services.office import Context
from counterfoil.wire.contract import Contract

contract: Contract[Context, Settings] = Contract(
    name="own",
    title="Counterfoil's own API",
    prefix=f"{BASE}/",
    routes=plumbing.routes((*RESOURCES, PAGES)),
    settings=Settings,
    present=access.present,
    admits=access.admits,
    fault=replies.fault,
    max_body=replies.MAX_BODY,
)
