from datetime import UTC, datetime

import pytest

from monitor.clock.zones import zone
from monitor.collectors.times import UnreadableTime, instant, time_format

QUEBEC = zone("America/Toronto")
UNTIL = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T15:30:00Z", "2026-11-23T15:30:00+00:00"),
        ("2026-11-23t15:30:00z", "2026-11-23T15:30:00+00:00"),
        ("2026-11-23T15:30:00.968Z", "2026-11-23T15:30:00.968000+00:00"),
        ("2026-11-23T15:30:00.123456789Z", "2026-11-23T15:30:00.123456+00:00"),
        ("2026-11-23T10:30:00-05:00", "2026-11-23T15:30:00+00:00"),
        ("2026-11-23T10:30:00.000-0500", "2026-11-23T15:30:00+00:00"),
        (" 2026-11-23 10:30 ", "2026-11-23T15:30:00+00:00"),
        ("2026-07-01T10:30:00", "2026-07-01T14:30:00+00:00"),
        # Both sides of the hour that occurs twice on 2026-11-01, from 1:00 to 2:00.
        ("2026-11-01T00:59:59", "2026-11-01T04:59:59+00:00"),
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00+00:00"),
        # With its offset, an hour that occurs twice is no riddle.
        ("2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00+00:00"),
    ],
)
def test_times_are_read(text: str, expected: str) -> None:
    assert instant(text, QUEBEC).isoformat() == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-01T01:30:00", "occurs twice"),
        ("2026-03-08T02:30:00", "does not exist"),
        ("2026-11-23", "not a date and time"),
        ("yesterday", "not a date and time"),
        ("2026-13-01T00:00:00Z", "not a date and time"),
        ("2026-11-23T24:30:00Z", "not a date and time"),
        (1763912345, "not a date and time"),
        (None, "not a date and time"),
        ("0001-01-01T00:00:00", "no time at all"),
        ("0001-01-01T00:00:00+05:00", "not a date and time"),
        ("1970-01-01T00:00:00Z", "no time at all"),
    ],
)
def test_what_decides_no_instant_is_refused(value: object, said: str) -> None:
    with pytest.raises(UnreadableTime, match=said):
        instant(value, QUEBEC)


def test_a_clock_a_little_ahead_is_believed_and_one_a_day_ahead_is_not() -> None:
    assert instant("2026-11-24T15:00:00Z", QUEBEC, until=UNTIL) > UNTIL
    with pytest.raises(UnreadableTime, match="in the future"):
        instant("2026-11-24T15:00:01Z", QUEBEC, until=UNTIL)
    assert instant("2126-11-24T15:00:01Z", QUEBEC).year == 2126


def test_the_zone_is_the_sources_own() -> None:
    # 69 minutes further east, and without summer time.
    assert instant("2026-07-01T10:30:00", zone("America/Blanc-Sablon")).hour == 14
    assert instant("2026-12-01T10:30:00", zone("America/Blanc-Sablon")).hour == 14


@pytest.mark.parametrize(
    ("formats", "value", "read"),
    [
        (("%d/%m/%Y %H:%M",), "23/11/2026 15:30", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        (("%d/%m/%Y %H:%M",), "2026-11-23T15:30", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        (("%Y-%m-%d",), "2026-11-23", datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
        (("%d-%m-%y %I:%M %p",), "23-11-26 03:30 PM", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        (
            ("%d/%m/%Y %H:%M %z",),
            "23/11/2026 15:30 +0000",
            datetime(2026, 11, 23, 15, 30, tzinfo=UTC),
        ),
        (("excel",), "46349.645833333", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        (("excel",), "46349,645833333", datetime(2026, 11, 23, 20, 30, tzinfo=UTC)),
        (("%d/%m/%Y", "excel"), "46349", datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_by_declared_formats(formats, value, read):
    assert instant(value, QUEBEC, formats=formats) == read


def test_a_time_in_none_of_the_declared_formats_is_refused():
    with pytest.raises(UnreadableTime, match="is written in none of the ways of time_formats"):
        instant("11/23/2026", QUEBEC, formats=("%d/%m/%Y", "excel"))
    with pytest.raises(UnreadableTime, match="occurs twice in America/Toronto"):
        instant("01/11/2026 01:30", QUEBEC, formats=("%d/%m/%Y %H:%M",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%d %B %Y", "'%B' cannot be used"),
        ("%H:%M", "no whole date is in it"),
        ("%d/%m/%Y %", "'%' cannot be used"),
    ],
)
def test_a_format_that_gives_no_date_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        time_format(text)
