"""A clerk's desk on a book: short ways to do what tests need done, and to look at what came of it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from counterfoil.core.document import Document, Kind, LineKind, Sale, SaleLine, SaleTender
from counterfoil.core.errors import BookError
from counterfoil.core.journal import Entry
from counterfoil.core.party import Address, NewCustomer
from counterfoil.services import invoicing, ordering, receipts, registry, statements, stock
from counterfoil.services.checking import check
from counterfoil.services.office import Context, Filed, Outcome, Said, Work
from counterfoil.store import Principal, Store

T = TypeVar("T")
TODAY = date(2024, 3, 15)
NOON = datetime(2024, 3, 15, 19, tzinfo=UTC)
VANCOUVER = Address(name="Acme", state="BC", country="CA", postal_code="V6B 1A1")
LATE = date(9999, 12, 31)
#: item, quantity, unit price
Wanted = tuple[int | None, str, str | None]
Buyer = int | NewCustomer | None
Lines = Sequence[Wanted | SaleLine]


class Desk:
    """A store, an actor and a clock that moves a millisecond with every call."""

    def __init__(self, store: Store, now: datetime = NOON) -> None:
        self.store, self.now = store, now

    def _tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    @contextlib.contextmanager
    def work(self, principal: int = 1, body: bytes = b"") -> Iterator[Work]:
        """A unit of work of a caller's."""
        said = Said(uuid.uuid4().hex, "test", "test", body=body)
        with Context(self.store, Principal(principal, "tester"), said, self._tick).work() as work:
            yield work

    def do(self, effect: Callable[[Work], Filed]) -> Outcome:
        """One effect in its own unit of work."""
        with self.work() as work:
            return work.perform(lambda: effect(work))

    def change(self, effect: Callable[[Work], T]) -> T:
        """One change that files no document."""
        with self.work() as work:
            return effect(work)

    def policy(self, **settings: Any) -> None:
        """Set the book's own settings."""
        for name, value in settings.items():
            self.change(lambda work, name=name, value=value: registry.set_policy(work, name, value))  # type: ignore[misc]

    def british_columbia(self) -> tuple[int, int]:
        """A jurisdiction with GST of 5 % and PST of 7 %; the ids of both."""

        def add(work: Work) -> tuple[int, int]:
            gst = registry.add_tax_code(work, "GST", "GST", [("CA", date(2000, 1, 1), Decimal("0.05"))])
            pst = registry.add_tax_code(work, "PST", "PST", [("CA", date(2000, 1, 1), Decimal("0.07"))])
            registry.add_jurisdiction(work, "British Columbia", "CA", [gst, pst], "BC")
            return gst, pst

        return self.change(add)

    def customer(self, code: str = "ACME", **more: Any) -> int:
        """A customer's id; untaxed unless it is given an address in a jurisdiction."""
        return self.change(lambda work: registry.add_customer(work, code, code.title(), **more)).id

    def item(self, sku: str = "APPLE", on_hand: str | None = None, cost: str = "4", **more: Any) -> int:
        """An item's id; on_hand brings first stock in at a cost."""
        made = self.change(lambda work: registry.add_item(work, sku, sku.title(), stocked=on_hand is not None, **more))
        if on_hand is not None and Decimal(on_hand):
            self.adjust(sku, on_hand, cost)
        return made.id

    def adjust(self, sku: str, quantity: str, cost: str | None = None, **more: Any) -> Outcome:
        """Bring goods in or take them out."""
        unit_cost = None if cost is None else Decimal(cost)
        return self.do(lambda work: stock.adjust(work, sku, Decimal(quantity), unit_cost, **more))

    def enter(self, kind: Kind, customer: Buyer, lines: Lines, **more: Any) -> Outcome:
        """Enter a quote or an order."""
        return self.do(lambda work: ordering.enter(work, asked(kind, customer, lines, **more)))

    def issue(self, customer: Buyer, lines: Lines, kind: Kind = Kind.SALES_INVOICE, **more: Any) -> Outcome:
        """Issue an invoice or a cash sale."""
        return self.do(lambda work: invoicing.issue(work, asked(kind, customer, lines, **more)))

    def finalise(self, order: Outcome, **more: Any) -> Outcome:
        """Make an invoice of an order."""
        return self.do(lambda work: ordering.invoice(work, order.document_id, **more))

    def ship(self, order: Outcome, quantities: Mapping[int, Decimal] | None = None, **more: Any) -> Outcome:
        """Ship goods of an order."""
        return self.do(lambda work: ordering.ship(work, order.document_id, quantities, **more))

    def credit(self, invoice: Outcome, quantities: Mapping[int, Decimal] | None = None, **more: Any) -> Outcome:
        """Credit an invoice."""
        return self.do(lambda work: invoicing.credit(work, invoice.document_id, quantities, **more))

    def reverse(self, document: Outcome, on: date | None = None) -> Outcome:
        """Negate a document."""
        return self.do(lambda work: invoicing.reverse(work, document.document_id, on))

    def receive(self, code: str, amount: str, tender: str = "T", **more: Any) -> Outcome:
        """Take money."""
        return self.do(lambda work: receipts.receive(work, code, Decimal(amount), tender, **more))

    def apply(self, credit: Outcome, invoice: Outcome, amount: str | None = None, on: date | None = None) -> Outcome:
        """Set a credit against an invoice."""
        money = None if amount is None else Decimal(amount)
        return self.do(lambda work: receipts.apply(work, credit.number, invoice.number, money, on))

    def unapply(self, credit: Outcome, invoice: Outcome, on: date | None = None) -> Outcome:
        """Take a credit back from an invoice."""
        return self.do(lambda work: receipts.unapply(work, credit.number, invoice.number, on))

    def refund(self, credit: Outcome, amount: str | None = None, tender: str = "C", on: date | None = None) -> Outcome:
        """Give a credit's money back."""
        money = None if amount is None else Decimal(amount)
        return self.do(lambda work: receipts.refund(work, credit.number, tender, money, on))

    def document(self, of: Outcome | int) -> Document:
        """A document as filed."""
        with self.store.reader() as reader:
            found = reader.documents.get(of if isinstance(of, int) else of.document_id)
        assert found is not None
        return found

    def find(self, number: str) -> Document:
        """The document of a number."""
        with self.store.reader() as reader:
            (found,) = reader.documents.find(number)
        return self.document(found)

    def numbers(self, kind: Kind) -> list[str]:
        """All numbers of a kind of document, oldest first."""
        return [head.number for head in statements.documents(self.store) if head.kind == kind.value]

    def remaining(self, of: Outcome, as_of: date = LATE) -> int:
        """What is open of a document, in minor units."""
        found = statements.open_items(self.store, as_of)
        return sum(owed.item.remaining.minor for owed in found if owed.item.document_id == of.document_id)

    def balance(self, code: str, as_of: date = LATE) -> int:
        """What a customer owes, in minor units of its only currency."""
        return sum(row.balance.minor for row in statements.aged(self.store, as_of) if row.code == code)

    def accounts(self, as_of: date = LATE) -> dict[str, int]:
        """Account code -> minor units of the base currency, zeros left out."""
        sums: dict[str, int] = {}
        for row in statements.trial_balance(self.store, as_of)[0]:
            sums[row.account.code] = sums.get(row.account.code, 0) + row.base.minor
        return {code: minor for code, minor in sums.items() if minor}

    def entries(self, of: Outcome) -> list[Entry]:
        """The entries of a document."""
        with self.work() as work:
            return [filed.entry for filed in work.unit.journal.entries_of(of.document_id)]

    def posted(self, of: Outcome) -> list[dict[str, int]]:
        """Each entry of a document: account code -> minor units of the base currency."""
        with self.store.reader() as reader:
            codes = {account.id: account.code for account in reader.reference.accounts.values()}
        result = []
        for made in self.entries(of):
            sums: dict[str, int] = {}
            for leg in made.postings:
                sums[codes[leg.account_id]] = sums.get(codes[leg.account_id], 0) + leg.base
            result.append(sums)
        return result

    def stock(self, sku: str) -> tuple[Decimal | int, Decimal | int]:
        """What is on hand and reserved of an item, in all departments."""
        rows = [row for row in stock.shown(self.store) if row.sku == sku]
        return sum((row.on_hand for row in rows), Decimal(0)), sum((row.reserved for row in rows), Decimal(0))

    def worth(self) -> int:
        """What all stock is valued at, in minor units of the base currency."""
        with self.store.reader() as reader, self.store.engine.reading() as connection:
            del reader
            row = connection.raw.execute("SELECT coalesce(sum(value), 0) FROM stock_value").fetchone()
        return int(row[0])

    def broken(self) -> list[str]:
        """Every breach of every law."""
        return [f"{finding.law}: {breach.say}" for finding in check(self.store) for breach in finding.breaches]


def asked(kind: Kind, customer: Buyer, lines: Lines, **more: Any) -> Sale:
    """A sale as a sender asks for it; tenders are (code, amount)."""
    tenders = tuple(SaleTender(code, Decimal(amount)) for code, amount in more.pop("tenders", ()))
    return Sale(
        kind=kind,
        customer=customer,
        on=more.pop("on", TODAY),
        lines=tuple(line if isinstance(line, SaleLine) else wanted(*line) for line in lines),
        tenders=tenders,
        **more,
    )


def wanted(item: int | None, quantity: str, price: str | None, **more: Any) -> SaleLine:
    """A line; without an item it is a charge."""
    return SaleLine(
        kind=LineKind.CHARGE if item is None else LineKind.ITEM,
        item_id=item,
        quantity=Decimal(quantity),
        unit_price=None if price is None else Decimal(price),
        **more,
    )


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    """What is done inside is refused with one problem of a code."""
    with pytest.raises(BookError) as caught:
        yield
    assert [problem.code for problem in caught.value.problems] == [code]
