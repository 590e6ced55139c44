"""The commands as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from counterfoil import company
from tests.e2e.program import Server, run, serving

COMPANY = Path(company.__file__).parent / "cli" / "demo" / "company.toml"


@pytest.fixture
def folder(tmp_path: Path, url: str) -> tuple[Path, str]:
    """A folder to work in, and the address of an empty book."""
    run(tmp_path, url, "init", "--currency", "CAD", "--country", "CA", "--time-zone", "America/Vancouver")
    run(tmp_path, url, "load", str(COMPANY))
    return tmp_path, url


def test_a_receipt_is_taken_applied_refunded_and_reversed(folder: tuple[Path, str]) -> None:
    where, url = folder
    assert "RC-000001" in run(where, url, "receive", "ACME001", "25.50", "--tender", "K")
    items = json.loads(run(where, url, "report", "open-items", "--json"))["rows"]
    assert [(item["document"], item["remaining"]) for item in items] == [("RC-000001", -25.5)]
    run(where, url, "refund", "RC-000001", "--tender", "C", "--amount", "5")
    assert "amount_too_large" in run(where, url, "refund", "RC-000001", "--tender", "C", "--amount", "30", status=1)
    aging = json.loads(run(where, url, "report", "aging", "--json"))
    assert aging["ties"] is True
    assert aging["rows"][0]["balance"] == -20.5
    assert "has_applications" in run(where, url, "reverse", "RC-000001", status=1)
    assert "laws hold" in run(where, url, "check")


def test_another_account_takes_a_role(folder: tuple[Path, str]) -> None:
    where, url = folder
    run(where, url, "setting", "add-account", "5250", "Breakage", "expense")
    assert "account_type_invalid" in run(where, url, "setting", "add-account", "9", "Odd", "odd", status=1)
    run(where, url, "setting", "account", "stock_adjustment", "5250")
    run(where, url, "stock", "adjust", "2W01102", "-2")
    accounts = json.loads(run(where, url, "report", "trial-balance", "--json"))["rows"]
    assert {row["account"]: row["debit"] for row in accounts}["5250"] == 43


def test_a_second_init_is_refused(folder: tuple[Path, str]) -> None:
    where, url = folder
    assert "book_exists" in run(where, url, "init", "--currency", "EUR", "--country", "NL", status=1)


def test_a_closed_month_takes_nothing(folder: tuple[Path, str]) -> None:
    where, url = folder
    run(where, url, "period", "close", "2024-03")
    said = run(where, url, "receive", "ACME001", "1", "--tender", "K", "--on", "2024-03-31", status=1)
    assert "period_closed" in said
    run(where, url, "period", "reopen", "2024-03", "--reason", "a late receipt")
    run(where, url, "receive", "ACME001", "1", "--tender", "K", "--on", "2024-03-31")


def test_a_token_opens_its_door_until_it_is_revoked(folder: tuple[Path, str]) -> None:
    where, url = folder
    secret = run(where, url, "token", "create", "evolutionx", "shop").splitlines()[-1]
    with serving(where, url) as server:
        address = f"{server.address}/evolutionx/balance"
        asked = {"customer_code": "ACME001"}
        good = httpx2.post(address, json=asked, headers={"Authorization": f"Bearer {secret}"})
        assert good.json()["balance"] == 0
        assert httpx2.post(address, json=asked, headers={"Authorization": "Bearer x"}).status_code == 401
        assert httpx2.post(f"{server.address}/Windward/WebAPI/Invoice/addInvoice", json={}).status_code == 401
        assert httpx2.get(f"{server.address}/healthz").status_code == 200
        assert "counterfoil" in httpx2.get(f"{server.address}/metrics").text
    run(where, url, "token", "revoke", "1")
    with serving(where, url) as server:
        gone = httpx2.post(
            f"{server.address}/evolutionx/balance", json=asked, headers={"Authorization": f"Bearer {secret}"}
        )
        assert gone.status_code == 401


def test_a_token_reaches_as_far_as_its_scopes(folder: tuple[Path, str]) -> None:
    where, url = folder
    limits = ("--scope", "customers:read", "--scope", "reports:*", "--per-minute", "3", "--days", "2")
    secret = run(where, url, "token", "create", "own", "reader", *limits).splitlines()[-1]
    assert "scope_unknown" in run(where, url, "token", "create", "own", "reader", "--scope", "customer:read", status=1)
    assert "scope_invalid" in run(where, url, "token", "create", "own", "reader", "--scope", "customers", status=1)
    assert "customers:read reports:*" in run(where, url, "token", "list")
    headers = {"Authorization": f"Bearer {secret}"}
    # One connection, because every serving process counts for itself.
    with serving(where, url) as server, httpx2.Client(base_url=server.address, headers=headers) as client:
        paths = ("customers", "reports/aging", "items", "customers")
        answers = [client.get(f"/api/v1/{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 20


def test_what_is_under_way_is_finished_and_a_missing_book_is_said(folder: tuple[Path, str], tmp_path: Path) -> None:
    where, url = folder
    server = Server(where, url)
    server.await_ready()
    assert server.stop() == 0
    assert "no book here" in run(where, f"sqlite:///{tmp_path / 'none.db'}", "serve", status=1)


def test_a_draft_is_saved_booked_and_its_exports_are_told(folder: tuple[Path, str]) -> None:
    where, url = folder
    said = run(where, url, "draft", "save", "ACME001", "--line", "2W01102=2@10", "--charge", "Freight=5")
    assert "sales_invoice" in run(where, url, "draft", "list")
    assert "INV-000001" in run(where, url, "draft", "post", said.split()[-1])
    run(where, url, "export", "reopen", "erp", "INV-000001", "--note", "lost there")
    assert "lost there" in run(where, url, "export", "history", "INV-000001")
    assert "laws hold" in run(where, url, "check")
