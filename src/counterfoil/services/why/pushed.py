"""What keeps a document from being where it was to be pushed."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.core.exporting import ExportEvent, ExportState
from counterfoil.services.why.model import Subject, Trouble

_DO = {
    ExportState.QUEUED: "mend what the note says; counterfoil push CONTRACT run",
    ExportState.SENT: "counterfoil push CONTRACT run",
    ExportState.IN_DOUBT: "counterfoil push CONTRACT run",
    ExportState.FAILED: "mend it, then counterfoil push CONTRACT resolve NUMBER --resend",
    ExportState.PARKED: "look there, then counterfoil push CONTRACT resolve NUMBER --adopt RECORD, or --resend",
}


def not_there(subject: Subject) -> Iterable[Trouble]:
    """What was begun for another system and is not acknowledged by it."""
    latest = {}
    for event in sorted(subject.reader.exports.history(subject.document.id), key=lambda event: event.at):
        latest[event.system, event.topic] = event
    for event in latest.values():
        if event.state in _DO:
            say = f"{event.system}: {event.state.value.replace('_', ' ')}{f': {event.note}' if event.note else ''}"
            yield Trouble("not_there", say, _do(event, subject.document.number))


def _do(event: ExportEvent, number: str) -> str:
    contract, _, name = event.system.partition(":")
    told = _DO[event.state].replace("NUMBER", number).replace("CONTRACT", contract)
    return f"{told} --connection {name}"
