"""The table `[contracts.systemfive]`."""

from __future__ import annotations

from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this door answers.

    envelope: the object itself, inside {"result": […]}, or inside a list
    """

    envelope: Literal["bare", "result", "array"] = "bare"
