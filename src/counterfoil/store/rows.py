"""Small conversions between core values and columns."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from counterfoil.core.party import NOWHERE, Address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADDRESS = tuple(field.name for field in fields(Address))
_MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 86_400_000


def to_ms(at: datetime) -> int:
    """An aware instant as whole milliseconds since 1970, cut off."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(value: int) -> datetime:
    """The inverse of to_ms."""
    return _EPOCH + value * _MILLISECOND


def midnight_ms(on: date) -> int:
    """The first millisecond of a day, UTC."""
    return (on.toordinal() - _EPOCH.toordinal()) * DAY_MS


def to_day(on: date | None) -> str | None:
    """A date as ISO text."""
    return None if on is None else on.isoformat()


def from_day(text: str | None) -> date | None:
    """The inverse of to_day."""
    return None if text is None else date.fromisoformat(text)


def fold(text: str) -> str:
    """Text for comparison without regard to case."""
    return fold_part(text.strip())


def fold_part(text: str) -> str:
    """A piece of such a text, its blanks at both ends with it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def address_text(address: Address) -> str:
    """An address as JSON, empty parts left out."""
    return to_json({name: value for name in _ADDRESS if (value := getattr(address, name))})


def address_of(text: str | None) -> Address:
    """The inverse of address_text."""
    return _address(text) if text else NOWHERE


def ids_text(ids: Iterable[int]) -> str:
    """A set of ids as JSON."""
    return to_json(sorted(ids))


def ids_of(text: str) -> frozenset[int]:
    """The inverse of ids_text."""
    return frozenset(json.loads(text)) if text != "[]" else frozenset()


_address = msgspec.json.Decoder(Address).decode
_encoder = msgspec.json.Encoder(order="sorted")


def to_json(value: Mapping[str, Any] | list[Any]) -> str:
    """Compact JSON with its keys in order."""
    return _encoder.encode(value).decode()
