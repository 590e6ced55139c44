"""Other systems' documents into the book, each exactly once in effect: stage, import, mark."""

from counterfoil.services.syncing.failures import Status, close, last_began, raw_of, retry, run_of, status
from counterfoil.services.syncing.pulling import Pull
from counterfoil.services.syncing.running import Went, at_once, run

__all__ = [
    "Pull",
    "Status",
    "Went",
    "at_once",
    "close",
    "last_began",
    "raw_of",
    "retry",
    "run",
    "run_of",
    "status",
]
