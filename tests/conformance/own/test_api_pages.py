"""The pages of the API: each example is answered as printed, and each operation has one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.contracts.own.resource import BASE
from counterfoil.contracts.own.resources import RESOURCES
from counterfoil.store import Store
from tests.conformance import given_own
from tests.conformance.door import Knocker
from tests.conformance.golden import differences, parsed

PAGES = Path(__file__).parents[3] / "docs" / "api"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_HOST = "https://books.example.com"


def examples(page: Path) -> Iterator[tuple[list[str], str]]:
    """Each command of a page as words, and the reply that is printed below it."""
    for block in _BLOCK.findall(page.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            upto = next(number for number in range(1, len(lines) + 1) if _whole("\n".join(lines[:number])))
            yield shlex.split("\n".join(lines[:upto]).replace("\\\n", " ")), "\n".join(lines[upto:])


def _whole(command: str) -> bool:
    if command.endswith("\\"):
        return False
    try:
        return bool(shlex.split(command.replace("\\\n", " ")))
    except ValueError:
        return False


def asked(words: list[str]) -> tuple[str, str, bytes, dict[str, str]]:
    """Method, path, body and headers of a command."""
    method, url, body, headers = "GET", "", b"", {}
    pairs = iter(words[1:])
    for word in pairs:
        match word:
            case "-X":
                method = next(pairs)
            case "-d":
                body = next(pairs).encode()
                headers["Content-Type"] = "application/json"
            case "-H":
                name, _, value = next(pairs).partition(": ")
                headers[name] = value
            case _:
                url = word
    assert url.startswith(_HOST), url
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    return method, url.removeprefix(_HOST), body, headers


def _pages() -> list[Any]:
    return [pytest.param(page, id=page.stem) for page in sorted(PAGES.glob("*.md")) if page.stem != "README"]


@pytest.mark.parametrize("page", _pages())
def test_every_example_is_answered_as_printed(book: Store, page: Path) -> None:
    knock = Knocker(book, given_own.prepare(book), given_own.AUTHORIZATION)
    for words, reply in examples(page):
        method, path, body, headers = asked(words)
        answer = knock.open(method, path, body, headers)
        assert differences(parsed(reply.encode()), parsed(answer.data), more=True) == [], words


def test_every_operation_has_an_example() -> None:
    shown = {
        (method, path.partition("?")[0])
        for page in PAGES.glob("*.md")
        for words, _ in examples(page)
        for method, path, _, _ in [asked(words)]
    }
    for resource in RESOURCES:
        for one in resource.operations:
            pattern = re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(BASE + one.path))
            assert any(method == one.method and re.fullmatch(pattern, path) for method, path in shown), one.name
