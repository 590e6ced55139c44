"""Lenient reading of decoded JSON that collects every problem instead of stopping at the first."""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypeVar

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire import values
from counterfoil.wire.moment import Moment
from counterfoil.wire.values import INT32_MAX, Wrong

T = TypeVar("T")

# A node of the wrong kind; some contracts refuse the whole body for one.
SHAPE_CODES = frozenset({"not_an_object", "not_a_list"})


class Fields:
    """One JSON object being read, which notes what is wrong under the path that the sender knows.

    Each reader takes what the function of its name in `values` takes, and returns None for what is not given (missing,
    null, empty) and for what is wrong. `need_...` calls the absence a problem too, and then returns a stand-in: read
    everything, call `refuse()`, and only then use what was read.
    problem codes: those of `values.Wrong`, and required, not_an_object, not_a_list
    """

    __slots__ = ("_object", "problems", "where")

    def __init__(self, found: Mapping[str, object], where: str = "", problems: list[Problem] | None = None) -> None:
        self._object = found
        self.where = where
        self.problems: list[Problem] = [] if problems is None else problems

    @classmethod
    def of(cls, document: object) -> "Fields":
        """The top of a decoded body; Invalid with code "not_an_object" if it is something else."""
        if not isinstance(document, dict):
            raise Invalid(Problem("not_an_object", "", f"the body is {values.kind(document)}, not an object"))
        return cls(document)

    def apart(self) -> "Fields":
        """The same object with a problem list of its own, for an entry that stands or falls alone."""
        return Fields(self._object, self.where)

    def refuse(self) -> None:
        """Raise Invalid with every problem found so far, if there is one."""
        if self.problems:
            raise Invalid(self.problems)

    def note(self, code: str, name: str, say: str) -> None:
        """Add a problem about one of this object's keys."""
        self.problems.append(Problem(code, self._path(name), say))

    def names(self) -> tuple[str, ...]:
        """This object's keys."""
        return tuple(self._object)

    def only(self, allowed: Collection[str]) -> None:
        """Add a problem for every key that is none of these."""
        for name in self._object:
            if name not in allowed:
                self.note("unknown_field", name, "is no field of this")

    def raw(self, name: str) -> object:
        """The value as it arrived; None if missing."""
        return self._object.get(name)

    def given(self, name: str) -> bool:
        """Whether the key is there and not null."""
        return self._object.get(name) is not None

    def text(
        self,
        name: str,
        *,
        max_length: int | None = None,
        trim: bool = True,
        empty: bool = False,
        numbers: Literal["any", "whole"] = "any",
        any_character: bool = False,
    ) -> str | None:
        """Text, or a number as its text; the rules are those of `values.text`."""
        if not self.given(name):
            return None
        return self._read(
            name,
            lambda value: values.text(
                value, max_length=max_length, trim=trim, empty=empty, numbers=numbers, any_character=any_character
            ),
        )

    def whole(
        self, name: str, *, low: int = -INT32_MAX - 1, high: int = INT32_MAX, digits_only: bool = False
    ) -> int | None:
        """A whole number; the rules are those of `values.whole`."""
        if not self.given(name):
            return None
        return self._read(name, lambda value: values.whole(value, low=low, high=high, digits_only=digits_only))

    def decimal(self, name: str, *, places: int | None, below: int = 10**13) -> Decimal | None:
        """A number without exponent or trailing zeros; the rules are those of `values.decimal`."""
        if not self.given(name):
            return None
        return self._read(name, lambda value: values.decimal(value, places=places, below=below))

    def moment(self, name: str) -> Moment | None:
        """A date or date-time."""
        return self._read(name, values.moment)

    def child(self, name: str, *, empty_list: bool = False) -> "Fields | None":
        """The object under a key.

        empty_list: [] stands for {}, as PHP writes an empty map
        """
        found = self._object.get(name)
        if found is None or (empty_list and found == []):
            return None
        if not isinstance(found, dict):
            self.note("not_an_object", name, f"{values.kind(found)}, not an object")
            return None
        return Fields(found, self._path(name), self.problems)

    def children(self, name: str) -> "tuple[Fields, ...]":
        """The objects in the list under a key, () if not given; an element of another kind is a problem."""
        found = self._object.get(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            self.note("not_a_list", name, f"{values.kind(found)}, not a list")
            return ()
        return tuple(self._elements(name, found))

    def need_text(
        self,
        name: str,
        *,
        max_length: int | None = None,
        numbers: Literal["any", "whole"] = "any",
        any_character: bool = False,
    ) -> str:
        """Trimmed text that must be there."""
        before = len(self.problems)
        found = self.text(name, max_length=max_length, numbers=numbers, any_character=any_character)
        return self._needed(name, before, found, "")

    def need_whole(self, name: str, *, low: int = -INT32_MAX - 1, high: int = INT32_MAX) -> int:
        """A whole number that must be there."""
        before = len(self.problems)
        return self._needed(name, before, self.whole(name, low=low, high=high), 0)

    def need_decimal(self, name: str, *, places: int | None, below: int = 10**13) -> Decimal:
        """A number that must be there."""
        before = len(self.problems)
        return self._needed(name, before, self.decimal(name, places=places, below=below), Decimal(0))

    def _read(self, name: str, take: Callable[[object], T | None]) -> T | None:
        value = self._object.get(name)
        if value is None:
            return None
        try:
            return take(value)
        except Wrong as wrong:
            self.note(wrong.code, name, wrong.say)
            return None

    def _elements(self, name: str, found: list[object]) -> "Iterator[Fields]":
        for index, element in enumerate(found):
            if isinstance(element, dict):
                yield Fields(element, f"{self._path(name)}.{index}", self.problems)
            else:
                self.note("not_an_object", f"{name}.{index}", f"{values.kind(element)}, not an object")

    def _needed(self, name: str, before: int, found: T | None, stand_in: T) -> T:
        if found is not None:
            return found
        if len(self.problems) == before:
            self.note("required", name, "is required")
        return stand_in

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name
