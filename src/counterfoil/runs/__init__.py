"""Runs that outlive their process: scheduled, queued one at a time per account, resumed after a kill.

Alone names the workflow engine. What a run does is the office's; what has been done of it the engine remembers beside
the book (docs/adr/0016).
"""

from counterfoil.runs.place import Place
from counterfoil.runs.runner import Job, Left, Runner

__all__ = ["Job", "Left", "Place", "Runner"]
