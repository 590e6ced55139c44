"""Replies, and the one place that words refusals."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from counterfoil.contracts.traede import wire
from counterfoil.contracts.traede.settings import Settings
from counterfoil.core.errors import Problem
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Fault, Reply, Request

_VALIDATION = 10000
_CODES = {"bad_query": 10001, "unknown_id": 10002, "too_many": 10003}
_FAULTS = {
    Fault.NOT_FOUND: (HTTPStatus.NOT_FOUND, "There is no such endpoint."),
    Fault.METHOD: (HTTPStatus.METHOD_NOT_ALLOWED, "This endpoint takes another method."),
    Fault.UNAUTHENTICATED: (
        HTTPStatus.UNAUTHORIZED,
        "The access token or the app key is missing or wrong.",
    ),
    Fault.FORBIDDEN: (HTTPStatus.FORBIDDEN, "This access token does not reach so far."),
    Fault.TOO_MANY: (HTTPStatus.TOO_MANY_REQUESTS, "Too many calls with this access token; try again later."),
    Fault.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB."),
}
_NO_STORE = ("Cache-Control", "no-store")


def found(shape: Any) -> Reply:
    """What was asked for."""
    return Reply(HTTPStatus.OK.value, encode(shape), (_NO_STORE,))


def refused(status: HTTPStatus, detail: str) -> Reply:
    """Why a request was not read; its code is 10000 and the status."""
    return _faults(status, [wire.Fault(status.value, _VALIDATION + status.value, detail)])


def invalid(problems: Iterable[Problem]) -> Reply:
    """Everything that is wrong."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _faults(
        status,
        [
            wire.Fault(
                status.value,
                _CODES.get(problem.code, _VALIDATION),
                f"{problem.where}: {problem.say}" if problem.where else problem.say,
            )
            for problem in problems
        ],
    )


def fault(kind: Fault, _: Request, settings: Settings) -> Reply:
    """A fault of the server's own, in this contract's words."""
    if kind not in _FAULTS:
        status = HTTPStatus.SERVICE_UNAVAILABLE if kind is Fault.UNAVAILABLE else HTTPStatus.INTERNAL_SERVER_ERROR
        return Reply(status.value, encode(wire.Failed("error", "An error occurred.")), (_NO_STORE,))
    reply = refused(*_FAULTS[kind])
    if kind is not Fault.UNAUTHENTICATED:
        return reply
    return Reply(reply.status, reply.body, (*reply.headers, ("WWW-Authenticate", "Bearer")))


def _faults(status: HTTPStatus, faults: list[wire.Fault]) -> Reply:
    return Reply(status.value, encode(wire.Faults(faults)), (_NO_STORE,))
