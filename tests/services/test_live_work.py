"""What a live call costs does not depend on how large the book is: counted in statements and rows, not in seconds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.contracts import evolutionx
from counterfoil.contracts.evolutionx.settings import Settings
from counterfoil.core.document import Kind, Sale, SaleLine, SaleTender
from counterfoil.services import invoicing, ordering, receipts
from counterfoil.services.office import Context, Said
from counterfoil.services.registry import add_customer, add_item
from counterfoil.store import Principal, Store
from counterfoil.store.engine import Connection, Statement
from counterfoil.store.schema import metadata
from counterfoil.wire.contract import Call, Request
from tests.conformance.office import fixed, work

CLOCK = fixed("2023-06-15T20:00:00Z")
COPIES = 199
#: What a large book may cost more than a small one, and any call at most; see Cost.rows.
SLACK = 40
MOST = {"sqlite": 1000, "postgresql": 100}
#: Copies of a row have ids this far apart.
APART = 100_000

JUNE = {"start_date": "2023-06-01", "end_date": "2023-06-30"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "orders": ("orders", {}),
    "orders, second page": ("orders", {"current_page": 2, "per_page": 5}),
    "orders of a user": ("orders", {"user_seller_reference": "01"}),
    "orders by number": ("orders", {"filters": {"order_id": "so-000001"}}),
    "orders by purchase order": ("orders", {"filters": {"customer_po": "po-3"}}),
    "orders by web order": ("orders", {"filters": {"third_party_order_number": "web-3"}}),
    "orders of a month": ("orders", {"filters": JUNE}),
    "orders of a user and month": ("orders", {"user_seller_reference": "01", "filters": JUNE}),
    "orders by number and month": ("orders", {"filters": JUNE | {"order_id": "q-000010"}}),
    "order": ("order", {"order_id": "SO-000001"}),
    "invoices": ("invoices", {}),
    "invoices by number": ("invoices", {"filters": {"invoice_id": "inv-000001"}}),
    "invoices by purchase order": ("invoices", {"filters": {"customer_po": "po-3"}}),
    "invoices of a month": ("invoices", {"filters": JUNE}),
    "invoice": ("invoice", {"invoice_id": "INV-000001"}),
    "balance": ("balance", {}),
    "unknown customer": ("balance", {"customer_code": "NOBODY"}),
}
GROWING = ("document", "document_line", "entry", "posting", "open_item", "open_item_state", "application", "tracking")


@dataclass
class Cost:
    """What a call made the engine do.

    rows: visited by scans and searches as PostgreSQL counts them; steps of SQLite's virtual machine
    """

    statements: list[tuple[Statement, dict[str, Any]]] = field(default_factory=list)
    rows: int = 0
    plans: list[str] = field(default_factory=list)


def test_a_live_call_costs_the_same_in_a_large_book(book: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _history(book)
    _present(book)
    small = _costs(book, monkeypatch)
    _grow(book)
    with book.engine.reading() as connection:
        assert connection.raw.execute("SELECT count(*) FROM document").fetchone()[0] >= 20_000
    # SQLite must plan well without statistics too; PostgreSQL sees to its own, and to what updates leave behind.
    for upkeep in ("", "ANALYZE") if book.engine.dialect == "sqlite" else ("VACUUM ANALYZE",):
        if upkeep:
            with book.engine.reading() as connection:
                connection.script(upkeep)
        for name, cost in _costs(book, monkeypatch).items():
            assert len(cost.statements) == len(small[name].statements) <= 12, name
            limit = min(small[name].rows + SLACK, MOST[book.engine.dialect])
            assert cost.rows <= limit, (name, cost.rows, small[name].rows, cost.plans)
            assert not [step for step in cost.plans if _scans(step)], name


def _scans(step: str) -> bool:
    found = re.search(r"^SCAN (?:TABLE )?(\w+)|Seq Scan on (\w+)", step)
    return found is not None and (found[1] or found[2]) in GROWING


def _costs(store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, Cost]:
    _ask(store, "balance", {})
    costs = {}
    for name, (path, fields) in CALLS.items():
        with _counted(monkeypatch) as cost:
            shown = _ask(store, path, fields)
        empty = {"orders": shown.get("orders"), "invoices": shown.get("invoices")}.get(path, shown)
        assert bool(empty) == (name != "unknown customer"), name
        with store.engine.reading() as connection:
            for statement, params in cost.statements:
                cost.plans += connection.plan(statement, **params)
        if store.engine.dialect == "postgresql":
            cost.rows = _rows(cost.plans)
        costs[name] = cost
    return costs


def _ask(store: Store, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    route = next(route for route in evolutionx.contract.routes if route.operation == path)
    body = json.dumps({"customer_code": "ACME001"} | fields).encode()
    request = Request("POST", route.path, "", {"content-type": "application/json"}, body, "test")
    context = Context(store, Principal(1, "webstore"), Said("test", "evolutionx", path), CLOCK)
    reply = route.handle(Call(context, request, Settings(), "webstore"))
    assert reply.status == 200
    found: dict[str, Any] = json.loads(reply.body)
    return found


@contextmanager
def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    """Note every statement, and on SQLite every step of its virtual machine."""
    cost, run = Cost(), Connection._run
    watched: list[Any] = []

    def step() -> int:
        cost.rows += 1
        return 0

    def noted(self: Connection, statement: Statement, params: dict[str, Any]) -> Any:
        cost.statements.append((statement, dict(params)))
        if self.dialect == "sqlite" and self.raw not in watched:
            watched.append(self.raw)
            self.raw.set_progress_handler(step, 1)
        return run(self, statement, params)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_run", noted)
        yield cost
    for raw in watched:
        raw.set_progress_handler(None, 0)


def _rows(plan: list[str]) -> int:
    """Rows that PostgreSQL's scans brought up or threw away."""
    visited, loops, scanning = 0.0, 1.0, False
    for line in plan:
        if actual := re.search(r"actual time=\S+ rows=([\d.]+) loops=(\d+)", line):
            loops, scanning = float(actual[2]), " Scan" in line
            visited += float(actual[1]) * loops if scanning else 0
        elif removed := re.search(r"Rows Removed by (?:Filter|Index Recheck): (\d+)", line):
            visited += float(removed[1]) * loops if scanning else 0
    return round(visited)


CUSTOMERS = ("ACME001", "ACME002")


def _history(store: Store) -> None:
    """Settled business of two customers, a good hundred documents, to be copied."""
    with work(store, CLOCK) as opened:
        item = add_item(opened, "SKU-1", "Thing", stocked=False).id
        customers = [add_customer(opened, code, code).id for code in CUSTOMERS]
    assert item == 1
    for customer, code in zip(customers, CUSTOMERS, strict=True):
        for n in range(10):
            _delivered(store, customer, code, n)
        for n in range(4):
            _taken_back(store, customer, n)


def _sale(kind: Kind, customer: int, on: date, n: int, tenders: tuple[SaleTender, ...] = ()) -> Sale:
    return Sale(
        kind=kind,
        customer=customer,
        on=on,
        contact="01",
        customer_po=f"PO-{n}",
        third_party_number=f"WEB-{n}",
        lines=tuple(SaleLine(item_id=1, quantity=Decimal(k), unit_price=Decimal(10)) for k in (1, 2)),
        tenders=tenders,
    )


def _delivered(store: Store, customer: int, code: str, n: int) -> None:
    """An order, shipped, invoiced and paid."""
    on = date(2022, 6, 1) + timedelta(days=n)
    with work(store, CLOCK) as opened:
        order = ordering.enter(opened, _sale(Kind.SALES_ORDER, customer, on, n)).document
    with work(store, CLOCK) as opened:
        ordering.ship(opened, order.id, on=on)
    with work(store, CLOCK) as opened:
        ordering.invoice(opened, order.id, on=on)
    with work(store, CLOCK) as opened:
        receipts.receive(opened, code, Decimal(30), "T", on=on)


def _taken_back(store: Store, customer: int, n: int) -> None:
    """A quote, a cash sale, and an invoice that was reversed."""
    on = date(2022, 7, 1) + timedelta(days=n)
    with work(store, CLOCK) as opened:
        ordering.enter(opened, _sale(Kind.QUOTE, customer, on, n))
        invoicing.issue(opened, _sale(Kind.CASH_SALE, customer, on, n, (SaleTender("C", Decimal(30)),)))
        wrong = invoicing.issue(opened, _sale(Kind.SALES_INVOICE, customer, on, n)).document
    with work(store, CLOCK) as opened:
        invoicing.reverse(opened, wrong.id, on=on)


def _present(store: Store) -> None:
    """What is open now, and stays as it is while the history grows."""
    with work(store, CLOCK) as opened:
        customer = opened.unit.parties.customer_by_code(CUSTOMERS[0])
        assert customer is not None
        for n in range(12):
            on = date(2023, 6, 1) + timedelta(days=n)
            ordering.enter(opened, _sale(Kind.QUOTE, customer.id, on, 100 + n))
            invoicing.issue(opened, _sale(Kind.SALES_INVOICE, customer.id, on, 100 + n))
    with work(store, CLOCK) as opened:
        receipts.receive(opened, CUSTOMERS[0], Decimal(45), "T")


#: table -> (which of its rows are settled history, how copy number n differs apart from its ids)
COPIED: dict[str, tuple[str, dict[str, str]]] = {
    "document": (
        "id IN (SELECT id FROM settled)",
        {
            "number": "number || '-' || n",
            "number_key": "number_key || '-' || n",
            "customer_po_key": "customer_po_key || '-' || n",
            "third_party_key": "third_party_key || '-' || n",
            "sort_at": "sort_at - n * CAST(86400000 AS BIGINT)",
        },
    ),
    "document_line": ("document_id IN (SELECT id FROM settled)", {}),
    "document_tender": ("document_id IN (SELECT id FROM settled)", {}),
    "tracking": ("shipment_id IN (SELECT id FROM settled)", {}),
    "entry": ("document_id IN (SELECT id FROM settled)", {"seq": f"seq + n * {APART}"}),
    "posting": ("entry_id IN (SELECT id FROM closed)", {}),
    "open_item": ("entry_id IN (SELECT id FROM closed)", {}),
    "application": ("debit_id IN (SELECT id FROM open_item WHERE entry_id IN (SELECT id FROM closed))", {}),
}
_IDS = {
    *("id", "document_id", "order_id", "original_id", "order_line_id", "returns_line_id", "shipment_id"),
    *("entry_id", "reverses_id", "line_id", "debit_id", "credit_id"),
}


def _grow(store: Store) -> None:
    """Copy the settled history many times over, further and further back in time."""
    with store.engine.writing() as connection:
        raw = connection.raw
        raw.execute("CREATE TEMPORARY TABLE settled AS SELECT id FROM document WHERE dated_on < '2023-01-01'")
        raw.execute("CREATE TEMPORARY TABLE closed AS SELECT e.id FROM entry e JOIN settled s ON s.id = e.document_id")
        for table in COPIED:
            raw.execute(_copying(table))
        raw.execute("DROP TABLE settled")
        raw.execute("DROP TABLE closed")


def _copying(table: str) -> str:
    settled, changed = COPIED[table]
    columns = [column.name for column in metadata.tables[table].columns]
    values = [f"{name} + n * {APART}" if name in _IDS else changed.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {COPIES}) "  # noqa: S608
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table}, copies WHERE {settled}"
    )
