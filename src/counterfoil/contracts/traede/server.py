"""The lists and marks: read the question, ask the office, word the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

import msgspec

from counterfoil.contracts.traede import asking, marking, replies, translate
from counterfoil.contracts.traede.including import Including
from counterfoil.contracts.traede.marking import Mark
from counterfoil.contracts.traede.resources import Resource
from counterfoil.contracts.traede.settings import Settings
from counterfoil.contracts.traede.wire import Marked
from counterfoil.core.errors import Invalid, Problem
from counterfoil.core.exporting import ExportState
from counterfoil.services import exporting
from counterfoil.services.office import Context, Work
from counterfoil.wire.codec import decode
from counterfoil.wire.contract import Call, Reply
from counterfoil.wire.read import Fields

MAX_DEPTH = 16
TraedeCall = Call[Context, Settings]

_JSON = re.compile(r"application/(?:json|[a-z0-9.!#$&^_-]+\+json)\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)


def listing(resource: Resource) -> Callable[[TraedeCall], Reply]:
    """What answers the list of a resource."""

    def answer(call: TraedeCall) -> Reply:
        try:
            asked = asking.listing(call.request.query, resource)
        except Invalid as error:
            return replies.invalid(error.problems)
        page = exporting.listed(call.context, asked.wanted)
        including = Including(asked.includes)
        rows = translate.listed(page, resource.topic, including)
        return replies.found({resource.root: rows, **including.roots(), "total": page.total})

    return answer


def marks(resource: Resource) -> Callable[[TraedeCall], Reply]:
    """What answers the marks of a resource: all of a call's marks are made, or none."""

    def answer(call: TraedeCall) -> Reply:
        content_type = call.request.headers.get("content-type", "").strip()
        if content_type and not _JSON.fullmatch(content_type):
            say = "The body must be JSON: send Content-Type: application/json."
            return _without_effect(call, replies.refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, say))
        try:
            fields = Fields.of(decode(call.request.body, max_depth=MAX_DEPTH))
        except Invalid as error:
            return _without_effect(call, replies.refused(HTTPStatus.BAD_REQUEST, str(error)))
        try:
            marked, problems = marking.read(fields, resource)
            with call.context.work() as work:
                reply = _mark(work, marked, problems, resource)
                work.answer(reply.status, reply.body)
        except Invalid as error:
            return _without_effect(call, replies.invalid(error.problems))
        return reply

    return answer


def _mark(work: Work, marked: list[Mark], problems: list[Problem], resource: Resource) -> Reply:
    known = exporting.known(work, resource.topic, [mark.document_id for mark in marked])
    problems += [marking.unknown(mark, resource) for mark in marked if mark.document_id not in known]
    if problems:
        raise Invalid(problems)
    for system in {mark.system: None for mark in marked}:
        notes = {mark.document_id: mark.note or "" for mark in marked if mark.system == system}
        exporting.record(work, system, resource.topic, notes, ExportState.ACKNOWLEDGED)
    at = translate.instant(work.now)
    shown = [
        {resource.ids[0]: mark.document_id}
        | msgspec.to_builtins(Marked(system_id=mark.system, note=mark.note, exported_at=at))
        for mark in marked
    ]
    return replies.found({resource.root: shown})


def _without_effect(call: TraedeCall, reply: Reply) -> Reply:
    call.context.refuse(reply.status, reply.body)
    return reply
