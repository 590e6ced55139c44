"""A contract that says what it was handed, and an office that knows one shopkeeper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.core.errors import Problem, Unavailable
from counterfoil.web.doors import Door
from counterfoil.web.office import Office
from counterfoil.wire import auth
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Call, Contract, Fault, Presented, Reply, Request, Route

SECRET = "tok-3f9a"
PASSWORD = "pass-77"
MAX_BODY = 1000

STATUS = {
    Fault.NOT_FOUND: 404,
    Fault.METHOD: 405,
    Fault.UNAUTHENTICATED: 401,
    Fault.FORBIDDEN: 403,
    Fault.TOO_MANY: 429,
    Fault.TOO_LARGE: 413,
    Fault.OURS: 500,
    Fault.UNAVAILABLE: 503,
}


@dataclass(frozen=True)
class Shopkeeper:
    name: str
    credential: int | None = None
    per_minute: int | None = None

    def may(self, resource: str, verb: str) -> bool:
        return (resource, verb) == ("things", "read")


@dataclass(frozen=True)
class Modes:
    allowed: tuple[str, ...] = ("bearer", "basic", "header:x-key")


ParrotCall = Call[str, Modes]


def echo(call: ParrotCall) -> Reply:
    said = {
        "body": call.request.body.decode("utf-8", "replace"),
        "tail": call.request.tail,
        "query": call.request.query,
        "context": call.context,
        "principal": call.principal,
        "header": call.request.headers.get("x-note", ""),
    }
    return Reply(200, encode(said), (("Cache-Control", "no-store"),))


def crash(_: ParrotCall) -> Reply:
    raise KeyError("what only we may read")


def busy(_: ParrotCall) -> Reply:
    raise Unavailable(Problem("database_busy", "", "the book is busy"))


def present(request: Request, _: Modes) -> Sequence[Presented]:
    found = (auth.bearer(request.headers), auth.basic(request.headers), auth.header(request.headers, "X-Key"))
    return [presented for presented in found if presented]


def parrot(*more: Route[str, Modes], name: str = "parrot", prefix: str = "/parrot/") -> Contract[str, Modes]:
    routes = (
        Route("POST", f"{prefix}echo", "echo", echo),
        Route("GET", f"{prefix}things", "things", echo, prefix=True, trailing_slash=True),
        Route("POST", f"{prefix}things", "make", echo),
        Route("GET", f"{prefix}crash", "crash", crash),
        Route("GET", f"{prefix}busy", "busy", busy),
        *more,
    )
    return Contract(
        name=name,
        title="Parrot",
        prefix=prefix,
        routes=routes,
        settings=Modes,
        present=present,
        admits=lambda _, presented, modes: presented.mode in modes.allowed,
        fault=lambda fault, _, __: Reply(STATUS[fault], encode({"squawk": fault})),
        max_body=MAX_BODY,
    )


def office(
    opened: Callable[[str], None] = lambda _: None, caller: Shopkeeper = Shopkeeper("shopkeeper")
) -> Office[Shopkeeper]:
    def recognise(door: str, presented: Presented) -> Shopkeeper | None:
        known = {(None, SECRET), ("shop", PASSWORD)}
        return caller if (presented.user, presented.secret) in known else None

    def open_context(caller: Shopkeeper, contract: str, operation: str, request: Request) -> Any:
        opened(operation)
        return f"{caller.name} {contract} {operation}"

    return Office(recognise, open_context, Shopkeeper)


def door(**settings: Any) -> Door:
    return Door(parrot(), Modes(**settings))
