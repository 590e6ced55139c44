"""Reading what arrives into msgspec Structs: every problem at once, each with its path.

msgspec's own reader stops at the first problem. The Structs stay the only description: what is read here is what the
published schema says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire import values
from counterfoil.wire.moment import parse_moment
from counterfoil.wire.values import Wrong, kind, show

S = TypeVar("S", bound=msgspec.Struct)

#: Digits after the point that quantities, prices and amounts may have; a book may allow fewer of them.
PLACES = 6
#: A number written as text.
NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_NUMBER = re.compile(NUMBER[1:-1])
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Business dates outside of these years are slips of a pen; inside, days can be counted on from every one of them.
FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)


def read(shape: type[S], found: object) -> S:
    """A decoded body as a Struct.

    Decimals may be numbers or text; whole numbers, booleans and texts are taken as themselves only. Members that the
    Struct does not know are refused.
    """
    problems: list[Problem] = []
    made = _struct(_type_of(shape), found, "", problems)
    if problems:
        raise Invalid(problems)
    return made  # type: ignore[no-any-return]


def read_query(shape: type[S], query: str) -> S:
    """A query string as a Struct; each parameter once."""
    problems: list[Problem] = []
    types = {field.encode_name: _bare(field.type) for field in _type_of(shape).fields}
    given: dict[str, object] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name in given:
            problems.append(Problem("repeated", name, f"{name} is given twice"))
        given[name] = _from_text(types.get(name), text)
    made = _struct(_type_of(shape), given, "", problems)
    if problems:
        raise Invalid(problems)
    return made  # type: ignore[no-any-return]


def _from_text(wanted: inspect.Type | None, text: str) -> object:
    """What a parameter would be in JSON; text that is no such thing stays as it is, and is refused as such."""
    if isinstance(wanted, inspect.IntType) and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if isinstance(wanted, inspect.BoolType) and text in ("true", "false"):
        return text == "true"
    return text


@cache
def _type_of(shape: type[msgspec.Struct]) -> inspect.StructType:
    found = inspect.type_info(shape)
    assert isinstance(found, inspect.StructType), f"{shape} is no Struct"
    return found


def _bare(wanted: inspect.Type) -> inspect.Type:
    """A type without what is only said about it, and without null."""
    while isinstance(wanted, inspect.Metadata | inspect.UnionType):
        if isinstance(wanted, inspect.Metadata):
            wanted = wanted.type
        else:
            (wanted,) = (one for one in wanted.types if not isinstance(one, inspect.NoneType))
    return wanted


def _nullable(wanted: inspect.Type) -> bool:
    if isinstance(wanted, inspect.Metadata):
        return _nullable(wanted.type)
    return isinstance(wanted, inspect.UnionType) and wanted.includes_none


def _struct(wanted: inspect.StructType, found: object, where: str, problems: list[Problem]) -> Any:
    if not isinstance(found, Mapping):
        code = "not_an_object"
        problems.append(Problem(code, where, f"{kind(found)}, not an object"))
        return None
    fields = {field.encode_name: field for field in wanted.fields}
    for name in found:
        if name not in fields:
            problems.append(Problem("unknown_member", _at(where, str(name)), f"there is no member {show(name)}"))
    made: dict[str, Any] = {}
    for name, field in fields.items():
        if name in found:
            made[field.name] = _value(field.type, found[name], _at(where, name), problems)
        elif field.required:
            problems.append(Problem("required", _at(where, name), f"{name} is required"))
    return None if problems else wanted.cls(**made)


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _value(wanted: inspect.Type, found: object, where: str, problems: list[Problem]) -> Any:
    if found is None:
        if not _nullable(wanted):
            problems.append(Problem("null_not_allowed", where, "null stands where a value should"))
        return None
    bare = _bare(wanted)
    if isinstance(bare, inspect.StructType):
        return _struct(bare, found, where, problems)
    if isinstance(bare, inspect.ListType):
        return _list(bare, found, where, problems)
    try:
        return _leaf(bare, found)
    except Wrong as error:
        problems.append(Problem(error.code, where, error.say))
        return None


def _list(wanted: inspect.ListType, found: object, where: str, problems: list[Problem]) -> Any:
    if not isinstance(found, list):
        problems.append(Problem("not_a_list", where, f"{kind(found)}, not a list"))
        return None
    if wanted.max_length is not None and len(found) > wanted.max_length:
        problems.append(Problem("too_long", where, f"{len(found)} elements, at most {wanted.max_length} are allowed"))
        return None
    return [_value(wanted.item_type, one, f"{where}.{number}", problems) for number, one in enumerate(found)]


def _leaf(wanted: inspect.Type, found: object) -> Any:
    reader = _LEAVES.get(type(wanted))
    assert reader is not None, f"{wanted} cannot be read"
    return reader(wanted, found)


def _text(wanted: inspect.StrType, found: object) -> str:
    if not isinstance(found, str):
        raise Wrong("not_text", f"{kind(found)} is not text")
    if len(found) < (wanted.min_length or 0):
        raise Wrong("too_short", f"{len(found)} characters, at least {wanted.min_length} are needed")
    if wanted.pattern is not None and not re.search(wanted.pattern, found):
        raise Wrong("misspelt", f"{show(found)} is not of the form {wanted.pattern}")
    return values.text(found, max_length=wanted.max_length, trim=False, empty=True) or ""


def _whole(wanted: inspect.IntType, found: object) -> int:
    if isinstance(found, str):
        raise Wrong("not_a_number", f"{show(found)} is not a number")
    low = -values.INT32_MAX - 1 if wanted.ge is None else wanted.ge
    high = values.INT32_MAX if wanted.le is None else wanted.le
    number = values.whole(found, low=low, high=high)
    assert number is not None, "what is given is read or refused"
    return number


def _decimal(wanted: inspect.DecimalType, found: object) -> Decimal:
    if isinstance(found, str) and not _NUMBER.fullmatch(found):
        raise Wrong("not_a_number", f"{show(found)} is not a number")
    number = values.decimal(found, places=PLACES)
    assert number is not None, "what is given is read or refused"
    return number


def _boolean(wanted: inspect.BoolType, found: object) -> bool:
    if not isinstance(found, bool):
        raise Wrong("not_a_boolean", f"{kind(found)} is neither true nor false")
    return found


def _day(wanted: inspect.DateType, found: object) -> date:
    try:
        day = date.fromisoformat(found) if isinstance(found, str) and _DAY.fullmatch(found) else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong("not_a_date", f"{show(found)} is not a date of the form YYYY-MM-DD")
    if not FIRST <= day <= LAST:
        raise Wrong("out_of_range", f"{day} is not between {FIRST} and {LAST}")
    return day


def _instant(wanted: inspect.DateTimeType, found: object) -> datetime:
    moment = parse_moment(found) if isinstance(found, str) else None
    if moment is None or moment.at is None:
        raise Wrong("not_a_date", f"{show(found)} is not a date-time of the form YYYY-MM-DDThh:mm:ssZ")
    return moment.at


def _choice(wanted: inspect.EnumType, found: object) -> Any:
    for one in wanted.cls:
        if one.value == found:
            return one
    allowed = ", ".join(str(one.value) for one in wanted.cls)
    raise Wrong("not_one_of", f"{show(found)} is none of {allowed}")


def _literal(wanted: inspect.LiteralType, found: object) -> Any:
    if isinstance(found, str) and found in wanted.values:
        return found
    raise Wrong("not_one_of", f"{show(found)} is none of {', '.join(map(str, wanted.values))}")


_LEAVES: dict[type[inspect.Type], Callable[[Any, object], Any]] = {
    inspect.StrType: _text,
    inspect.IntType: _whole,
    inspect.DecimalType: _decimal,
    inspect.BoolType: _boolean,
    inspect.DateType: _day,
    inspect.DateTimeType: _instant,
    inspect.EnumType: _choice,
    inspect.LiteralType: _literal,
}
