"""JSON keeps every digit in both directions and never takes the process down."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.core.errors import Invalid
from counterfoil.wire.codec import decode, encode, plain

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)


class Row(msgspec.Struct):
    total: Decimal
    note: str = ""


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 0.1}', {"a": Decimal("0.1")}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"[1e2]", [Decimal("1E+2")]),
        ('"å"'.encode(), "å"),
        (b'"[[[["', "[[[["),
    ],
)
def test_decode(body: bytes, value: object) -> None:
    assert decode(body, max_depth=2) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"[1e99999999999999999999]",
        b"[1e2000]",
        b"[0e-999999999]",
        b"[" + b"9" * 5000 + b"]",
        '{"a": 1}'.encode("utf-16"),
        b'"\x00"',
        b'"' + b"\\",
    ],
)
def test_what_is_not_json(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        decode(body, max_depth=64)
    assert [problem.code for problem in caught.value.problems] == ["not_json"]


@pytest.mark.parametrize("body", [b"[" * 65 + b"]" * 65, b'{"a":' * 100_000, b"[" * 5_000_000])
def test_too_deep(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        decode(body, max_depth=64)
    assert [problem.code for problem in caught.value.problems] == ["too_deep"]


def test_depth_counts_brackets_outside_text_only() -> None:
    assert decode(b"[" * 64 + b"]" * 64, max_depth=64)
    assert decode(b'["[[[\\"[[[", [1], [2], {"x": "{{{"}]', max_depth=2)


def test_many_quotes_are_scanned_once() -> None:
    with pytest.raises(Invalid):
        decode(b"[[[" + b'"\\' * 2_000_000, max_depth=2)


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (Decimal("0.3"), b"0.3"),
        (Decimal("925.51"), b"925.51"),
        (Decimal("1E+3"), b"1000"),
        ({"a": [Decimal("1E-7"), -Decimal("2E+2")]}, b'{"a":[0.0000001,-200]}'),
        (Row(Decimal("1E+3"), ":1E5"), b'{"total":1000,"note":":1E5"}'),
        (Row(Decimal("8.00"), ":1E5"), b'{"total":8.00,"note":":1E5"}'),
    ],
)
def test_encode_writes_no_exponent(value: object, body: bytes) -> None:
    assert encode(value) == body


@given(numbers)
def test_numbers_survive_the_round_trip(number: Decimal) -> None:
    packed = encode([number])
    assert b"E" not in packed
    assert decode(packed, max_depth=1) == [number]


@given(numbers)
def test_plain_is_the_same_number(number: Decimal) -> None:
    short = plain(number)
    assert short == number
    assert "E" not in str(short) or abs(short) < Decimal("0.000001")
    assert encode(short) == encode(plain(short))
    assert not (b"." in encode(short) and encode(short).endswith(b"0"))
