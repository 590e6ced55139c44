"""Servers in processes of their own: ours as it is installed, and the floor's."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

WORKERS, THREADS = 2, 2
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    def worker_bytes(self) -> int:
        """Resident memory of its largest process but the first."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return max(int(child.memory_info().rss) for child in children)


#: Serves a book: its address, a folder for the log, and the request whose answer shows that it serves.
Serve = Callable[[str, Path, bytes], contextlib.AbstractContextManager[Served]]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextlib.contextmanager
def ours(url: str, folder: Path, first: bytes) -> Iterator[Served]:
    """`counterfoil serve` with its defaults."""
    settings = {
        "COUNTERFOIL_DATABASE_URL": url,
        "COUNTERFOIL_WORKERS": str(WORKERS),
        "COUNTERFOIL_THREADS": str(THREADS),
    }
    port = free_port()
    command = [sys.executable, "-m", "counterfoil", "serve", "--port", str(port)]
    with _running(command, settings, port, folder / "ours.log", first) as served:
        yield served


@contextlib.contextmanager
def floor(url: str, folder: Path, first: bytes) -> Iterator[Served]:
    """The floor's application on the same server with as many workers and threads."""
    port = free_port()
    command = [sys.executable, "-m", "bench.floors.serve", url, str(port), str(WORKERS), str(THREADS)]
    with _running(command, {}, port, folder / "floor.log", first) as served:
        yield served


@contextlib.contextmanager
def _running(command: list[str], settings: Mapping[str, str], port: int, log: Path, first: bytes) -> Iterator[Served]:
    with log.open("wb") as output:
        began = time.perf_counter()
        # An installed program has its bytecode, however the shell is set that the benchmark is run in.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(command, env={**environment, **settings}, stdout=output, stderr=output)
        try:
            _await(process, port, log, first)
            yield Served(port, process, time.perf_counter() - began)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        for one in (*children, process):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        raise


def _await(process: subprocess.Popen[bytes], port: int, log: Path, first: bytes) -> None:
    """Until the first request is answered."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(first)
            if line.recv(65536).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.005)
    raise RuntimeError(f"the server does not answer:\n{log.read_text('utf-8', 'replace')[-2000:]}")
