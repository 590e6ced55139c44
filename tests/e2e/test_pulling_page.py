"""The page on pulling, followed as it stands by the installed program."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx2

from counterfoil.doubles.traede import Double, World
from tests.e2e.program import environment, free_port, run

PAGE = Path(__file__).parents[2] / "docs" / "pulling.md"
_STATUS = re.compile(r"#.*exit status (\d)")


def test_the_page_is_followed_from_an_empty_folder(tmp_path: Path) -> None:
    port = free_port()
    text = PAGE.read_text("utf-8").replace("8090", str(port))
    block = text.partition("```sh\n")[2].partition("```")[0]
    settings, commands = re.match(r"cat > counterfoil.toml <<'END'\n(.*?)END\n(.*)", block, re.DOTALL).groups()  # type: ignore[union-attr]
    (tmp_path / "counterfoil.toml").write_text(settings)
    url = f"sqlite:///{tmp_path / 'book.db'}"
    said: dict[str, str] = {}
    played: subprocess.Popen[bytes] | None = None
    try:
        for line in commands.splitlines():
            status = int(found[1]) if (found := _STATUS.search(line)) else 0
            words = _words(line.partition("#")[0])
            if words[-1] == "&":
                command = [sys.executable, "-m", "counterfoil", *words[1:-1]]
                played = subprocess.Popen(command, cwd=tmp_path, env=environment(url), stdout=subprocess.DEVNULL)
                _await(port)
                continue
            said[line] = run(tmp_path, url, *words[1:], status=status)
    finally:
        if played is not None:
            played.terminate()
            played.wait(timeout=20)
    first = next(out for line, out in said.items() if line.startswith("counterfoil sync traede run"))
    assert "Partial: 120 fetched, 117 imported, 117 marked, 3 failed" in first
    failures = next(out for line, out in said.items() if "failures" in line)
    assert "totals_mismatch" in failures
    inspected = next(out for line, out in said.items() if "inspect" in line)
    assert "line.net" in inspected
    assert "left over" in inspected
    assert not any("token" in out for out in said.values())


def test_after_a_restore_the_command_that_it_prints_fetches_what_was_pulled_since(tmp_path: Path) -> None:
    url, elsewhere = f"sqlite:///{tmp_path / 'book.db'}", f"sqlite:///{tmp_path / 'again.db'}"
    run(tmp_path, url, "init", "--currency", "DKK", "--country", "DK")
    with Double(World(5)) as double:
        (tmp_path / "counterfoil.toml").write_text(_account_at(double))
        assert "Complete: 15 fetched" in run(tmp_path, url, "sync", "traede", "run")
        run(tmp_path, url, "backup", "book.backup")
        double.world.add("invoices", 3)
        assert "Complete: 3 fetched" in run(tmp_path, url, "sync", "traede", "run")
        said = run(tmp_path, url, "restore", "book.backup", "--database", elsewhere)
        command = re.search(r"counterfoil (sync traede run --account main --exported-since \S+)", said)
        assert command is not None, said
        assert "Complete: 0 fetched" in run(tmp_path, elsewhere, "sync", "traede", "run"), "they are not offered again"
        assert "Complete: 3 fetched, 3 imported" in run(tmp_path, elsewhere, *command[1].split())
        assert "laws hold" in run(tmp_path, elsewhere, "check")


def _account_at(double: Double) -> str:
    given = {"name": "main", "token": double.token, "app_key": double.app_key, "system_id": "book"}
    given["base_url"] = double.address
    rows = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    accounts = 'accounts = { "1310" = "5000", "1360" = "5200", "2100" = "1200" }'
    return "\n".join(["[[contracts.traede.accounts]]", *rows, accounts]) + "\n"


def test_a_worker_does_what_is_scheduled_and_stops_when_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run(tmp_path, url, "init", "--currency", "DKK", "--country", "DK")
    with Double(World(5)) as double:
        given = {"name": "main", "token": double.token, "app_key": double.app_key, "system_id": "book"}
        settings = {**given, "base_url": double.address, "flows": ["invoices"], "schedule": "* * * * * *"}
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (tmp_path / "counterfoil.toml").write_text("\n".join(["[[contracts.traede.accounts]]", *lines]))
        command = [sys.executable, "-m", "counterfoil", "worker"]
        worker = subprocess.Popen(command, cwd=tmp_path, env=environment(url), stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 60
            while len(double.world.marks("invoices", "book")) < 5 and time.monotonic() < until:
                assert worker.poll() is None, "the worker ended"
                time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=40) == 0
        finally:
            worker.kill()
            worker.wait()
        assert len(double.world.marks("invoices", "book")) == 5
    assert "marked" in run(tmp_path, url, "sync", "traede", "status")


def _words(line: str) -> list[str]:
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]


def _await(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(httpx2.TransportError):
            if httpx2.get(f"http://127.0.0.1:{port}/double/marks").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("nobody plays TRAEDE")
