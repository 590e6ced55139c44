"""A terminal of System Five, and the bodies that it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from counterfoil.core.document import Document
from counterfoil.core.party import Customer
from counterfoil.services import stock
from counterfoil.services.office import Work
from counterfoil.store import Store
from counterfoil.wire.codec import encode
from tests.conformance import given_systemfive as given
from tests.conformance.door import Knocker
from tests.conformance.golden import parsed
from tests.conformance.office import work

ADD = "/Windward/WebAPI/Invoice/addInvoice"
READ = "/Windward/WebAPI/Invoice/Invoices"
JACKET, GAITERS, LAMP, FREIGHT, UNPRICED = 18220, 19569, 14252, 5941, 777
#: In Washington, which the book taxes with nothing, and in British Columbia.
ABROAD, HOME = 31649, 125999
BLOCK = {"AName": "Ann Other", "Address": "1 Some Street", "City": "Hope", "StateProvince": "BC", "Country": "CA"}

Json = dict[str, Any]


def line(part: Any = JACKET, ordered: Any = 1, price: Any = 39, **more: Any) -> Json:
    """One of InvoiceLines."""
    return {"PartUnique": part, "Ordered": ordered, "Price": price, **more}


def paid(amount: Any, kind: Any = "C") -> Json:
    """One of InvoiceTenders; C is cash, K a card, W enabled on W, A and C."""
    return {"Type": kind, "Amount": amount}


def entry(
    kind: Any = "W", *lines: Json, tenders: Any = None, billing: Any = None, shipping: Any = None, **header: Any
) -> Json:
    """One element of Invoice; a jacket where no line is given."""
    made: Json = {
        "InvoiceHeader": {"InvoiceType": kind, "InvoiceDate": "2020-02-20", **header},
        "InvoiceLines": list(lines) or [line()],
    }
    nodes = {"InvoiceTenders": tenders, "InvoiceBilling": billing, "InvoiceShipping": shipping}
    return made | {name: node for name, node in nodes.items() if node is not None}


class Till:
    """A terminal of System Five at a book that the demonstration's company is in."""

    def __init__(
        self, store: Store, settings: Mapping[str, Any] | None = None, user: str = given.AUTHORIZATION
    ) -> None:
        self.store = store
        self.knock = Knocker(store, given.CLOCK, user, {"systemfive": settings or {}})

    def post(self, *entries: Json, path: str = ADD, terminal: Any = 0) -> Json:
        """The whole answer to one body."""
        answer = self.knock.open(
            "POST", path, encode({"Invoice": list(entries), "ConnectionInfo": {"TerminalNumber": terminal}})
        )
        assert answer.status_code == 200, answer.data
        found: Json = parsed(answer.data)
        return found

    def send(self, one: Json) -> Json:
        """The record of one entry."""
        (record,) = self.post(one)["Invoice"]
        return dict(record)

    def stored(self, one: Json) -> str:
        """The number of an entry that must be taken."""
        record = self.send(one)
        assert record["ActionSuccess"], record
        return str(record["RecordDesc"])

    def filed(self, one: Json) -> Document:
        """The document of an entry that must be taken."""
        return self.document(self.stored(one))

    def document(self, number: str) -> Document:
        """A document by its number."""
        with self.store.reader() as reader:
            (found,) = reader.documents.find(number)
            document = reader.documents.get(found)
        assert document is not None
        return document

    def customer(self, document: Document) -> Customer:
        """A document's customer."""
        assert document.customer_id is not None
        with self.store.reader() as reader:
            found = reader.parties.customer(document.customer_id)
        assert found is not None
        return found

    def read(self, tail: str = "") -> list[Json]:
        """What reading back finds."""
        answer = self.knock.open("GET", READ + tail)
        assert answer.status_code == 200, answer.data
        found: list[Json] = parsed(answer.data)["Invoice"]
        return found

    def do(self, *effects: Callable[[Work], object]) -> None:
        """Something in the back office."""
        for effect in effects:
            with work(self.store, given.CLOCK) as opened:
                effect(opened)

    def level(self, sku: str = "2W01102") -> tuple[Decimal, Decimal]:
        """(on hand, reserved) of an item; jackets unless another is named."""
        (row,) = [row for row in stock.shown(self.store) if row.sku == sku]
        return row.on_hand, row.reserved
