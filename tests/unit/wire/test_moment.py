"""Dates keep the day as written, and their instant is UTC."""

from datetime import UTC, date, datetime

import pytest

from counterfoil.wire.moment import Moment, parse_moment

DAY = date(2022, 9, 1)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2022-09-01", None),
        ("2022-09-01T10:00", datetime(2022, 9, 1, 10, tzinfo=UTC)),
        ("2022-09-01 10:00:19", datetime(2022, 9, 1, 10, 0, 19, tzinfo=UTC)),
        ("2022-09-01T10:00:19Z", datetime(2022, 9, 1, 10, 0, 19, tzinfo=UTC)),
        ("2022-09-01T10:00:19.123456789Z", datetime(2022, 9, 1, 10, 0, 19, 123456, tzinfo=UTC)),
        ("2022-09-01T10:00:19.5+02:00", datetime(2022, 9, 1, 8, 0, 19, 500000, tzinfo=UTC)),
        ("2022-09-01T23:30:00-0530", datetime(2022, 9, 2, 5, 0, tzinfo=UTC)),
    ],
)
def test_accepted_forms(text: str, at: datetime | None) -> None:
    assert parse_moment(text) == Moment(DAY, at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01/05/2023",
        "2023-02-30",
        "2023-2-3",
        "20230203",
        "0000-01-01",
        "2022-09-01T",
        "2022-09-01T25:00",
        "2022-09-01T10",
        "2022-09-01T10:00.5",
        "2022-09-01T10:00:60",
        "2022-09-01T10:00:00.1234567890",
        "2022-09-01T10:00:00+99:00",
        "2022-09-01T10:00:00+02:75",
        "2022-09-01Z",
        "\uff12022-09-01",
        "yesterday",
    ],
)
def test_refused_forms(text: str) -> None:
    assert parse_moment(text) is None


def test_beyond_the_calendar_is_its_edge() -> None:
    first = parse_moment("0001-01-01T00:00:00+02:00")
    last = parse_moment("9999-12-31T23:59:59-02:00")
    assert first is not None
    assert first.at == datetime.min.replace(tzinfo=UTC)
    assert last is not None
    assert last.at == datetime.max.replace(tzinfo=UTC)
