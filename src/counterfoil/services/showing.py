"""What is on file, as it is shown alone or in lists: read inside or outside of a unit of work alike."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from counterfoil.core.document import Kind
from counterfoil.core.errors import NotFound, Problem
from counterfoil.core.reference import Reference
from counterfoil.services.office import Context
from counterfoil.store import ApplicationShown as ApplicationShown
from counterfoil.store import DocumentShown as DocumentShown
from counterfoil.store import EntryShown as EntryShown
from counterfoil.store import LevelShown as LevelShown
from counterfoil.store import MessageKept as MessageKept
from counterfoil.store import RefShown as RefShown
from counterfoil.store import Unit as Unit
from counterfoil.store.documents import Documents
from counterfoil.store.evidence import Evidence
from counterfoil.store.lists import Lists
from counterfoil.store.parties import Items, Parties
from counterfoil.store.payables import Payables
from counterfoil.store.purchases import Purchases
from counterfoil.store.registers import Registers
from counterfoil.store.supplier_invoices import SupplierInvoices


class View(Protocol):
    """What is on file."""

    lists: Lists
    registers: Registers
    parties: Parties
    items: Items
    evidence: Evidence
    purchases: Purchases
    supplier_invoices: SupplierInvoices
    payables: Payables

    @property
    def documents(self) -> Documents:
        """The documents on file."""

    @property
    def reference(self) -> Reference:
        """The reference data that holds."""


@contextlib.contextmanager
def reading(ctx: Context) -> Iterator[View]:
    """What is on file outside of any unit of work, many reads of one state."""
    with ctx.store.snapshot() as reader:
        yield reader


def document(view: View, document_id: int, kinds: frozenset[Kind]) -> DocumentShown:
    """A document of some kinds, whole."""
    head = view.lists.document(document_id)
    whole = view.documents.get(document_id) if head is not None and head.document.kind in kinds else None
    if head is None or whole is None:
        raise NotFound(Problem("document_not_found", "", f"there is no such document {document_id}"))
    return replace(head, document=whole)
