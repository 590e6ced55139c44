"""The installed server: several processes on one port, and an orderly end."""

import base64
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
AUTHORIZATION = {"Authorization": f"Basic {base64.b64encode(b'shop:pass-77').decode()}"}


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=AUTHORIZATION)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def command(port: int, workers: int) -> list[str]:
    return [sys.executable, "-m", "tests.unit.web.serve_parrot", str(port), str(workers)]


@contextlib.contextmanager
def serving(port: int, workers: int = 2, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command(port, workers),
        cwd=ROOT,
        env=os.environ | variables,
        start_new_session=True,
        stderr=subprocess.PIPE if variables else subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                get(port, "/healthz")
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_finished(port: int, how: signal.Signals) -> None:
    with serving(port) as server, ThreadPoolExecutor() as pool:
        under_way = pool.submit(get, port, "/parrot/slow")
        time.sleep(0.5)
        os.killpg(server.pid, how)
        assert under_way.result() == (200, b"{}")
        assert server.wait(10) == 0
        with pytest.raises(OSError, match="refused"):
            get(port, "/healthz")


def test_a_worker_that_ended_in_time_is_not_said_to_have_been_killed(port: int) -> None:
    with serving(port, workers=4, SLOW_TO_NOTICE="0.5") as server:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=20)
        assert server.returncode == 0
        assert b"Killing" not in said


def test_a_worker_that_does_not_end_in_time_is_killed_and_named(port: int) -> None:
    with serving(port, workers=1, GRACE_SECONDS="0") as server, ThreadPoolExecutor() as pool:
        under_way = pool.submit(get, port, "/parrot/slow")
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=20)
        assert server.returncode == 0
        assert said.count(b"Killing worker-1") == 1
        with pytest.raises(OSError, match=r"closed|reset"):
            under_way.result()


def test_a_taken_port_is_said_before_anything_starts(port: int) -> None:
    with serving(port):
        second = subprocess.run(command(port, 2), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
        assert second.returncode == 1
        assert second.stderr.strip() == f"127.0.0.1:{port} is in use by another program"


def test_a_dead_worker_is_replaced(port: int) -> None:
    with serving(port, workers=1):
        _, first = get(port, "/parrot/worker")
        os.kill(int(first), signal.SIGKILL)
        deadline = time.monotonic() + 10
        second = first
        while second == first:
            assert time.monotonic() < deadline
            with contextlib.suppress(OSError):
                _, second = get(port, "/parrot/worker")
            time.sleep(0.05)


def test_ctrl_c_is_the_parents_to_hear(port: int) -> None:
    with serving(port, workers=1):
        _, worker = get(port, "/parrot/worker")
        os.kill(int(worker), signal.SIGINT)
        time.sleep(0.5)
        assert get(port, "/parrot/worker") == (200, worker)
