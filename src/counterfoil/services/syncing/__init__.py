"""Other systems' documents into the book, each exactly once in effect: stage, import, mark."""

from counterfoil.services.syncing.failures import Life, Status, close, life, raw_of, retry, run_of, status
from counterfoil.services.syncing.pulling import Pull

__all__ = ["Life", "Pull", "Status", "close", "life", "raw_of", "retry", "run_of", "status"]
