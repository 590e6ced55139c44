"""Which door and which route a path leads to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from counterfoil.wire.contract import Contract, Route


@dataclass(frozen=True, slots=True)
class Door:
    """A contract with the settings of this installation."""

    contract: Contract[Any, Any]
    settings: Any


@dataclass(frozen=True, slots=True)
class Place:
    """A path of a door, or some path below a door's prefix.

    routes: by method; empty where the contract serves nothing
    """

    door: Door
    routes: Mapping[str, Route[Any, Any]]


class Directory:
    """All paths of all doors; looked up in constant time, whatever their number."""

    def __init__(self, doors: Iterable[Door]) -> None:
        exact: dict[str, dict[str, Route[Any, Any]]] = {}
        owners: dict[str, Door] = {}
        nowhere = {}
        for door in doors:
            nowhere[door.contract.prefix] = Place(door, {})
            for route in door.contract.routes:
                if owners.setdefault(route.path, door) is not door:
                    raise ValueError(f"{route.path} is claimed by two contracts")
                methods = exact.setdefault(route.path, {})
                if route.method in methods:
                    raise ValueError(f"{route.method} {route.path} is claimed twice")
                methods[route.method] = route
        self._nowhere = tuple(nowhere.items())
        self._exact: dict[str, Place] = {}
        self._prefixes: dict[str, Place] = {}
        self._slashed: set[str] = set()
        for path, methods in exact.items():
            place = Place(owners[path], MappingProxyType(methods))
            self._exact[path] = place
            if any(route.trailing_slash for route in methods.values()):
                self._exact[f"{path}/"] = place
                self._slashed.add(path)
            if any(route.prefix for route in methods.values()):
                self._prefixes[path] = place

    def find(self, path: str) -> tuple[Place, str] | None:
        """The place of a path, and what follows a prefix route's own path; None if it is no contract's."""
        place = self._exact.get(path)
        if place is not None:
            return place, ""
        bare = path.removesuffix("/")
        head, _, tail = bare.rpartition("/")
        place = self._prefixes.get(head)
        if place is not None and tail and (bare == path or head in self._slashed):
            return place, tail
        for prefix, nowhere in self._nowhere:
            if path.startswith(prefix):
                return nowhere, ""
        return None
