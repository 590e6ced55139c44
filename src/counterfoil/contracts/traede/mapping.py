"""Which field of a payload means what, as data: a file that is changed when real payloads turn out otherwise."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.values import Wrong, kind

T = TypeVar("T")


class _Missing:
    """Stands for a key that is not there, which is not the same as one that holds null."""


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Section -> our name -> the paths at which it may stand, the first that is there holds."""

    sections: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]
    statuses: Mapping[str, frozenset[str]]


@cache
def standard() -> FieldMap:
    """The mapping that comes with the product."""
    return _read(resources.files(__package__).joinpath("mapping.toml").read_text("utf-8"))


def load(file: str | None) -> FieldMap:
    """The mapping of a file, which may name only what it changes; the standard one without a file.

    raises: Invalid naming what is wrong
    """
    if file is None:
        return standard()
    try:
        return _read(Path(file).read_text("utf-8"), standard())
    except OSError as error:
        raise Invalid(Problem("mapping_unreadable", "mapping", f"{file} cannot be read: {error.strerror}")) from error


def _read(text: str, base: FieldMap | None = None) -> FieldMap:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(Problem("mapping_invalid", "mapping", str(error))) from error
    statuses = {word: frozenset(given) for word, given in tables.pop("status", {}).items()}
    sections: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
        name: dict(fields) for name, fields in (base.sections if base else {}).items()
    }
    for name, fields in tables.items():
        for field, paths in fields.items():
            if base is not None and field not in sections.get(name, {}):
                raise Invalid(Problem("mapping_invalid", f"{name}.{field}", f"there is no field {name}.{field}"))
            sections.setdefault(name, {})[field] = tuple(tuple(path.split(".")) for path in paths)
    return FieldMap(sections, {**(base.statuses if base else {}), **statuses})


class Picker:
    """One object of a payload, read by our names; notes what is wrong.

    where: the path that the sender knows
    used:  path -> our name, of everything that was found; None = not kept
    """

    __slots__ = ("_fields", "_object", "_paths", "_section", "problems", "used", "where")

    def __init__(
        self,
        fields: FieldMap,
        section: str,
        found: Mapping[str, Any],
        where: str = "",
        problems: list[Problem] | None = None,
        used: dict[str, str] | None = None,
    ) -> None:
        self._fields, self._section, self._object = fields, section, found
        self._paths = fields.sections[section]
        self.where = where
        self.problems: list[Problem] = [] if problems is None else problems
        self.used = used

    def loaded(self, name: str) -> bool:
        """Whether the payload has it at all, be it null."""
        return self._find(name) is not _MISSING

    def take(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """The value by one of the readers of `wire.values`; None for what is not given or wrong."""
        found = self._find(name)
        if found is _MISSING or found is None:
            return None
        try:
            return read(found)
        except Wrong as wrong:
            self.note(wrong.code, name, wrong.say)
            return None

    def need(self, name: str, read: Callable[[object], T | None], stand_in: T) -> T:
        """A value that must be there; with a stand-in after a problem, so that all are found at once."""
        before = len(self.problems)
        found = self.take(name, read)
        if found is None and len(self.problems) == before:
            self.note("required", name, "is required")
        return stand_in if found is None else found

    def note(self, code: str, name: str, say: str) -> None:
        """Add a problem about one of our names."""
        self.problems.append(Problem(code, self._place(name), say))

    def child(self, name: str, section: str) -> Picker | None:
        """The object under a name, None when it is not given."""
        found = self._find(name)
        if found is _MISSING or found is None or found == []:
            return None
        if not isinstance(found, dict):
            self.note("not_an_object", name, f"{kind(found)}, not an object")
            return None
        return Picker(self._fields, section, found, self._place(name), self.problems, self.used)

    def children(self, name: str, section: str) -> list[Picker]:
        """The objects in the list under a name."""
        found = self._find(name)
        if found is _MISSING or found is None:
            return []
        if not isinstance(found, list):
            self.note("not_a_list", name, f"{kind(found)}, not a list")
            return []
        return list(self._elements(self._place(name), found, section))

    def _elements(self, path: str, found: list[Any], section: str) -> Iterator[Picker]:
        for index, element in enumerate(found):
            where = f"{path}.{index}"
            if isinstance(element, dict):
                yield Picker(self._fields, section, element, where, self.problems, self.used)
            else:
                self.problems.append(Problem("not_an_object", where, f"{kind(element)}, not an object"))

    def _find(self, name: str) -> Any:
        for path in self._paths[name]:
            found = self._at(path)
            if found is not _MISSING:
                if self.used is not None:
                    self.used[self._path(path)] = f"{self._section}.{name}"
                return found
        return _MISSING

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self._object
        for step in path:
            found = found.get(step, _MISSING) if isinstance(found, dict) else _MISSING
            if found is _MISSING:
                break
        return found

    def _place(self, name: str) -> str:
        """The path at which a name was found, else the first at which it might stand."""
        paths = self._paths[name]
        return self._path(next((path for path in paths if self._at(path) is not _MISSING), paths[0]))

    def _path(self, path: tuple[str, ...]) -> str:
        return ".".join((self.where, *path) if self.where else path)
