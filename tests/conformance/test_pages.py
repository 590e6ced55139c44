"""The worked example on each contract's page: its curl line is answered as printed."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from counterfoil import contracts
from counterfoil.contracts import INSTALLED
from counterfoil.store import Store
from counterfoil.wire.contract import Contract
from tests.conformance.door import Knocker
from tests.conformance.golden import ANY, differences, parsed

_EXAMPLE = re.compile(r"```sh\n(?P<call>curl .*?)```\s*```json\n(?P<reply>.*?)```", re.DOTALL)
#: The golden case whose book the example is asked of.
_BOOKS = {"systemfive": "", "evolutionx": "balance", "eva": "create-lines", "traede": "mark-invoices", "own": ""}


def _example(contract: Contract[Any, Any]) -> re.Match[str]:
    page = Path(contracts.__file__).parent / contract.name / "README.md"
    found = _EXAMPLE.search(page.read_text("utf-8"))
    assert found is not None, f"{page.name} has no worked example"
    return found


def _call(words: list[str]) -> tuple[str, bytes, dict[str, str]]:
    """The path, body and headers of a curl line; whoever asks brings credentials of their own."""
    url = next(word for word in words if word.startswith("http"))
    pairs = (word.partition(":") for before, word in pairwise(words) if before == "-H")
    headers = {name: value.strip() for name, _, value in pairs if name.lower() != "authorization"}
    return urlsplit(url).path, words[words.index("-d") + 1].encode(), headers


@pytest.mark.parametrize("contract", INSTALLED, ids=lambda contract: contract.name)
def test_the_worked_example_is_answered_as_printed(book: Store, contract: Contract[Any, Any]) -> None:
    example, given = _example(contract), import_module(f"tests.conformance.given_{contract.name}")
    path, body, headers = _call(shlex.split(example["call"].replace("\\\n", " ")))
    clock = given.prepare(book, _BOOKS[contract.name])
    more = getattr(given, "HEADERS", None)
    knock = Knocker(book, clock, given.AUTHORIZATION, {contract.name: given.SETTINGS}, more)
    answer = knock.open("POST", path, body, {"Content-Type": "application/json", **headers})
    expected = parsed(example["reply"].encode())
    if "APIResponse" in expected:
        expected["APIResponse"]["ElapsedTime"] = ANY
    assert differences(expected, parsed(answer.data)) == []
