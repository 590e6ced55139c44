"""The installed program, run as an operator runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from counterfoil import cli
from tests.forking import forking

_START_SECONDS = 60


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def environment(url: str, **more: str) -> dict[str, str]:
    """The environment of a program that works on a book."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERFOIL", "DEMO"))}
    return kept | {"COUNTERFOIL_DATABASE_URL": url, "COUNTERFOIL_LOG_LEVEL": "warning"} | more


def run(folder: Path, url: str, *arguments: str, status: int = 0) -> str:
    """A command run to its end in a process of its own; its standard output.

    That process is forked off one that has imported the program, which is most of a command's time.
    """
    with tempfile.TemporaryDirectory() as outputs:
        out, err = (Path(outputs) / name for name in ("out", "err"))
        process = forking.Process(target=_command, args=(folder, environment(url), arguments, out, err))
        process.start()
        process.join()
        said, complained = out.read_text("utf-8"), err.read_text("utf-8")
    assert process.exitcode == status, f"{arguments}: status {process.exitcode}\n{said}\n{complained}"
    return said if status == 0 else complained + said


def _command(folder: Path, variables: dict[str, str], arguments: Sequence[str], out: Path, err: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.argv = ["counterfoil", *arguments]
    cli.main()


class Server:
    """A serving program in a process group of its own."""

    def __init__(self, folder: Path, url: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "counterfoil", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, cwd=folder, env=environment(url), start_new_session=True)

    def await_ready(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, "the server ended"
            with suppress(httpx2.TransportError):
                if httpx2.get(f"{self.address}/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """SIGKILL the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=40)


@contextmanager
def serving(folder: Path, url: str) -> Iterator[Server]:
    """A server that answers, stopped at the end."""
    server = Server(folder, url)
    try:
        server.await_ready()
        yield server
    finally:
        server.kill()
