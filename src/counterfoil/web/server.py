"""The WSGI application: contract routes first and thinly, everything else in Flask."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog

from counterfoil.core.errors import Unavailable
from counterfoil.web.doors import Directory, Door, Place
from counterfoil.web.figures import Figure
from counterfoil.web.incoming import Environ, Headers, path_of, read_body, request_id
from counterfoil.web.limits import Limits
from counterfoil.web.office import Caller, Office
from counterfoil.wire.contract import Again, Call, Fault, Reply, Request, Route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

RETRY_AFTER_SECONDS = 1

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_log = structlog.get_logger()


def application(
    doors: Sequence[Door],
    office: Office[Any],
    ready: Callable[[], str | None],
    standing: Callable[[], Iterable[Figure]] = tuple,
) -> WSGIApplication:
    """The server of these doors, to be made once in each serving process.

    ready:    why the book cannot be used now, None if it can; asked by /readyz
    standing: figures of the book itself; asked by /metrics
    raises: ValueError when two contracts claim one path
    """
    # Not at the top: see the note in the metrics module.
    from counterfoil.web.house import house
    from counterfoil.web.metrics import observe

    return _Server(Directory(doors), office, house(ready, standing), observe)


class _Server:
    def __init__(
        self,
        directory: Directory,
        office: Office[Any],
        house: WSGIApplication,
        observe: Callable[[str, str, int, float], None],
    ) -> None:
        self._directory = directory
        self._office = office
        self._house = house
        self._observe = observe
        self._limits = Limits()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = path_of(environ)
        found = self._directory.find(path)
        if found is None:
            return self._house(environ, start_response)
        began = time.perf_counter()
        place = found.place
        request = Request(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING") or "",
            headers=Headers(environ),
            body=b"",
            request_id=request_id(environ),
            tail=found.tail,
            params=found.params,
        )
        reply, caller = self._answer(place, request, environ)
        self._note(place, request, reply, caller, environ, time.perf_counter() - began)
        headers = [
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(reply.body))),
            ("X-Request-Id", request.request_id),
            *reply.headers,
        ]
        start_response(_STATUS_LINES[reply.status], headers)
        return [reply.body]

    def _answer(self, place: Place, request: Request, environ: Environ) -> tuple[Reply, Caller | None]:
        contract, settings = place.door.contract, place.door.settings
        caller = None
        try:
            route = place.routes.get(request.method)
            if route is None and not place.routes:
                return contract.fault(Fault.NOT_FOUND, request, settings), None
            if route is None:
                reply = contract.fault(Fault.METHOD, request, settings)
                return _with(reply, "Allow", ", ".join(sorted(place.routes))), None
            if request.tail and not route.prefix:
                return contract.fault(Fault.NOT_FOUND, request, settings), None
            if route.public is not None and (said := route.public(request, settings)) is not None:
                return said, None
            caller = self._recognise(place.door, request)
            if caller is None:
                return contract.fault(Fault.UNAUTHENTICATED, request, settings), None
            if seconds := self._wait(caller):
                reply = contract.fault(Fault.TOO_MANY, request, settings)
                return _with(reply, "Retry-After", str(math.ceil(seconds))), caller
            if route.scope is not None and not caller.may(*route.scope):
                return contract.fault(Fault.FORBIDDEN, request, settings), caller
            body = read_body(environ, contract.max_body)
            if body is None:
                return contract.fault(Fault.TOO_LARGE, request, settings), caller
            request = replace(request, body=body)
            return self._handle(place, route, caller, request), caller
        except Unavailable:
            _log.warning("unavailable", request_id=request.request_id, exc_info=True)
            reply = contract.fault(Fault.UNAVAILABLE, request, settings)
            return _with(reply, "Retry-After", str(RETRY_AFTER_SECONDS)), caller
        except Exception:
            _log.exception("failed", request_id=request.request_id)
            return contract.fault(Fault.OURS, request, settings), caller

    def _handle(self, place: Place, route: Route[Any, Any], caller: Caller, request: Request) -> Reply:
        context = self._office.open(caller, place.door.contract.name, route.operation, request)
        return route.handle(Call(context, request, place.door.settings, caller.name, self._repeat))

    def _repeat(self, earlier: Again) -> Reply | None:
        found = self._directory.find(earlier.request.path)
        if found is None or found.place.door.contract.name != earlier.contract:
            return None
        request = replace(earlier.request, tail=found.tail, params=found.params)
        for route in found.place.routes.values():
            if route.operation == earlier.operation:
                return self._handle(found.place, route, self._office.named(earlier.caller), request)
        return None

    def _recognise(self, door: Door, request: Request) -> Caller | None:
        contract = door.contract
        for presented in contract.present(request, door.settings):
            caller: Caller | None = self._office.recognise(contract.name, presented)
            if caller is not None and contract.admits(caller.name, presented, door.settings):
                return caller
        return None

    def _wait(self, caller: Caller) -> float:
        if caller.per_minute is None or caller.credential is None:
            return 0.0
        return self._limits.wait(caller.credential, caller.per_minute)

    def _note(
        self, place: Place, request: Request, reply: Reply, caller: Caller | None, environ: Environ, seconds: float
    ) -> None:
        contract = place.door.contract.name
        route = place.routes.get(request.method)
        operation = route.operation if route else "none"
        self._observe(contract, operation, reply.status, seconds)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            who = {"peer": environ.get("REMOTE_ADDR", "")}
        else:
            who = {"principal": caller.name if caller else ""}
        _log.info(
            "login_failed" if reply.status == HTTPStatus.UNAUTHORIZED else "request",
            request_id=request.request_id,
            contract=contract,
            operation=operation,
            status=reply.status,
            ms=round(seconds * 1000, 3),
            **who,
        )


def _with(reply: Reply, name: str, value: str) -> Reply:
    return replace(reply, headers=(*reply.headers, (name, value)))
