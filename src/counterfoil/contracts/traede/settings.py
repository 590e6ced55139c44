"""The table `[contracts.traede]`."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this door is opened.

    app_keys: the values of X-Traede-App-Key that are known; none = any that is not empty
    """

    app_keys: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(app_keys={len(self.app_keys)})"
