"""A document that was pulled from another system: its way into the book, and what keeps the two from agreeing."""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.core.syncing import UNTOLD, PulledState
from counterfoil.services.why.model import Event, Subject, Trouble


def pulled(subject: Subject) -> Iterable[Event]:
    """When it was first delivered, tried in vain, imported, and confirmed to where it comes from."""
    syncs = subject.reader.syncs
    for account, one in syncs.of_document(subject.document.id):
        known = syncs.account(account)
        assert known is not None, "a pulled document has its account"
        details = {"account": account, "flow": one.flow.value, "their_id": one.their_id}
        yield Event(one.first_seen_at, "pulled", f"delivered by {account} as {one.flow.value} {one.their_id}", details)
        for happened in syncs.happenings(known.id, one.flow, one.their_id):
            more = {**details, "code": happened.code, "actor": happened.actor}
            what = happened.what.replace("_", " ")
            yield Event(happened.at, "pulled", f"{what}: {happened.say}", more)
        if one.imported_at is not None:
            yield Event(one.imported_at, "pulled", f"imported from {account}", details)
        if one.marked_at is not None:
            yield Event(one.marked_at, "pulled", f"{account} was told: {one.note}", details)


def disagreements(subject: Subject) -> Iterable[Trouble]:
    """What the other system delivered differently, or has not been told."""
    for account, one in subject.reader.syncs.of_document(subject.document.id):
        named = f"{one.flow.value} {one.their_id}"
        if one.state is PulledState.CHANGED:
            do = f"correct it here, then counterfoil sync traede skip {named} --note WHY"
            yield Trouble(one.code, f"{account}: {one.say}", do)
        elif one.state in UNTOLD:
            say = f"{account} has not been told that it is here{f': {one.say}' if one.say else ''}"
            yield Trouble(one.code or "not_told", say, "counterfoil sync traede run")
