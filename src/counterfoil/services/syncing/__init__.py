"""Other systems' documents into the book, each exactly once in effect: stage, import, mark."""

from counterfoil.services.syncing.failures import Life, Status, close, life, raw_of, retry, run_of, status
from counterfoil.services.syncing.pulling import Pull
from counterfoil.services.syncing.running import Went, at_once, run

__all__ = [
    "Life",
    "Pull",
    "Status",
    "Went",
    "at_once",
    "close",
    "life",
    "raw_of",
    "retry",
    "run",
    "run_of",
    "status",
]
