"""The whole server over a book, asked in process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.test import Client, TestResponse

from counterfoil.app import wsgi
from counterfoil.config import Settings
from counterfoil.services.office import Clock
from counterfoil.store import Store
from counterfoil.wire.codec import encode
from tests.conformance.golden import Message

#: Headers of a golden request that are sent as printed; this caller's credentials stand for the others.
_KEPT = ("content-type", "eva-user-agent", "eva-ids-mode", "idempotency-key")


class Knocker:
    """Somebody at the doors of a book.

    settings: of one contract each, by its name
    headers:  sent with every request besides the credentials
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        authorization: str,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        tables = {name: dict(table) for name, table in (settings or {}).items()}
        self._app = wsgi(store, Settings(contracts=tables), clock)
        self._always = {"Authorization": authorization, **(headers or {})}

    def open(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> TestResponse:
        """The answer to one request, with this caller's credentials unless the headers hold others."""
        sent = {**self._always, **(headers or {})}
        given = {name: value for name, value in sent.items() if value}
        return Client(self._app).open(path, method=method, data=body, headers=given)

    def message(self, said: Message, body: object = None) -> TestResponse:
        """The answer to a golden request, with these credentials in place of its own.

        body: sent instead of the printed one
        """
        method, path, _ = said.first.split()
        headers = {name: value for name, value in said.headers.items() if name in _KEPT}
        return self.open(method, path, said.body if body is None else encode(body), headers)
