"""Reports over the whole book, as of any date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from counterfoil.core.journal import Entry, Posting
from counterfoil.core.money import Money, currency
from counterfoil.core.open_item import AgingBucket, OpenItem
from counterfoil.store.engine import Connection, Row, Statement
from counterfoil.store.schema import account, application, document, entry, open_item, open_item_state, party, posting

_ZERO: sa.ColumnClause[int] = sa.literal_column("0")


def _open_as_of() -> sa.Subquery:
    """(item, party, account, currency, due date, whether a debit, amount) parts whose sum is what was open at :as_of.

    What is open now, plus what was set against items only later: cost grows with what happened since, not with history.
    """
    now = sa.select(
        open_item_state.c.item_id,
        open_item_state.c.party_id,
        open_item_state.c.account_id,
        open_item_state.c.currency,
        open_item_state.c.due_on,
        (open_item_state.c.remaining > _ZERO).label("is_debit"),
        open_item_state.c.remaining.label("part"),
    ).where(open_item_state.c.remaining != _ZERO, open_item_state.c.dated_on <= p("as_of"))

    def later(side: sa.ColumnElement[int], sign: int) -> sa.Select[tuple[int, int, int, str, str, bool, int]]:
        return (
            sa.select(
                open_item.c.id,
                open_item.c.party_id,
                open_item.c.account_id,
                open_item.c.currency,
                open_item.c.due_on,
                (open_item.c.amount > _ZERO).label("is_debit"),
                (application.c.amount * sa.literal_column(str(sign))).label("part"),
            )
            .join(application, side == open_item.c.id)
            .where(application.c.dated_on > p("as_of"), open_item.c.dated_on <= p("as_of"))
        )

    return sa.union_all(now, later(application.c.debit_id, 1), later(application.c.credit_id, -1)).subquery("parts")


_parts = _open_as_of()
#: Whose open item it is; shown under the customer that goes on for it.
_posted_to = party.alias("posted_to")


def _aging_of(sign: int) -> Statement:
    """What was open on one kind of control account, by party and lateness.

    sign: 1 where a debit is owed, -1 where a credit is
    """
    is_charge = _parts.c.is_debit if sign > 0 else ~_parts.c.is_debit
    bucket = sa.case(
        (~is_charge, AgingBucket.CREDITS.value),
        (_parts.c.due_on >= p("as_of"), AgingBucket.NOT_DUE.value),
        (_parts.c.due_on >= p("days_30"), AgingBucket.DAYS_30.value),
        (_parts.c.due_on >= p("days_60"), AgingBucket.DAYS_60.value),
        (_parts.c.due_on >= p("days_90"), AgingBucket.DAYS_90.value),
        (_parts.c.due_on >= p("days_120"), AgingBucket.DAYS_120.value),
        else_=AgingBucket.OVER_120.value,
    ).label("bucket")
    aged = (
        sa.select(
            _parts.c.party_id,
            _parts.c.account_id,
            _parts.c.currency,
            bucket,
            (sa.func.sum(_parts.c.part) * sa.literal_column(str(sign))).label("amount"),
        )
        .group_by(_parts.c.party_id, _parts.c.account_id, _parts.c.currency, sa.text("bucket"))
        .subquery("aged")
    )
    return Statement(
        sa.select(party.c.code, party.c.name, aged.c.currency, aged.c.bucket, aged.c.amount)
        .select_from(aged)
        .join(_posted_to, _posted_to.c.id == aged.c.party_id)
        .join(party, party.c.id == sa.func.coalesce(_posted_to.c.merged_into, _posted_to.c.id))
        .join(account, account.c.id == aged.c.account_id)
        .where(aged.c.amount != _ZERO, account.c.control == p("control"))
        .order_by(party.c.code, aged.c.currency)
    )


#: Kind of control account -> 1 where a debit is owed, -1 where a credit is.
OWED = {"receivable": 1, "payable": -1}
_aging = {control: _aging_of(sign) for control, sign in OWED.items()}
_remaining = (
    sa.select(_parts.c.item_id, sa.func.sum(_parts.c.part).label("remaining"))
    .group_by(_parts.c.item_id)
    .subquery("open")
)
_open_items = Statement(
    sa.select(
        open_item.c.id,
        open_item.c.party_id,
        open_item.c.account_id,
        open_item.c.document_id,
        sa.func.coalesce(document.c.number, ""),
        sa.func.coalesce(document.c.kind, ""),
        open_item.c.currency,
        open_item.c.amount,
        _remaining.c.remaining,
        open_item.c.base,
        open_item.c.dated_on,
        open_item.c.due_on,
        party.c.code,
        party.c.name,
    )
    .join(_remaining, _remaining.c.item_id == open_item.c.id)
    .join(_posted_to, _posted_to.c.id == open_item.c.party_id)
    .join(party, party.c.id == sa.func.coalesce(_posted_to.c.merged_into, _posted_to.c.id))
    .join(document, document.c.id == open_item.c.document_id, isouter=True)
    .where(_remaining.c.remaining != _ZERO)
    .order_by(party.c.code, open_item.c.due_on, open_item.c.id)
)
_balances = Statement(
    sa.select(posting.c.account_id, posting.c.currency, sa.func.sum(posting.c.amount), sa.func.sum(posting.c.base))
    .join(entry, entry.c.id == posting.c.entry_id)
    .where(entry.c.dated_on <= p("as_of"))
    .group_by(posting.c.account_id, posting.c.currency)
)
_control = Statement(
    sa.select(posting.c.currency, sa.func.sum(posting.c.amount))
    .join(entry, entry.c.id == posting.c.entry_id)
    .join(account, account.c.id == posting.c.account_id)
    .where(entry.c.dated_on <= p("as_of"), account.c.control == p("control"))
    .group_by(posting.c.currency)
)
_documents = Statement(
    sa.select(
        document.c.number,
        document.c.kind,
        document.c.state,
        sa.func.coalesce(party.c.code, ""),
        document.c.dated_on,
        document.c.currency,
        document.c.total,
        sa.select(sa.func.coalesce(sa.func.sum(open_item_state.c.remaining), 0))
        .join(open_item, open_item.c.id == open_item_state.c.item_id)
        .where(open_item.c.document_id == document.c.id)
        .scalar_subquery(),
        document.c.variance,
    )
    .join(_posted_to, _posted_to.c.id == document.c.customer_id, isouter=True)
    .join(party, party.c.id == sa.func.coalesce(_posted_to.c.merged_into, _posted_to.c.id), isouter=True)
    .order_by(document.c.id)
)
_entries = (
    sa.select(
        entry.c.id,
        entry.c.seq,
        entry.c.dated_on,
        entry.c.month,
        entry.c.document_id,
        entry.c.rule,
        entry.c.text,
        entry.c.reverses_id,
        sa.func.coalesce(document.c.number, ""),
        posting.c.account_id,
        posting.c.currency,
        posting.c.amount,
        posting.c.base,
        posting.c.party_id,
        posting.c.line_id,
    )
    .join(posting, posting.c.entry_id == entry.c.id)
    .join(document, document.c.id == entry.c.document_id, isouter=True)
    .order_by(entry.c.seq, posting.c.position)
)
_journal = Statement(_entries.where(entry.c.dated_on >= p("from_on"), entry.c.dated_on <= p("as_of")))
_journal_of = Statement(_entries.where(entry.c.month.between(p("first"), p("last"))))


@dataclass(frozen=True, slots=True)
class OwedBy:
    """An open item and whose it is."""

    code: str
    name: str
    item: OpenItem


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry as the journal shows it."""

    seq: int
    number: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Headed:
    """A document in a list of all."""

    number: str
    kind: str
    state: str
    customer: str
    on: date
    total: Money
    open: Money
    variance: Money | None


class Reports:
    """Sums and lists of the book."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def aging(self, as_of: date, control: str) -> list[tuple[str, str, str, AgingBucket, int]]:
        """(party's code, name, currency, bucket, minor units) of what was open on a date, zeros left out.

        A customer that others have been merged into has a row for each.
        control: the kind of control account; what is owed there is +
        """
        days = {f"days_{n}": (as_of - timedelta(days=n)).isoformat() for n in (30, 60, 90, 120)}
        found = self._connection.rows(_aging[control], as_of=as_of.isoformat(), control=control, **days)
        return [(code, name, unit, AgingBucket(bucket), int(minor)) for code, name, unit, bucket, minor in found]

    def open_items(self, as_of: date) -> list[OwedBy]:
        """Every item with what was open of it on a date."""
        result = []
        for row in self._connection.rows(_open_items, as_of=as_of.isoformat()):
            unit = currency(row[6])
            item = OpenItem(
                id=row[0],
                party_id=row[1],
                account_id=row[2],
                document_id=row[3],
                number=row[4],
                kind=row[5],
                amount=Money(row[7], unit),
                remaining=Money(int(row[8]), unit),
                base=row[9],
                on=date.fromisoformat(row[10]),
                due_on=date.fromisoformat(row[11]),
            )
            result.append(OwedBy(row[12], row[13], item))
        return result

    def balances(self, as_of: date) -> list[tuple[int, str, int, int]]:
        """(account, currency, minor units, base minor units) of all postings up to a date."""
        found = self._connection.rows(_balances, as_of=as_of.isoformat())
        return [(number, unit, int(minor), int(base)) for number, unit, minor, base in found]

    def control(self, as_of: date, control: str) -> dict[str, int]:
        """What the control accounts of a kind hold at a date: currency -> minor units, what is owed +."""
        found = self._connection.rows(_control, as_of=as_of.isoformat(), control=control)
        return {unit: int(minor) * OWED[control] for unit, minor in found if minor}

    def documents(self) -> Iterator[Headed]:
        """Every document in the order in which it was filed."""
        for number, kind, state, customer, on, code, total, remaining, variance in self._connection.stream(_documents):
            unit = currency(code)
            said = None if variance is None else Money(variance, unit)
            day = date.fromisoformat(on)
            yield Headed(number, kind, state, customer, day, Money(total, unit), Money(int(remaining), unit), said)

    def journal(self, from_on: date, as_of: date) -> Iterator[Booked]:
        """The entries of some days in their order."""
        return _gathered(self._connection.rows(_journal, from_on=from_on.isoformat(), as_of=as_of.isoformat()))

    def journal_of(self, first: int, last: int) -> Iterator[Booked]:
        """The entries of some book months in their order."""
        return _gathered(self._connection.rows(_journal_of, first=first, last=last))


def _gathered(rows: Iterable[Row]) -> Iterator[Booked]:
    """Entries, each with its legs, of rows that stand in their order."""
    legs: list[Posting] = []
    head: tuple[object, ...] = ()
    for row in rows:
        if head and row[0] != head[0]:
            yield _booked(head, legs)
            legs = []
        head = row[:9]
        legs.append(Posting(row[9], Money(row[11], currency(row[10])), row[12], row[13], row[14]))
    if head:
        yield _booked(head, legs)


def _booked(head: tuple[object, ...], legs: list[Posting]) -> Booked:
    _, seq, on, month, document_id, rule, text, reverses, number = head
    made = Entry(date.fromisoformat(str(on)), month, rule, text, tuple(legs), document_id, reverses)  # type: ignore[arg-type]
    return Booked(seq, str(number), made)  # type: ignore[arg-type]
