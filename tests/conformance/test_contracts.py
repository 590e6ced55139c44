"""What every installed contract keeps: its golden cases, no handler without credentials, no 500."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import counterfoil.contracts
from counterfoil.contracts import INSTALLED
from counterfoil.core.journal import plain
from counterfoil.services.checking import check
from counterfoil.services.statements import journal
from counterfoil.store import Store
from counterfoil.wire.contract import Contract
from tests.conformance.caller import Caller, basic
from tests.conformance.golden import differences, message, parsed

FOLDER = Path(counterfoil.contracts.__file__).parent
#: Prefixes, whole path and body, that no contract may answer with anything but its own refusal.
NONSENSE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"Invoice": [{}], "customer_code": {}}',
    b"[" * 100_000,
    b'{"a":' * 5_000,
    b'{"Invoice": [{"InvoiceHeader": {"InvoiceType": true}}], "customer_code": 1e999999999}',
    ('{"customer_code": "' + "\\u0000" + '", "Invoice": [null]}').encode(),
    b'{"customer_code": "\\ud800", "Invoice": [{"InvoiceLines": [[]]}]}',
    b"1" * 10_000,
)


def given(contract: Contract[Any, Any]) -> ModuleType:
    """The state of the book that a contract's cases assume."""
    return importlib.import_module(f"tests.conformance.given_{contract.name}")


def credentials(contract: Contract[Any, Any]) -> dict[str, str]:
    """The headers by which the contract's caller shows who it is."""
    known = given(contract)
    if hasattr(known, "SECRET"):
        return basic(known.PRINCIPAL, known.SECRET)
    return {"Authorization": f"Bearer {known.TOKEN}"}


def caller(contract: Contract[Any, Any], store: Store, case: str) -> Caller:
    """Somebody who may call, before the book of a case."""
    known = given(contract)
    clock = known.prepare(store, case)
    return Caller(store, {contract.name: known.SETTINGS}, clock)


CASES = [(contract, case) for contract in INSTALLED for case in given(contract).CASES]
_IDS = [f"{contract.name}-{case}" for contract, case in CASES]
_NAMES = [contract.name for contract in INSTALLED]


@pytest.mark.parametrize(("contract", "case"), CASES, ids=_IDS)
def test_a_golden_case_is_answered_as_written(contract: Contract[Any, Any], case: str, book: Store) -> None:
    folder = FOLDER / contract.name / "golden" / case
    asked, expected = message(folder / "request.http"), message(folder / "reply.http")
    client = caller(contract, book, case)
    mine = credentials(contract)
    for target, body in getattr(given(contract), "before", lambda _: [])(case):
        client.call("POST", target, body, mine)
    entries_before = len(list(journal(book, date.min, date.max)))
    method, target = asked.first.split()[:2]
    answer = client.call(method, target, asked.body, asked.headers | mine)
    assert answer.status == int(expected.first.split()[1]), answer.body
    assert differences(parsed(expected.body), parsed(answer.body)) == []
    written = [
        plain(booked.entry, {number: f"{account.code} {account.name}" for number, account in accounts.items()})
        for booked, accounts in journal(book, date.min, date.max)
    ]
    golden = folder / "journal.txt"
    assert "\n".join(written[entries_before:]) == (golden.read_text("utf-8") if golden.exists() else "")
    assert [breach for finding in check(book) for breach in finding.breaches] == []
    assert (folder / "about.md").read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("contract", INSTALLED, ids=_NAMES)
def test_nothing_happens_without_credentials(contract: Contract[Any, Any], book: Store) -> None:
    client = caller(contract, book, given(contract).CASES[0])
    for route in contract.routes:
        for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !"}, basic("someone", "wrong")):
            answer = client.call(route.method, route.path, b"{}", wrong)
            assert answer.status == 401
            assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("contract", INSTALLED, ids=_NAMES)
def test_nonsense_is_refused_in_the_contracts_own_words(contract: Contract[Any, Any], book: Store) -> None:
    client = caller(contract, book, given(contract).CASES[0])
    headers = credentials(contract) | {"Content-Type": "application/json"}
    for route in contract.routes:
        for body in NONSENSE:
            answer = client.call(route.method, route.path, body, headers)
            assert answer.status < 500, (route.path, body[:40], answer.body)
            assert isinstance(parsed(answer.body), dict)
        assert client.call("PATCH", route.path, b"{}", headers).status == 405
    assert client.call("POST", f"{contract.prefix}nothing/of/the/kind", b"{}", headers).status == 404
