"""EVA's clients call us: every service by its name, under either of EVA's paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from counterfoil.contracts.eva import amounts, disputes, feeders, invoices, matching, records, replies
from counterfoil.contracts.eva.replies import Namer
from counterfoil.contracts.eva.settings import Settings
from counterfoil.contracts.eva.turn import Reading, Service, Writing
from counterfoil.contracts.eva.wire import Asked, Resolver, body_of
from counterfoil.core.errors import BookError, Invalid, Problem, Unavailable
from counterfoil.services import payables, registry
from counterfoil.services.office import Context
from counterfoil.wire import auth
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Call, Fault, Presented, Reply, Request, Route

SYSTEM = "eva"
#: A path per generation of clients.
BASES = ("/message/", "/api/core/")
SERVICES: Mapping[str, Service] = {
    service.name: service
    for module in (invoices, amounts, disputes, matching, records, feeders)
    for service in module.SERVICES
}
_BY_LOWER_NAME = {name.lower(): service for name, service in SERVICES.items()}
_OPEN = "validatetoken"

EvaCall = Call[Context, Settings]


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """A token: bare, after `eva`, or after `Bearer`."""
    written = request.headers.get("authorization", "").strip()
    word, _, rest = written.partition(" ")
    if word.lower() == "eva" and rest.strip().isascii():
        return (Presented(rest.strip(), None, "bearer"),)
    found = auth.bearer(request.headers)
    if found is not None:
        return (found,)
    return (Presented(written, None, "bearer"),) if written and not rest and written.isascii() else ()


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """Whoever has a token for this door may use it in each of EVA's forms."""
    return bool(presented.secret)


def routes() -> tuple[Route[Context, Settings], ...]:
    """Every service under each path; other spellings of their names by an open place."""
    found: list[Route[Context, Settings]] = []
    for base in BASES:
        for service in SERVICES.values():
            found.append(Route("POST", base + service.name, service.name, _serving(service), scope=service.scope))
        found.append(Route("POST", f"{base}{{service}}", "service", _by_name, public=_validated))
    return tuple(found)


def _validated(request: Request, settings: Settings) -> Reply | None:
    """ValidateToken, which is asked before anybody has logged in."""
    return Reply(200, encode({})) if request.params.get("service", "").lower() == _OPEN else None


def _serving(service: Service) -> Callable[[EvaCall], Reply]:
    return lambda call: serve(service, call)


def _by_name(call: EvaCall) -> Reply:
    service = _BY_LOWER_NAME.get(call.request.params.get("service", "").lower())
    if service is None:
        return replies.fault(Fault.NOT_FOUND, call.request, call.settings)
    if service.scope is not None and not call.context.caller.may(*service.scope):
        return replies.fault(Fault.FORBIDDEN, call.request, call.settings)
    call.context.said = replace(call.context.said, operation=service.name)
    return serve(service, call)


def serve(service: Service, call: EvaCall) -> Reply:
    """One call of a service: read, done in one unit of work, answered."""
    request = call.request
    try:
        text_ids = _text_ids(request)
        body = body_of(request.body)
        return _changed(service, call, body, text_ids) if service.changes else _read(service, call, body, text_ids)
    except Unavailable:
        raise
    except BookError as error:
        reply = replies.refused(error.problems, request)
        if service.changes:
            call.context.refuse(reply.status, reply.body)
        return reply


def _text_ids(request: Request) -> bool:
    if not request.headers.get("eva-user-agent", "").strip():
        raise Invalid(Problem("header_missing", "EVA-User-Agent", "the header EVA-User-Agent is required"))
    mode = request.headers.get("eva-ids-mode", "").strip().lower()
    if mode not in ("", "legacyids", "stringids"):
        raise Invalid(Problem("header_invalid", "EVA-IDs-Mode", "ids are shown as LegacyIDs or StringIDs"))
    return mode == "stringids"


def _changed(service: Service, call: EvaCall, body: Mapping[str, object], text_ids: bool) -> Reply:
    with call.context.work() as work:
        asked = Asked(body, _resolver(lambda kind, ids: registry.ours(work, SYSTEM, {kind: ids})[kind]))
        turn = Writing(call.context, work, asked, call.settings, call.request.headers)
        answer = service.run(turn)
        namer: Namer = lambda kind, ids: registry.theirs_of(work, SYSTEM, kind, ids)  # noqa: E731
        reply = _reply(answer, text_ids, namer, turn.warnings)
        work.answer(reply.status, reply.body)
    for afterwards in turn.afterwards:
        afterwards()
    return reply


def _read(service: Service, call: EvaCall, body: Mapping[str, object], text_ids: bool) -> Reply:
    with payables.reading(call.context) as reader:
        asked = Asked(body, _resolver(lambda kind, ids: payables.ours(reader, SYSTEM, kind, ids)))
        answer = service.run(Reading(call.context, reader, asked, call.settings))
        return _reply(answer, text_ids, lambda kind, ids: payables.theirs(reader, SYSTEM, kind, ids), [])


def _resolver(ours: Callable[[str, Sequence[int]], Mapping[int, int]]) -> Resolver:
    def resolve(kind: str, number: int) -> int | None:
        return ours(kind, [number]).get(number) if number <= registry.LARGEST else None

    return resolve


def _reply(answer: Mapping[str, object], text_ids: bool, namer: Namer, warnings: Sequence[str]) -> Reply:
    headers = tuple(("EVA-Warning", say.encode("ascii", "replace").decode()) for say in warnings)
    return Reply(200, encode(replies.rendered(answer, text_ids, namer)), headers)
