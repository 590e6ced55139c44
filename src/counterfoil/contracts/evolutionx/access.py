"""Who may ask: the credentials that a request carries, and whether its store may carry them so."""

from collections.abc import Sequence
from hmac import compare_digest

from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.wire import auth
from counterfoil.wire.contract import Presented, Request


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """Every credential found: Bearer, Basic, and the headers that some store is configured for."""
    headers = request.headers
    keys = {store.key for store in settings.stores if store.key is not None}
    found = (auth.bearer(headers), auth.basic(headers), *(auth.header(headers, key) for key in sorted(keys)))
    return [presented for presented in found if presented is not None]


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """Whether the store of this principal may present itself in this way."""
    store = settings.of(principal)
    match presented.mode:
        case "bearer":
            return "bearer" in store.modes
        case "basic":
            user = store.name if store.user is None else store.user
            return "basic" in store.modes and compare_digest((presented.user or "").encode(), user.encode())
        case mode:
            return store.key is not None and mode == f"header:{store.key.lower()}"


def challenges(settings: Settings) -> list[str]:
    """What a caller without credentials is asked for."""
    asked = ["Bearer"]
    if any("basic" in store.modes for store in settings.stores):
        asked.append('Basic realm="counterfoil", charset="UTF-8"')
    return asked
