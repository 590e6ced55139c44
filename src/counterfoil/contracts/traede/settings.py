"""The table `[contracts.traede]`."""

from __future__ import annotations

import msgspec

from counterfoil.contracts.traede.accounts import Account


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this door is opened, and which TRAEDE accounts documents are pulled from.

    app_keys: the values of X-Traede-App-Key that are known; none = any that is not empty
    """

    app_keys: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(app_keys={len(self.app_keys)}, accounts={[account.name for account in self.accounts]})"
