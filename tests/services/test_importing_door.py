"""Bringing data in through our own API."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from werkzeug.test import TestResponse

from counterfoil.services.credentials import issue
from tests.conformance.door import Knocker
from tests.desk import NOON, Desk
from tests.services.test_importing_page import PAGE

CSV = {"Content-Type": "text/csv; charset=utf-8"}


@pytest.fixture
def knocker(desk: Desk) -> Knocker:
    """A caller who may do anything."""
    issued = desk.change(lambda work: issue(work, "erp", "own"))
    return Knocker(desk.store, lambda: NOON, f"Bearer {issued.secret}")


def post(knocker: Knocker, path: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
    answer = knocker.open("POST", f"/api/v1{path}", body, headers)
    assert answer.status_code == 200, answer.data
    return json.loads(answer.data)


def test_the_example_is_answered_as_printed(knocker: Knocker) -> None:
    example = re.search(r"```sh\n(curl .*?)```\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    words = shlex.split(example[1].replace("\\\n", " ").replace("$'", "'"))
    body = words[words.index("--data-binary") + 1].replace("\\n", "\n").encode()
    answer = post(knocker, "/import/customers", body, CSV)
    assert answer == json.loads(example[2])


def test_the_same_body_or_key_files_nothing_twice(knocker: Knocker, desk: Desk) -> None:
    desk.customer("ACME")
    receipt = {"customer": "ACME", "on": "2024-03-04", "tender": "T", "amount": 5}
    body = json.dumps(receipt).encode()
    sums = [post(knocker, "/import/receipts", body) for _ in range(2)]
    sums += [post(knocker, "/import/receipts", body, {"Idempotency-Key": key}) for key in ("a", "a", "b")]
    assert [(one["filed"], one["known"]) for one in sums] == [(1, 0), (0, 1), (1, 0), (0, 1), (1, 0)]
    assert desk.balance("ACME") == -15_00


def test_a_key_binds_the_whole_body(knocker: Knocker, desk: Desk) -> None:
    def bring(path: str, *lines: dict[str, str]) -> TestResponse:
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        return knocker.open("POST", f"/api/v1/import/{path}", body, {"Idempotency-Key": "k"})

    one, two = {"code": "ONE", "name": "One"}, {"code": "TWO", "name": "Two"}
    refused = knocker.open("POST", "/api/v1/import/customers", b"code,code\n", {"Idempotency-Key": "k", **CSV})
    assert refused.status_code == 400
    first = bring("customers", one)
    assert json.loads(first.data)["filed"] == 1
    assert json.loads(bring("customers", one).data)["known"] == 1
    for other in (bring("customers", one, two), bring("items", {"sku": "A"}), bring("customers")):
        (problem,) = json.loads(other.data)["problems"]
        assert (other.status_code, problem["code"], problem["where"]) == (409, "reference_conflict", "Idempotency-Key")
        assert first.headers["X-Request-Id"] in problem["message"]
    single = knocker.open("POST", "/api/v1/customers", json.dumps(two).encode(), {"Idempotency-Key": "k"})
    assert single.status_code == 409
    with desk.store.reader() as reader:
        assert reader.parties.customer_by_code("TWO") is None


def test_what_was_brought_in_with_a_warning_is_told(knocker: Knocker, desk: Desk) -> None:
    desk.customer("ACME")
    line = {"description": "Advice", "quantity": 1, "unit_price": "10.00"}
    closed = {"number": "1", "customer": "ACME", "on": "2023-05-02", "subtotal": "10.01", "lines": [line]}
    told = post(knocker, "/import/history", json.dumps(closed).encode())
    ((at, warnings),) = [(one["line"], one["warnings"]) for one in told["warned"]]
    assert (told["filed"], at, [one["code"] for one in warnings]) == (1, 1, ["subtotal_differs"])


def test_a_dry_run_keeps_nothing(knocker: Knocker, desk: Desk) -> None:
    assert post(knocker, "/import/items?dry_run=true", b'{"sku": "A"}')["filed"] == 1
    with desk.store.reader() as reader:
        assert reader.items.by_sku("A") is None


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/import/customers", b"", CSV, 400),
        ("/import/customers", b"code,code\n", CSV, 400),
        ("/import/customers?dry_run=perhaps", b"{}", {}, 400),
        ("/import/nonsense", b"{}", {}, 404),
        ("/import/customers", b"{}", {"Authorization": "Bearer none"}, 401),
        ("/customers/1/merge", b'{"into": "NOBODY"}', {}, 422),
    ],
)
def test_what_cannot_be_read_is_refused(
    knocker: Knocker, desk: Desk, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    desk.customer("ACME")
    assert knocker.open("POST", f"/api/v1{path}", body, headers).status_code == status


def test_a_customer_is_merged_into_another(knocker: Knocker, desk: Desk) -> None:
    old, new = desk.customer("OLD"), desk.customer("NEW")
    desk.issue(old, [(None, "1", "5")])
    answer = post(knocker, f"/customers/{old}/merge", json.dumps({"into": "NEW"}).encode())
    assert (answer["id"], answer["code"]) == (new, "NEW")
    assert desk.balance("NEW") == 5_00
    again = knocker.open("POST", f"/api/v1/customers/{old}/merge", json.dumps({"into": "NEW"}).encode())
    assert again.status_code == 422
