"""Replies, and the one place that words refusals."""

import re
from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from counterfoil.contracts.evolutionx.access import challenges
from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.contracts.evolutionx.wire import Refusal
from counterfoil.core.errors import Invalid, Problem
from counterfoil.services.office import Context
from counterfoil.wire.codec import decode, encode
from counterfoil.wire.contract import Call, Fault, Reply, Request
from counterfoil.wire.read import Fields

MAX_DEPTH = 32
_JSON = re.compile(r"application/(?:json|[a-z0-9.!#$&^_-]+\+json)\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)
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


def read(call: Call[Context, Settings]) -> Fields | Reply:
    """The object that a request brings, or the reply to one that brings none."""
    content_type = call.request.headers.get("content-type", "").strip()
    if content_type and not _JSON.fullmatch(content_type):
        say = "The body must be JSON: send Content-Type: application/json."
        return refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", say)
    try:
        return Fields.of(decode(call.request.body, max_depth=MAX_DEPTH))
    except Invalid as error:
        return refused(HTTPStatus.BAD_REQUEST, "bad_request", str(error))


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
