"""The published document is what is served: whatever it allows is answered as it says, never with a fault of ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NOT_SET

from counterfoil.app import wsgi
from counterfoil.config import Settings
from counterfoil.contracts.own.resource import BASE
from counterfoil.contracts.own.resources import RESOURCES
from counterfoil.services.checking import check
from counterfoil.services.registry import make_book
from counterfoil.store import Store, open_store
from tests.conformance import given_own

_SOAK = bool(os.environ.get("COUNTERFOIL_SOAK"))
_HEADERS = {"Authorization": given_own.AUTHORIZATION}
#: Of lines of text a schema says nothing that could be violated.
_OPERATIONS = [
    pytest.param(one.method, BASE + one.path, mode, id=f"{one.name}-{mode.value}")
    for resource in RESOURCES
    for one in resource.operations
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or not one.media
]
load_all_checks()
#: A book has more rules than a schema can say: what fits it may still be refused.
_LEFT_OUT = [CHECKS.get_one("positive_data_acceptance")]
#: What the book knows: made-up names and figures are refused before anything else happens.
_KNOWN = {
    "customer": ("ACME001", "NORTH"),
    "ship_to": ("NORTH",),
    "sku": ("LAMP",),
    "tender": ("C", "K", "T"),
    "account": ("1050", "4000"),
    "terms": ("NET30",),
    "tax_codes": (["GST"],),
    "exempt_from": (["GST"], []),
    "currency": ("CAD",),
    "number": (None,),
    "type": ("", "A"),
    "sub_type": ("",),
    "book_month": (None, 202312),
    "department_id": (None, 1),
    "salesperson_id": (None, 1),
    "dated_on": (None, "2024-03-04"),
    "due_on": (None, "2024-04-04"),
    "ordered_on": (None,),
    "ship_on": (None,),
    "lines": (NOT_SET, [{"sku": "LAMP", "quantity": 2}], [{"sku": "LAMP"}, {"kind": "charge", "unit_price": "5.00"}]),
    "tenders": ([], [{"tender": "C", "amount": 500}]),
    "amount": ("10.00", 5),
    "quantity": (1, "2.5"),
    "unit_price": ("9.99", None),
    "unit_cost": (None, "4"),
    "price": (None, "19.90"),
    "discount": (0,),
    "rate": ("0.05", 1),
    "asserted": (None,),
    "invoices": (None, []),
    "credit_limit": (None, 1000),
    "contact": (None, "01"),
}


def _settings(examples: int, steps: int = 50) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not _SOAK,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
        database=None,
    )


class _Familiar:
    """Puts what the book knows into two of three bodies."""

    def __init__(self) -> None:
        self._turn = count()

    def __call__(self, case: Any) -> None:
        if case.body is not NOT_SET and next(self._turn) % 3:
            case.body = self._with_names(case.body)
            if isinstance(case.body, dict) and "lines" in case.body and "{" not in case.path:
                case.body.setdefault("customer", "NORTH")

    def _with_names(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_names(part) for part in value]
        if not isinstance(value, dict):
            return value
        named = {name: known[next(self._turn) % len(known)] for name, known in _KNOWN.items() if name in value}
        named = {name: known for name, known in named.items() if known is not NOT_SET}
        return {name: named[name] if name in named else self._with_names(part) for name, part in value.items()}


class _House:
    """An application in front of a book with something in it; what is left of a book must obey every law."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request, self._folder, self._turn = request, folder, count()
        self._prepared: Path | None = None
        self._made = ExitStack()
        self._store = self._book()
        self._app = wsgi(self._store, Settings(), given_own.CLOCK)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self._app(environ, start_response)

    def anew(self) -> None:
        """Begin again with a book as it was at first, for runs that are compared."""
        self.close()
        self._store = self._book()
        self._app = wsgi(self._store, Settings(), given_own.CLOCK)

    def close(self) -> None:
        """Look over what is left of the book."""
        assert [str(breach) for finding in check(self._store) for breach in finding.breaches] == []
        self._store.engine.dispose()
        self._made.close()

    def _book(self) -> Store:
        if self._request.param == "sqlite":
            path = self._folder / f"book-{next(self._turn)}.db"
            shutil.copy(self._prepared or self._request.getfixturevalue("empty_sqlite"), path)
            store = open_store(f"sqlite:///{path}")
            if self._prepared is None:
                self._fill(store)
                self._prepared = self._folder / "prepared.db"
                with store.engine.reading() as connection:
                    connection.script(f"VACUUM INTO '{self._prepared}'")
            return store
        store = open_store(self._made.enter_context(self._request.getfixturevalue("empty_postgresql")()))
        self._fill(store)
        return store

    def _fill(self, store: Store) -> None:
        make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
        given_own.prepare(store)


@pytest.fixture(scope="module", params=["sqlite", *(["postgresql"] if _SOAK else [])])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_House]:
    """A book with something in it, and the application in front of it."""
    house = _House(request, tmp_path_factory.mktemp("published"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def published(served: _House) -> Any:
    """The document, as it is served."""
    return schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", served, headers=_HEADERS)


@pytest.mark.parametrize(("method", "path", "mode"), _OPERATIONS)
def test_every_operation_answers_as_published(published: Any, method: str, path: str, mode: GenerationMode) -> None:
    familiar = _Familiar()

    @_settings(200 if _SOAK else 3)
    @given(case=published[path][method].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            familiar(case)
        case.call_and_validate(headers=_HEADERS, excluded_checks=_LEFT_OUT)

    ask()


def test_what_was_made_can_be_gone_on_with_along_the_links(published: Any, served: _House) -> None:
    class Walk(published.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.familiar = _Familiar()
            served.anew()

        def before_call(self, case: Any) -> None:
            self.familiar(case)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": _HEADERS}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            # It takes the credentials for made-up ones, which the conformance suite sends.
            case.validate_response(response, excluded_checks=[*_LEFT_OUT, CHECKS.get_one("ignored_auth")])

    published.config.generation.update(modes=[GenerationMode.POSITIVE])
    Walk.run(settings=_settings(150 if _SOAK else 4, 60 if _SOAK else 25))
