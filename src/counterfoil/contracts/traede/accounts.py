"""The tables `[[contracts.traede.accounts]]`: TRAEDE accounts that documents are pulled from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from counterfoil.core.ports import Flow, Pulling

SYSTEM = "traede"


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account.

    name:          what it is called here
    token:         OAuth2 token of a TRAEDE user; app_key goes with it
    system_id:     names this book to TRAEDE; no other book may use it
    flows:         what is pulled
    accounts:      TRAEDE's account code -> ours, for accounting entries
    tax_codes:     VAT percentage as text -> code of a tax in the book
    mapping:       file with fields that stand elsewhere than the standard mapping says
    credit_signs:  how credit notes carry their signs; auto = learned from the first ones
    accounting_mark_shape: in which words marks of accounting entries are sent; auto = found out
    schedule:      five cron fields in UTC, None = only by hand
    timeout:       seconds that one call may take
    attempts:      how often a call is made that may be repeated
    """

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    token: str
    app_key: str
    system_id: Annotated[str, msgspec.Meta(min_length=1, max_length=191)]
    base_url: str = "https://api.traede.com"
    flows: tuple[Flow, ...] = tuple(Flow)
    accounts: dict[str, str] = {}
    tax_codes: dict[str, str] = {}
    mapping: str | None = None
    credit_signs: Literal["auto", "plus", "fees_minus", "lines_minus"] = "auto"
    accounting_mark_shape: Literal["auto", "reference", "guide"] = "auto"
    schedule: str | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 60
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 6

    def __repr__(self) -> str:
        return f"Account({self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]

    @property
    def source(self) -> str:
        """Its name in the book."""
        return f"{SYSTEM}:{self.name}"

    @property
    def pulling(self) -> Pulling:
        """What the office has to know to pull it."""
        return Pulling(tax_codes=dict(self.tax_codes))
