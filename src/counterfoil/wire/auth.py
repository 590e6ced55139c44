"""Credentials out of request headers; one that cannot be read is no credential, never an error."""

import base64
import binascii
from collections.abc import Mapping

from counterfoil.wire.contract import Presented


def bearer(headers: Mapping[str, str]) -> Presented | None:
    """The token of `Authorization: Bearer <token>`, also where staff typed the word Bearer twice."""
    token = _after_scheme(headers.get("authorization", ""), "bearer")
    if token is None:
        return None
    token = _after_scheme(token, "bearer") or token
    return Presented(secret=token, user=None, mode="bearer")


def basic(headers: Mapping[str, str]) -> Presented | None:
    """User and password of `Authorization: Basic <base64>`, read as UTF-8."""
    packed = _after_scheme(headers.get("authorization", ""), "basic")
    if packed is None:
        return None
    try:
        pair = base64.b64decode(packed, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = pair.partition(":")
    if not colon or not password:
        return None
    return Presented(secret=password, user=user, mode="basic")


def header(headers: Mapping[str, str], name: str) -> Presented | None:
    """The whole value of a header of the operator's choosing.

    name: in any case
    """
    value = headers.get(name.lower(), "").strip()
    if not value or not value.isascii():
        return None
    return Presented(secret=value, user=None, mode=f"header:{name.lower()}")


def _after_scheme(value: str, scheme: str) -> str | None:
    word, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    if word.lower() != scheme or not rest or not rest.isascii():
        return None
    return rest
