"""The filing cabinet: takes and returns core values; SQL is spoken nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from threading import Lock

from counterfoil.core.errors import Refused
from counterfoil.core.reference import Reference
from counterfoil.store.changes import Changes
from counterfoil.store.credentials import Credential, Credentials, Principal
from counterfoil.store.directory import Directory
from counterfoil.store.documents import SHELF_INVOICES, SHELF_ORDERS, Creditable, Documents
from counterfoil.store.drafts import Drafts
from counterfoil.store.engine import Answer, Connection, Engine
from counterfoil.store.evidence import Evidence, Message, MessageKept
from counterfoil.store.exported import Exported
from counterfoil.store.exports import Exports, Unsettled
from counterfoil.store.history import History
from counterfoil.store.journal import Filed, Journal
from counterfoil.store.laws import Breach, Law, breaches
from counterfoil.store.lists import ApplicationShown, DocumentShown, EntryShown, Lists, Place
from counterfoil.store.parties import Items, Parties
from counterfoil.store.payables import (
    ChangeRow,
    DisputeRow,
    EventFilter,
    EventRow,
    InvoiceFilter,
    InvoiceRow,
    LedgerFilter,
    LedgerRow,
    NotInvoiced,
    Payables,
)
from counterfoil.store.purchases import Arrival, Purchases, ShipmentFilter
from counterfoil.store.reference import References
from counterfoil.store.refs import Blocks, Mint, Refs
from counterfoil.store.registers import Closing, LevelShown, RefShown, Registers
from counterfoil.store.reports import OWED, Booked, Headed, OwedBy, Reports
from counterfoil.store.stock import Level, Move, Stock
from counterfoil.store.sums import Elsewhere, Leg, Sums
from counterfoil.store.supplier_invoices import Change, SupplierInvoices
from counterfoil.store.syncing import Known, Syncs
from counterfoil.store.traces import WINDOW, Heard, Traces
from counterfoil.store.upkeep import LawCheck, Upkeep

__all__ = [
    "OWED",
    "SHELF_INVOICES",
    "SHELF_ORDERS",
    "WINDOW",
    "ApplicationShown",
    "Arrival",
    "Booked",
    "Breach",
    "Change",
    "ChangeRow",
    "Closing",
    "Credential",
    "Creditable",
    "DisputeRow",
    "DocumentShown",
    "Drawn",
    "Elsewhere",
    "EntryShown",
    "EventFilter",
    "EventRow",
    "Filed",
    "Headed",
    "Heard",
    "InvoiceFilter",
    "InvoiceRow",
    "Known",
    "LawCheck",
    "LedgerFilter",
    "LedgerRow",
    "Leg",
    "Level",
    "LevelShown",
    "Message",
    "MessageKept",
    "Move",
    "NotInvoiced",
    "OwedBy",
    "Place",
    "Principal",
    "Reader",
    "RefShown",
    "Refs",
    "ShipmentFilter",
    "Store",
    "Syncs",
    "Unit",
    "Unsettled",
    "open_store",
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a unit of work drew: the sequence of its first entry, and the numbers of its documents by id."""

    sequence: int
    numbers: dict[int, str]


class Unit:
    """One unit of work: everything that is read, decided on and filed together, or not at all."""

    def __init__(self, connection: Connection, blocks: Blocks, snapshot: Callable[[], Reference | None]) -> None:
        self._connection, self._snapshot = connection, snapshot
        self._reference: Reference | None = None
        self.mint = mint = Mint(connection, blocks, self._claimed)
        self.references = References(connection, mint)
        self.parties = Parties(connection)
        self.items = Items(connection)
        self.stock = Stock(connection)
        self.documents = Documents(connection, lambda: self.reference)
        self.journal = Journal(connection, mint)
        self.refs = Refs(connection)
        self.purchases = Purchases(connection)
        self.supplier_invoices = SupplierInvoices(connection, mint)
        self.payables = Payables(connection)
        self.evidence = Evidence(connection)
        self.upkeep = Upkeep(connection)
        self.credentials = Credentials(connection)
        self.syncs = Syncs(connection)
        self.drafts = Drafts(connection)
        self.exports = Exports(connection)
        self.lists = Lists(connection)
        self.registers = Registers(connection)
        self.changes = Changes(connection)

    @property
    def reference(self) -> Reference:
        """The reference data that holds for this unit of work."""
        if self._reference is None:
            self._reference = self._snapshot() or self.references.read()
        return self._reference

    def _claimed(self) -> frozenset[str]:
        known = self._snapshot()
        return known.claimed if known else frozenset()

    def draw(self) -> Drawn:
        """Draw the numbers of all that was filed, late, so that nobody queues for them longer than a commit takes.

        The series of entries goes first in every unit of work, so that no two can wait for each other.
        """
        self.stock.write()
        sequence, numbers = self.journal.ask_sequence(), self.documents.ask_numbers()
        return Drawn(sequence(), numbers())

    def settle(self) -> None:
        """Have the database take all that was filed so far, or say what it refuses of it."""
        self._connection.flush()
        self.references.ask_version().row()

    def write_heads(self, drawn: Drawn, now: datetime, actor: str, message_id: int) -> None:
        """Write the heads of all that was filed; nothing may be filed after its numbers are drawn."""
        self.documents.write_heads(drawn.numbers, now, actor, message_id)
        self.journal.write_heads(drawn.sequence, now, actor)


class Reader:
    """Reads outside of any unit of work."""

    def __init__(self, connection: Connection, reference: Callable[[], Reference]) -> None:
        self._connection, self._reference = connection, reference
        self.parties = Parties(connection)
        self.items = Items(connection)
        self.history = History(connection)
        self.refs = Refs(connection)
        self.reports = Reports(connection)
        self.credentials = Credentials(connection)
        self.stock = Stock(connection)
        self.purchases = Purchases(connection)
        self.supplier_invoices = SupplierInvoices(connection, None)
        self.payables = Payables(connection)
        self.sums = Sums(connection)
        self.traces = Traces(connection)
        self.upkeep = Upkeep(connection)
        self.drafts = Drafts(connection)
        self.exports = Exports(connection)
        self.exported = Exported(connection)
        self.syncs = Syncs(connection)
        self.evidence = Evidence(connection)
        self.lists = Lists(connection)
        self.registers = Registers(connection)
        self.changes = Changes(connection)
        self.directory = Directory(connection)

    @cached_property
    def reference(self) -> Reference:
        """The reference data that held when this reader first looked."""
        return self._reference()

    @cached_property
    def documents(self) -> Documents:
        """The documents on file."""
        return Documents(self._connection, lambda: self.reference)

    def breaches(self) -> Iterator[tuple[Law, list[Breach]]]:
        """Every law of the book with the rows that break it."""
        return breaches(self._connection)


class Store:
    """A book's database: units of work, and reads outside of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._blocks = Blocks()
        self._lock = Lock()
        self._reference: Reference | None = None

    @property
    def one_writer(self) -> bool:
        """Whether units of work take turns, so that none can wait for a row that another holds."""
        return self.engine.dialect == "sqlite"

    @contextlib.contextmanager
    def unit(self) -> Iterator[Unit]:
        """A unit of work: committed at the end, rolled back on any exception.

        Its reference data is asked for at once and waited for when it is first looked at; others see what was read when
        it is committed, because the unit of work may have changed it.
        """
        with self.engine.writing() as connection:
            asked = self._references(connection).ask_version()
            snapshot = cache(lambda: self._as_of(connection, asked))
            unit = Unit(connection, self._blocks, snapshot)
            yield unit
            unit.journal.settle()
        if snapshot.cache_info().currsize:
            self._keep(snapshot())

    @contextlib.contextmanager
    def reader(self) -> Iterator[Reader]:
        """Reads, each of the book as it is then."""
        with self.engine.reading() as connection:
            yield self._reader(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Reader]:
        """Many reads of one state of the book."""
        with self.engine.snapshot() as connection:
            yield self._reader(connection)

    def _reader(self, connection: Connection) -> Reader:
        return Reader(connection, self._current(connection))

    def reference(self, connection: Connection) -> Reference | None:
        """The current snapshot, read again only when its version has moved; None before the book is made."""
        found = self._as_of(connection, self._references(connection).ask_version())
        self._keep(found)
        return found

    def _current(self, connection: Connection) -> Callable[[], Reference]:
        """Looks for the snapshot when it is needed; most reads never do."""

        def current() -> Reference:
            found = self.reference(connection)
            if found is None:
                raise Refused.of("no_book", "there is no book here yet: run counterfoil init")
            return found

        return current

    def _as_of(self, connection: Connection, asked: Answer) -> Reference | None:
        row = asked.row()
        if row is None:
            return None
        with self._lock:
            known = self._reference
        current = known is not None and known.version == row[0]
        return known if current else self._references(connection).read()

    def _keep(self, found: Reference | None) -> None:
        with self._lock:
            self._reference = found

    def _references(self, connection: Connection) -> References:
        return References(connection, Mint(connection, self._blocks, frozenset))


def open_store(url: str) -> Store:
    """The store of a database URL."""
    return Store(Engine(url))
