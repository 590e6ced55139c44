"""The supplier's side as a clerk types it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conformance.given_eva import STARTED
from tests.e2e.program import run


def test_a_clerk_orders_receives_matches_disputes_resolves_books_and_pays(tmp_path: Path, url: str) -> None:
    def clerk(*words: str, status: int = 0) -> str:
        return run(tmp_path, url, *words, status=status)

    clerk("init", "--currency", "EUR", "--country", "NL", "--time-zone", "Europe/Amsterdam")
    company = STARTED.replace('currency = "EUR"\nfrom_on', 'currency = "USD"\nfrom_on')
    (tmp_path / "company.toml").write_text(company, "utf-8")
    clerk("load", "company.toml")
    clerk("supplier", "add", "LATE", "Late supplier", "--tolerance", "0.50")
    assert "Late supplier" in clerk("supplier", "list")
    assert "PO-000001" in clerk("purchase", "order", "S70", "P1001=10@46.55")
    assert "SS-000001" in clerk("purchase", "ship", "PO-000001", "--reference", "2222333")
    assert "GR-000001" in clerk("purchase", "receive", "SS-000001")
    not_invoiced = json.loads(clerk("report", "goods-received-not-invoiced", "--json"))
    assert (not_invoiced["ties"], not_invoiced["rows"][0]["worth"]) == (True, 465.5)
    clerk("supplier-invoice", "register", "S70", "77", "2021-06-02", "--total", "563.26")
    shown = clerk("supplier-invoice", "match", "SI-000001", "SS-000001", "P1001=12")
    assert "not to be booked: line 1 leaves -112.65 to be disputed" in shown
    clerk("supplier-invoice", "dispute", "SI-000001", "112.65", "--expected")
    queue = json.loads(clerk("report", "disputes", "--json"))
    assert queue["rows"][0]["posts"] == "Dr 5300 Purchase price variance / Cr 1400 Disputed with suppliers"
    assert "unresolved_disputes" in clerk("supplier-invoice", "book", "SI-000001", status=1)
    clerk("supplier-invoice", "resolve", "1", "112.65", "--class", "Credit")
    assert "total_mismatch" in clerk("supplier-invoice", "book", "SI-000001", status=1)
    clerk("supplier-invoice", "withdraw", "SI-000001")
    clerk("supplier-invoice", "register", "S70", "77", "2021-06-02", "--total", "563.26")
    assert "may be booked" in clerk("supplier-invoice", "match", "SI-000002", "SS-000001")
    assert "booked" in clerk("supplier-invoice", "book", "SI-000002")
    assert json.loads(clerk("report", "payables", "--json"))["rows"][0]["balance"] == 563.26
    clerk("remit", "S70", "563.26", "--invoice", "SI-000002")
    assert json.loads(clerk("report", "payables", "--json"))["rows"] == []
    clerk("purchase", "order", "S70", "P1001=10@46.55")
    clerk("purchase", "ship", "PO-000002", "--reference", "2222334")
    clerk("purchase", "receive", "SS-000002")
    clerk("supplier-invoice", "register", "S70", "78", "2021-06-02", "--total", "563.26")
    accepted = clerk("supplier-invoice", "match", "SI-000003", "SS-000002", "P1001=9", "--expected", "10")
    assert "leaves 56.33 to be disputed" in accepted
    assert "SI-000003" in clerk("supplier-invoice", "list", "--open")
    assert "SI-000002" not in clerk("supplier-invoice", "list", "--open")
    assert "1 more" in clerk("supplier-invoice", "list", "--limit", "1")
    assert "State" in clerk("export", "history", "SI-000002")
    assert "cannot be" not in clerk("check")
    assert "not" in clerk("reverse", "SI-000002", status=1)
