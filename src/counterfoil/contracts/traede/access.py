"""Who may ask: an access token as Bearer or in the query, and the key of a known app beside it."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from counterfoil.contracts.traede.query import parse
from counterfoil.contracts.traede.settings import Settings
from counterfoil.core.errors import Invalid
from counterfoil.wire import auth
from counterfoil.wire.contract import Presented, Request

_APP_KEY = "x-traede-app-key"


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """The tokens found, none without the key of an app."""
    if not _is_known(request.headers.get(_APP_KEY, "").strip(), settings):
        return ()
    found = (auth.bearer(request.headers), _in_query(request.query))
    return [presented for presented in found if presented is not None]


def _is_known(key: str, settings: Settings) -> bool:
    if not settings.app_keys:
        return bool(key)
    found = [compare_digest(key.encode(), known.encode()) for known in settings.app_keys]
    return any(found)


def _in_query(query: str) -> Presented | None:
    if "access_token" not in query:
        return None
    try:
        token = parse(query).get("access_token")
    except Invalid:
        return None
    return Presented(token, None, "query") if isinstance(token, str) and token and token.isascii() else None


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """Every token that was issued for this door may be used in every way."""
    return True
