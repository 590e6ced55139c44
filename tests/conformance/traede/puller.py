"""An accounting system that lists and marks, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from counterfoil.store import Store
from counterfoil.wire.codec import encode
from tests.conformance import given_traede as given
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.desk import Desk

SYSTEM = "my_system"


def php(value: object, key: str = "") -> list[tuple[str, str]]:
    """Parameters as PHP's http_build_query writes them."""
    if isinstance(value, dict):
        pairs = [(f"{key}[{name}]" if key else str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{key}[{number}]", part) for number, part in enumerate(value)]
    else:
        return [(key, str(value))]
    return [pair for name, part in pairs for pair in php(part, name)]


class Puller:
    """Calls with good credentials; its clock moves on by a second with every call."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = given.prepare(store)()
        self.desk = Desk(store, self.now)
        self.ids = dict(given.IDS)
        self.knock = Knocker(store, self._tick, given.AUTHORIZATION, {"traede": given.SETTINGS}, given.HEADERS)

    def _tick(self) -> Any:
        self.now += timedelta(seconds=1)
        return self.now

    def get(self, path: str, query: str = "", **headers: str) -> TestResponse:
        """The answer to a list with a raw query."""
        return self.knock.open("GET", f"/v10/{path}/export?{query}", headers=headers)

    def listed(self, path: str, **asked: Any) -> Any:
        """A list's reply."""
        answer = self.get(path, urlencode(php({"system_id": SYSTEM, **asked})))
        assert answer.status_code == 200, answer.data
        return parsed(answer.data)

    def ids_of(self, path: str, **asked: Any) -> list[int]:
        """The ids that a list holds."""
        return [row["id"] for row in self.listed(path, **asked)[path.replace("-", "_")]]

    def refused(self, path: str, **asked: Any) -> list[tuple[int, str]]:
        """What is wrong with a list's parameters: code and where."""
        answer = self.get(path, urlencode(php({"system_id": SYSTEM, **asked})))
        assert answer.status_code == 422, answer.data
        return faults(answer)

    def post(self, path: str, body: object) -> TestResponse:
        """The answer to a mark call."""
        return self.knock.open(
            "POST", f"/v10/{path}/mark-as-exported", encode(body), {"Content-Type": "application/json"}
        )

    def mark(self, path: str, array: str, key: str, *ids: int, system: str = SYSTEM) -> None:
        """Marks that are taken."""
        answer = self.post(path, {array: [{key: number, "system_id": system} for number in ids]})
        assert answer.status_code == 200, answer.data


def faults(answer: TestResponse) -> list[tuple[int, str]]:
    """Code and where of everything that is wrong."""
    found = parsed(answer.data)["errors"]
    assert all(fault["status"] == answer.status_code for fault in found)
    return [(fault["code"], fault["detail"].partition(":")[0]) for fault in found]
