"""Reading into Structs: what is taken, and every problem with its path."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from counterfoil.core.errors import Invalid
from counterfoil.wire.shapes import read, read_query


class Colour(StrEnum):
    RED = "red"


class Part(Struct, kw_only=True):
    amount: Decimal
    word: str = ""


class Whole(Struct, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    count: Annotated[int, Meta(ge=0, le=9)] = 3
    note: str | None = None
    changed: str | UnsetType | None = UNSET
    on: date | None = None
    at: datetime | None = None
    colour: Colour | None = None
    letter: Literal["a", "b"] = "a"
    flag: bool = False
    parts: list[Part] = []
    part: Part | None = None


class Asked(Struct, kw_only=True):
    limit: int = 5
    flag: bool = False
    name: str | None = None
    on: date | None = None


def test_everything_is_read() -> None:
    found = read(
        Whole,
        {
            "name": "Ann",
            "count": Decimal("8.00"),
            "note": None,
            "changed": None,
            "on": "2024-02-29",
            "at": "2024-02-29T10:00:00+02:00",
            "colour": "red",
            "letter": "b",
            "flag": True,
            "parts": [{"amount": "8.00"}, {"amount": Decimal("8.0"), "word": "x"}, {"amount": 8}],
            "part": {"amount": Decimal("-0.5")},
        },
    )
    assert (found.name, found.count, found.note, found.changed) == ("Ann", 8, None, None)
    assert (found.on, found.at) == (date(2024, 2, 29), datetime(2024, 2, 29, 8, tzinfo=UTC))
    assert (found.colour, found.letter, found.flag) == (Colour.RED, "b", True)
    assert [str(part.amount) for part in found.parts] == ["8", "8", "8"]
    assert found.part == Part(amount=Decimal("-0.5"))


def test_what_is_missing_takes_its_default() -> None:
    assert read(Whole, {"name": "Ann"}) == Whole(name="Ann")


@pytest.mark.parametrize(
    ("member", "value", "where", "code"),
    [
        ("name", "", "name", "too_short"),
        ("name", "Annabel", "name", "too_long"),
        ("name", 7, "name", "not_text"),
        ("name", None, "name", "null_not_allowed"),
        ("name", "a\x00", "name", "control_character"),
        ("name", "a\ud800", "name", "control_character"),
        ("count", "8", "count", "not_a_number"),
        ("count", Decimal("8.5"), "count", "not_whole"),
        ("count", 10, "count", "out_of_range"),
        ("count", True, "count", "not_a_number"),
        ("flag", 1, "flag", "not_a_boolean"),
        ("on", "2024-02-30", "on", "not_a_date"),
        ("on", "20240229", "on", "not_a_date"),
        ("on", 7, "on", "not_a_date"),
        ("at", "2024-02-29", "at", "not_a_date"),
        ("colour", "blue", "colour", "not_one_of"),
        ("letter", ["a"], "letter", "not_one_of"),
        ("parts", {}, "parts", "not_a_list"),
        ("parts", [7], "parts.0", "not_an_object"),
        ("parts", [{"amount": ""}], "parts.0.amount", "not_a_number"),
        ("parts", [{"amount": " 8"}], "parts.0.amount", "not_a_number"),
        ("parts", [{"amount": "8e3"}], "parts.0.amount", "not_a_number"),
        ("parts", [{"amount": Decimal("0.0000001")}], "parts.0.amount", "too_many_places"),
        ("parts", [{"amount": Decimal("1e400")}], "parts.0.amount", "out_of_range"),
        ("parts", [{}], "parts.0.amount", "required"),
        ("part", {"amount": 1, "other": 2}, "part.other", "unknown_member"),
        ("other", 1, "other", "unknown_member"),
    ],
)
def test_what_is_wrong_is_named(member: str, value: Any, where: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(Whole, {"name": "Ann", member: value})
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [(where, code)]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read(Whole, {"count": "x", "parts": [{"amount": True}, {"word": 1}]})
    wheres = [problem.where for problem in caught.value.problems]
    assert wheres == ["name", "count", "parts.0.amount", "parts.1.amount", "parts.1.word"]


def test_a_query_is_read_by_the_same_rules() -> None:
    found = read_query(Asked, "limit=7&flag=true&name=a%20b&on=2024-01-02")
    assert found == Asked(limit=7, flag=True, name="a b", on=date(2024, 1, 2))
    for query, code in (
        ("limit=x", "not_a_number"),
        ("flag=1", "not_a_boolean"),
        ("name=a&name=b", "repeated"),
        ("size=1", "unknown_member"),
        ("limit=99999999999999999999", "not_a_number"),
        ("name=%00", "control_character"),
    ):
        with pytest.raises(Invalid) as caught:
            read_query(Asked, query)
        assert caught.value.problems[0].code == code, query
