"""Who may ask: a token, as Bearer; or as the password of its principal, so that a browser can show the pages."""

from collections.abc import Sequence

from counterfoil.contracts.own.settings import Settings
from counterfoil.wire import auth
from counterfoil.wire.contract import Presented, Request


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """The token."""
    return [found for found in (auth.bearer(request.headers), auth.basic(request.headers)) if found is not None]


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """Basic names the principal."""
    return presented.mode == "bearer" or presented.user == principal
