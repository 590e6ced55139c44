"""Finding sales by number or id, for doors that read them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from counterfoil.core.document import INVOICES, ORDERS, SHOWN_AS_INVOICES, Document, Kind
from counterfoil.core.errors import Conflict, NotFound, Problem
from counterfoil.core.tender import Tender
from counterfoil.services.office import Context, Work
from counterfoil.store import Reader, Refs
from counterfoil.store.refs import LARGEST

_SALES = SHOWN_AS_INVOICES | ORDERS
_DIGITS = len(str(LARGEST))


@dataclass(frozen=True, slots=True)
class SaleFound:
    """A sale, the money that came with it, and what a system calls the things in it where that is not our id."""

    document: Document
    tenders: tuple[Tender, ...]
    ids: dict[tuple[str, int], int]


def numbered(work: Work, number: str, kinds: Collection[Kind] | None = None, customer_id: int | None = None) -> int:
    """The id of the one document of a number; all kinds and everybody's unless told.

    raises: NotFound; Conflict where several have it
    """
    found = work.unit.documents.find(number, kinds, customer_id)
    if not found:
        raise NotFound(Problem("document_not_found", "number", f"there is no {_either(kinds or ())} {number!r}"))
    if len(found) > 1:
        raise Conflict(Problem("number_ambiguous", "number", f"{len(found)} documents have the number {number!r}"))
    return found[0]


def _either(kinds: Collection[Kind]) -> str:
    names = sorted(kind.value.replace("_", " ") for kind in kinds)
    return " or ".join(names) if 0 < len(names) <= 3 else "document"


def sale(work: Work, number: str) -> Document | None:
    """The sale of a number; an order before what it became."""
    found = [work.unit.documents.get(document_id) for document_id in work.unit.documents.find(number, _SALES)]
    return next((document for document in found if document is not None), None)


def page(ctx: Context, system: str, number: int, size: int) -> list[SaleFound]:
    """A page of all sales, oldest first."""
    with ctx.store.reader() as reader:
        ids = reader.documents.page(size, (number - 1) * size)
        return _found(reader, system, ids)


def by_number_or_id(ctx: Context, system: str, text: str) -> list[SaleFound]:
    """The sale of a number or of a system's unique id; the number of an order that was invoiced finds its invoices."""
    with ctx.store.reader() as reader:
        ids = reader.documents.find(text, _SALES)
        if not ids and text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= LARGEST:
            ids = list(reader.refs.ours_of(system, "document", [int(text)]).values())
        return _found(reader, system, [last for first in ids for last in _becoming(reader, first)])


def _becoming(reader: Reader, document_id: int) -> list[int]:
    invoices = [number for number, kind in reader.documents.following(document_id).items() if kind in INVOICES]
    return invoices or [document_id]


def _found(reader: Reader, system: str, ids: Iterable[int]) -> list[SaleFound]:
    documents = [document for number in ids if (document := reader.documents.get(number)) and document.kind in _SALES]
    names = their_ids(reader.refs, system, documents)
    return [SaleFound(one, one.tenders or reader.documents.money_with(one.id), names) for one in documents]


def their_ids(refs: Refs, system: str, documents: Iterable[Document]) -> dict[tuple[str, int], int]:
    """(kind, our id) -> the whole-number id by which a system knows it, where it has one of its own."""
    wanted: dict[str, set[int]] = {"document": set(), "customer": set(), "item": set()}
    for document in documents:
        wanted["document"].add(document.id)
        wanted["customer"] |= {number for number in (document.customer_id, document.ship_to_id) if number}
        wanted["item"] |= {line.item_id for line in document.lines if line.item_id}
    return {
        (kind, ours): int(theirs)
        for kind, ids in wanted.items()
        for ours, theirs in refs.theirs_of(system, kind, ids).items()
        if theirs.isdigit()
    }
