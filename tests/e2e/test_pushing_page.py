"""The page on pushing, followed as it stands by the installed program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from counterfoil import cli
from tests.e2e.program import free_port

PAGE = Path(__file__).parents[2] / "docs" / "pushing.md"
COMPANY = Path(cli.__file__).parent / "demo" / "company.toml"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page waits for the server with curl")
def test_the_page_is_followed_from_an_empty_folder(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8").replace("8091", str(free_port()))
    block = text.partition("```sh\n")[2].partition("```")[0]
    shutil.copy(COMPANY, tmp_path / "company.toml")
    program = tmp_path / "counterfoil"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m counterfoil "$@"\n')
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL")}
    environment = kept | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COUNTERFOIL_LOG_LEVEL": "warning"}
    process = subprocess.Popen(
        [shutil.which("bash") or "/bin/bash", "-e"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(f"{block}\nkill $!\n", timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said
    assert "Done: 1 sent, 0 found there, 0 held back, 0 waiting for you, 0 in doubt" in said
    assert "Everything that was pushed is there." in said
    assert "acknowledged" in said
