"""Checking a live book against its laws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from counterfoil.services.office import Work
from counterfoil.services.statements import aging, today
from counterfoil.store import OWED, Breach, LawCheck, Store


@dataclass(frozen=True, slots=True)
class Finding:
    """A law and the rows that break it, none in a sound book."""

    law: str
    breaches: tuple[Breach, ...]


def check(store: Store) -> Iterator[Finding]:
    """Every law, one after another, of one state of the book."""
    with store.snapshot() as reader:
        for law, found in reader.breaches():
            yield Finding(law.name, tuple(found))
    yield _ageing_ties(store)


def keep(work: Work, findings: Iterable[Finding]) -> None:
    """Keep what a check found, for those who watch the book."""
    found = list(findings)
    broken = sum(len(finding.breaches) for finding in found)
    work.unit.upkeep.file_check(LawCheck(work.now, len(found), broken), work.actor, work.unit.mint)


def last_check(store: Store) -> LawCheck | None:
    """The last check that was kept."""
    with store.reader() as reader:
        return reader.upkeep.last_check()


def _ageing_ties(store: Store) -> Finding:
    law = "the ageing agrees with the ledger"
    as_of: date = today(store)
    untied = [control for control in OWED if not aging(store, as_of, control).ties]
    say = "as of {} the ageing and the {} accounts differ"
    return Finding(law, tuple(Breach(law, say.format(as_of, control)) for control in untied))
