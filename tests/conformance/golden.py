"""Golden cases: plain HTTP text, and replies compared with JSON types taken strictly."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

#: Stands in a golden reply for a value that may be any.
ANY = "<any>"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a reply: its first line, its headers by lower-case name, and its exact body."""

    first: str
    headers: dict[str, str]
    body: bytes


def message(path: Path) -> Message:
    """The message in a file; lines may end in CR LF or LF, the body is taken as it stands."""
    raw = path.read_bytes()
    end = b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n"
    head, _, body = raw.partition(end)
    first, *lines = head.decode().splitlines()
    pairs = (line.partition(":") for line in lines)
    return Message(first, {name.strip().lower(): value.strip() for name, _, value in pairs}, body)


def parsed(body: bytes) -> Any:
    """JSON with every number exact; a number with a point stays apart from text, not from a whole number."""
    return json.loads(body, parse_float=Decimal)


def differences(expected: Any, actual: Any, where: str = "$", *, more: bool = False) -> list[str]:
    """Where two parsed values differ, in words.

    more: the actual objects may hold keys that are not expected
    """
    if expected == ANY:
        return []
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{where}.{key}: missing" for key in expected.keys() - actual.keys()]
        if not more:
            found += [f"{where}.{key}: not expected" for key in actual.keys() - expected.keys()]
        for key in expected.keys() & actual.keys():
            found += differences(expected[key], actual[key], f"{where}.{key}", more=more)
        return found
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [f"{where}: {len(actual)} elements, not {len(expected)}"]
        pairs = enumerate(zip(expected, actual, strict=True))
        return [one for n, (a, b) in pairs for one in differences(a, b, f"{where}.{n}", more=more)]
    same = _kind(expected) == _kind(actual) and expected == actual
    return [] if same else [f"{where}: {actual!r}, not {expected!r}"]


def _kind(value: Any) -> type:
    return Decimal if type(value) in (int, Decimal) else type(value)
