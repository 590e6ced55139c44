"""Filters and sorting as TRAEDE's query library has them, with its slips mended. Pure.

`not` negates every operator truly, `or` may be 1, null tests obey the group's `or`, and what is unknown is refused
instead of reaching the database.
source: the README beside this file
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time

from counterfoil.contracts.traede.query import Tree, members
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.exporting import TEXTUAL, Condition, Field, Group, Operator, Sort, Value
from counterfoil.wire.moment import Moment, parse_moment
from counterfoil.wire.values import show, storable

_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_LONGEST = 255
_MOST_VALUES = 200
_NULL = frozenset({"null", ""})
#: The shorthand's places, where a filter is a bare list.
_PLACES = ("key", "operator", "value", "not")


def groups(node: str | Tree | None, fields: Mapping[str, Field]) -> tuple[Group, ...]:
    """What `filter_groups` asks for; Invalid with every problem.

    fields: what may be filtered by, as the resource spells it
    """
    problems: list[Problem] = []
    found = []
    for number, group in enumerate(members(node, "filter_groups")):
        where = f"filter_groups.{number}"
        try:
            found.append(_group(group, where, fields))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    return tuple(found)


def _group(group: str | Tree, where: str, fields: Mapping[str, Field]) -> Group:
    if isinstance(group, str) or "filters" not in group:
        # PHP does not send an empty list at all: a group that says `or` and nothing else has none.
        raise _bad(where, "is not a group with filters")
    any_of = flag(group.get("or"), f"{where}.or")
    filters = group["filters"]
    listed = [] if filters == "" else members(filters, f"{where}.filters")
    tests = []
    problems: list[Problem] = []
    for number, one in enumerate(listed):
        try:
            tests.append(_test(one, f"{where}.filters.{number}", fields))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    return Group(tuple(tests), any_of)


def _test(one: str | Tree, where: str, fields: Mapping[str, Field]) -> Condition:
    if isinstance(one, str):
        raise _bad(where, "is not a filter")
    if "key" not in one and len(one) >= 3:
        one = {name: one[str(n)] for n, name in enumerate(_PLACES) if str(n) in one}
    key, word = one.get("key"), one.get("operator", Operator.EQ.value)
    if not isinstance(key, str) or key not in fields:
        raise _bad(f"{where}.key", f"cannot be filtered by {_shown(key)}")
    operator = Operator(word) if isinstance(word, str) and word in _OPERATORS else None
    if operator is None:
        raise _bad(f"{where}.operator", f"there is no operator {_shown(word)}")
    negated = flag(one.get("not"), f"{where}.not")
    if "value" not in one:
        raise _bad(f"{where}.value", "is required")
    raw = one["value"]
    if isinstance(raw, str) and raw in _NULL:
        return Condition(fields[key], Operator.NULL, (), negated)
    return Condition(fields[key], operator, _values(operator, raw, fields[key], f"{where}.value"), negated)


_OPERATORS = frozenset(operator.value for operator in Operator) - {Operator.NULL.value}


def _values(operator: Operator, raw: str | Tree, field: Field, where: str) -> tuple[Value, ...]:
    if operator in (Operator.IN, Operator.BETWEEN):
        texts = [raw] if isinstance(raw, str) else members(raw, where)
    else:
        texts = [raw]
    if operator is Operator.BETWEEN and len(texts) != 2:
        raise _bad(where, f"bt takes two values, {len(texts)} were sent")
    if len(texts) > _MOST_VALUES:
        raise _bad(where, f"has {len(texts)} values, at most {_MOST_VALUES} are allowed")
    return tuple(_value(operator, text, field, where) for text in texts)


def _value(operator: Operator, text: str | Tree, field: Field, where: str) -> Value:
    if not isinstance(text, str) or len(text) > _LONGEST or not storable(text):
        raise _bad(where, f"{_shown(text)} cannot be compared with")
    if operator in TEXTUAL:
        return text
    match field:
        case Field.ID | Field.CUSTOMER:
            if _WHOLE.fullmatch(text) is None:
                raise _bad(where, f"{show(text)} is not a whole number")
            return int(text)
        case Field.CREATED | Field.UPDATED:
            return instant(text, where)
        case Field.DATE:
            return _moment(text, where).on
        case Field.NUMBER | Field.CURRENCY:
            return text


def instant(text: str, where: str) -> datetime:
    """An instant in UTC; a bare day is its first."""
    found = _moment(text, where)
    return found.at or datetime.combine(found.on, time(), UTC)


def _moment(text: str, where: str) -> Moment:
    found = parse_moment(text)
    if found is None:
        raise _bad(where, f"{show(text)} is not a date and time")
    return found


def sorts(node: str | Tree | None, fields: Mapping[str, Field]) -> tuple[Sort, ...]:
    """What `sort` asks for; an item may be a bare key."""
    return tuple(_sort(one, f"sort.{number}", fields) for number, one in enumerate(members(node, "sort")))


def _sort(one: str | Tree, where: str, fields: Mapping[str, Field]) -> Sort:
    level: Tree = {"key": one} if isinstance(one, str) else one
    key, direction = level.get("key"), level.get("direction", "asc")
    if not isinstance(key, str) or key not in fields:
        raise _bad(f"{where}.key", f"cannot be sorted by {_shown(key)}")
    if not isinstance(direction, str) or direction.lower() not in ("asc", "desc"):
        raise _bad(f"{where}.direction", f"{_shown(direction)} is neither asc nor desc")
    return Sort(fields[key], direction.lower() == "desc")


def flag(node: str | Tree | None, where: str) -> bool:
    """true, 1, false or 0; not given is false."""
    if node is None or (isinstance(node, str) and node in _FALSE):
        return False
    if isinstance(node, str) and node in _TRUE:
        return True
    raise _bad(where, f"{_shown(node)} is neither true nor false")


def _shown(node: str | Tree | None) -> str:
    return "nothing" if node is None else show(node) if isinstance(node, str) else "a list"


def _bad(where: str, say: str) -> Invalid:
    return Invalid(Problem("bad_query", where, say))
