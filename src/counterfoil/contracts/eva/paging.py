"""Both of EVA's ways to page: by place with PageConfig, and by token."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterfoil.contracts.eva.wire import Asked, SortDirections
from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.codec import decode, encode, plain

_DEFAULT, _MOST = 50, 1000
_MAX_START = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What page is asked for.

    descending: as asked; a page without a property to sort by goes newest first whatever it says
    by_token:   answer with a token for the next page
    upto:       the newest row of the first page, so that later pages hold still; 0 = this is the first
    """

    start: int
    limit: int
    sort: str
    descending: bool
    filter: Asked
    by_token: bool
    upto: int = 0


def read(asked: Asked, tokens_only: bool = False) -> Paging:
    """The page that a request asks for.

    tokens_only: the service knows no PageConfig and answers by token whatever it is asked
    """
    token = asked.members().get("PageToken")
    if token is not None:
        return _of_token(asked, token)
    by_token = tokens_only or asked.given("InitialPageConfig")
    config = asked.child("InitialPageConfig" if asked.given("InitialPageConfig") else "PageConfig")
    start = 0 if by_token else config.whole("Start") or 0
    limit = config.whole("Limit")
    if start < 0:
        config.note("Start", f"Start {start} is below 0")
    if limit is not None and limit <= 0:
        config.note("Limit", f"Limit {limit} is not above 0")
    direction = config.choice("SortDirection", SortDirections)
    return Paging(
        start=start,
        limit=min(_DEFAULT if limit is None else limit, _MOST),
        sort=config.text("SortProperty", 100),
        descending=direction is SortDirections.DESCENDING,
        filter=config.child("Filter"),
        by_token=by_token,
    )


def _of_token(asked: Asked, token: object) -> Paging:
    try:
        packed = base64.urlsafe_b64decode(str(token).encode("ascii"))
        found = decode(packed, max_depth=8)
        if not isinstance(found, dict) or set(found) != {"s", "l", "u", "f"}:
            raise ValueError
        start, limit, upto = (_within(found[name]) for name in ("s", "l", "u"))
        if limit == 0 or limit > _MOST or not isinstance(found["f"], dict):
            raise ValueError
    except (Invalid, ValueError, UnicodeError, binascii.Error) as error:
        raise Invalid(Problem("field_invalid", "PageToken", "the page token is none of ours")) from error
    inner = asked.beside(found["f"], "PageToken")
    return Paging(start=start, limit=limit, sort="", descending=False, filter=inner, by_token=True, upto=upto)


def _within(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_START:
        raise ValueError
    return value


def sorted_by(paging: Paging, known: Mapping[str, str]) -> tuple[str, bool]:
    """(what to sort by, descending): newest first unless a property is named.

    known: EVA's properties, in lower case, and ours for each
    """
    if not paging.sort:
        return "id", True
    ours = known.get(paging.sort.lower())
    if ours is None:
        say = f"there is nothing called {paging.sort!r} to sort by"
        raise Invalid(Problem("sort_unknown", "PageConfig.SortProperty", say))
    return ours, paging.descending


def page(paging: Paging, rows: Collection[object], total: int) -> dict[str, Any]:
    """A page by place, or by token where that was asked for."""
    if paging.by_token:
        return tokens(paging, rows, paging.start + len(rows) < total, paging.upto)
    echo = {name: _text(value) for name, value in paging.filter.members().items() if value is not None}
    direction = int(paging.descending)
    config = {"Filter": echo, "Start": paging.start, "Limit": paging.limit, "SortDirection": direction}
    sort = {"SortProperty": paging.sort} if paging.sort else {}
    return {
        "Result": {
            "PageConfig": config | sort,
            "Page": list(rows),
            "Offset": paging.start,
            "Limit": paging.limit,
            "Total": total,
            "SortDirection": direction,
            **sort,
            "Filters": echo,
            "NumberOfPages": -(-total // paging.limit),
            "CurrentPage": paging.start // paging.limit + 1,
        }
    }


def tokens(paging: Paging, rows: Collection[object], more: bool, upto: int) -> dict[str, Any]:
    """A page by token.

    upto: the newest row of the first page
    """
    before = max(paging.start - paging.limit, 0)
    return {
        "Results": list(rows),
        "NextPageToken": _token(paging, paging.start + paging.limit, upto) if more else None,
        "PreviousPageToken": _token(paging, before, upto) if paging.start else None,
    }


def _token(paging: Paging, start: int, upto: int) -> str:
    found = {"s": start, "l": paging.limit, "u": upto, "f": dict(paging.filter.members())}
    return base64.urlsafe_b64encode(encode(found)).decode("ascii")


def _text(value: object) -> str:
    """A filter's value as the echo has it: always text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{plain(value):f}"
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return str(value) if isinstance(value, int) else json.dumps(value, default=str)
