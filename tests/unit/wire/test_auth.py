"""Credentials are read from headers, and an unreadable one is none at all."""

import base64

import pytest

from counterfoil.wire import auth
from counterfoil.wire.contract import Presented


def packed(pair: bytes) -> str:
    return base64.b64encode(pair).decode()


@pytest.mark.parametrize(
    "value", ["Bearer Abc", "bearer Abc", "BEARER  Abc ", "Bearer Bearer Abc", "Bearer bearer Abc"]
)
def test_bearer_token_is_exact_and_the_word_is_not(value: str) -> None:
    assert auth.bearer({"authorization": value}) == Presented("Abc", None, "bearer")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic Abc", "BearerAbc", "Bearer t\xf8ken"])
def test_no_bearer_token(value: str) -> None:
    assert auth.bearer({"authorization": value}) is None


def test_no_authorization_header_is_no_credential() -> None:
    assert auth.bearer({}) is None
    assert auth.basic({}) is None
    assert auth.header({}, "X-Key") is None


@pytest.mark.parametrize(
    ("pair", "user", "password"),
    [(b"shop:s3:cret", "shop", "s3:cret"), ("käufer:pässwort".encode(), "käufer", "pässwort"), (b":p", "", "p")],
)
def test_basic_splits_at_the_first_colon(pair: bytes, user: str, password: str) -> None:
    assert auth.basic({"authorization": f"bAsIc {packed(pair)}"}) == Presented(password, user, "basic")


@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        "Basic !!!",
        "Basic abc",
        f"Basic {packed(b'nocolon')}",
        f"Basic {packed(b'u:')}",
        f"Basic {packed(bytes([255, 58, 49]))}",
        "Basic \xe9",
    ],
)
def test_undecodable_basic_is_no_credential(value: str) -> None:
    assert auth.basic({"authorization": value}) is None


def test_own_header_is_found_whatever_its_case() -> None:
    assert auth.header({"x-erp-key": " tok "}, "X-ERP-Key") == Presented("tok", None, "header:x-erp-key")
    assert auth.header({"x-erp-key": "t\xf8k"}, "X-ERP-Key") is None


def test_a_credential_does_not_print_itself() -> None:
    assert "s3cret" not in repr(Presented("s3cret", "shop", "basic"))
