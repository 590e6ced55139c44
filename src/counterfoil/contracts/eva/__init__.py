"""EVA: supplier invoices registered, matched, disputed, resolved and booked."""

from __future__ import annotations

from counterfoil.contracts.eva.replies import fault
from counterfoil.contracts.eva.server import BASES, admits, present, routes
from counterfoil.contracts.eva.settings import Settings
from counterfoil.contracts.eva.wire import MAX_BODY
from counterfoil.services.office import Context
from counterfoil.wire.contract import Contract

contract: Contract[Context, Settings] = Contract(
    name="eva",
    title="EVA supplier invoices",
    prefix=BASES[0],
    routes=routes(),
    settings=Settings,
    present=present,
    admits=admits,
    fault=fault,
    max_body=MAX_BODY,
)
