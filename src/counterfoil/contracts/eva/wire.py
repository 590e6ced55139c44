"""What EVA's clients write: values converted as EVA converts them, objects read under the paths that they know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import TypeVar

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire import values
from counterfoil.wire.codec import decode_lenient
from counterfoil.wire.moment import Moment
from counterfoil.wire.values import Wrong

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

MAX_BODY = 10 * 1024 * 1024
MAX_DEPTH = 32
#: Ids are 64 bits wide on the wire.
MAX_ID = 2**63 - 1
MAX_AMOUNT = 10**15

#: Names a thing: (kind, EVA's id, path) -> our id. It notes a problem where there is no such thing.
Resolver = Callable[[str, int], int | None]


class InvoiceTypes(IntEnum):
    """What kind of invoice; only purchases are served."""

    SALES = 0
    PURCHASE = 1
    CONTROL_DOCUMENT = 2
    INITIALIZATION_DOCUMENT = 3
    CLOSING_DOCUMENT = 4
    MONTHLY_CONTROL_DOCUMENT = 5
    YEARLY_CONTROL_DOCUMENT = 6
    INTEGRITY_CHECK_DOCUMENT = 7
    OFFER = 8
    AGGREGATION = 9


class CalculationMethods(IntEnum):
    """How an invoice comes to its tax."""

    IN_TAX = 0
    EX_TAX = 1
    IN_TAX_NEW = 2
    EX_TAX_NEW = 3


class DisputeTypes(IntEnum):
    """Which side of an invoice a dispute stands on."""

    ORIGINAL = 0
    EXPECTED = 1


class InvoiceStatuses(IntEnum):
    """Open, or booked."""

    OPEN = 0
    CLOSED = 1


class SortDirections(IntEnum):
    """The order of a page."""

    ASCENDING = 0
    DESCENDING = 1


class EventTypes(IntEnum):
    """The financial events of the supplier's side."""

    PURCHASE = 20
    PURCHASE_TAX = 21
    PURCHASE_PRICE_VARIANCE = 22
    PURCHASE_INVOICE_DISPUTE = 23
    PURCHASE_INVOICE_DISPUTE_RESOLVED = 24
    STOCK_RECEIVED = 63


class EventStatuses(IntEnum):
    """Whether an event has reached the ledger."""

    UNPROCESSED = 0
    PROCESSED = 1


def body_of(body: bytes) -> dict[str, object]:
    """A request's object; nothing at all is an empty one.

    source: EVA supplier invoices, whose examples have comments and a trailing comma
    """
    if not body.strip():
        return {}
    found = decode_lenient(body, max_depth=MAX_DEPTH)
    if not isinstance(found, dict):
        raise Invalid(Problem("not_an_object", "", f"the body is {values.kind(found)}, not an object"))
    return found


class Asked:
    """One object of a request; every problem is noted under its path, and none is raised before `refuse`.

    resolve: finds our id for EVA's
    """

    __slots__ = ("_object", "_resolve", "problems", "where")

    def __init__(
        self, found: Mapping[str, object], resolve: Resolver, where: str = "", problems: list[Problem] | None = None
    ) -> None:
        self._object, self._resolve, self.where = found, resolve, where
        self.problems: list[Problem] = [] if problems is None else problems

    def refuse(self) -> None:
        """Raise Invalid with every problem found so far, if there is one."""
        if self.problems:
            raise Invalid(self.problems)

    def note(self, name: str, say: str, code: str = "field_invalid") -> None:
        """Note a problem about a member."""
        self.problems.append(Problem(code, self.path(name), say))

    def path(self, name: str) -> str:
        """A member's path from the top."""
        return f"{self.where}.{name}" if self.where else name

    def given(self, name: str) -> bool:
        """Whether a member is there and not null."""
        return self._object.get(name) is not None

    def members(self) -> Mapping[str, object]:
        """The object as it arrived."""
        return self._object

    def number(self, name: str, kind: str) -> int | None:
        """An id, as the number that our book has for it.

        kind: what it names, for `resolve`
        """
        found = self._read(name, lambda value: values.whole(value, low=0, high=MAX_ID, digits_only=True))
        return None if found is None else self._ours(name, kind, found)

    def _ours(self, name: str, kind: str, theirs: int) -> int | None:
        ours = self._resolve(kind, theirs)
        if ours is None:
            self.note(name, f"{name} has an invalid value: {theirs} is unknown")
        return ours

    def need_number(self, name: str, kind: str) -> int:
        """An id that must be there."""
        return self._needed(name, self.number(name, kind), 0)

    def numbers(self, name: str, kind: str) -> list[int] | None:
        """A list of ids; None if it is not given."""
        found = self._object.get(name)
        if found is None:
            return None
        if not isinstance(found, list):
            self.note(name, f"{values.kind(found)}, not a list")
            return None
        result = []
        for place, value in enumerate(found):
            inner = Asked({f"{name}.{place}": value}, self._resolve, self.where, self.problems)
            number = inner.number(f"{name}.{place}", kind)
            if number is not None:
                result.append(number)
        return result

    def text(self, name: str, limit: int) -> str:
        """Text, a number as its text; "" if it is not given."""
        return self._read(name, lambda value: values.text(value, max_length=limit)) or ""

    def need_text(self, name: str, limit: int) -> str:
        """Text that must be there."""
        return self._needed(name, self.text(name, limit) or None, "")

    def decimal(self, name: str) -> Decimal | None:
        """A number, or a number written as text."""
        return self._read(name, lambda value: values.decimal(value, places=None, below=MAX_AMOUNT))

    def need_decimal(self, name: str) -> Decimal:
        """A number that must be there."""
        return self._needed(name, self.decimal(name), Decimal(0))

    def whole(self, name: str) -> int | None:
        """A whole number of 32 bits; 9.0 is one."""
        return self._read(name, values.whole)

    def need_whole(self, name: str) -> int:
        """A whole number that must be there."""
        return self._needed(name, self.whole(name), 0)

    def flag(self, name: str) -> bool | None:
        """true or false; None if it is not given."""
        found = self._object.get(name)
        if found is None or isinstance(found, bool):
            return found
        self.note(name, f"{values.kind(found)}, not true or false")
        return None

    def choice(self, name: str, of: type[E]) -> E | None:
        """A member of an enumeration, by its number."""
        found = self._object.get(name)
        if found is None:
            return None
        if isinstance(found, int) and not isinstance(found, bool) and found in set(of):
            return of(found)
        self.note(name, f"{values.show(found)} is none of {', '.join(str(int(one)) for one in of)}")
        return None

    def moment(self, name: str) -> Moment | None:
        """A date or date-time."""
        return self._read(name, values.moment)

    def day(self, name: str) -> date | None:
        """The day of a date or date-time, as written."""
        found = self.moment(name)
        return found.on if found else None

    def instant(self, name: str) -> datetime | None:
        """The instant of a date-time; a plain date is its first."""
        found = self.moment(name)
        if found is None:
            return None
        return found.at or datetime.fromisoformat(f"{found.on}T00:00:00+00:00")

    def need_day(self, name: str) -> date:
        """A date that must be there."""
        return self._needed(name, self.day(name), date.min)

    def beside(self, found: Mapping[str, object], where: str) -> Asked:
        """Another object of the same request, such as the one that a page token carries."""
        return Asked(found, self._resolve, where, self.problems)

    def child(self, name: str) -> Asked:
        """The object under a name; an empty one if it is not given."""
        found = self._object.get(name)
        if found is not None and not isinstance(found, dict):
            self.note(name, f"{values.kind(found)}, not an object")
        return Asked(found if isinstance(found, dict) else {}, self._resolve, self.path(name), self.problems)

    def children(self, name: str) -> list[Asked]:
        """The objects of a list; none if it is not given."""
        return list(self._children(name))

    def _children(self, name: str) -> Iterator[Asked]:
        found = self._object.get(name)
        if found is None:
            return
        if not isinstance(found, list):
            self.note(name, f"{values.kind(found)}, not a list")
            return
        for place, one in enumerate(found):
            if isinstance(one, dict):
                yield Asked(one, self._resolve, f"{self.path(name)}.{place}", self.problems)
            else:
                self.note(f"{name}.{place}", f"{values.kind(one)}, not an object")

    def _read(self, name: str, take: Callable[[object], T | None]) -> T | None:
        try:
            return take(self._object.get(name))
        except Wrong as wrong:
            self.note(name, wrong.say)
            return None

    def _needed(self, name: str, found: T | None, stand_in: T) -> T:
        if found is not None:
            return found
        path = self.path(name)
        if not any(problem.where == path for problem in self.problems):
            self.note(name, f"{name} is required")
        return stand_in
