"""Why a document is as it is: its life in order of time, what is wrong with it now and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from counterfoil.services.office import Clock, utc_now
from counterfoil.services.why.chapters import CHAPTERS, heard_event
from counterfoil.services.why.model import Answer, Event, Life, Subject, Trouble
from counterfoil.services.why.pulled import outside
from counterfoil.services.why.troubles import CHECKS
from counterfoil.store import WINDOW, Heard, Reader, Store

#: Of a refusal's answer, so much is shown.
_SHOWN = 400


def tell(store: Store, number: str, clock: Clock = utc_now) -> Answer:
    """All there is to tell of a number: of every document that has it, in the book or delivered and not in it, and of
    calls that hold it and led to none.

    Calls through the doors are looked through as far back as store.WINDOW goes, while their bodies are kept.
    """
    number = number.strip()
    with store.snapshot() as reader:
        today = clock().astimezone(ZoneInfo(reader.reference.time_zone)).date()
        subjects = [_subject(reader, found, today) for found in reader.traces.numbered(number)] if number else []
        lives = tuple(_life(subject) for subject in subjects)
        beyond = tuple(outside(reader, number)) if number else ()
        heard = reader.traces.mentioning(number) if number else []
        mentions = [one for one in heard if one.refused or not (subjects or beyond)]
        says = [] if lives or beyond else [f"no document has the number {number!r}"]
        if not lives and not beyond and not mentions:
            says.append(f"none of the last {WINDOW:,} calls whose bodies are kept mentions it")
        return Answer(number, lives, beyond, tuple(_mention(reader, one) for one in mentions), tuple(says))


def _subject(reader: Reader, document_id: int, today: date) -> Subject:
    document = reader.documents.get(document_id)
    assert document is not None, "a document that was found is on file"
    _, _, is_ours = reader.traces.entered(document_id)
    party = document.customer_id
    known = (reader.parties.customer(party) or reader.parties.supplier(party)) if party else None
    return Subject(reader, document, today, is_ours, known.code if known else "")


def _life(subject: Subject) -> Life:
    document = subject.document
    events = [event for chapter in CHAPTERS for event in chapter(subject)]
    troubles = [trouble for check in CHECKS for trouble in check(subject)]
    refused = _refusals(subject) if document.reference else []
    return Life(
        kind=document.kind.value,
        number=document.number,
        state=document.state.value,
        customer=subject.customer,
        on=document.on,
        currency=document.total.currency.code,
        total=document.total.amount,
        events=tuple(sorted([*events, *map(_refusal, refused)], key=lambda event: event.at)),
        troubles=(*troubles, *_still_refused(refused)),
    )


def _refusals(subject: Subject) -> list[Heard]:
    """Calls that held the document's reference and led to no document."""
    found = subject.reader.traces.mentioning(subject.document.reference)
    return [heard for heard in found if heard.refused]


def _refusal(heard: Heard) -> Event:
    say = f"{heard.caller} was refused at {heard.contract} {heard.operation} with status {heard.status}"
    event = heard_event(heard, say)
    return Event(event.at, "refused", event.say, {**event.details, "reply": heard.reply}, (heard.reply[:_SHOWN],))


def _still_refused(refused: Iterable[Heard]) -> list[Trouble]:
    count = len(list(refused))
    if not count:
        return []
    say = f"{count} call{'s' if count > 1 else ''} that hold{'' if count > 1 else 's'} its reference had no effect"
    return [Trouble("refused_calls", say, "see the refusals above; send again what was meant to have an effect")]


def _mention(reader: Reader, heard: Heard) -> Event:
    if heard.refused:
        return _refusal(heard)
    document = reader.documents.get(heard.document_id) if heard.document_id else None
    led = f"which led to {document.number}" if document else "which led to no document"
    return heard_event(heard, f"{heard.caller} called {heard.contract} {heard.operation}, {led}")
