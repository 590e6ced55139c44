"""A mark call's body: which documents which systems say to have. Pure.

source: the README beside this file; a call stands or falls whole
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.contracts.traede.asking import system_id
from counterfoil.contracts.traede.resources import Resource
from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.read import Fields
from counterfoil.wire.values import Wrong, kind, show, storable, whole

MOST = 10
NOTE_LENGTH = 2000
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """One document that one system says to have; where is the path of its id."""

    document_id: int
    system: str
    note: str | None
    where: str


def read(fields: Fields, resource: Resource) -> tuple[list[Mark], list[Problem]]:
    """The marks of a call that can be read, the last one where a document is marked twice for one system, and every
    problem with them."""
    items: list[Fields] = []
    for array in resource.arrays:
        if fields.raw(array) is not None:
            items += fields.children(array)
    problems = fields.problems
    if not items and not problems:
        problems.append(Problem("validation", resource.arrays[0], f"{resource.arrays[0]} has no items"))
    if len(items) > MOST:
        problems.append(Problem("too_many", resource.arrays[0], f"{len(items)} items, at most {MOST} are allowed"))
    found = [_mark(item, resource, problems) for item in items]
    marks = {(mark.system, mark.document_id): mark for mark in found if mark.document_id}
    return list(marks.values()), problems


def _mark(item: Fields, resource: Resource, problems: list[Problem]) -> Mark:
    name = next((name for name in resource.ids if item.given(name)), resource.ids[0])
    where = f"{item.where}.{name}"
    return Mark(
        _id(item.raw(name), where, resource, problems),
        _system(item, problems),
        _note(item.raw("note"), f"{item.where}.note", problems),
        where,
    )


def _id(value: object, where: str, resource: Resource, problems: list[Problem]) -> int:
    try:
        number = whole(value, low=-_LARGEST, high=_LARGEST)
    except Wrong as wrong:
        too_large = wrong.code == "out_of_range"
        problems.append(_unknown(resource, value, where) if too_large else Problem("validation", where, wrong.say))
        return 0
    if number is None:
        problems.append(Problem("validation", where, "is required"))
        return 0
    if number <= 0:
        problems.append(_unknown(resource, number, where))
        return 0
    return number


def unknown(mark: Mark, resource: Resource) -> Problem:
    """There is no document that a mark names."""
    return _unknown(resource, mark.document_id, mark.where)


def _unknown(resource: Resource, value: object, where: str) -> Problem:
    return Problem("unknown_id", where, f"there is no {resource.name} {show(value)}")


def _system(item: Fields, problems: list[Problem]) -> str:
    try:
        return system_id(item.raw("system_id"), f"{item.where}.system_id")
    except Invalid as error:
        problems += error.problems
        return ""


def _note(value: object, where: str, problems: list[Problem]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        problems.append(Problem("validation", where, f"{kind(value)} is not text"))
    elif len(value) > NOTE_LENGTH or not storable(value):
        problems.append(Problem("validation", where, f"is no text of at most {NOTE_LENGTH} characters"))
    else:
        return value
    return None
