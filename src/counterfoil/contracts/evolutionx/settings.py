"""Settings: which webstores ask, and how each of them does."""

import re
from typing import Literal

import msgspec

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One webstore.

    name:                 the principal that its token was issued to
    modes:                how it may present the token; "header" is a header of its own, as the store's Key names it
    key:                  that header's name
    user:                 the user of Basic, None = name
    restrict_order_by_id: show a single order only to the contact who placed it, as the list does
    discount_total:       what the store reads in it: the amount taken off, or the amount after discount
    """

    name: str
    modes: tuple[Literal["bearer", "header", "basic"], ...] = ("bearer",)
    key: str | None = None
    user: str | None = None
    restrict_order_by_id: bool = False
    discount_total: Literal["taken_off", "after_discount"] = "taken_off"

    def __post_init__(self) -> None:
        if ("header" in self.modes) != (self.key is not None):
            raise ValueError("the mode header and a key go together")
        if self.key is not None and not _HEADER_NAME.fullmatch(self.key):
            raise ValueError("key is no header name")
        if self.key is not None and self.key.lower() == "authorization":
            raise ValueError("the key Authorization is the mode bearer")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[contracts.evolutionx]`."""

    stores: tuple[Store, ...] = ()

    def __post_init__(self) -> None:
        if len({store.name for store in self.stores}) != len(self.stores):
            raise ValueError("two stores have one name")

    def of(self, principal: str) -> Store:
        """The store of a principal; one without an entry has the defaults."""
        for store in self.stores:
            if store.name == principal:
                return store
        return Store(principal)
