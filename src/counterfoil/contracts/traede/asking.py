"""What a list is asked for: query parameters -> the book's own question. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from counterfoil.contracts.traede.filters import flag, groups, instant, sorts
from counterfoil.contracts.traede.query import Tree, members, parse
from counterfoil.contracts.traede.resources import Resource
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.exporting import Standing, Topic, Wanted
from counterfoil.wire.values import show, storable

DEFAULT_LIMIT, MOST = 20, 60
SYSTEM_LENGTH = 191
T = TypeVar("T")

_DIGITS = re.compile(r"[0-9]{1,15}")
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_MODES = frozenset({"embed", "ids", "sideload"})
#: Which orders besides the open ones, by the flag that asks for them.
_STANDINGS = {
    "include_not_approved": Standing.QUOTED,
    "include_cancelled": Standing.VOID,
    "include_archived": Standing.INVOICED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list: what of the book, and its relations by path with the way in which each is shown."""

    wanted: Wanted
    includes: dict[str, str]


class _Reading:
    """Reads parameters one by one and keeps what is wrong with each."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.problems = tree, list[Problem]()

    def take(self, read: Callable[[], T], stand_in: T) -> T:
        try:
            return read()
        except Invalid as error:
            self.problems += error.problems
            return stand_in


def listing(query: str, resource: Resource) -> Asked:
    """A page of a list; Invalid with every problem. Parameters of other names are ignored."""
    reading = _Reading(parse(query))
    tree, take = reading.tree, reading.take
    limit = min(take(lambda: _whole(tree, "limit", 1, DEFAULT_LIMIT), DEFAULT_LIMIT), MOST)
    page = take(lambda: _whole(tree, "page", 0, 0), 0)
    since = "not_exported_since" if "not_exported_since" in tree else "not_export_since"
    wanted = Wanted(
        topic=resource.topic,
        system=take(lambda: system_id(tree.get("system_id"), "system_id"), ""),
        since=take(lambda: None if since not in tree else instant(_text(tree, since), since), None),
        drafts=take(lambda: resource.has_drafts and _flag(tree, "include_non_booked"), False),
        standings=take(lambda: _standings(tree, resource), frozenset()),
        groups=take(lambda: groups(tree.get("filter_groups"), resource.fields), ()),
        sorts=take(lambda: sorts(tree.get("sort"), resource.fields), ()),
        limit=limit,
        offset=take(lambda: _whole(tree, "start", 0, page * limit), 0),
    )
    includes: dict[str, str] = take(lambda: _includes(tree.get("includes"), resource), {})
    if reading.problems:
        raise Invalid(reading.problems)
    return Asked(wanted, includes)


def system_id(value: object, where: str) -> str:
    """The name of a system, exactly as sent."""
    if isinstance(value, str) and value.strip() and len(value) <= SYSTEM_LENGTH and storable(value):
        return value
    say = "is required" if value is None else f"is no name of 1 to {SYSTEM_LENGTH} characters"
    raise Invalid(Problem("validation", where, say))


def _standings(tree: Tree, resource: Resource) -> frozenset[Standing]:
    if resource.topic is not Topic.ORDER:
        return frozenset({Standing.OPEN})
    return frozenset({Standing.OPEN} | {standing for name, standing in _STANDINGS.items() if _flag(tree, name)})


def _flag(tree: Tree, name: str) -> bool:
    return flag(tree.get(name), name)


def _text(tree: Tree, name: str) -> str:
    value = tree[name]
    if not isinstance(value, str):
        raise Invalid(Problem("bad_query", name, "is a list"))
    return value


def _whole(tree: Tree, name: str, low: int, default: int) -> int:
    if name not in tree:
        return default
    text = _text(tree, name)
    if _DIGITS.fullmatch(text) is None or int(text) < low:
        raise Invalid(Problem("bad_query", name, f"{show(text)} is not a whole number from {low}"))
    return int(text)


def _includes(node: str | Tree | None, resource: Resource) -> dict[str, str]:
    found: dict[str, str] = {}
    problems = []
    for number, one in enumerate(members(node, "includes")):
        path, _, mode = (one if isinstance(one, str) else "").partition(":")
        path = _HUMP.sub(r"_\1", path).lower()
        if path not in resource.relations:
            shown = show(one) if isinstance(one, str) else "a list"
            problems.append(Problem("bad_query", f"includes.{number}", f"there is nothing to include as {shown}"))
            continue
        found[path] = mode if mode in _MODES else "embed"
    if problems:
        raise Invalid(problems)
    for path in list(found):
        above = path.rpartition(".")[0]
        if above:
            found.setdefault(above, "embed")
    return found
