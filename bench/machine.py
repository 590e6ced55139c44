"""What the machine gives: the frame in which figures are to be read."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path


def fsyncs_per_second(folder: Path, seconds: float = 1.0) -> float:
    """How often a page can be made durable, one after another."""
    page = os.urandom(4096)
    path = folder / "fsync"
    done = 0
    with path.open("wb", buffering=0) as file:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            file.write(page)
            os.fsync(file.fileno())
            done += 1
        took = time.perf_counter() - began
    path.unlink()
    return done / took


def described(folder: Path) -> str:
    """The machine in one line."""
    rate = fsyncs_per_second(folder)
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {rate:,.0f} fsyncs/s, load {busy:.1f} before"
