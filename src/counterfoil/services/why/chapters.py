"""What happened to a document, told by one chapter after another; a part that knows more adds its own to CHAPTERS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from counterfoil.core.exporting import topic_of
from counterfoil.core.money import Money, currency
from counterfoil.core.terms import month_text
from counterfoil.services.why.model import Event, Subject
from counterfoil.services.why.pulled import pulled
from counterfoil.store import Heard

Chapter = Callable[[Subject], Iterable[Event]]


def calls(subject: Subject) -> Iterable[Event]:
    """The call that brought it, and every later one about it."""
    for place, heard in enumerate(subject.reader.traces.calls(subject.document.id)):
        verb = "brought it" if not place else "was about it"
        yield heard_event(heard, f"{_call(heard)} {verb}")


def heard_event(heard: Heard, say: str) -> Event:
    """A call as an event."""
    details = {
        "request_id": heard.request_id,
        "part": heard.part,
        "contract": heard.contract,
        "operation": heard.operation,
        "path": heard.path,
        "caller": heard.caller,
        "status": heard.status,
        "sha256": heard.sha256,
    }
    return Event(heard.at, "call", f"{say}; request {heard.request_id}", details)


def _call(heard: Heard) -> str:
    return f"{heard.caller} called {heard.contract} {heard.operation}"


def filed(subject: Subject) -> Iterable[Event]:
    """What it was filed as: what its sender asserted, what was computed."""
    document = subject.document
    at, actor, is_ours = subject.reader.traces.entered(document.id)
    kind = document.kind.value.replace("_", " ")
    number = f"{kind} {document.number}" if is_ours else f"{kind} {document.number}, its issuer's number"
    details: dict[str, Any] = {"actor": actor, "computed": document.total.amount, "reference": document.reference}
    lines = (
        [f"lines: {len(document.lines)}, net {document.subtotal}, tax {document.tax_total}"] if document.lines else []
    )
    if document.reference:
        lines.append(f"the sender's reference is {document.reference}")
    if document.asserted.total is not None:
        details |= {"asserted": document.asserted.total.amount, "variance": _amount(document.variance)}
        lines.append(f"the sender asserted {document.asserted.total}, computed {document.total}")
    elif document.asserted.subtotal is not None:
        details |= {"asserted_subtotal": document.asserted.subtotal.amount}
        lines.append(f"the sender asserted a net of {document.asserted.subtotal}, computed {document.subtotal}")
    yield Event(at, "document", f"filed as {number} of {document.on}, {document.total}", details, tuple(lines))


def _amount(money: Money | None) -> Any:
    return None if money is None else money.amount


def entries(subject: Subject) -> Iterable[Event]:
    """What was posted, and by which rule; what is not in the book's currency, or only in it, with its base amount."""
    reference = subject.reader.reference
    for booked in subject.reader.traces.entries(subject.document.id):
        entry = booked.entry
        legs = [
            (reference.accounts[leg.account_id], leg.amount, Money(leg.base, reference.base)) for leg in entry.postings
        ]
        details = {
            "seq": booked.seq,
            "dated_on": entry.on.isoformat(),
            "month": entry.month,
            "rule": entry.rule,
            "actor": booked.actor,
            "postings": [
                {
                    "account": account.code,
                    "name": account.name,
                    "currency": amount.currency.code,
                    "amount": amount.amount,
                    "base": base.amount,
                    "base_currency": base.currency.code,
                }
                for account, amount, base in legs
            ],
        }
        lines = tuple(
            f"{account.code} {account.name:<28}{amount.amount:>14,f} {amount.currency}"
            f"{'' if amount == base else f'{base.amount:>14,f} {base.currency}'}"
            for account, amount, base in legs
        )
        say = f"entry {booked.seq} of {entry.on} in {month_text(entry.month)}, by rule {entry.rule}"
        yield Event(booked.at, "entry", say, details, lines)


def applications(subject: Subject) -> Iterable[Event]:
    """What was set against it, or it against others."""
    for joined in subject.reader.traces.applications(subject.document.id):
        money = Money(joined.amount, currency(joined.currency))
        other = f"{joined.kind.replace('_', ' ')} {joined.number}".strip()
        say = f"{money} set against {other}" if money.minor > 0 else f"{-money} taken back from {other}"
        details = {
            "document": joined.number,
            "amount": money.amount,
            "dated_on": joined.on.isoformat(),
            "actor": joined.actor,
        }
        yield Event(joined.at, "application", f"{say} as of {joined.on}", details)


def relatives(subject: Subject) -> Iterable[Event]:
    """What it came from and what it led to."""
    document = subject.document
    sources = {number for number in (document.order_id, document.original_id) if number}
    for other in subject.reader.traces.relatives(document.id, sources):
        verb = "came from" if other.id in sources else "led to"
        named = f"{other.kind.replace('_', ' ')} {other.number}"
        details = {"document": other.number, "kind": other.kind, "state": other.state}
        yield Event(other.at, "related", f"{verb} {named} ({other.state})", details)


def exported(subject: Subject) -> Iterable[Event]:
    """Each step on its way into other systems."""
    own = topic_of(subject.document)
    for step in subject.reader.exports.history(subject.document.id):
        what = "" if step.topic is own else f", its {step.topic.value.replace('_', ' ')}"
        note = f": {step.note}" if step.note else ""
        details = {"system": step.system, "topic": step.topic.value, "state": step.state.value, "actor": step.actor}
        say = f"export to {step.system}{what}, {step.state.value.replace('_', ' ')}{note}"
        yield Event(step.at, "export", say, details)


CHAPTERS: list[Chapter] = [calls, filed, entries, applications, relatives, pulled, exported]
