"""What leaves the book for other systems: lists of what they have not taken, and the history of what they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.exporting import Exportable, ExportEvent, ExportPage, ExportState, Topic, Wanted
from counterfoil.core.posting import cost_part
from counterfoil.services.office import Context, Work
from counterfoil.store import Reader


def record(
    work: Work,
    system: str,
    topic: Topic,
    notes: dict[int, str],
    state: ExportState,
    remote_id: str = "",
    where: str = "",
) -> list[ExportEvent]:
    """File that documents have come one step further on their way into a system, all of them or none.

    notes:  document id -> what to remember with it
    raises: NotFound with a problem for every id that is no such document; where is the path that the sender knows
    """
    known = work.unit.exports.known(topic, notes)
    missing = [number for number in notes if number not in known]
    if missing:
        kind = topic.value.replace("_", " ")
        raise NotFound([Problem("document_not_found", where, f"there is no {kind} {number}") for number in missing])
    events = [
        ExportEvent(topic, number, system, state, work.now, work.actor, note, remote_id, known[number])
        for number, note in notes.items()
    ]
    if events:
        work.unit.exports.record(events, work.unit.mint, work.request_id)
    return events


def register(work: Work, system: str, topics: Iterable[Topic]) -> None:
    """Keep lists of what a system has still to take; a system is registered by its first mark at the latest."""
    for topic in topics:
        work.unit.exports.register(system, topic)


def history(ctx: Context, document_id: int) -> list[ExportEvent]:
    """A document's whole way into other systems, oldest first."""
    with ctx.store.reader() as reader:
        return reader.exports.history(document_id)


def latest(ctx: Context, system: str, topic: Topic, document_id: int) -> ExportState | None:
    """How far a document has come on its way into a system; None before its first step."""
    with ctx.store.reader() as reader:
        return reader.exports.state(system, topic, document_id)


def listed(ctx: Context, wanted: Wanted) -> ExportPage:
    """A page of what a system has not exported, in one state of the book.

    A document that a system brought in itself is not listed to it.
    """
    if wanted.since is not None and wanted.since > ctx.now:
        wanted = replace(wanted, since=None)
    with ctx.store.snapshot() as reader:
        found, total = reader.exported.listed(wanted, ctx.now)
        rows = _rows(reader, wanted.topic, found)
        ids = {line.item_id for row in rows for line in row.document.lines if line.item_id is not None}
        return ExportPage(tuple(rows), reader.items.of(ids), total)


def _rows(reader: Reader, topic: Topic, found: Sequence[tuple[int, bool]]) -> list[Exportable]:
    booked = [number for number, is_draft in found if not is_draft]
    documents, entered = reader.documents.many(booked), reader.exported.entered(booked)
    drafts = reader.exported.drafts([number for number, is_draft in found if is_draft])
    entries = reader.exported.entries(booked) if topic is Topic.ACCOUNTING_ENTRY else {}
    reversals = reader.exported.reversals(booked)
    rows = []
    for number, is_draft in found:
        if is_draft:
            draft, created, updated = drafts[number]
            rows.append(Exportable(document=draft, created_at=created, updated_at=updated))
            continue
        document, at = documents[number], entered[number]
        entry = entries.get(number)
        rows.append(
            Exportable(
                document=document,
                created_at=at,
                updated_at=at,
                entry=None if entry is None else cost_part(entry, document),
                reversed_on=reversals.get(number),
            )
        )
    customers = reader.parties.customers({row.document.customer_id for row in rows if row.document.customer_id})
    return [replace(row, customer=customers.get(row.document.customer_id or 0)) for row in rows]
