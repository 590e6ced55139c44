"""Granian, started from Python: worker processes with few threads each, one port, a graceful end."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels, logger
from granian.server import MPServer

from counterfoil.web import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

GRACE_SECONDS = 30
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


class CannotListen(Exception):
    """The address cannot be listened on, or the certificate not be used; the message says why."""


def run(
    load: Callable[[], WSGIApplication],
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    workers: int = 2,
    threads: int = 2,
    log_level: str = "info",
    tls_certificate: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; what is under way then has 30 seconds to finish. Call it from the main thread.

    load:    makes the application, once in each worker process; a module's function or a partial of one, since it is
             pickled where processes do not fork. Where they do, the caller holds no database connection
    threads: per worker
    raises:  CannotListen before any worker starts; SystemExit when workers keep dying
    """
    claim(host, port)
    if tls_certificate and tls_key:
        _look_at(tls_certificate, tls_key)
    with _shared_figures():
        server = _Server(
            "counterfoil",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            websockets=False,
            log_level=LogLevels(log_level),
            log_dictconfig=logs.granian_config(),
            ssl_cert=tls_certificate,
            ssl_key=tls_key,
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE_SECONDS,
        )
        try:
            server.serve(target_loader=partial(_load_in_worker, load), wrap_loader=False)
        except SystemExit:
            # Granian calls it a failure when a worker ends by the signal sooner than it was told to.
            if not server.interrupt_signal:
                raise


class _Server(MPServer):
    def _stop_workers(self) -> None:
        # Granian asks for a worker's end in two threads at once; only one of them is told, and on a busy machine the
        # other took a worker that had ended for one that refused to. A worker's end closes its sentinel: all can see.
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        until = time.monotonic() + GRACE_SECONDS
        for worker in self.wrks:
            if not wait([worker.inner.sentinel], max(until - time.monotonic(), 0)):
                logger.warning(f"Killing worker-{worker.idx + 1}: it did not finish within {GRACE_SECONDS} seconds")
                worker.kill()  # type: ignore[no-untyped-call]
                wait([worker.inner.sentinel])
        self.wrks.clear()


def _load_in_worker(load: Callable[[], WSGIApplication]) -> WSGIApplication:
    # A forked worker starts with its parent's handlers, which would swallow a SIGTERM that comes before Granian sets
    # the worker's own; with nothing under way yet it may simply die.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Ctrl-C reaches the workers beside their parent, who sends them a SIGTERM for it; two signals on each other's heels
    # can catch a worker inside its own handler, where it would hang until it is killed.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    application = load()
    # What the program consists of lives as long as it: the garbage collector need not go through it ever again, while
    # all threads wait.
    gc.freeze()
    return application


def claim(host: str, port: int) -> None:
    # Granian's sockets share their port, so a second server would start unnoticed beside the first.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OverflowError as error:
        raise CannotListen(f"{host}:{port} cannot be used: ports end at 65535") from error
    except OSError as error:
        why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise CannotListen(f"{host}:{port} {why}") from error


def _look_at(certificate: Path, key: Path) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        raise CannotListen(f"{certificate} and {key} hold no certificate with its own, unencrypted key") from error
    except OSError as error:
        raise CannotListen(f"{certificate} or {key} cannot be read: {error.strerror}") from error


@contextmanager
def _shared_figures() -> Iterator[None]:
    if _FIGURES in os.environ:
        yield
        return
    folder = tempfile.mkdtemp(prefix="counterfoil-figures-")
    os.environ[_FIGURES] = folder
    try:
        yield
    finally:
        del os.environ[_FIGURES]
        shutil.rmtree(folder, ignore_errors=True)
