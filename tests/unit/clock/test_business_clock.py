"""What a clock refuses, what it takes, and the pieces it cuts time into."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from monitor.clock import (
    BusinessCalendar,
    BusinessClock,
    ClockRangeError,
    Holiday,
    SpanReason,
    Window,
    zone,
)
from tests.support.clocks import at, calendar, hours, shipped

SUPPORT = shipped("quebec-support")
NAIVE = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - what is refused
START = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: SUPPORT.deadline(NAIVE, hours(1)),
        lambda: SUPPORT.elapsed(NAIVE, START),
        lambda: SUPPORT.elapsed(START, NAIVE),
        lambda: SUPPORT.is_open(NAIVE),
        lambda: SUPPORT.next_opening(NAIVE),
        lambda: SUPPORT.day_after(NAIVE),
        lambda: SUPPORT.segments(NAIVE, START),
        lambda: SUPPORT.spans(START, NAIVE),
    ],
)
def test_a_time_without_zone_is_refused(ask):
    with pytest.raises(
        ValueError, match="has no time zone: 2026-11-23T10:00:00; give an aware datetime"
    ):
        ask()


def test_what_is_no_datetime_is_refused():
    with pytest.raises(TypeError, match="start is a date: give an aware datetime"):
        SUPPORT.deadline(date(2026, 11, 23), hours(1))  # type: ignore[arg-type]  # What is refused.


def test_time_running_back_is_refused():
    with pytest.raises(ValueError, match="amount -1 day, 23:00:00 is negative"):
        SUPPORT.deadline(START, hours(-1))
    for ask in (SUPPORT.elapsed, SUPPORT.segments, SUPPORT.spans):
        with pytest.raises(ValueError, match=r"is before start .* swap them"):
            ask(START, START - timedelta(microseconds=1))


def test_beyond_the_range_the_message_states_it():
    first, last = SUPPORT.covers
    tick = timedelta(microseconds=1)
    covered = "calendar 'quebec-support' covers, from 2000-01-01T05:00:00.00:00 to 2101-01-01T05:00:00.00:00"
    for ask in (
        lambda: SUPPORT.deadline(first - tick, hours(0)),
        lambda: SUPPORT.elapsed(first - tick, last),
        lambda: SUPPORT.elapsed(first, last + tick),
        lambda: SUPPORT.is_open(last + tick),
        lambda: SUPPORT.next_opening(last),
        lambda: SUPPORT.day_after(last),
        lambda: SUPPORT.deadline(last - hours(48), hours(9.01)),
        lambda: SUPPORT.deadline(first, timedelta.max),
        lambda: SUPPORT.spans(datetime.min.replace(tzinfo=UTC), last),
    ):
        with pytest.raises(ClockRangeError, match=covered):
            ask()


def test_the_range_is_closed():
    first, last = SUPPORT.covers
    everything = SUPPORT.elapsed(first, last)
    assert (
        everything
        == hours(9)
        * sum(
            date.fromordinal(day).weekday() < 5
            for day in range(date(2000, 1, 1).toordinal(), date(2101, 1, 1).toordinal())
        )
        - hours(9) * 13 * 101
    )
    assert SUPPORT.deadline(first, everything) == at("2100-12-30 17:00")
    assert not SUPPORT.is_open(last)
    assert SUPPORT.elapsed(last, last) == timedelta()
    around = shipped("24x7")
    assert around.deadline(around.covers[1] - hours(1), hours(1)) == around.covers[1]
    assert not around.is_open(around.covers[1])


@pytest.mark.parametrize(
    "tz", [UTC, timezone(timedelta(hours=9)), zone("Europe/Dublin"), zone("America/Toronto")]
)
def test_any_aware_datetime_will_do(tz):
    start, end = START.astimezone(tz), at("2026-11-24 10:00").astimezone(tz)
    assert SUPPORT.elapsed(start, end) == hours(9)
    assert SUPPORT.deadline(start, hours(9)) == end
    assert SUPPORT.deadline(start, hours(9)).tzinfo is UTC
    assert SUPPORT.next_opening(start).tzinfo is UTC


def test_microseconds_are_kept():
    tick = timedelta(microseconds=1)
    opening, closing = at("2026-11-23 08:00"), at("2026-11-23 17:00")
    assert SUPPORT.elapsed(opening - tick, opening + tick) == tick
    assert SUPPORT.deadline(closing - tick, tick) == closing
    assert SUPPORT.deadline(closing - tick, 2 * tick) == at("2026-11-24 08:00") + tick
    assert SUPPORT.is_open(closing - tick)
    assert not SUPPORT.is_open(closing)
    assert SUPPORT.deadline(START + tick, hours(1)) == START + tick + hours(1)


def told(start: str, end: str, clock: BusinessClock = SUPPORT) -> list[tuple[str, str, float]]:
    toronto = zone("America/Toronto")
    return [
        (
            f"{span.start.astimezone(toronto):%a %d %H:%M}",
            span.holiday.name_fr if span.holiday else span.reason.value,
            span.counted_seconds / 3600,
        )
        for span in clock.spans(at(start), at(end))
    ]


def test_the_pieces_of_a_case_over_christmas():
    assert told("2026-12-23 15:00", "2026-12-29 10:00") == [
        ("Wed 23 15:00", "open", 2),
        ("Wed 23 17:00", "outside_hours", 0),
        ("Thu 24 00:00", "Veille de Noël", 0),
        ("Fri 25 00:00", "Noël", 0),
        ("Sat 26 00:00", "weekend", 0),
        ("Mon 28 00:00", "Lendemain de Noël", 0),
        ("Tue 29 00:00", "outside_hours", 0),
        ("Tue 29 08:00", "open", 2),
    ]


def test_a_night_is_one_piece_and_nothing_is_none():
    assert told("2026-11-23 16:00", "2026-11-24 09:00") == [
        ("Mon 23 16:00", "open", 1),
        ("Mon 23 17:00", "outside_hours", 0),
        ("Tue 24 08:00", "open", 1),
    ]
    assert told("2026-11-23 16:00", "2026-11-23 16:00") == []


def test_the_pieces_of_days():
    assert told("2026-10-08 09:00", "2026-10-14 00:00", shipped("quebec-days")) == [
        ("Thu 08 09:00", "open", 15 + 24),
        ("Sat 10 00:00", "weekend", 0),
        ("Mon 12 00:00", "Action de grâces", 0),
        ("Tue 13 00:00", "open", 24),
    ]


def test_pieces_over_a_clock_change_count_what_elapsed_counts():
    clock = BusinessClock(calendar(dict.fromkeys(range(7), "00:00-24:00"), measure="days"))
    for day in ("2026-03-08", "2026-11-01"):
        [span] = clock.spans(at(f"{day} 00:00"), at(f"{day} 24:00"))
        assert span.counted_seconds == 86_400
        assert span.segment.duration != timedelta(days=1)


def test_a_holiday_is_the_reason_only_where_it_closes_something():
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    days = (
        Holiday(saturday, "Samedi", "Saturday"),
        Holiday(monday, "Lundi", "Monday", windows=(Window.parse("08:00-12:00"),)),
    )
    clock = BusinessClock(calendar(dict.fromkeys(range(5), "08:00-17:00"), holidays=days))
    assert told("2026-11-21 00:00", "2026-11-24 09:00", clock) == [
        ("Sat 21 00:00", "weekend", 0),
        ("Mon 23 00:00", "Lundi", 0),
        ("Mon 23 08:00", "open", 4),
        ("Mon 23 12:00", "Lundi", 0),
        ("Tue 24 00:00", "outside_hours", 0),
        ("Tue 24 08:00", "open", 1),
    ]


def test_a_night_into_saturday_leaves_it_a_weekend():
    clock = BusinessClock(calendar({4: "22:00-06:00"}))
    assert [reason for _, reason, _ in told("2026-11-20 12:00", "2026-11-22 12:00", clock)] == [
        "outside_hours",
        "open",
        "weekend",
    ]


def test_open_pieces_are_the_segments():
    start, end = at("2026-12-01 11:00"), at("2027-01-31 11:00")
    opened = [span.segment for span in SUPPORT.spans(start, end) if span.reason is SpanReason.OPEN]
    assert opened == SUPPORT.segments(start, end)
    assert all(left.end < right.start for left, right in pairwise(opened))
    assert sum((segment.duration for segment in opened), timedelta()) == SUPPORT.elapsed(start, end)


def test_fractions_of_a_second_are_told_as_such():
    [span] = SUPPORT.spans(START, START + timedelta(milliseconds=1500))
    assert span.counted_seconds == 1.5
    [span] = SUPPORT.spans(START, START + timedelta(seconds=2))
    assert isinstance(span.counted_seconds, int)


def test_importing_the_clock_brings_in_nothing_heavy():
    program = "import sys, monitor.clock; print(sorted({'numpy', 'holidays', 'icalendar', 'dateutil', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_clock_works_on_a_calendar_that_starts_long_ago():
    old = BusinessCalendar(
        name="old",
        label_fr="Ancien",
        label_en="Old",
        zone="America/Toronto",
        week=dict.fromkeys(range(5), (Window.parse("09:00-17:00"),)),
        valid_from=date(1900, 1, 1),
        valid_until=date(1960, 1, 1),
    )
    clock = BusinessClock(old)
    assert clock.deadline(at("1929-10-29 16:00"), hours(2)) == at("1929-10-30 10:00")
    assert (
        clock.deadlines(int(at("1929-10-29 16:00").timestamp()), 7200)
        == at("1929-10-30 10:00").timestamp()
    )
