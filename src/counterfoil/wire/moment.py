"""Dates and date-times as senders write them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

_WRITTEN = re.compile(
    r"(?P<on>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<clock>[0-9]{2}:[0-9]{2}(?P<seconds>:[0-9]{2}(?:\.(?P<fraction>[0-9]{1,9}))?)?)"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-5][0-9]))?)?"
)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or a date with a clock time.

    on: the calendar day as written, shifted by no zone
    at: aware UTC, at the edge of the years 1 to 9999 if it falls outside; None when only a day was written
    """

    on: date
    at: datetime | None


def parse_moment(text: str) -> Moment | None:
    """`YYYY-MM-DD`, or an ISO 8601 date-time; None for anything else and for impossible dates.

    text: T or a blank before the clock time; seconds, fraction (to 9 digits, cut to 6) and zone may be missing;
          without a zone the clock time is UTC
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        on = date.fromisoformat(match["on"])
        if match["clock"] is None:
            return Moment(on, None)
        offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
        offset = -offset if match["sign"] == "-" else offset
        clock = time.fromisoformat(match["clock"][:8])
        zone = timezone(offset)
    except ValueError:
        return None
    clock = clock.replace(microsecond=int((match["fraction"] or "").ljust(6, "0")[:6]))
    try:
        return Moment(on, datetime.combine(on, clock, zone).astimezone(UTC))
    except OverflowError:
        return Moment(on, _FIRST if offset > timedelta(0) else _LAST)
