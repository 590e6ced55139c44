"""System Five calls us."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from counterfoil.contracts.systemfive import translate
from counterfoil.contracts.systemfive.replies import (
    SYSTEM,
    chosen,
    invalid,
    malformed,
    page,
    shown,
    told,
    wanted_fields,
)
from counterfoil.contracts.systemfive.settings import Settings
from counterfoil.contracts.systemfive.translate import NOBODY
from counterfoil.contracts.systemfive.wire import MAX_DEPTH, Entry, Tender, read
from counterfoil.core.document import ORDERS, Document, Sale, State
from counterfoil.core.errors import BookError, Conflict, Invalid, NotFound, Problem, Refused, Unavailable
from counterfoil.services import extending, invoicing, lookup, ordering, registry
from counterfoil.services.office import Context, Filed, Work
from counterfoil.wire import auth
from counterfoil.wire.codec import decode, encode
from counterfoil.wire.contract import Call, Presented, Reply, Request
from counterfoil.wire.values import storable


def present(request: Request, settings: Settings) -> Sequence[Presented]:
    """Basic, on every call."""
    found = auth.basic(request.headers)
    return (found,) if found else ()


def admits(principal: str, presented: Presented, settings: Settings) -> bool:
    """The user is the principal's name."""
    return presented.user == principal


def add_invoice(call: Call[Context, Settings]) -> Reply:
    """Take every entry, each on its own; one that is refused neither stops nor undoes another."""
    began = time.perf_counter()
    ctx = call.context
    try:
        entries = read(decode(call.request.body, max_depth=MAX_DEPTH))
    except Invalid as error:
        reply = malformed("Invoice", error, began)
        ctx.refuse(reply.status, reply.body)
        return reply
    wanted = wanted_fields(call.request)
    records = [_take(ctx, entry, part, wanted) for part, entry in enumerate(entries)]
    return told("Invoice", records, began, call.settings)


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
        # Asked before anything is filed, so that all of it is written together.
        shared = work.ask_others(translate.key_prefix(entry)) if entry.header.ReferenceNo else None
        if order is not None:
            done = _extended(work, entry, order, sale)
        else:
            done = ordering.enter(work, sale) if sale.kind in ORDERS else invoicing.issue(work, sale)
        filed.append(done.document)
        if entry.header.ReferenceNo and bill_to is None and done.document.customer_id is not None:
            work.also(translate.key(entry, done.document.customer_id), content)
        return Filed(done.document, (*done.warnings, *_notes(entry, shared is not None and shared())))

    # A customer that was merged since is still the bill-to that the first try was for.
    bill_tos = [None] if bill_to is None else work.reference.one_with(bill_to)
    keys = [translate.key(entry, one) for one in bill_tos] if entry.header.ReferenceNo else []
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


def _notes(entry: Entry, shared: bool) -> list[tuple[str, str]]:
    """What the sender should know. shared: the ReferenceNo is that of other invoices too."""
    notes = []
    header = entry.header
    if header.InvoiceCustomer and entry.billing:
        say = "InvoiceBilling is kept as this invoice's billing text; InvoiceCustomer holds"
        notes.append(("billing_is_text", say))
    if shared:
        say = f"ReferenceNo {header.ReferenceNo!r} was used before for another bill-to"
        notes.append(("reference_shared", say))
    return notes


def _echo(work: Work, document: Document | None, document_id: int, number: str, wanted: list[str]) -> Any:
    if not wanted:
        return None
    document = document or work.unit.documents.get(document_id)
    assert document is not None, "a document that was answered for is on file"
    fields = translate.header(document, number, lookup.their_ids(work.unit.refs, SYSTEM, [document]))
    return chosen(fields, wanted)


def read_invoices(call: Call[Context, Settings]) -> Reply:
    """Read invoices back, by number or unique id; none or 0 reads all, page by page."""
    ctx, tail = call.context, call.request.tail
    try:
        number, size = page(call.request)
    except Invalid as error:
        return invalid(error)
    if tail in ("", "0"):
        found = lookup.page(ctx, SYSTEM, number, size)
    else:
        found = lookup.by_number_or_id(ctx, SYSTEM, tail) if storable(tail) else []
    wanted = wanted_fields(call.request)
    rows = [
        translate.shown(one.document, [Tender(t.type.code, t.net.amount, "") for t in one.tenders], one.ids)
        for one in found
    ]
    return shown({"Invoice": [_narrowed(row, wanted) for row in rows]}, call.settings)


def _narrowed(row: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """An invoice with the nodes that are wanted, and the fields of its header."""
    header = chosen(row["InvoiceHeader"], wanted)
    nodes = chosen(row, wanted)
    return nodes if "InvoiceHeader" in nodes else {"InvoiceHeader": header, **nodes} if header else nodes
