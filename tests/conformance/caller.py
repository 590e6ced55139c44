"""Calling a door through the whole server, in process."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.app import wsgi
from counterfoil.config import Settings
from counterfoil.services.office import Clock, utc_now
from counterfoil.store import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it leaves the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller:
    """Somebody who calls the doors of one book."""

    def __init__(
        self, store: Store, contracts: dict[str, dict[str, Any]] | None = None, clock: Clock = utc_now
    ) -> None:
        self._application = wsgi(store, Settings(contracts=contracts or {}), clock)

    def call(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request."""
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "test",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "CONTENT_LENGTH": str(len(body)),
        }
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        found: list[tuple[int, dict[str, str]]] = []

        def start(status: str, answered: list[tuple[str, str]], _: Any = None) -> Any:
            found.append((int(status.split()[0]), {name.lower(): value for name, value in answered}))

        content = b"".join(self._application(environ, start))
        status, answered = found[-1]
        return Answer(status, answered, content)


def basic(user: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"}
