"""System Five calls us."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from counterfoil.contracts.systemfive import translate
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.translate import NOBODY
from counterfoil.contracts.systemfive.wire import MAX_DEPTH, Entry, Tender, read
from counterfoil.core.document import ORDERS, Document, Sale, State
from counterfoil.core.errors import BookError, Conflict, Invalid, NotFound, Problem, Refused, Unavailable
from counterfoil.services import extending, invoicing, lookup, ordering, registry
from counterfoil.services.office import Context, Filed, Work
from counterfoil.wire import auth
from counterfoil.wire.codec import decode, encode
from counterfoil.wire.contract import Call, Fault, Presented, Reply, Request
from counterfoil.wire.values import storable

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


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """Basic, on every call."""
    found = auth.basic(request.headers)
    return (found,) if found else ()


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """The user is the principal's name."""
    return presented.user == principal


def fault(kind: Fault, request: Request, settings: Settings) -> Reply:
    """A fault as DataSnap words one."""
    status, say = _FAULTS[kind]
    return Reply(status, encode({"error": say}), _REALM if kind is Fault.UNAUTHENTICATED else ())


def add_invoice(call: Call[Context, Settings]) -> Reply:
    """Take every entry, each on its own; one that is refused neither stops nor undoes another."""
    began = time.perf_counter()
    ctx = call.context
    try:
        entries = read(decode(call.request.body, max_depth=MAX_DEPTH))
    except Invalid as error:
        reply = _malformed(error, began)
        ctx.refuse(reply.status, reply.body)
        return reply
    wanted = _wanted_fields(call.request)
    records = [_take(ctx, entry, part, wanted) for part, entry in enumerate(entries)]
    stored = sum(record["ActionSuccess"] for record in records)
    payload = {
        "Invoice": records,
        "APIResponse": {
            "IsSuccess": stored == len(records),
            "Response": f"{stored} of {len(records)} stored",
            "ElapsedTime": _elapsed(began),
            "RecordCount": str(len(records)),
        },
    }
    return Reply(200, encode(_wrapped(payload, call.settings)))


def _malformed(error: Invalid, began: float) -> Reply:
    say = "; ".join(f"{problem.where}: {problem.say}" if problem.where else problem.say for problem in error.problems)
    response = {"IsSuccess": False, "Response": say, "ElapsedTime": _elapsed(began), "RecordCount": "0"}
    return Reply(400, encode({"error": say, "Invoice": [], "APIResponse": response}))


def _elapsed(began: float) -> str:
    return f"{time.perf_counter() - began:.3f}"


def _wrapped(payload: dict[str, Any], settings: Settings) -> Any:
    match settings.envelope:
        case "result":
            return {"result": [payload]}
        case "array":
            return [payload]
        case _:
            return payload


def _wanted_fields(request: Request) -> list[str]:
    texts = parse_qs(request.query).get("Fields", [])
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def _take(ctx: Context, entry: Entry, part: int, wanted: list[str]) -> dict[str, Any]:
    """One entry in one unit of work."""
    try:
        with ctx.work(part) as work:
            record = _stored(work, entry, wanted)
            work.answer(200, encode(record))
    except Unavailable:
        raise
    except BookError as error:
        record = translate.refused(error, entry)
        ctx.refuse(200, encode(record), part)
    return record


def _stored(work: Work, entry: Entry, wanted: list[str]) -> dict[str, Any]:
    unsupported = translate.type_problem(entry)
    if entry.problems or unsupported:
        raise Refused([*entry.problems, *([unsupported] if unsupported else [])])
    order = _named(work, entry) if entry.header.InvoiceNumber else None
    customers = [number for number in (entry.header.InvoiceCustomer, entry.header.InvoiceShipTo) if number]
    ours = registry.ours(work, SYSTEM, {"customer": customers, "item": [line.PartUnique for line in entry.lines]})
    known, parts = ours["customer"], ours["item"]
    customer = known.get(entry.header.InvoiceCustomer, NOBODY) if entry.header.InvoiceCustomer else None
    ship_to = known.get(entry.header.InvoiceShipTo, NOBODY) if entry.header.InvoiceShipTo else None
    sale = translate.sale(entry, customer, ship_to, parts, work.today)
    content = translate.content(entry)
    bill_to = order.customer_id if order and customer is None else customer
    filed: list[Document] = []

    def effect() -> Filed:
        if order is not None:
            done = _extended(work, entry, order, sale)
        else:
            done = ordering.enter(work, sale) if sale.kind in ORDERS else invoicing.issue(work, sale)
        filed.append(done.document)
        if entry.header.ReferenceNo and bill_to is None and done.document.customer_id is not None:
            work.also(translate.key(entry, done.document.customer_id), content)
        return Filed(done.document, (*done.warnings, *_notes(work, entry)))

    keys = [translate.key(entry, bill_to)] if entry.header.ReferenceNo else []
    outcome = work.once(keys, content, effect)
    result = _echo(work, filed[0] if filed else None, outcome.document_id, outcome.number, wanted)
    record_id = registry.theirs(work, SYSTEM, "document", outcome.document_id)
    did = translate.did(entry, outcome.number, outcome.replayed)
    return translate.accepted(record_id, outcome.number, did, [say for _, say in outcome.warnings], result)


def _named(work: Work, entry: Entry) -> Document:
    """The invoice that InvoiceNumber names, to add lines to."""
    number = entry.header.InvoiceNumber
    found = lookup.sale(work, number)
    if found is None:
        raise NotFound(Problem("invoice_not_found", "", f"there is no invoice {number!r}"))
    return found


def _extended(work: Work, entry: Entry, order: Document, sale: Sale) -> Filed:
    """Lines and tenders added to an estimate or work order; what has been posted takes no more."""
    if order.state is not State.OPEN:
        say = f"{order.number!r} is {order.state.value} and takes no more lines"
        raise Conflict(Problem("invoice_locked", "", say))
    problems = translate.other_than(entry, order, sale)
    if problems:
        raise Refused(problems)
    return extending.extend(work, order.id, sale)


def _notes(work: Work, entry: Entry) -> list[tuple[str, str]]:
    notes = []
    header = entry.header
    if header.InvoiceCustomer and entry.billing:
        say = "InvoiceBilling is kept as this invoice's billing text; InvoiceCustomer holds"
        notes.append(("billing_is_text", say))
    if header.ReferenceNo and work.keys_with(translate.key_prefix(entry)) > work.claimed:
        say = f"ReferenceNo {header.ReferenceNo!r} was used before for another bill-to"
        notes.append(("reference_shared", say))
    return notes


def _echo(work: Work, document: Document | None, document_id: int, number: str, wanted: list[str]) -> Any:
    if not wanted:
        return None
    document = document or work.unit.documents.get(document_id)
    assert document is not None, "a document that was answered for is on file"
    fields = translate.header(document, number, lookup.their_ids(work.unit.refs, SYSTEM, [document]))
    by_name = {name.lower(): (name, value) for name, value in fields.items()}
    return dict(by_name[name.lower()] for name in wanted if name.lower() in by_name)


def read_invoices(call: Call[Context, Settings]) -> Reply:
    """Read invoices back, by number or unique id; none or 0 reads all, page by page."""
    ctx, tail = call.context, call.request.tail
    query = parse_qs(call.request.query)
    try:
        size = _page_number(query, "PageSize", _PAGE_SIZE)
        page = _page_number(query, "PageNumber", 1)
    except Invalid as error:
        return Reply(400, encode({"error": str(error)}))
    if tail in ("", "0"):
        found = lookup.page(ctx, SYSTEM, page, min(size, _MOST))
    else:
        found = lookup.by_number_or_id(ctx, SYSTEM, tail) if storable(tail) else []
    shown = [
        translate.shown(one.document, [Tender(t.type.code, t.net.amount, "") for t in one.tenders], one.ids)
        for one in found
    ]
    return Reply(200, encode(_wrapped({"Invoice": shown}, call.settings)), (("Cache-Control", "no-store"),))


def _page_number(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise Invalid(Problem("field_invalid", name, f"{name} {text!r} is not a number from 1"))
    return int(text)
