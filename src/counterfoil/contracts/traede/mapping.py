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
    """One object of a payload, read by our names; notes what is wrong, and which paths were looked at.

    where: the path that the sender knows
    used:  path -> our name, of everything that was found
    """

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
        self.where = where
        self.problems: list[Problem] = [] if problems is None else problems
        self.used: dict[str, str] = {} if used is None else used

    def loaded(self, name: str) -> bool:
        """Whether the payload has it at all, be it null."""
        return self._find(name)[1] is not _MISSING

    def raw(self, name: str) -> Any:
        """The value as it arrived, None when it is missing."""
        found = self._find(name)[1]
        return None if found is _MISSING else found

    def take(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """The value by one of the readers of `wire.values`; None for what is not given or wrong."""
        path, found = self._find(name)
        try:
            return None if found is _MISSING else read(found)
        except Wrong as wrong:
            self.problems.append(Problem(wrong.code, path, wrong.say))
            return None

    def need(self, name: str, read: Callable[[object], T | None], stand_in: T) -> T:
        """A value that must be there; with a stand-in after a problem, so that all are found at once."""
        before = len(self.problems)
        found = self.take(name, read)
        if found is None and len(self.problems) == before:
            self.problems.append(Problem("required", self._find(name)[0], "is required"))
        return stand_in if found is None else found

    def note(self, code: str, name: str, say: str) -> None:
        """Add a problem about one of our names."""
        self.problems.append(Problem(code, self._find(name)[0], say))

    def child(self, name: str, section: str) -> Picker | None:
        """The object under a name, None when it is not given."""
        path, found = self._find(name)
        if found is _MISSING or found is None or found == []:
            return None
        if not isinstance(found, dict):
            self.problems.append(Problem("not_an_object", path, f"{kind(found)}, not an object"))
            return None
        return Picker(self._fields, section, found, path, self.problems, self.used)

    def children(self, name: str, section: str) -> list[Picker]:
        """The objects in the list under a name."""
        path, found = self._find(name)
        if found is _MISSING or found is None:
            return []
        if not isinstance(found, list):
            self.problems.append(Problem("not_a_list", path, f"{kind(found)}, not a list"))
            return []
        return list(self._elements(path, found, section))

    def _elements(self, path: str, found: list[Any], section: str) -> Iterator[Picker]:
        for index, element in enumerate(found):
            where = f"{path}.{index}"
            if isinstance(element, dict):
                yield Picker(self._fields, section, element, where, self.problems, self.used)
            else:
                self.problems.append(Problem("not_an_object", where, f"{kind(element)}, not an object"))

    def _find(self, name: str) -> tuple[str, Any]:
        paths = self._fields.sections[self._section][name]
        for path in paths:
            found: Any = self._object
            for step in path:
                found = found.get(step, _MISSING) if isinstance(found, dict) else _MISSING
                if found is _MISSING:
                    break
            if found is not _MISSING:
                where = self._path(path)
                self.used[where] = f"{self._section}.{name}"
                return where, found
        return self._path(paths[0]), _MISSING

    def _path(self, path: tuple[str, ...]) -> str:
        return ".".join((self.where, *path) if self.where else path)
