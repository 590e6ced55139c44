"""Relations in a reply: left out, embedded, as ids, or beside the list. Pure.

Deeper paths are resolved first, so that what stands beside the list holds its own relations.
source: the README beside this file
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET


class Including:
    """How the relations of one reply are shown.

    modes:  path -> embed, ids or sideload
    beside: what stands beside the list: path -> id -> the thing
    """

    def __init__(self, modes: Mapping[str, str]) -> None:
        self._modes = modes
        self.beside: dict[str, dict[int, Any]] = {path: {} for path, mode in modes.items() if mode == "sideload"}

    def wants(self, path: str) -> bool:
        """Whether a relation is shown at all."""
        return path in self._modes

    def one(self, path: str, key: int | None, make: Callable[[], Any]) -> Any:
        """A single thing, None where there is none."""
        mode = self._modes.get(path)
        if mode is None:
            return UNSET
        if key is None:
            return None
        if mode == "embed":
            return make()
        if mode == "sideload" and key not in self.beside[path]:
            self.beside[path][key] = make()
        return key

    def many(self, path: str, things: Sequence[tuple[int | None, Any]]) -> list[Any]:
        """A list of things; one without an id cannot stand for it."""
        mode = self._modes[path]
        if mode == "embed":
            return [thing for _, thing in things]
        keyed = [(key, thing) for key, thing in things if key is not None]
        if mode == "sideload":
            self.beside[path] |= dict(keyed)
        return [key for key, _ in keyed]

    def roots(self) -> dict[str, list[Any]]:
        """What stands beside the list, by path."""
        return {path: list(things.values()) for path, things in self.beside.items()}
