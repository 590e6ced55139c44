"""Which door and which route a path leads to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Found:
    """Where a path leads.

    tail:   what follows a prefix route's own path
    params: what stands in the open places of a path
    """

    place: Place
    tail: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class _Node:
    """A segment of the paths that have open places."""

    __slots__ = ("open", "place", "under")

    def __init__(self) -> None:
        self.under: dict[str, _Node] = {}
        self.open: tuple[str, _Node] | None = None
        self.place: Place | None = None

    def add(self, segments: list[str], place: Place) -> None:
        """File a place under the rest of its path; one name stands for one open place."""
        node = self
        for segment in segments:
            if not segment.startswith("{"):
                node = node.under.setdefault(segment, _Node())
                continue
            name = segment[1:-1]
            node.open = node.open or (name, _Node())
            if node.open[0] != name:
                raise ValueError(f"{{{name}}} is called {{{node.open[0]}}} in another path")
            node = node.open[1]
        node.place = place

    def find(self, segments: list[str]) -> Found | None:
        """The place of the rest of a path; a segment's own name goes before an open place."""
        node, params = self, {}
        for segment in segments:
            named = node.under.get(segment)
            if named is not None:
                node = named
            elif node.open is not None and segment:
                params[node.open[0]] = segment
                node = node.open[1]
            else:
                return None
        return Found(node.place, params=params) if node.place else None


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
        self._open = _Node()
        for path, methods in exact.items():
            place = Place(owners[path], MappingProxyType(methods))
            if "{" in path:
                self._open.add(path.split("/"), place)
                continue
            self._exact[path] = place
            if any(route.trailing_slash for route in methods.values()):
                self._exact[f"{path}/"] = place
                self._slashed.add(path)
            if any(route.prefix for route in methods.values()):
                self._prefixes[path] = place

    def find(self, path: str) -> Found | None:
        """Where a path leads; None if it is no contract's."""
        place = self._exact.get(path)
        if place is not None:
            return Found(place)
        bare = path.removesuffix("/")
        head, _, tail = bare.rpartition("/")
        place = self._prefixes.get(head)
        if place is not None and tail and (bare == path or head in self._slashed):
            return Found(place, tail)
        found = self._open.find(path.split("/"))
        if found is not None:
            return found
        for prefix, nowhere in self._nowhere:
            if path.startswith(prefix):
                return Found(nowhere)
        return None
