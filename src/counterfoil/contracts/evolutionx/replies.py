"""Replies, and the one place that words refusals."""

from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from counterfoil.contracts.evolutionx.access import challenges
from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.contracts.evolutionx.wire import Refusal
from counterfoil.core.errors import Problem
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Fault, Reply, Request

_FRESH = (("Cache-Control", "no-store"),)
_FAULTS = {
    Fault.NOT_FOUND: (HTTPStatus.NOT_FOUND, "There is no such endpoint."),
    Fault.METHOD: (HTTPStatus.METHOD_NOT_ALLOWED, "This endpoint answers POST only."),
    Fault.UNAUTHENTICATED: (HTTPStatus.UNAUTHORIZED, "No credentials, or not the right ones."),
    Fault.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB."),
    Fault.OURS: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something is wrong on our side; the log knows this request by its id.",
    ),
    Fault.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "The book does not answer now; try again."),
}


def found(shape: msgspec.Struct) -> Reply:
    """What was asked for."""
    return Reply(HTTPStatus.OK, encode(shape), _FRESH)


def refused(status: HTTPStatus, code: str, message: str) -> Reply:
    """Why nothing was looked up."""
    return Reply(status, encode(Refusal(code, message)), _FRESH)


def invalid(problems: Iterable[Problem]) -> Reply:
    """Every field that is wrong, with what is wrong about it."""
    fields: dict[str, str] = {}
    for problem in problems:
        fields.setdefault(problem.where, problem.say)
    body = Refusal("invalid_fields", f"{len(fields)} field(s) cannot be used: {', '.join(fields)}.", fields)
    return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, encode(body), _FRESH)


def fault(kind: Fault, _: Request, settings: Settings) -> Reply:
    """A fault of the server's own, in this contract's words."""
    status, message = _FAULTS[kind]
    asked = challenges(settings) if kind is Fault.UNAUTHENTICATED else ()
    headers = *_FRESH, *(("WWW-Authenticate", challenge) for challenge in asked)
    return Reply(status, encode(Refusal(kind.value, message)), headers)
