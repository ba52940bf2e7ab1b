"""Where clocks change, one hand-computed case for each way they do."""

from datetime import date, timedelta

import pytest

from monitor.clock import BusinessClock
from tests.support.clock_oracle import Oracle
from tests.support.clocks import at, calendar, hours, shipped

ALL_WEEK = range(7)
TICK = timedelta(microseconds=1)
# Spring forward and fall back in Toronto: 02:00 to 03:00, and 02:00 to 01:00.
TORONTO_CHANGES = [
    ("2007-03-11", "2007-11-04"),
    ("2024-03-10", "2024-11-03"),
    ("2025-03-09", "2025-11-02"),
    ("2026-03-08", "2026-11-01"),
    ("2027-03-14", "2027-11-07"),
    ("2028-03-12", "2028-11-05"),
    ("2040-03-11", "2040-11-04"),
    ("2099-03-08", "2099-11-01"),
    # Before 2007: first Sunday of April to last Sunday of October.
    ("2006-04-02", "2006-10-29"),
    ("2000-04-02", "2000-10-29"),
]


def sundays(windows: str, measure: str = "hours") -> BusinessClock:
    return BusinessClock(calendar({6: windows}, measure=measure))


@pytest.mark.parametrize(("spring", "autumn"), TORONTO_CHANGES)
def test_hours_are_real_and_days_are_days(spring, autumn):
    night = sundays("00:00-04:00")
    days = BusinessClock(calendar(dict.fromkeys(ALL_WEEK, "00:00-24:00"), measure="days"))
    for day, real in ((spring, -1), (autumn, 1)):
        start, end = at(f"{day} 00:00"), at(f"{day} 24:00")
        assert end - start == hours(24 + real)
        assert night.elapsed(start, end) == hours(4 + real)
        assert shipped("24x7").elapsed(start, end) == hours(24 + real)
        assert days.elapsed(start, end) == hours(24)
        assert days.deadline(start, hours(24)) == end
        assert days.deadline(start, hours(48)) == end + hours(24)
        # Seen from the business days around it, nothing happened.
        assert shipped("quebec-support").elapsed(start - hours(24), end) == hours(0)


def test_a_skipped_hour_is_not_open_and_counts_at_once_in_days():
    night = sundays("01:30-03:30")
    assert night.elapsed(at("2026-03-08 00:00"), at("2026-03-08 12:00")) == hours(1)
    assert night.deadline(at("2026-03-08 00:00"), hours(0.5)) == at("2026-03-08 03:00")
    assert night.deadline(at("2026-03-08 00:00"), hours(0.75)) == at("2026-03-08 03:15")
    days = sundays("00:00-24:00", "days")
    change = at("2026-03-08 03:00")
    assert days.elapsed(at("2026-03-08 01:00"), change) == hours(1)
    assert days.elapsed(at("2026-03-08 01:00"), change + TICK) == hours(2) + TICK
    assert days.elapsed(change, at("2026-03-08 24:00")) == hours(22)
    # Any amount that falls in the skipped hour is due at the change.
    for amount in (2, 2.001, 2.5, 3):
        assert days.deadline(at("2026-03-08 00:00"), hours(amount)) == change
    assert days.deadline(at("2026-03-08 00:00"), hours(3.5)) == at("2026-03-08 03:30")


def test_a_repeated_hour_is_open_twice_and_counts_once_in_days():
    night = sundays("00:00-01:30")
    first, second = at("2026-11-01 01:15"), at("2026-11-01 01:15", fold=1)
    assert second - first == hours(1)
    assert night.is_open(first)
    assert not night.is_open(at("2026-11-01 01:45"))
    assert night.is_open(second)
    assert night.elapsed(at("2026-11-01 00:00"), at("2026-11-01 12:00")) == hours(2)
    days = sundays("00:00-24:00", "days")
    assert days.elapsed(first, second) == hours(0.75)
    assert days.elapsed(second, at("2026-11-01 02:30")) == hours(0.5)
    assert days.is_open(second)
    assert days.deadline(second, hours(0.25)) == at("2026-11-01 02:15")


def test_a_window_over_midnight_into_the_change():
    shift = BusinessClock(calendar({5: "22:00-06:00"}))
    for day, real in (("2026-03-07", 7), ("2026-10-31", 9)):
        opening = at(f"{day} 22:00")
        assert shift.elapsed(opening, opening + hours(24)) == hours(real)
        assert shift.deadline(opening, hours(real)) == opening + hours(real)


@pytest.mark.parametrize(
    ("zone", "day", "real"),
    [
        ("Australia/Lord_Howe", "2026-10-04", 23.5),  # Half an hour forward.
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Auckland", "2026-09-27", 23),  # The other hemisphere.
        ("Pacific/Auckland", "2026-04-05", 25),
        ("America/Santiago", "2026-09-06", 23),  # At midnight: the day begins at 01:00.
        ("America/Santiago", "2026-04-04", 25),  # At midnight: 23:00 comes twice.
        ("America/St_Johns", "2009-03-08", 23),  # At 00:01.
        ("Asia/Kolkata", "2026-03-08", 24),  # Never.
        ("Europe/Dublin", "2026-03-29", 23),  # Winter time is the exception there.
        ("Europe/Dublin", "2026-10-25", 25),
    ],
)
def test_every_zone_has_days_of_24_business_hours(zone, day, real):
    week = dict.fromkeys(ALL_WEEK, "00:00-24:00")
    days = BusinessClock(calendar(week, zone=zone, measure="days"))
    around = BusinessClock(calendar(week, zone=zone))
    start = days.day_after(at(f"{day} 12:00", zone) - timedelta(days=1))
    end = days.day_after(start)
    assert end - start == hours(real)
    assert days.elapsed(start, end) == hours(24)
    assert days.deadline(start - hours(24), hours(24)) == start
    assert around.elapsed(start, end) == hours(real)


def test_a_day_that_begins_late_after_a_closed_one_is_whole_from_its_first_instant():
    clock = BusinessClock(calendar({6: "00:00-24:00"}, zone="America/Santiago", measure="days"))
    start, end = (
        at("2026-09-06 01:00", "America/Santiago"),
        at("2026-09-07 00:00", "America/Santiago"),
    )
    assert end - start == hours(23)
    assert clock.elapsed(start, end) == hours(24)
    assert clock.elapsed(start - hours(5), end) == hours(24)
    second = int(start.timestamp())
    assert clock.elapsed_many(second, int(end.timestamp())) == 86_400
    assert clock.deadlines(second, 86_400) == int(end.timestamp())


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/St_Johns", "2008-11-02 00:30"),
        ("America/St_Johns", "2008-03-09 00:30"),
        ("America/Santiago", "2026-09-06 01:00"),
        ("America/Santiago", "2026-04-04 23:30"),
        ("Pacific/Apia", "2011-12-31 00:00"),
    ],
)
@pytest.mark.parametrize("week", [range(7), [5], [6], range(5)])
def test_changes_around_midnight_as_a_walk_sees_them(zone, change, week):
    days = calendar(dict.fromkeys(week, "00:00-24:00"), zone=zone, measure="days")
    clock, oracle = BusinessClock(days), Oracle(days)
    middle, tick = at(change, zone), timedelta(minutes=31)
    for step in range(-6, 7):
        start, end = middle + step * tick, middle + hours(26) + step * tick
        assert clock.elapsed(start, end) == oracle.elapsed(start, end)
        assert clock.elapsed(start, middle + hours(4)) == oracle.elapsed(start, middle + hours(4))


def test_a_day_whose_last_hour_comes_twice_is_used_up_the_first_time():
    zone = "America/Santiago"
    clock = BusinessClock(
        calendar(dict.fromkeys(ALL_WEEK, "00:00-24:00"), zone=zone, measure="days")
    )
    start, end = at("2026-04-04 00:00", zone), at("2026-04-05 00:00", zone)
    assert end - start == hours(25)
    assert clock.deadline(start, hours(24)) == end - hours(1)
    assert clock.elapsed(end - hours(1), end) == timedelta()


def test_a_day_that_begins_twice():
    # At 00:01 on Sunday 2008-11-02 clocks in St. John's went back to 23:01 on Saturday.
    zone = "America/St_Johns"
    clock = BusinessClock(calendar({5: "00:00-24:00"}, zone=zone))
    saturday = at("2008-11-01 12:00", zone)
    first, second = at("2008-11-02 00:00", zone), at("2008-11-02 00:00", zone, fold=1)
    assert second - first == hours(1)
    assert clock.day_after(saturday) == first
    assert clock.day_after(first + timedelta(minutes=30)) == second
    assert clock.day_after(first) == at("2008-11-03 00:00", zone)
    assert [segment.duration for segment in clock.segments(saturday, second)] == [
        hours(12),
        timedelta(minutes=59),
    ]


def test_a_day_that_never_was():
    # Samoa crossed the date line: Friday 2011-12-30 did not exist.
    zone = "Pacific/Apia"
    clock = BusinessClock(calendar(dict.fromkeys(range(5), "08:00-17:00"), zone=zone))
    thursday = at("2011-12-29 16:00", zone)
    assert clock.deadline(thursday, hours(2)) == at("2012-01-02 09:00", zone)
    assert clock.day_after(thursday) == at("2011-12-31 00:00", zone)


def test_the_last_listed_change_is_not_the_last():
    # Zone files list changes until 2037; the rule in their footer holds after.
    clock = BusinessClock(
        calendar({6: "00:00-04:00"}, valid_from=date(2090, 1, 1), valid_until=date(2095, 1, 1))
    )
    assert clock.elapsed(at("2094-03-14 00:00"), at("2094-03-14 12:00")) == hours(3)
