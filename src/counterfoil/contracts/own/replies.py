"""Replies, and the one place that words refusals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from counterfoil.contracts.own.settings import Settings
from counterfoil.contracts.own.shapes import Shown
from counterfoil.core.errors import BookError, Conflict, Invalid, NotFound, Problem, Refused
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Fault, Reply, Request

MAX_BODY = 4 * 1024 * 1024
_CHALLENGES = (
    ("WWW-Authenticate", "Bearer"),
    ("WWW-Authenticate", 'Basic realm="counterfoil", charset="UTF-8"'),
)
_FAULTS = {
    Fault.NOT_FOUND: (404, "There is nothing at this path."),
    Fault.METHOD: (405, "This path takes another method."),
    Fault.UNAUTHENTICATED: (401, "No token, or not the right one."),
    Fault.FORBIDDEN: (403, "The token's scopes do not cover this."),
    Fault.TOO_MANY: (429, "Too many calls with this token; try again later."),
    Fault.TOO_LARGE: (413, "The body is larger than 4 MiB."),
    Fault.OURS: (500, "Something is wrong on our side; the log knows this request by its id."),
    Fault.UNAVAILABLE: (503, "The book does not answer now; try again."),
}
#: What was changed meanwhile.
STALE = "changed_meanwhile"
_STATUS: dict[type[BookError], int] = {Invalid: 400, NotFound: 404, Conflict: 409, Refused: 422}


class ProblemShown(Shown):
    """One thing that is wrong; where is the path in the body, or a parameter's name."""

    code: str
    message: str
    where: str


class Failure(Shown):
    """Why a call had no effect: the first problem, and all of them."""

    code: str
    message: str
    where: str
    request_id: str
    problems: list[ProblemShown]


def answered(status: int, value: Any, *headers: tuple[str, str]) -> Reply:
    """What came of a call."""
    return told(status, encode(value), *headers)


def told(status: int, body: bytes, *headers: tuple[str, str]) -> Reply:
    """What came of a call, encoded."""
    return Reply(status, body, (("Cache-Control", "no-store"), *headers))


def refused(error: BookError, request: Request) -> Reply:
    """What forbids a call. A name in its body that is none makes the body wrong, not the path."""
    status = _STATUS[type(error)]
    if any(problem.code == STALE for problem in error.problems):
        status = HTTPStatus.PRECONDITION_FAILED.value
    elif isinstance(error, NotFound) and error.problems[0].where and request.method != "GET":
        status = _STATUS[Refused]
    return answered(status, _failure(error.problems, request))


def fault(kind: Fault, request: Request, settings: Settings) -> Reply:
    """A fault of the server's own, in this contract's words."""
    status, say = _FAULTS[kind]
    challenges = _CHALLENGES if kind is Fault.UNAUTHENTICATED else ()
    return answered(status, _failure((Problem(kind.value, "", say),), request), *challenges)


def _failure(problems: tuple[Problem, ...], request: Request) -> Failure:
    first = problems[0]
    return Failure(
        code=first.code,
        message=first.say,
        where=first.where,
        request_id=request.request_id,
        problems=[ProblemShown(code=one.code, message=one.say, where=one.where) for one in problems],
    )
