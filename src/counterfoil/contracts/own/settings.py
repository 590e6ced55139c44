"""Nothing about this contract is a matter of settings: what may differ lies in the book, or with the token."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The table `[contracts.own]`, which has no members."""
