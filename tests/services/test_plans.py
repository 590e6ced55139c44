"""No statement of the store reads a growing table from end to end, reports apart; SQLite needs no rows to say so."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.store import open_store
from counterfoil.store.engine import Statement

ROOMS = (
    *(
        "credentials",
        "documents",
        "drafts",
        "evidence",
        "exported",
        "exports",
        "history",
        "journal",
        "lists",
        "parties",
    ),
    *("payables", "purchases", "refs", "registers", "stock", "supplier_invoices"),
)
GROWING = (
    *("document", "document_line", "document_tax", "document_tender", "tracking", "message", "idempotency"),
    *("entry", "posting", "open_item", "open_item_state", "application", "stock_move", "stock_level", "stock_value"),
    *("party", "contact", "item", "external_ref", "customer_tally"),
    *("shipment", "shipment_line", "supplier_invoice", "invoice_line", "additional_amount", "dispute"),
    *("resolve_action", "supplier_event", "invoice_change"),
    *("draft", "export_event", "export_feed", "export_pending", "export_state"),
)
#: Asked by people, at most once per change of reference data, or read in id order up to its limit.
ALLOWED = {"stock._listed", "refs._kinds", "documents._page", "parties._suppliers", "drafts._all"} | {
    "payables._open_disputes",
    "payables._classes",
    "payables._not_invoiced",
}


def _statements() -> Iterator[tuple[str, Statement]]:
    for room in ROOMS:
        for name, found in vars(importlib.import_module(f"counterfoil.store.{room}")).items():
            for one in found.values() if isinstance(found, dict) else (found,):
                if isinstance(one, Statement) and "nextval" not in one.on("sqlite"):
                    yield f"{room}.{name}", one


@pytest.mark.parametrize(
    ("name", "statement"), [pytest.param(name, one, id=f"{name}-{n}") for n, (name, one) in enumerate(_statements())]
)
def test_a_statement_finds_its_rows_by_an_index(empty_sqlite: Path, name: str, statement: Statement) -> None:
    text = statement.on("sqlite")
    names = set(re.findall(r":(\w+)", text))
    params = {key: [1] if f"json_each(:{key})" in text else 1 for key in names}
    store = open_store(f"sqlite:///{empty_sqlite}")
    with store.engine.reading() as connection:
        plan = connection.plan(statement, **params)
    store.engine.dispose()
    scanned = {found[1] for step in plan if (found := re.match(r"SCAN (\w+)", step))} & set(GROWING)
    assert not scanned or name in ALLOWED, plan
