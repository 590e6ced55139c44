"""A company's first Monday: from an empty directory to live doors that answer what the old system knew."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.program import environment, run, serving
from tests.oldsystem import OldSystem, code

CUSTOMERS, ITEMS, HISTORY, OPEN = 2_000, 5_000, 10_000, 1_500


def _bring(folder: Path, url: str, kind: str, file: Path, *more: str, status: int = 0) -> dict[str, Any]:
    """Import a file; its sums."""
    said = run(folder, url, "import", file.name, "--kind", kind, "--json", *more, status=status)
    sums: dict[str, Any] = json.loads(said.splitlines()[-1])
    return sums


@pytest.fixture
def begun(tmp_path: Path, url: str) -> tuple[Path, str]:
    """An empty directory, and a book in it with payment terms."""
    run(tmp_path, url, "init", "--currency", "CAD", "--country", "CA", "--time-zone", "America/Vancouver")
    terms = tmp_path / "terms.ndjson"
    terms.write_text('{"code": "N30", "name": "30 days", "days": 30}\n')
    assert _bring(tmp_path, url, "terms", terms)["filed"] == 1
    return tmp_path, url


def test_a_company_begins_on_a_monday(begun: tuple[Path, str]) -> None:
    folder, url = begun
    old = OldSystem(folder, CUSTOMERS, ITEMS)
    assert _bring(folder, url, "customers", old.customer_file())["filed"] == CUSTOMERS
    assert _bring(folder, url, "items", old.item_file())["filed"] == ITEMS
    assert _bring(folder, url, "history", old.history_file(HISTORY))["filed"] == HISTORY
    opening, owed = old.opening_file(OPEN)
    assert _bring(folder, url, "opening-items", opening)["filed"] == OPEN
    again = _bring(folder, url, "opening-items", opening)
    assert (again["filed"], again["known"], again["refused"]) == (0, OPEN, 0)

    aging = json.loads(run(folder, url, "report", "aging", "--json"))
    trial = json.loads(run(folder, url, "report", "trial-balance", "--json"))
    assert "The receivable account ties to the ageing." in trial["says"]
    assert round(sum(row["balance"] for row in aging["rows"]) * 100) == owed
    balances = {row["account"]: round(row["amount"] * 100) for row in trial["rows"]}
    assert balances == {"1100": owed, "3000": -owed}
    assert "laws hold" in run(folder, url, "check")

    debtor = max(aging["rows"], key=lambda row: row["balance"])
    _live_doors_answer(folder, url, debtor["customer"], debtor["balance"])
    if url.startswith("sqlite"):
        _restored_elsewhere(folder, url, trial)


def _restored_elsewhere(folder: Path, url: str, trial: dict[str, Any]) -> None:
    elsewhere = f"sqlite:///{folder / 'elsewhere.db'}"
    assert "all laws hold" in run(folder, url, "backup", "monday.db")
    run(folder, url, "restore", "monday.db", "--database", elsewhere)
    assert "laws hold" in run(folder, elsewhere, "check")
    assert json.loads(run(folder, elsewhere, "report", "trial-balance", "--json"))["rows"] == trial["rows"]


def _live_doors_answer(folder: Path, url: str, customer: str, balance: float) -> None:
    secret = run(folder, url, "token", "create", "evolutionx", "shop").splitlines()[-1]
    with serving(folder, url) as server, httpx2.Client(headers={"Authorization": f"Bearer {secret}"}) as client:

        def ask(what: str, **more: Any) -> Any:
            return client.post(f"{server.address}/evolutionx/{what}", json={"customer_code": customer, **more}).json()

        assert ask("balance")["balance"] == balance
        listed = ask("invoices", per_page=50)
        numbers = [row["invoice_id"] for row in listed["invoices"]]
        assert {number[:1] for number in numbers} == {"H", "O"}
        closed, open_ = (next(number for number in numbers if number.startswith(first)) for first in "HO")
        shown = ask("invoice", invoice_id=closed)
        assert (shown["balance"], shown["invoice_status_description"], len(shown["invoice_lines"])) == (0, "Paid", 2)
        shown = ask("invoice", invoice_id=open_)
        assert shown["balance"] == shown["total"] != 0


def test_bad_lines_are_mended_and_brought_in_again(begun: tuple[Path, str]) -> None:
    folder, url = begun
    old = OldSystem(folder, 20, 5)
    _bring(folder, url, "customers", old.customer_file())
    file = folder / "open.csv"
    rows = [f"{n},{code(n)},2024-01-05,{n}.50" for n in range(1, 21)]
    rows[3], rows[16] = "4,C99999,2024-01-05,4.50", "17,C00017,2024-02-30,17.50"
    file.write_text("\n".join(["number,customer,on,amount", *rows]) + "\n")
    dry = run(folder, url, "import", "open.csv", "--kind", "opening-items", "--dry-run", status=3)
    assert "line 5: customer: there is no customer 'C99999'" in dry
    assert "line 18: on: '2024-02-30' is not a date" in dry
    said = run(folder, url, "import", "open.csv", "--kind", "opening-items", "--errors", "bad.csv", status=3)
    assert "18 filed, 0 there already, 2 bad" in said
    bad = (folder / "bad.csv").read_text()
    assert bad.splitlines()[0] == "number,customer,on,amount,problems"
    again = run(folder, url, "import", "bad.csv", "--kind", "opening-items", "--errors", "./bad.csv", status=1)
    assert "same_file" in again
    assert (folder / "bad.csv").read_text() == bad
    (folder / "bad.csv").write_text(bad.replace("C99999", "C00004").replace("2024-02-30", "2024-02-28"))
    assert _bring(folder, url, "opening-items", folder / "bad.csv")["filed"] == 2
    aging = json.loads(run(folder, url, "report", "aging", "--json"))
    assert sum(row["balance"] for row in aging["rows"]) == 220.0
    assert "laws hold" in run(folder, url, "check")


def test_two_customers_become_one(begun: tuple[Path, str]) -> None:
    folder, url = begun
    old = OldSystem(folder, 2, 5)
    _bring(folder, url, "customers", old.customer_file())
    opening, owed = old.opening_file(6)
    _bring(folder, url, "opening-items", opening)
    assert "C00001 is C00002 from now on" in run(folder, url, "merge-customer", "C00001", "C00002")
    assert "merged_before" in run(folder, url, "merge-customer", "C00001", "C00002", status=1)
    (row,) = json.loads(run(folder, url, "report", "aging", "--json"))["rows"]
    assert (row["customer"], round(row["balance"] * 100)) == ("C00002", owed)


def test_a_killed_import_leaves_whole_batches_and_goes_on(begun: tuple[Path, str]) -> None:
    folder, url = begun
    old = OldSystem(folder, 50, 20)
    _bring(folder, url, "customers", old.customer_file())
    _bring(folder, url, "items", old.item_file())
    file, total = old.history_file(2_000), 2_000
    command = [sys.executable, "-m", "counterfoil", "import", file.name, "--kind", "history"]
    for wait in (1.3, 1.6):
        process = subprocess.Popen(command, cwd=folder, env=environment(url))
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "laws hold" in run(folder, url, "check")
    sums = _bring(folder, url, "history", file)
    assert (sums["filed"] + sums["known"], sums["refused"]) == (total, 0)
    assert "laws hold" in run(folder, url, "check")
    assert _bring(folder, url, "history", file)["known"] == total
