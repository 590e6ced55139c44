"""The table `[contracts.systemfive]`."""

from __future__ import annotations

from typing import Literal

import msgspec

from counterfoil.contracts.systemfive.connections import Connection


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this door answers, and which real System Fives documents are pushed into.

    envelope: the object itself, inside {"result": […]}, or inside a list
    """

    envelope: Literal["bare", "result", "array"] = "bare"
    connections: tuple[Connection, ...] = ()

    def __post_init__(self) -> None:
        if len({one.name for one in self.connections}) != len(self.connections):
            raise ValueError("two connections have one name")
