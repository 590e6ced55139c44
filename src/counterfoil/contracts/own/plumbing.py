"""From a request to an operation and back: paths, queries, bodies, pages, entity tags, and what may be sent twice."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from msgspec import Struct

from counterfoil.contracts.own import replies
from counterfoil.contracts.own.resource import (
    BASE,
    TEXTS,
    Operation,
    Params,
    Place,
    Reading,
    Resource,
    Writing,
)
from counterfoil.contracts.own.settings import Settings
from counterfoil.core.errors import BookError, Invalid, Problem, Unavailable
from counterfoil.services import showing
from counterfoil.services.office import Context, Told
from counterfoil.wire.codec import decode, encode
from counterfoil.wire.contract import Call, Fault, Reply, Request, Route
from counterfoil.wire.shapes import read, read_query
from counterfoil.wire.values import storable

MAX_DEPTH = 20
LARGEST = 2**31 - 1
_KEY_LENGTH = 255
_LONGEST = 200


def routes(resources: Sequence[Resource]) -> tuple[Route[Context, Settings], ...]:
    """The routes of all operations."""
    return tuple(
        Route(one.method, BASE + one.path, one.name, _handler(one), scope=(resource.name, one.verb))
        for resource in resources
        for one in resource.operations
    )


def _handler(operation: Operation) -> Any:
    answer = _write if operation.writes else _read

    def handle(call: Call[Context, Settings]) -> Reply:
        params = _params(call.request)
        if params is None:
            return replies.fault(Fault.NOT_FOUND, call.request, call.settings)
        try:
            if operation.bare is not None:
                asked = _asked(operation, call.request)
                return operation.bare(call.context, call.request, params, asked, call.repeat)
            return answer(operation, call, params)
        except Unavailable:
            raise
        except BookError as error:
            reply = replies.refused(error, call.request)
            if operation.writes:
                call.context.refuse(reply.status, reply.body)
            return reply

    return handle


def _params(request: Request) -> Params | None:
    """What stands in the open places of the path; None for what can be no id or text."""
    found = {name: _param(name, text) for name, text in request.params.items()}
    return None if None in found.values() else found


def _param(name: str, text: str) -> int | str | None:
    if name in TEXTS:
        return text if storable(text) and len(text) <= _LONGEST else None
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return number if 0 < (number := int(text)) <= LARGEST else None


def _asked(operation: Operation, request: Request) -> Any:
    if not operation.writes or operation.bare is not None:
        return read_query(operation.asked, request.query)
    body = decode(request.body, max_depth=MAX_DEPTH) if request.body or operation.asked.__struct_fields__ else {}
    return read(operation.asked, body)


def _read(operation: Operation, call: Call[Context, Settings], params: Params) -> Reply:
    asked = _asked(operation, call.request)
    wanted = _wanted(operation, getattr(asked, "fields", None))
    place = _place(operation, asked.cursor) if operation.lists else None
    with showing.reading(call.context) as view:
        found = operation.run(Reading(call.context, view, params, asked, place))
    if operation.lists:
        return replies.answered(200, _page(found, asked.limit, wanted))
    headers = (("ETag", _tag(found)),) if operation.tagged else ()
    return replies.answered(200, _narrowed(found, wanted), *headers)


def _page(rows: Sequence[tuple[Place, Struct]], limit: int, wanted: Sequence[str] | None) -> Mapping[str, Any]:
    shown = rows[:limit]
    following = _cursor(shown[-1][0]) if len(rows) > len(shown) else None
    return {"data": [_narrowed(row, wanted) for _, row in shown], "next": following}


def _cursor(place: Place) -> str:
    packed = json.dumps([str(part) if isinstance(part, date) else part for part in place]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _place(operation: Operation, cursor: str | None) -> Place | None:
    """Where a cursor points; one that this list has not given is refused, never handed on."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(parts) == len(operation.place):
            return tuple(_part(part, kind) for part, kind in zip(parts, operation.place, strict=True))
    except (binascii.Error, ValueError, TypeError):
        pass
    raise Invalid(Problem("cursor_invalid", "cursor", "this is no cursor of this list"))


def _part(part: object, kind: type) -> Any:
    if kind is date and isinstance(part, str):
        return date.fromisoformat(part).isoformat()
    if kind is int and type(part) is int and abs(part) <= LARGEST:
        return part
    if kind is str and isinstance(part, str) and storable(part):
        return part
    raise ValueError(part)


def _wanted(operation: Operation, fields: str | None) -> Sequence[str] | None:
    """The members that are asked for, None for all; those that the operation does not show are refused."""
    if fields is None or operation.reply is None:
        return None
    wanted = [name.strip() for name in fields.split(",")]
    unknown = [name for name in wanted if name not in operation.reply.__struct_encode_fields__]
    if unknown:
        raise Invalid([Problem("field_unknown", "fields", f"there is no member {name!r}") for name in unknown])
    return wanted


def _narrowed(shown: Struct, wanted: Sequence[str] | None) -> Any:
    return shown if wanted is None else {name: getattr(shown, name) for name in wanted}


def _tag(shown: Struct) -> str:
    return _tag_of(encode(shown))


def _tag_of(packed: bytes) -> str:
    return f'"{sha256(packed).hexdigest()[:32]}"'


def _write(operation: Operation, call: Call[Context, Settings], params: Params) -> Reply:
    asked = _asked(operation, call.request)
    key = key_of(call.request)
    match = call.request.headers.get("if-match") if operation.tagged else None
    content = _content(operation, params, asked)
    with call.context.work() as work:
        told = work.tell_once(key, content, lambda: _done(operation, Writing(work, params, asked, match, _tag)))
    headers = [("Idempotency-Replayed", "true")] if told.replayed else []
    if operation.tagged:
        headers.append(("ETag", _tag_of(told.reply)))
    return replies.told(told.status, told.reply, *headers)


def _done(operation: Operation, wanted: Writing[Any]) -> Told:
    return Told(operation.status, encode(operation.run(wanted)))


def key_of(request: Request) -> str | None:
    """The key that binds a request to its first effect, None without one."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (key and len(key) <= _KEY_LENGTH and key.isascii() and key.isprintable()):
        say = f"a key is 1 to {_KEY_LENGTH} printable ASCII characters"
        raise Invalid(Problem("key_invalid", "Idempotency-Key", say))
    return key


def _content(operation: Operation, params: Params, asked: Struct) -> bytes:
    """What a request means, whatever its spelling."""
    return sha256(encode([operation.name, sorted(params.items()), asked])).digest()
