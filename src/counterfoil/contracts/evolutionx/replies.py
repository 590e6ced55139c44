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

_FAULTS = {
    Fault.NOT_FOUND: (HTTPStatus.NOT_FOUND, "There is no such endpoint."),
    Fault.METHOD: (HTTPStatus.METHOD_NOT_ALLOWED, "This endpoint answers POST only."),
    Fault.UNAUTHENTICATED: (HTTPStatus.UNAUTHORIZED, "No credentials, or not the right ones."),
    Fault.FORBIDDEN: (HTTPStatus.FORBIDDEN, "These credentials do not reach so far."),
    Fault.TOO_MANY: (HTTPStatus.TOO_MANY_REQUESTS, "Too many calls with these credentials; try again later."),
    Fault.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB."),
    Fault.OURS: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something is wrong on our side; the log knows this request by its id.",
    ),
    Fault.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "The book does not answer now; try again."),
}


def found(shape: msgspec.Struct) -> Reply:
    """What was asked for."""
    return _reply(HTTPStatus.OK, shape)


def refused(status: HTTPStatus, code: str, message: str) -> Reply:
    """Why nothing was looked up."""
    return _reply(status, Refusal(code, message))


def invalid(problems: Iterable[Problem]) -> Reply:
    """Every field that is wrong, with what is wrong about it."""
    fields: dict[str, str] = {}
    for problem in problems:
        fields.setdefault(problem.where, problem.say)
    message = f"These fields cannot be used: {', '.join(fields)}."
    return _reply(HTTPStatus.UNPROCESSABLE_ENTITY, Refusal("invalid_fields", message, fields))


def fault(kind: Fault, _: Request, settings: Settings) -> Reply:
    """A fault of the server's own, in this contract's words."""
    status, message = _FAULTS[kind]
    asked = challenges(settings) if kind is Fault.UNAUTHENTICATED else ()
    return _reply(status, Refusal(kind.value, message), *(("WWW-Authenticate", challenge) for challenge in asked))


def _reply(status: HTTPStatus, shape: msgspec.Struct, *headers: tuple[str, str]) -> Reply:
    return Reply(status.value, encode(shape), (("Cache-Control", "no-store"), *headers))
