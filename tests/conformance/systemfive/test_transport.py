"""System Five: how bodies may be sent, and what is answered and kept."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from counterfoil.wire.codec import encode
from tests.conformance import given_systemfive as given
from tests.conformance.books import counts
from tests.conformance.golden import parsed
from tests.conformance.systemfive.till import (
    ADD,
    HOME,
    READ,
    Till,
    entry,
)


def test_how_it_may_be_sent(till: Till) -> None:
    body = encode({"Invoice": [entry("W")]})
    for content_type in ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=x", ""):
        answer = till.knock.open("POST", ADD, body, {"Content-Type": content_type})
        assert parsed(answer.data)["APIResponse"]["IsSuccess"], content_type
        assert answer.headers["Content-Type"] == "application/json"
    for path in (f"{ADD}/", f"{ADD}?x=1"):
        assert parsed(till.knock.open("POST", path, b"\xef\xbb\xbf" + body).data)["APIResponse"]["IsSuccess"]
    for path in (f"{ADD}//", ADD.lower(), f"{ADD}/1", "/datasnap/rest/TServerMethodsWebAPI/Invoice"):
        assert till.knock.open("POST", path, body).status_code == 404, path
    got = till.knock.open("GET", ADD)
    assert (got.status_code, got.headers["Allow"]) == (405, "POST")
    denied = till.knock.open("POST", ADD, body, {"Authorization": ""})
    assert denied.status_code == 401
    assert denied.headers["WWW-Authenticate"].startswith("Basic ")
    stranger = "Basic " + base64.b64encode(f"somebody-else:{given.PASSWORD}".encode()).decode()
    assert till.knock.open("POST", ADD, body, {"Authorization": stranger}).status_code == 401


def test_nesting_up_to_the_limit(till: Till) -> None:
    def deep(levels: int) -> bytes:
        return (
            b'{"x":'
            + b"[" * (levels - 1)
            + b"]" * (levels - 1)
            + b',"Invoice":['
            + json.dumps(entry()).encode()
            + b"]}"
        )

    assert till.knock.open("POST", ADD, deep(64)).status_code == 200
    assert till.knock.open("POST", ADD, deep(65)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Invoice": None},
        {"Invoice": []},
        {"Invoice": "x"},
        {"Invoice": [1]},
        {"Invoice": [entry(), []]},
        {"Invoice": [entry() | {"InvoiceHeader": []}]},
        {"Invoice": [entry() | {"InvoiceLines": {}}]},
        {"Invoice": [entry() | {"InvoiceLines": [1]}]},
        {"Invoice": [entry() | {"InvoiceTenders": "x"}]},
        {"Invoice": [entry() | {"InvoiceBilling": "x"}]},
        {"Invoice": [entry()], "ConnectionInfo": 1},
        [entry()],
    ],
)
def test_misshapen_bodies_are_refused_whole(till: Till, body: object) -> None:
    before = counts(till.store)
    answer = till.knock.open("POST", ADD, encode(body))
    said = parsed(answer.data)
    assert answer.status_code == 400
    assert said["error"]
    assert said["Invoice"] == []
    assert said["APIResponse"]["IsSuccess"] is False
    assert counts(till.store) == before


def test_wrappers(till: Till) -> None:
    bare = till.post(entry("W", ReferenceNo="w"))["Invoice"][0]["RecordDesc"]
    for envelope in ("result", "array"):
        other = Till(till.store, {"envelope": envelope})
        answer = parsed(other.knock.open("POST", ADD, encode({"Invoice": [entry("W", ReferenceNo="w")]})).data)
        found = parsed(other.knock.open("GET", f"{READ}/{bare}").data)
        if envelope == "result":
            answer, found = answer["result"], found["result"]
        assert answer[0]["Invoice"][0]["RecordDesc"] == bare
        assert found[0]["Invoice"][0]["InvoiceHeader"]["InvoiceNumber"] == bare


def test_fields_to_echo(till: Till) -> None:
    one = entry("W", ReferenceNo="f", InvoiceCustomer=HOME)
    asked = f"{ADD}?Fields=InvoiceNumber,invoicetype,Nonsense%00,InvoiceCustomer"
    for _ in range(2):
        (record,) = till.post(one, path=asked)["Invoice"]
        assert record["RecordResult"] == {"InvoiceNumber": "W-000001", "InvoiceType": "W", "InvoiceCustomer": HOME}
    assert "RecordResult" not in till.send(one)


def test_every_entry_leaves_evidence(till: Till) -> None:
    def kept() -> list[Any]:
        sql = "SELECT part, status, document_id, reply, caller FROM message WHERE contract = 'systemfive' ORDER BY id"
        with till.store.engine.reading() as connection:
            return [tuple(row) for row in connection.raw.execute(sql).fetchall()]

    answer = till.post(entry("W", ReferenceNo="e"), entry("R"), entry("W", ReferenceNo="e"))["Invoice"]
    found = kept()
    assert [(part, status, who) for part, status, _, _, who in found] == [(n, 200, given.PRINCIPAL) for n in range(3)]
    assert [document for _, _, document, _, _ in found] == [answer[0]["RecordId"], None, answer[0]["RecordId"]]
    assert [parsed(reply.encode()) for _, _, _, reply, _ in found] == answer
    till.knock.open("POST", ADD, b"{")
    assert [row[1] for row in kept()[3:]] == [400]
    till.read()
    assert len(kept()) == 4
