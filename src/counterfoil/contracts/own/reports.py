"""Reports and answers over the whole book; every report that the book can draw is served."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast

import msgspec

from counterfoil.contracts.own.resource import Operation, Reading, Resource, showing
from counterfoil.contracts.own.shapes import Asked, Code, Shown
from counterfoil.services import reports, why
from counterfoil.services.reports import Offer
from counterfoil.services.reports.asking import AS_OF, FROM, PARTY, PERIOD

#: What a report may be asked: the member and its type.
_ASKED: dict[str, tuple[str, Any]] = {
    AS_OF: ("as_of", date),
    FROM: ("from_on", date),
    PERIOD: ("period", Code),
    PARTY: ("party", Code),
}
_TOLD = """What it is asked.

    as_of:   the business date that it looks from; the book's today without it
    from_on: the first business date
    period:  a book month YYYYMM, a year, or FROM..TO of these; the fiscal year so far without it
    party:   a customer's code
    """


class ColumnShown(Shown):
    """A column; kind is text, date, number, quantity or money."""

    name: str
    title: str
    kind: str


class ReportShown(Shown):
    """A report: its rows by column, what they add up to, and what it says of itself.

    reconciling: entries that one side of a comparison knows and the other does not
    ties:        whether what had to agree did; null where nothing is compared
    """

    report: str
    title: str
    as_of: date | None
    period: str | None
    columns: list[ColumnShown]
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    reconciling: list[dict[str, Any]]
    says: list[str]
    ties: bool | None


class Trouble(Shown):
    """What is wrong now, and what to do about it."""

    code: str
    say: str
    do: str


class Life(Shown):
    """One document's life in order of time."""

    kind: str
    number: str
    state: str
    customer: str
    dated_on: date
    currency: str
    total: Decimal
    events: list[dict[str, Any]]
    wrong: list[Trouble]


class Why(Shown):
    """All there is to tell of a number: the documents that have it, and calls that hold it and led to none."""

    number: str
    documents: list[Life]
    mentions: list[dict[str, Any]]
    says: list[str]


def _operation(name: str, offer: Offer) -> Operation:
    words = "".join(word.capitalize() for word in name.split("-"))
    members = [_ASKED[part] for part in offer.takes]
    fields = [
        (member, kind) if member == "party" else (member, kind | None, None)
        for member, kind in sorted(members, key=lambda one: one[0] != "party")
    ]
    asked = msgspec.defstruct(
        f"{words}ReportAsked", fields, bases=(Asked,), namespace={"__doc__": _TOLD}, module=__name__, kw_only=True
    )

    def run(wanted: Reading[Any]) -> ReportShown:
        given = {part: getattr(wanted.asked, _ASKED[part][0]) for part in offer.takes}
        texts = {part: str(value) for part, value in given.items() if value is not None}
        drawn = reports.draw(wanted.context.store, name, texts, lambda: wanted.context.now)
        return msgspec.convert(drawn.plain(), ReportShown)

    return showing(
        f"/reports/{name}", f"report{words}", offer.about.removesuffix("."), ReportShown, run, cast(type[Asked], asked)
    )


def _why(wanted: Reading[Any]) -> Why:
    found = why.tell(wanted.context.store, wanted.params["number"], lambda: wanted.context.now)
    return msgspec.convert(found.plain(), Why)


RESOURCE = Resource("reports", "Reports", tuple(_operation(name, offer) for name, offer in reports.REPORTS.items()))
WHY = Resource(
    "why",
    "Why",
    (showing("/why/{number}", "tellWhy", "Why a document is as it is, and what to do about it", Why, _why, Asked),),
)
