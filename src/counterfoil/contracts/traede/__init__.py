"""TRAEDE's export contract: a system lists what it has not taken yet, and marks what it has."""

from counterfoil.contracts.traede import access, replies, server
from counterfoil.contracts.traede.resources import RESOURCES, Resource
from counterfoil.contracts.traede.settings import Settings
from counterfoil.services.office import Context
from counterfoil.wire.contract import Contract, Route

#: TRAEDE's own pages write the version both ways.
_VERSIONS = ("v10", "V10")


def _paths(resource: Resource) -> list[str]:
    """How a path of a resource is written: the reference has a blank for the hyphen in one place."""
    return [f"/{version}/{path}" for version in _VERSIONS for path in dict.fromkeys(_spellings(resource.path))]


def _spellings(path: str) -> tuple[str, ...]:
    return path, path.replace("-", " ")


contract: Contract[Context, Settings] = Contract(
    name="traede",
    title="TRAEDE export of invoices, credit notes, accounting entries and orders",
    prefix="/v10/",
    routes=tuple(
        route
        for resource in RESOURCES
        for path in _paths(resource)
        for route in (
            Route("GET", f"{path}/export", f"export_{resource.root}", server.listing(resource)),
            Route("POST", f"{path}/mark-as-exported", f"mark_{resource.root}", server.marks(resource)),
        )
    ),
    settings=Settings,
    present=access.present,
    admits=access.admits,
    fault=replies.fault,
    max_body=1024 * 1024,
)
