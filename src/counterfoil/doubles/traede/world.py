"""What the played TRAEDE knows: its documents, and who has marked which of them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from counterfoil.doubles.traede.documents import KINDS, Made, Recipe, make

#: kind -> (root key of lists and marks, key of an id in a mark)
KEYS = {
    "invoices": ("invoices", "invoice_id"),
    "credit-notes": ("credit_notes", "credit_note_id"),
    "accounting-entries": ("accounting_entries", "accounting_entry_id"),
}


class World:
    """Documents with the ids 1 to n of each kind, made when they are asked for."""

    def __init__(self, documents: int | Mapping[str, int], recipe: Recipe | None = None) -> None:
        self.recipe = recipe or Recipe()
        self._counts = dict.fromkeys(KINDS, documents) if isinstance(documents, int) else dict(documents)
        self._lock = threading.RLock()
        self._marks: dict[str, dict[int, list[tuple[str, datetime, str]]]] = {kind: {} for kind in KINDS}
        self._waiting: dict[tuple[str, str], list[int]] = {}
        self._drafts = {
            kind: [number for number in self.ids(kind) if kind != "accounting-entries" and self.recipe.is_late(number)]
            for kind in KINDS
        }
        self._changed: dict[tuple[str, int], dict[str, Any]] = {}

    def ids(self, kind: str) -> range:
        """All ids of a kind."""
        return range(1, self._counts.get(kind, 0) + 1)

    def document(self, kind: str, number: int) -> Made:
        """A document as it stands now."""
        made = make(self.recipe, kind, number)
        changed = self._changed.get((kind, number), {})
        draft = {"status": "draft", "booked_at": None} if number in self._drafts[kind] else {}
        return Made({**made.wire, **changed, **draft}, made.currency, made.total)

    def change(self, kind: str, number: int, **fields: Any) -> None:
        """Alter a document under its readers' eyes, as TRAEDE should not."""
        with self._lock:
            self._changed[kind, number] = {**self._changed.get((kind, number), {}), **fields}

    def add(self, kind: str, count: int = 1) -> None:
        """Let more documents come to be."""
        with self._lock:
            before = self._counts.get(kind, 0)
            self._counts[kind] = before + count
            for (waiting_kind, _), waiting in self._waiting.items():
                if waiting_kind == kind:
                    waiting += range(before + 1, before + count + 1)

    def book(self, kind: str) -> None:
        """Book the oldest draft, which then stands before rows that were already listed."""
        with self._lock:
            if self._drafts[kind]:
                number = self._drafts[kind].pop(0)
                for (waiting_kind, _), waiting in self._waiting.items():
                    if waiting_kind == kind and number not in waiting:
                        waiting.insert(bisect_left(waiting, number), number)

    def listed(
        self, kind: str, system: str, since: datetime | None, drafts: bool, first: int, limit: int
    ) -> tuple[list[int], int]:
        """Ids of a page of what a system has not exported, or has exported after an instant, and how many there are."""
        with self._lock:
            if since is None and not drafts:
                waiting = self._open(kind, system)
                return waiting[first : first + limit], len(waiting)
            found = [number for number in self.ids(kind) if self._due(kind, number, system, since, drafts)]
            return found[first : first + limit], len(found)

    def _open(self, kind: str, system: str) -> list[int]:
        """What is not marked yet, kept in order: a list of many documents is asked for many times."""
        known = self._waiting.get((kind, system))
        if known is None:
            known = [number for number in self.ids(kind) if self._due(kind, number, system, None, False)]
            self._waiting[kind, system] = known
        return known

    def _due(self, kind: str, number: int, system: str, since: datetime | None, drafts: bool) -> bool:
        if number in self._drafts[kind] and not drafts:
            return False
        latest = max((at for whose, at, _ in self._marks[kind].get(number, ()) if whose == system), default=None)
        return latest is None or (since is not None and latest > since)

    def mark(self, kind: str, marks: Iterable[tuple[int, str, str]], at: datetime) -> None:
        """Mark documents as exported: (id, system, note)."""
        with self._lock:
            for number, system, note in marks:
                self._marks[kind].setdefault(number, []).append((system, at, note))
                waiting = self._open(kind, system)
                place = bisect_left(waiting, number)
                if place < len(waiting) and waiting[place] == number:
                    del waiting[place]

    def marks(self, kind: str, system: str) -> dict[int, list[str]]:
        """id -> the notes under which a system has marked it."""
        with self._lock:
            found = {
                number: [note for whose, _, note in marks if whose == system]
                for number, marks in self._marks[kind].items()
            }
        return {number: notes for number, notes in found.items() if notes}
