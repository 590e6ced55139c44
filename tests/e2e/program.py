"""The installed program, run as an operator runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

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
    """A command run to its end; its standard output."""
    command = [sys.executable, "-m", "counterfoil", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(url), capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if status == 0 else done.stderr + done.stdout


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
