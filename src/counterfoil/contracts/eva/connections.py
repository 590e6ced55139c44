"""The tables `[[contracts.eva.connections]]`: real EVAs that suppliers' invoices are pushed into."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec

from counterfoil.core.exporting import Topic
from counterfoil.core.ports import Pushing

SYSTEM = "eva"


class Connection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One EVA.

    name:       what it is called here
    base_url:   where it listens, up to and without /message
    plain_http: it may be called without encryption, in a network of your own
    token:      of the API user that the calls are made as
    user_agent: what it knows its callers by
    since:      invoices dated before stay here
    refs:       the system whose ids for suppliers, units and items hold there
    sources:    principals through whom its own invoices come in; those never go back
    resend_when_absent: register again what a look-up did not find
    timeout:    seconds that one call may take, and for which nothing is concluded from an absence
    """

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    base_url: str
    token: str
    since: date
    plain_http: bool = False
    user_agent: str = "Counterfoil/1.0"
    refs: str = SYSTEM
    sources: tuple[str, ...] = ()
    resend_when_absent: bool = False
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 60

    def __repr__(self) -> str:
        return f"Connection({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]

    @property
    def target(self) -> str:
        """Its name in the book."""
        return f"{SYSTEM}:{self.name}"

    @property
    def pushing(self) -> Pushing:
        """What the office has to know to push into it."""
        return Pushing(
            topics=(Topic.SUPPLIER_INVOICE,),
            since=self.since,
            refs=self.refs,
            sources=frozenset(self.sources),
            resend=self.resend_when_absent,
            settle=timedelta(seconds=self.timeout),
        )
