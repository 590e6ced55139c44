"""What the demonstration is played on: a book made and served, from the first scene to the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path

import httpx2
import typer

from counterfoil import app as building
from counterfoil import company
from counterfoil.cli.demo import export, play, show, supply
from counterfoil.cli.desk import out
from counterfoil.config import SettingsError
from counterfoil.core.errors import Unavailable
from counterfoil.services.credentials import issue, principal
from counterfoil.services.office import Context, Said
from counterfoil.web.serving import CannotListen, claim

_FOLDER = Path("demo")
_HOST = "127.0.0.1"
_START_SECONDS = 20


def perform() -> None:
    """Make a book, play the vendors' examples through the doors, show what came of them, and go on serving.

    DEMO_PORT chooses the port (8080), DEMO_EXIT=1 ends after the tables.
    """
    port = _port(os.environ.get("DEMO_PORT", "8080"))
    try:
        claim(_HOST, port)
    except CannotListen as error:
        raise SettingsError(f"{error}; choose another with DEMO_PORT=8081") from error
    url = _make_book()
    with _served(url, port) as server:
        play.all_of_it(f"http://{_HOST}:{port}", url)
        supply.all_of_it(f"http://{_HOST}:{port}", url)
        export.all_of_it(f"http://{_HOST}:{port}", url)
        laws_hold = show.all_of_it(f"http://{_HOST}:{port}", url)
        if not laws_hold:
            raise typer.Exit(1)
        if os.environ.get("DEMO_EXIT") == "1":
            return
        show.curl_lines(f"http://{_HOST}:{port}", url)
        _wait(server)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"DEMO_PORT: {text!r} is no port")
    return int(text)


def _make_book() -> str:
    """A new book with the demonstration's company, in place of an older one; its URL."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    url = f"sqlite:///{_FOLDER / 'book.db'}"
    building.create_book(url, "Counterfoil Outfitters", "CAD", "CA", "America/Vancouver", 1)
    store = building.book_store(url)
    said = Said("demo-company", "cli", "load")
    with Context(store, principal(store, "cli:demo"), said).work() as work:
        company.file(
            work, company.read(files(__package__).joinpath("company.toml").read_text("utf-8")), date(2019, 1, 1)
        )
        issue(work, play.CONNECTOR, "systemfive", play.PASSWORD)
        issue(work, play.STORE, "evolutionx", play.TOKEN)
        issue(work, supply.CLIENT, "eva", supply.TOKEN)
        issue(work, export.INTEGRATOR, "traede", export.TOKEN)
    store.engine.dispose()
    out.print(f"Made a book in CAD at {url} and filed the demonstration company.")
    return url


@contextmanager
def _served(url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The installed program, serving in another process, which ends with this one."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    environment = os.environ | {"COUNTERFOIL_DATABASE_URL": url, "COUNTERFOIL_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "counterfoil", "serve", "--host", _HOST, "--port", str(port)]
    server = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own program
    try:
        _await_ready(server, f"http://{_HOST}:{port}/readyz")
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _await_ready(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx2.get(address).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise Unavailable.of("not_started", "the server did not start")


def _wait(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait()
    except KeyboardInterrupt:
        out.print("Stopping.")
