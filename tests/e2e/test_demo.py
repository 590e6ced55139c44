"""The demonstration: what a stranger types first."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.e2e.program import environment, free_port


def _demo(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "counterfoil", "demo"]
    surroundings = environment("sqlite:///unused.db", DEMO_EXIT="1", DEMO_PORT=str(port))
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_shows_the_books_and_can_be_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        done = _demo(tmp_path, free_port())
        assert done.returncode == 0, done.stdout + done.stderr
        for shown in (
            "W-000003",
            "3.00 stays open",
            "CN-000001",
            "CS-000001",
            "RC-000002",
            "The ageing ties to the receivable account",
            "Debits equal credits.",
            '"total_invoices": 3',
            "Invoices:HasUnresolvedDisputes",
            "56.33 is disputed; the supplier agrees to credit it",
            "Goods received not invoiced             418.95 EUR",
            "It ties to the ledger: 46.55 EUR in 2100 Goods received not invoiced.",
            "The ageing ties to the payable account: 506.93 EUR",
            "TRAEDE: it takes INV-000001 over 128.00 and marks it: 1 left",
            "TRAEDE: the book pulls from a played TRAEDE: 2 documents imported, 2 marked there",
            "laws hold",
        ):
            assert shown in done.stdout, shown
        assert done.stderr == ""


def test_a_busy_port_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _demo(tmp_path, taken.getsockname()[1])
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "DEMO_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []
