"""What was said to us and what we answered; making a refused call once more."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from counterfoil.contracts.own import replies
from counterfoil.contracts.own.resource import (
    Nothing,
    Operation,
    Place,
    Reading,
    Resource,
    listing,
    missing,
    showing,
)
from counterfoil.contracts.own.shapes import Code, Paged, Shown
from counterfoil.core.access import Verb
from counterfoil.core.errors import Conflict, Problem
from counterfoil.services import showing as office
from counterfoil.services.office import Context
from counterfoil.services.showing import MessageKept
from counterfoil.wire.contract import Again, Reply, Request


class Message(Shown, kw_only=True):
    """A call, or one part of it that stands or falls alone.

    sha256:  of the body
    refused: it had no effect
    """

    id: int
    request_id: str
    part: int
    contract: str
    operation: str
    path: str
    headers: dict[str, str]
    sha256: str
    status: int
    refused: bool | None
    caller: str
    received_at: datetime
    document_id: int | None


class MessageWhole(Message, kw_only=True):
    """A call with its exact body and its reply.

    body, body_base64: one of them; neither where the body was purged
    """

    reply: str
    body: str | None
    body_base64: str | None


class Replayed(Shown):
    """What came of a call that was made once more."""

    request_id: str
    status: int
    reply: str


class MessagesAsked(Paged):
    """Which messages."""

    contract: Code | None = None
    operation: Code | None = None
    caller: Code | None = None
    request_id: Code | None = None
    refused: bool | None = None


def _fields(kept: MessageKept) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in Message.__struct_fields__}


def _list(asked: Reading[MessagesAsked]) -> list[tuple[Place, Message]]:
    narrowed = {
        name: value
        for name in ("contract", "operation", "caller", "request_id", "refused")
        if (value := getattr(asked.asked, name)) is not None
    }
    before = asked.place[0] if asked.place else None
    found = asked.view.evidence.messages(narrowed, before, asked.asked.limit + 1)
    return [((one.id,), Message(**_fields(one))) for one in found]


def _one(asked: Reading[Any]) -> MessageWhole:
    kept = asked.view.evidence.message(asked.id)
    if kept is None:
        raise missing("message", asked.id)
    body = asked.view.evidence.body(kept)
    text, packed = None, None
    if body is not None:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            packed = base64.b64encode(body).decode()
    return MessageWhole(**_fields(kept), reply=kept.reply, body=text, body_base64=packed)


def _replay(
    ctx: Context, request: Request, params: dict[str, int], asked: Any, repeat: Callable[[Again], Reply | None]
) -> Reply:
    """Make a refused call once more, as its own caller: what it would have done then happens now."""
    with office.reading(ctx) as view:
        kept = view.evidence.message(params["id"])
        if kept is None:
            raise missing("message", params["id"])
        parts = view.evidence.messages({"request_id": kept.request_id}, None, 1000)
        body = view.evidence.body(kept)
    if not all(part.refused for part in parts):
        raise Conflict(Problem("not_refused", "", f"request {kept.request_id} had an effect, or may have had one"))
    if body is None:
        raise Conflict(Problem("body_purged", "", f"the body of request {kept.request_id} has been purged"))
    again = Request(
        method="POST", path=kept.path, query="", headers=kept.headers, body=body, request_id=request.request_id
    )
    reply = repeat(Again(kept.contract, kept.operation, kept.caller, again))
    if reply is None:
        raise Conflict(Problem("no_such_operation", "", f"no door has {kept.operation} at {kept.path}"))
    shown = Replayed(request_id=request.request_id, status=reply.status, reply=reply.body.decode("utf-8", "replace"))
    answer = replies.answered(200, shown)
    with ctx.work() as work:
        work.answer(answer.status, answer.body)
    return answer


RESOURCE = Resource(
    "messages",
    "Evidence",
    (
        listing("/messages", "listMessages", "Calls, latest first", Message, _list, (int,), MessagesAsked),
        showing("/messages/{id}", "getMessage", "One call with its body and reply", MessageWhole, _one),
        Operation(
            method="POST",
            path="/messages/{id}/replay",
            name="replayMessage",
            summary="Make a refused call once more",
            verb=Verb.MANAGE,
            asked=Nothing,
            reply=Replayed,
            bare=_replay,
        ),
    ),
)
