"""JSON in and out with every digit kept: numbers with a point or exponent are Decimals, never floats."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, InvalidOperation
from typing import NoReturn

import msgspec

from counterfoil.core.errors import Invalid, Problem

# The closing quote is optional, so that an unterminated string is scanned once and not again from every quote in it.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_STRING_OR_BRACKET = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL)
_STRING_OR_COMMENT = re.compile(_STRING + rb"|//[^\r\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_STRING_OR_COMMA = re.compile(_STRING + rb"|[\[{,]\s*+,|,(?=\s*+[\]}])", re.DOTALL)
_NEITHER_QUOTE_NOR_BRACKET = bytes(set(range(256)).difference(b'"[]{}'))
_EXPONENT = re.compile(rb"[:,\[]-?\d[\d.]*[eE]|\A-?\d[\d.]*[eE]")
#: Digits that a number may have when it is written out: without a bound, ten bytes with an exponent become a gigabyte.
_MOST_DIGITS = 2000
# Wide enough for every number that is decoded; normalising must not round.
_EXACT = Context(prec=_MOST_DIGITS)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode(body: bytes, *, max_depth: int) -> object:
    """A JSON document as dict, list, str, int, Decimal, bool or None.

    body:      UTF-8, a byte order mark allowed; of equal keys the last one wins
    max_depth: brackets within brackets
    raises:    Invalid with code "not_json" or "too_deep"
    """
    if _deeper_than(body, max_depth):
        raise Invalid(Problem("too_deep", "", f"the JSON is nested more than {max_depth} deep"))
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _not_json(f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _not_json(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise Invalid(Problem("too_deep", "", "the JSON is nested too deep")) from error
    except ValueError as error:
        raise _not_json("a number has too many digits") from error


def decode_lenient(body: bytes, *, max_depth: int) -> object:
    """The same of a document that may hold comments (// and /* */) and trailing commas outside strings."""
    return decode(_bare(body), max_depth=max_depth)


def _bare(body: bytes) -> bytes:
    """The document with comments blanked and trailing commas taken out; a comma after nothing stays wrong."""
    without = _STRING_OR_COMMENT.sub(lambda found: b" " if found.group()[:1] == b"/" else found.group(), body)
    return _STRING_OR_COMMA.sub(lambda found: b"" if found.group() == b"," else found.group(), without)


def encode(value: object) -> bytes:
    """A JSON document; Decimals are numbers, digit for digit and without exponent.

    value: structs, mappings, lists, text, ints, Decimals, bools, None
    """
    packed = _ENCODER.encode(value)
    # Few values need it: a Decimal's exponent has a sign. Text that merely looks like one costs only the second walk.
    if (b"E+" in packed or b"E-" in packed) and _EXPONENT.search(packed):
        return _ENCODER.encode(_without_exponents(msgspec.to_builtins(value, builtin_types=(Decimal,))))
    return packed


def plain(value: Decimal) -> Decimal:
    """The same number without exponent, trailing zeros or negative zero: 1E+3 is 1000, 0.30 is 0.3."""
    short = value.normalize(_EXACT)
    if not short:
        return Decimal(0)
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1), context=_EXACT) if isinstance(exponent, int) and exponent > 0 else short


def _deeper_than(body: bytes, limit: int) -> bool:
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    if b"\\" not in body:
        # Nothing is escaped, so that two quotes side by side begin and end nothing.
        body = body.translate(None, _NEITHER_QUOTE_NOR_BRACKET).replace(b'""', b"")
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        first = token.group()[0]
        if first in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _decimal(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation as error:
        raise ValueError(literal) from error
    if abs(number.adjusted()) >= _MOST_DIGITS:
        raise ValueError(literal)
    return number


def _no_constant(name: str) -> NoReturn:
    raise _not_json(f"{name} is not a JSON number")


def _not_json(why: str) -> Invalid:
    return Invalid(Problem("not_json", "", f"the body is not JSON: {why}"))


def _without_exponents(value: object) -> object:
    if isinstance(value, Decimal):
        return msgspec.Raw(format(value, "f").encode())
    if isinstance(value, Mapping):
        return {key: _without_exponents(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_exponents(item) for item in value]
    return value


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=_no_constant)
