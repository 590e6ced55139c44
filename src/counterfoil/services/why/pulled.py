"""A document that was pulled from another system: its way into the book, and what keeps the two from agreeing."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.core.syncing import UNTOLD, Pulled, PulledState
from counterfoil.services.why.model import Event, Outside, Subject, Trouble
from counterfoil.store import Reader


def pulled(subject: Subject) -> Iterable[Event]:
    """When it was first delivered, tried in vain, imported, and confirmed to where it comes from."""
    for account, one in subject.reader.syncs.of_document(subject.document.id):
        yield from _way(subject.reader, account, one)


def _way(reader: Reader, account: str, one: Pulled) -> Iterable[Event]:
    known = reader.syncs.account(account)
    assert known is not None, "a pulled document has its account"
    details = {"account": account, "flow": one.flow.value, "their_id": one.their_id}
    yield Event(one.first_seen_at, "pulled", f"delivered by {account} as {one.flow.value} {one.their_id}", details)
    for happened in reader.syncs.happenings(known.id, one.flow, one.their_id):
        more = {**details, "code": happened.code, "actor": happened.actor}
        yield Event(happened.at, "pulled", f"{happened.what.replace('_', ' ')}: {happened.say}", more)
    if one.imported_at is not None:
        yield Event(one.imported_at, "pulled", f"imported from {account}", details)
    if one.marked_at is not None:
        yield Event(one.marked_at, "pulled", f"{account} was told: {one.note}", details)


def disagreements(subject: Subject) -> Iterable[Trouble]:
    """What the other system delivered differently, or has not been told."""
    for account, one in subject.reader.syncs.of_document(subject.document.id):
        if one.state is PulledState.CHANGED:
            yield _changed(account, one)
        elif one.state in UNTOLD:
            yield _untold(account, one, "that it is here")


def outside(reader: Reader, number: str) -> Iterable[Outside]:
    """What was delivered under a number and is not in the book, and why."""
    for account, one in reader.syncs.numbered(number):
        events = sorted(_way(reader, account, one), key=lambda event: event.at)
        troubles = tuple(_missing(account, one))
        yield Outside(account, one.flow.value, one.their_id, one.number, one.state.value, tuple(events), troubles)


def _missing(account: str, one: Pulled) -> Iterable[Trouble]:
    """What keeps a document out of the book, and what to do about it; nothing where a person has closed it."""
    named = f"{one.flow.value} {one.their_id}"
    if one.state is PulledState.FAILED:
        times = "once" if one.attempts == 1 else f"{one.attempts} times"
        do = (
            f"counterfoil sync traede inspect {named} shows what arrived; once it is mended, here or in {account},"
            f" counterfoil sync traede retry {named}; to give it up, counterfoil sync traede skip {named} --note WHY"
        )
        yield Trouble(one.code, f"tried {times}: {one.say}", do)
    elif one.state is PulledState.CHANGED:
        yield _changed(account, one)
    elif one.state is PulledState.DRAFT:
        yield Trouble("draft", f"it is a draft in {account}", f"it is taken in once it is booked in {account}")
    elif one.state is PulledState.STAGED:
        yield Trouble("staged", "it is on file and was not tried yet", "counterfoil sync traede run")
    elif one.state in UNTOLD:
        yield _untold(account, one, "that it is closed")


def _changed(account: str, one: Pulled) -> Trouble:
    do = f"correct it here, then counterfoil sync traede skip {one.flow.value} {one.their_id} --note WHY"
    return Trouble(one.code, f"{account}: {one.say}", do)


def _untold(account: str, one: Pulled, what: str) -> Trouble:
    say = f"{account} has not been told {what}{f': {one.say}' if one.say else ''}"
    return Trouble(one.code or "not_told", say, "counterfoil sync traede run")
