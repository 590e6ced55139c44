"""Bringing in what an earlier system knew, or what another one keeps in files. See docs/importing.md."""

from counterfoil.importing.records import Form, Record, lines_of
from counterfoil.importing.running import KINDS, LineOutcome, Status, meaning, run, said

__all__ = ["KINDS", "Form", "LineOutcome", "Record", "Status", "lines_of", "meaning", "run", "said"]
