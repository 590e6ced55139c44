"""What several kinds of lines have in common: names of customers and items, addresses, days, yes and no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TypeVar

from counterfoil.core.errors import Invalid
from counterfoil.core.money import QUANTITY_LIMIT, currency
from counterfoil.core.party import Address
from counterfoil.wire.read import Fields
from counterfoil.wire.values import show, storable

ADDRESS = tuple(part.name for part in fields(Address))
#: Longest texts: names and codes, and remarks.
SHORT, LONG = 200, 4000
#: Decimals of a quantity or unit price, and what both stay below.
PLACES, BELOW = 6, QUANTITY_LIMIT

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Name:
    """How a line names a customer or an item: by our code, or by the id that a system has for it.

    system: "" = by our code
    where:  the path that the sender knows
    """

    code: str
    system: str = ""
    where: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.system} {self.code}" if self.system else repr(self.code)


def name(found: Fields, key: str, needed: bool = True) -> Name | None:
    """A thing by its code under a key, or by `key_ref`: one system and its id."""
    code = found.text(key, max_length=SHORT)
    where = f"{found.where}.{key}" if found.where else key
    if code is not None:
        return Name(code, where=where)
    ref = found.child(f"{key}_ref")
    for system in ref.names() if ref else ():
        their_id = ref.text(system, max_length=SHORT) if ref else None
        if their_id is not None:
            return Name(their_id, system, f"{where}_ref.{system}")
    if needed and not found.given(key):
        found.note("required", key, "is required")
    return None


def flag(found: Fields, key: str, otherwise: bool) -> bool:
    """Yes or no: true, "yes", "0"."""
    raw = found.raw(key)
    if isinstance(raw, bool):
        return raw
    written = found.text(key)
    if written is None:
        return otherwise
    if written.lower() not in _FLAGS:
        found.note("not_a_flag", key, f"{show(raw)} is neither true nor false")
    return _FLAGS.get(written.lower(), otherwise)


def texts(found: Fields, key: str) -> tuple[str, ...] | None:
    """A list of texts, or one text with semicolons between them; None if not given."""
    raw = found.raw(key)
    if isinstance(raw, list):
        parts = Fields({str(index): part for index, part in enumerate(raw)}, key, found.problems)
        return tuple(part for index in range(len(raw)) if (part := parts.text(str(index), max_length=SHORT)))
    written = found.text(key, max_length=LONG)
    return None if written is None else tuple(part.strip() for part in written.split(";") if part.strip())


def day(found: Fields, key: str) -> date | None:
    """A date; a clock time behind it does not matter."""
    moment = found.moment(key)
    return None if moment is None else moment.on


def need(found: Fields, key: str, value: T | None, stand_in: T) -> T:
    """A value that must be given."""
    if value is not None:
        return value
    if not found.given(key):
        found.note("required", key, "is required")
    return stand_in


def address(found: Fields, key: str, otherwise: str = "") -> Address | None:
    """An address under a key; without a name it has the one given."""
    inner = found.child(key)
    if inner is None:
        return None
    inner.only(ADDRESS)
    parts = {part: inner.text(part, max_length=SHORT) or "" for part in ADDRESS}
    return Address(**{**parts, "name": parts["name"] or otherwise})


def refs(found: Fields) -> dict[str, str]:
    """What other systems call the thing: system -> its id."""
    inner = found.child("refs")
    if inner is None:
        return {}
    for system in inner.names():
        if not storable(system) or not 0 < len(system) <= SHORT:
            inner.note("not_text", show(system), "is no name of a system")
    return {system: their for system in inner.names() if (their := inner.text(system, max_length=SHORT)) is not None}


def one_of(found: Fields, key: str, allowed: Collection[str], otherwise: str) -> str:
    """One word of several."""
    written = found.text(key, max_length=SHORT)
    if written is None:
        return otherwise
    if written not in allowed:
        found.note("not_allowed", key, f"{show(written)} is none of {', '.join(sorted(allowed))}")
        return otherwise
    return written


def country(found: Fields, key: str = "country") -> str:
    """An ISO 3166 code of two letters, which must be given."""
    written = found.need_text(key, max_length=SHORT).upper()
    if written and (len(written) != 2 or not written.isascii() or not written.isalpha()):
        found.note("country_invalid", key, f"{written!r} is no two-letter country code")
    return written


def currency_code(found: Fields, key: str = "currency") -> str | None:
    """An ISO 4217 code."""
    written = found.text(key, max_length=SHORT)
    if written is None:
        return None
    try:
        return currency(written.upper()).code
    except Invalid as error:
        found.note(error.problems[0].code, key, error.problems[0].say)
        return None
