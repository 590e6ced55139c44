"""A book whose invoices are pushed into a System Five: our own door, served in another process."""

from __future__ import annotations

import io
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.serving import make_server

from counterfoil import cli, company
from counterfoil.app import wsgi
from counterfoil.config import Settings
from counterfoil.contracts.systemfive.client import SystemFive
from counterfoil.contracts.systemfive.connections import Connection
from counterfoil.core.document import Kind
from counterfoil.core.exporting import ExportState
from counterfoil.services import invoicing, pushing
from counterfoil.services.checking import check
from counterfoil.services.credentials import issue
from counterfoil.services.pushing import Push
from counterfoil.services.registry import make_book
from counterfoil.store import Store, open_store
from tests.conformance.office import fixed, work
from tests.desk import asked
from tests.e2e.program import free_port
from tests.forking import forking
from tests.services.breaking import Line, breaking

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

DAY = date(2024, 3, 15)
CLOCK = fixed("2024-03-15T19:00:00Z")
COMPANY = Path(cli.__file__).parent / "demo" / "company.toml"
USER, PASSWORD = "counterfoil", "password-of-the-pushing-user"
#: Ids of the parts and customers over there.
JACKET, GAITERS, LAMP, FREIGHT = 18220, 19569, 14252, 5941
ABROAD, HOME = 31649, 125999


def stocked(store: Store) -> None:
    """A made book with the demonstration's company in it."""
    make_book(store, "Test company", "CAD", "CA", "America/Vancouver")
    with work(store, CLOCK) as opened:
        company.file(opened, company.read(COMPANY.read_text("utf-8")), date(2019, 1, 1))


@contextmanager
def vendor(empty: Path, folder: Path, make: Callable[[Store], None] = stocked) -> Iterator[tuple[Store, str]]:
    """The vendor's server: our own door over a book of its own, in another process; its book and its address.

    empty: a file with the tables and nothing in them
    """
    url = f"sqlite:///{shutil.copy(empty, folder / 'vendor.db')}"
    store = open_store(url)
    make(store)
    with work(store, CLOCK) as opened:
        issue(opened, USER, "systemfive", PASSWORD)
    port = free_port()
    process = forking.Process(target=_serve, args=(url, port), daemon=True)
    process.start()
    try:
        _await(port)
        yield store, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.join()
        store.engine.dispose()


def _serve(url: str, port: int) -> None:
    """The vendor's server, until it is killed."""
    app = wsgi(open_store(url), Settings())

    def ending(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # This server, unlike the product's own, does not end a body where its length says.
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        return app(environ, start)

    make_server("127.0.0.1", port, ending, threaded=True).serve_forever()


def _await(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise AssertionError("the server did not start")


def connection(address: str, **more: Any) -> Connection:
    """The settings of a connection to it."""
    table = {
        "name": "main",
        "base_url": address,
        "user": USER,
        "password": PASSWORD,
        "since": date(2024, 1, 1),
        "tenders": {"C": "C", "K": "K", "T": "T", "W": "W"},
        "charge_part": FREIGHT,
        "other_part": FREIGHT,
        "timeout": 20,
    }
    return msgspec.convert({**table, **more}, Connection)


@dataclass
class Leg:
    """A book, the line out of it, and the vendor's book at the other end."""

    ours: Store
    theirs: Store
    line: Line
    open_targets: list[SystemFive] = field(default_factory=list)

    def push(self, settle: float = 0, **more: Any) -> Push:
        """The work of pushing; nothing is waited for."""
        using = connection(self.line.address, **more)
        target = SystemFive(using, wait=lambda seconds: None)
        self.open_targets.append(target)
        how = msgspec.structs.replace(using, timeout=max(settle, 0.001)).pushing
        return Push(self.ours, target, how)

    def sell(
        self, *lines: tuple[str, str, str], kind: Kind = Kind.SALES_INVOICE, to: str = "BLUE002", **more: Any
    ) -> str:
        """Issue an invoice of our own: (sku, quantity, price) each; its number."""
        with work(self.ours, CLOCK) as opened:
            customer = opened.unit.parties.customer_by_code(to)
            assert customer is not None
            wanted = []
            for sku, quantity, price in lines or (("2W01102", "1", "39"),):
                item = opened.unit.items.by_sku(sku)
                wanted.append((item.id if item else None, quantity, price))
            sale = asked(kind, customer.id, wanted, on=DAY, **{"type_code": "A", **more})
            return opened.perform(lambda: invoicing.issue(opened, sale)).number

    def there(self) -> list[tuple[str, str, Decimal]]:
        """(ReferenceNo, number, total) of every invoice in the vendor's book."""
        query = (
            "SELECT reference, number, total FROM document WHERE kind IN"
            " ('sales_invoice', 'credit_note', 'cash_sale', 'work_order') ORDER BY id"
        )
        with self.theirs.engine.reading() as opened:
            return [(row[0], row[1], Decimal(row[2]) / 100) for row in opened.raw.execute(query).fetchall()]

    def states(self) -> dict[str, ExportState]:
        """Where our documents stand, by number."""
        query = (
            "SELECT d.number, s.state FROM export_state s JOIN document d ON d.id = s.document_id"
            " WHERE s.system = 'systemfive:main' ORDER BY d.id"
        )
        with self.ours.engine.reading() as opened:
            return {row[0]: ExportState(row[1]) for row in opened.raw.execute(query).fetchall()}

    def id_of(self, number: str) -> int:
        """A document of ours."""
        with self.ours.reader() as reader:
            return reader.documents.find(number)[0]

    def notes(self) -> dict[str, str]:
        """What was noted last of what is not there."""
        return {one.number: one.note for one in pushing.standing(self.ours, "systemfive:main").unsettled}

    def well(self) -> bool:
        """Whether both books keep every law."""
        return not [1 for store in (self.ours, self.theirs) for finding in check(store) if finding.breaches]

    def once(self, *numbers: str) -> None:
        """Each of our documents is there exactly once, known by its record, and acknowledged."""
        there = self.there()
        assert sorted(reference for reference, _, _ in there) == sorted(numbers)
        assert self.states() == dict.fromkeys(sorted(numbers, key=self.id_of), ExportState.ACKNOWLEDGED)
        by_reference: Mapping[str, Decimal] = {reference: total for reference, _, total in there}
        with self.ours.reader() as reader:
            for number in numbers:
                document = reader.documents.get(self.id_of(number))
                assert document is not None
                assert by_reference[number] == document.total.amount
                theirs = reader.refs.theirs("systemfive:main", "document", document.id)
                with self.theirs.reader() as other:
                    record = other.documents.get(int(theirs or 0))
                assert record is not None
                assert record.reference == number
        assert self.well()


@contextmanager
def leg(ours: Store, empty: Path, folder: Path) -> Iterator[Leg]:
    """Everything, from a made and empty book."""
    stocked(ours)
    with vendor(empty, folder) as (theirs, address), breaking(address) as line:
        made = Leg(ours, theirs, line)
        yield made
        for target in made.open_targets:
            target.close()
