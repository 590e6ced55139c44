"""What leaves the book for other systems: lists of what they have not taken, and the history of what they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterfoil.core.document import Document
from counterfoil.core.errors import NotFound, Problem, Refused
from counterfoil.core.exporting import Exportable, ExportEvent, ExportPage, ExportState, Topic, Wanted
from counterfoil.core.journal import Entry, to_base
from counterfoil.core.money import Currency, Money
from counterfoil.core.party import Customer
from counterfoil.core.posting import cost_part
from counterfoil.core.reference import Reference
from counterfoil.services.office import Context, Work
from counterfoil.store import Reader


def known(work: Work, topic: Topic, ids: Iterable[int]) -> dict[int, bool]:
    """Which of some documents may leave as a topic: id -> whether it is a draft still."""
    return work.unit.exports.known(topic, list(ids))


def record(
    work: Work, system: str, topic: Topic, notes: Mapping[int, str], state: ExportState, remote_id: str = ""
) -> list[ExportEvent]:
    """File that documents have come one step further on their way into a system, all of them or none.

    notes:  document id -> what to remember with it
    raises: NotFound with a problem for every id that is no such document
    """
    found = known(work, topic, notes)
    missing = [number for number in notes if number not in found]
    if missing:
        kind = topic.value.replace("_", " ")
        raise NotFound([Problem("document_not_found", "", f"there is no {kind} {number}") for number in missing])
    events = [
        ExportEvent(topic, number, system, state, work.now, work.actor, note, remote_id, found[number])
        for number, note in sorted(notes.items())  # two callers take their documents in the same order
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
        reference = reader.reference
        items = reader.items.of(ids)
        return ExportPage(tuple(rows), total, items, reference.tax_codes, reference.base, reference.country)


def _rows(reader: Reader, topic: Topic, found: Sequence[tuple[int, bool]]) -> list[Exportable]:
    booked = [number for number, is_draft in found if not is_draft]
    documents, entered = reader.documents.many(booked), reader.exported.entered(booked)
    drafts = reader.exported.drafts([number for number, is_draft in found if is_draft])
    reversals = reader.exported.reversals(booked)
    entries = reader.exported.entries(_to_look_up(documents, topic, reader.reference.base))
    rows = []
    for number, is_draft in found:
        if is_draft:
            draft, created, updated = drafts[number]
            rows.append(Exportable(document=draft, created_at=created, updated_at=updated))
            continue
        at = entered[number]
        row = Exportable(document=documents[number], created_at=at, updated_at=at, entry=entries.get(number))
        rows.append(replace(row, reversed_on=reversals.get(number)))
    customers = reader.parties.customers({row.document.customer_id for row in rows if row.document.customer_id})
    return [_completed(row, topic, customers, reader.reference) for row in rows]


def _to_look_up(documents: Mapping[int, Document], topic: Topic, base: Currency) -> list[int]:
    """The documents whose entry is shown, or tells the rate that they were booked at."""
    return [
        number
        for number, document in documents.items()
        if topic is Topic.ACCOUNTING_ENTRY or document.total.currency != base
    ]


def _completed(row: Exportable, topic: Topic, customers: Mapping[int, Customer], reference: Reference) -> Exportable:
    document, entry = row.document, row.entry
    customer = customers.get(document.customer_id or 0)
    terms = reference.terms.get(customer.terms_id or 0) if customer else None
    if topic is not Topic.ACCOUNTING_ENTRY:
        rate = _rate(reference, document.total.currency, document.on, entry)
        return replace(row, customer=customer, terms=terms, rate=rate, entry=None)
    shown = None if entry is None else cost_part(entry, document)
    unit = next((leg.amount.currency for leg in shown.postings if leg.amount), reference.base) if shown else None
    rate = _rate(reference, unit or document.total.currency, document.on, shown)
    accounts = {leg.account_id: reference.accounts[leg.account_id].code for leg in shown.postings} if shown else {}
    return replace(row, entry=shown, rate=rate, accounts=accounts)


def _rate(reference: Reference, unit: Currency, on: date, entry: Entry | None) -> Decimal | None:
    """What a document was booked at: the book's rate of the day if its postings agree, else what they come to."""
    if unit == reference.base:
        return Decimal(1)
    try:
        known = reference.rate(unit.code, on.isoformat())
    except Refused:
        known = None
    legs = [leg for leg in entry.postings if leg.amount.currency == unit and leg.amount] if entry else []
    if not legs or (known and all(to_base(leg.amount, known, reference.base) == leg.base for leg in legs)):
        return known
    largest = max(legs, key=lambda leg: abs(leg.amount.minor))
    return (Money(largest.base, reference.base).amount / largest.amount.amount).quantize(_FINEST)


_FINEST = Decimal("0.000001")
