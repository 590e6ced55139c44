"""What holds for every installed contract, whatever its vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from counterfoil import contracts
from counterfoil.contracts import INSTALLED
from counterfoil.services.office import Clock
from counterfoil.store import Store
from counterfoil.wire.codec import decode_lenient, encode
from counterfoil.wire.contract import Contract
from tests.conformance.books import breaches, counts, journal, messages
from tests.conformance.door import Knocker
from tests.conformance.golden import Message, differences, message, parsed


class Given(Protocol):
    """What the module `given_<contract>` tells about a contract.

    AUTHORIZATION: the header that opens its door
    HEADERS:       what goes with every call besides, where there is anything
    SETTINGS:      its own table
    KEYED:         the golden case that may be sent again: a write without a second effect, a read with the same answer
    SPELLINGS:     how its senders may write a number: keys of `_SPELLED`
    VOLATILE:      members of a reply that differ from call to call
    BENT:          golden cases whose requests are bent in every way
    WITHOUT:       the status for a caller that presents nothing at all, 401 unless it is said
    BARE_SECRET:   the secret alone is a credential, False unless it is said
    """

    AUTHORIZATION: str
    SETTINGS: Mapping[str, Any]
    KEYED: str
    SPELLINGS: tuple[str, ...]
    VOLATILE: tuple[str, ...]
    BENT: tuple[str, ...]

    def prepare(self, store: Store, case: str) -> Clock:
        """Fill a made book with what a golden case needs; the clock of that day."""
        ...

    def unbound(self, body: Any) -> Any:
        """A request without what would bind it to an earlier one."""
        ...


def _given(contract: Contract[Any, Any]) -> Given:
    return cast(Given, import_module(f"tests.conformance.given_{contract.name}"))


def _folder(contract: Contract[Any, Any]) -> Path:
    return Path(contracts.__file__).parent / contract.name / "golden"


def _knocker(contract: Contract[Any, Any], store: Store, case: str) -> Knocker:
    given = _given(contract)
    clock = given.prepare(store, case)
    headers = getattr(given, "HEADERS", None)
    return Knocker(store, clock, given.AUTHORIZATION, {contract.name: given.SETTINGS}, headers)


_EACH = pytest.mark.parametrize("contract", INSTALLED, ids=lambda contract: contract.name)
_CASES = [
    pytest.param(contract, folder.name, id=f"{contract.name}-{folder.name}")
    for contract in INSTALLED
    for folder in sorted(_folder(contract).iterdir())
]


@pytest.mark.parametrize(("contract", "case"), _CASES)
def test_golden_case(book: Store, contract: Contract[Any, Any], case: str) -> None:
    folder = _folder(contract) / case
    knock = _knocker(contract, book, case)
    before = len(journal(book))
    answer = knock.message(message(folder / "request.http"))
    reply, posted = message(folder / "reply.http"), folder / "journal.txt"
    assert reply.first == f"HTTP/1.1 {answer.status}"
    assert {name: answer.headers.get(name) for name in reply.headers} == reply.headers
    assert differences(parsed(reply.body), parsed(answer.data)) == []
    assert "\n".join(journal(book)[before:]) == (posted.read_text("utf-8") if posted.exists() else "")
    assert breaches(book) == []
    assert (folder / "about.md").read_text("utf-8").strip()


@_EACH
def test_a_repeated_request_has_one_effect_and_one_answer(book: Store, contract: Contract[Any, Any]) -> None:
    given = _given(contract)
    said = message(_folder(contract) / given.KEYED / "request.http")
    knock = _knocker(contract, book, given.KEYED)
    first = knock.message(said)
    assert first.status_code in (200, 201)
    once = counts(book)
    second = parsed(knock.message(said).data)
    for spelling in given.SPELLINGS:
        answer = knock.message(said, _spelled(parsed(said.body), spelling))
        assert differences(_steady(second, given), _steady(parsed(answer.data), given)) == [], spelling
    assert counts(book) == once


def _with_decimals(number: int | Decimal) -> Decimal:
    written = Decimal(number)
    return written if written != written.quantize(Decimal("0.01")) else written.quantize(Decimal("0.01"))


_SPELLED: dict[str, Callable[[int | Decimal], object]] = {
    "text": lambda number: format(number, "f"),
    "text with decimals": lambda number: format(_with_decimals(number), "f"),
    "decimals": _with_decimals,
}


def _spelled(value: Any, spelling: str) -> Any:
    if isinstance(value, dict):
        return {name: _spelled(part, spelling) for name, part in value.items()}
    if isinstance(value, list):
        return [_spelled(part, spelling) for part in value]
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return _SPELLED[spelling](value) if number else value


def _steady(value: Any, given: Given) -> Any:
    if isinstance(value, dict):
        return {name: _steady(part, given) for name, part in value.items() if name not in given.VOLATILE}
    return [_steady(part, given) for part in value] if isinstance(value, list) else value


#: What may stand where something else should, as JSON; nothing at all takes the member away.
_WRONG = (
    *(b"", b"null", b"true", b'""', b"[]", b"{}", b"[[]]", b"-1", b"0", b"0.00001", b"1e400", b"-1e-400", b"1" * 41),
    b"0e-999999999",
    *(b'"\\u0000"', b'"\\ud800"', b'"%s\' OR 1=1 --"', b'"<b>"', b'"9999-12-31"', b'"0001-02-03T00:00:00+23:59"'),
    b'"' + b"x" * 70_000 + b'"',
)
_HERE = "stands here instead"


@_EACH
def test_bent_requests_get_an_answer_in_the_vendors_words(book: Store, contract: Contract[Any, Any]) -> None:
    given = _given(contract)
    knock = _knocker(contract, book, given.BENT[0])
    for case in given.BENT:
        said = message(_folder(contract) / case / "request.http")
        for where, body in _bent(given.unbound(decode_lenient(said.body, max_depth=32))):
            answer = knock.message(Message(said.first, said.headers, body))
            assert answer.status_code < 500, (case, where, answer.data)
            assert isinstance(parsed(answer.data), dict), (case, where)
            assert b"Traceback" not in answer.data
    assert breaches(book) == []


def _bent(whole: Any) -> Iterator[tuple[str, bytes]]:
    for path in _paths(whole):
        for wrong in _WRONG:
            bent = deepcopy(whole)
            holder = bent
            for step in path[:-1]:
                holder = holder[step]
            if wrong:
                holder[path[-1]] = _HERE
            else:
                del holder[path[-1]]
            yield f"{path}: {wrong[:60]!r}", encode(bent).replace(encode(_HERE), wrong)


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        yield (*above, step)
        yield from _paths(part, (*above, step))


@_EACH
def test_bodies_that_are_no_json_are_refused(book: Store, contract: Contract[Any, Any]) -> None:
    given = _given(contract)
    said = message(_folder(contract) / given.KEYED / "request.http")
    knock = _knocker(contract, book, given.KEYED)
    before = counts(book)
    deep = b'{"a":' * 5000, b"[" * 5000
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"7",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"\xff\xfe{}",
        b"{} {}",
        *deep,
    ):
        answer = knock.message(Message(said.first, said.headers, body))
        assert answer.status_code == 400, body[:20]
        assert isinstance(parsed(answer.data), dict)
    large = said.body + b" " * contract.max_body
    assert knock.message(Message(said.first, said.headers, large)).status_code == 413
    assert counts(book) == before


@_EACH
def test_without_credentials_nothing_is_looked_at(book: Store, contract: Contract[Any, Any]) -> None:
    given = _given(contract)
    said = message(_folder(contract) / given.KEYED / "request.http")
    knock = _knocker(contract, book, given.KEYED)
    before, told = counts(book), messages(book)
    word, secret = given.AUTHORIZATION.split()
    wrong = ["", word, f"{word} {secret[:-1]}", f"{word} {secret[::-1]}", f"Other {secret}"]
    if not getattr(given, "BARE_SECRET", False):
        wrong.append(secret)
    for route in contract.routes:
        for authorization in wrong:
            for body in (said.body, b"{"):
                answer = knock.open(route.method, route.path, body, {"Authorization": authorization})
                expected = 401 if authorization else getattr(given, "WITHOUT", 401)
                assert answer.status_code == expected, (route.path, authorization)
                assert expected != 401 or answer.headers["WWW-Authenticate"]
                assert isinstance(parsed(answer.data), dict)
    assert (counts(book), messages(book)) == (before, told)


@_EACH
def test_other_paths_and_verbs_are_said_to_be_wrong(book: Store, contract: Contract[Any, Any]) -> None:
    given = _given(contract)
    knock = _knocker(contract, book, given.KEYED)
    methods: dict[str, set[str]] = {}
    for route in contract.routes:
        methods.setdefault(route.path, set()).add(route.method)
    for path, known in methods.items():
        for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
            answer = knock.open(verb, path)
            assert (answer.status_code, answer.headers["Allow"]) == (405, ", ".join(sorted(known)))
            assert isinstance(parsed(answer.data), dict)
    for path in ("nowhere", "..", "%00", "%C3%28", "a/b/c"):
        answer = knock.open("POST", contract.prefix + path)
        assert answer.status_code == 404, path
        assert isinstance(parsed(answer.data), dict)
