"""What every method answers with: wrappers, faults, pages and chosen fields."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.core.errors import Invalid, Problem
from counterfoil.wire.codec import encode
from counterfoil.wire.contract import Fault, Reply, Request
from counterfoil.wire.values import INT32_MAX

SYSTEM = "systemfive"
_PAGE_SIZE = 100
_MOST = 1000
_REALM = (("WWW-Authenticate", 'Basic realm="Counterfoil"'),)
_FAULTS = {
    Fault.NOT_FOUND: (404, "there is no such method"),
    Fault.METHOD: (405, "this method takes another verb"),
    Fault.UNAUTHENTICATED: (401, "user and password are needed, by HTTP Basic"),
    Fault.FORBIDDEN: (403, "this user may not call this method"),
    Fault.TOO_MANY: (429, "too many calls by this user; send it again later"),
    Fault.TOO_LARGE: (413, "the body is larger than 20 MiB"),
    Fault.OURS: (500, "the server failed; nothing of this entry was stored"),
    Fault.UNAVAILABLE: (503, "the book does not answer now; send it again"),
}


def fault(kind: Fault, request: Request, settings: Settings) -> Reply:
    """A fault as DataSnap words one."""
    status, say = _FAULTS[kind]
    return Reply(status, encode({"error": say}), _REALM if kind is Fault.UNAUTHENTICATED else ())


def shown(payload: dict[str, Any], settings: Settings) -> Reply:
    """What was read, in the wrapper that this installation is set to."""
    return Reply(200, encode(wrapped(payload, settings)), (("Cache-Control", "no-store"),))


def result(payload: dict[str, Any]) -> Reply:
    """What a method of the service itself answers; those have one wrapper only."""
    return Reply(200, encode({"result": [payload]}), (("Cache-Control", "no-store"),))


def invalid(error: Invalid) -> Reply:
    """A question that cannot be read."""
    return Reply(400, encode({"error": said(error)}))


def told(root: str, records: Sequence[Mapping[str, Any]], began: float, settings: Settings) -> Reply:
    """What became of every entry of a body."""
    stored = sum(record["ActionSuccess"] for record in records)
    payload = {
        root: records,
        "APIResponse": {
            "IsSuccess": stored == len(records),
            "Response": f"{stored} of {len(records)} stored",
            "ElapsedTime": _elapsed(began),
            "RecordCount": str(len(records)),
        },
    }
    return Reply(200, encode(wrapped(payload, settings)))


def malformed(root: str, error: Invalid, began: float) -> Reply:
    """A body that holds no entries that could be taken."""
    say = said(error)
    response = {"IsSuccess": False, "Response": say, "ElapsedTime": _elapsed(began), "RecordCount": "0"}
    return Reply(400, encode({"error": say, root: [], "APIResponse": response}))


def said(error: Invalid) -> str:
    """Every problem with the field that it is about."""
    return "; ".join(f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in error.problems)


def _elapsed(began: float) -> str:
    return f"{time.perf_counter() - began:.3f}"


def wrapped(payload: dict[str, Any], settings: Settings) -> Any:
    """An answer in its wrapper."""
    match settings.envelope:
        case "result":
            return {"result": [payload]}
        case "array":
            return [payload]
        case _:
            return payload


def wanted_fields(request: Request) -> list[str]:
    """The names in `?Fields=`, none = all."""
    texts = parse_qs(request.query).get("Fields", [])
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def chosen(fields: Mapping[str, Any], wanted: Collection[str]) -> dict[str, Any]:
    """Those fields that are wanted, in their order, whatever the case of their names; all where none is named."""
    if not wanted:
        return dict(fields)
    by_name = {name.lower(): (name, value) for name, value in fields.items()}
    return dict(by_name[name.lower()] for name in wanted if name.lower() in by_name)


def record_id(text: str) -> int:
    """A record's id out of a path; 0, which no record has, for what can be none."""
    text = text.lstrip("0")
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(INT32_MAX))
    return int(text) if fits and int(text) <= INT32_MAX else 0


def page(request: Request) -> tuple[int, int]:
    """The number, from 1, and the size of the page that is asked for."""
    query = parse_qs(request.query)
    number, size = _number(query, "PageNumber", 1), _number(query, "PageSize", _PAGE_SIZE)
    if size > _MOST:
        # A smaller page than was asked for would look like the last one.
        raise Invalid(Problem("field_invalid", "PageSize", f"{size} is more than {_MOST}"))
    return number, size


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise Invalid(Problem("field_invalid", name, f"{text!r} is not a number from 1"))
    return int(text)
