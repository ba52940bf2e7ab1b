"""Every rule of the service description, and every default taken where it is silent, by hand."""

import numpy as np
import pytest

from tests.support.clocks import at, hours, shipped

# level: days, received, due (24:00 of the last day)
DAYS = [
    # The worked examples.
    (3, "2026-11-23 15:30", "2026-11-26 24:00"),
    (7, "2026-11-23 15:30", "2026-12-02 24:00"),
    (15, "2026-09-30 00:00", "2026-10-22 24:00"),
    (15, "2026-12-31 00:00", "2027-01-25 24:00"),
    # Any hour of the day of receipt counts alike.
    (3, "2026-11-23 00:00", "2026-11-26 24:00"),
    (3, "2026-11-23 23:59", "2026-11-26 24:00"),
    # Received on a weekend: Monday is day 1.
    (1, "2026-11-21 10:00", "2026-11-23 24:00"),
    (1, "2026-11-22 23:59", "2026-11-23 24:00"),
    (3, "2026-11-22 10:00", "2026-11-25 24:00"),
    # Received on a Friday: Monday is day 1.
    (1, "2026-11-20 08:00", "2026-11-23 24:00"),
    # Received on a holiday: the next business day is day 1.
    (1, "2026-09-07 12:00", "2026-09-08 24:00"),
    # Over a holiday, and over the longest closure of the year.
    (3, "2026-10-08 09:00", "2026-10-14 24:00"),
    (1, "2026-12-23 16:00", "2026-12-29 24:00"),
    (3, "2026-12-23 16:00", "2027-01-05 24:00"),
    # Over both clock changes: a day is a day.
    (1, "2026-03-06 12:00", "2026-03-09 24:00"),
    (1, "2026-10-30 12:00", "2026-11-02 24:00"),
    # The monthly report: the day after the billing date is day 1 if it is a business day.
    (20, "2026-02-27 00:00", "2026-03-27 24:00"),
    (20, "2026-03-31 00:00", "2026-04-30 24:00"),
    # Leap day.
    (1, "2028-02-28 09:00", "2028-02-29 24:00"),
]


@pytest.mark.parametrize(("days", "received", "due"), DAYS)
def test_levels_in_days_begin_the_business_day_after_and_end_at_24(days, received, due):
    clock = shipped("quebec-days")
    start = clock.next_opening(clock.day_after(at(received)))
    assert clock.deadline(start, hours(24 * days)) == at(due)
    assert clock.elapsed(start, at(due)) == hours(24 * days)
    dates = clock.due_dates(np.array([received[:10]], dtype="datetime64[D]"), days)
    assert str(dates[0]) == due[:10]


# level: hours, received, due
HOURS = [
    # The worked example, and each level of the text within a day.
    (24, "2026-11-20 16:00", "2026-11-25 13:00"),
    (4, "2026-11-23 08:00", "2026-11-23 12:00"),
    (7, "2026-11-23 08:00", "2026-11-23 15:00"),
    (9, "2026-11-23 08:00", "2026-11-23 17:00"),
    # Received outside hours: from the next opening; the rule of the next day does not apply.
    (4, "2026-11-23 05:00", "2026-11-23 12:00"),
    (4, "2026-11-23 17:00", "2026-11-24 12:00"),
    (4, "2026-11-23 22:00", "2026-11-24 12:00"),
    (4, "2026-11-21 10:00", "2026-11-23 12:00"),
    (4, "2026-09-07 10:00", "2026-09-08 12:00"),
    # Used up exactly at closing: due then, not at the next opening.
    (1, "2026-11-20 16:00", "2026-11-20 17:00"),
    (4, "2026-11-23 13:00", "2026-11-23 17:00"),
    (10, "2026-11-20 16:00", "2026-11-23 17:00"),
    # A second more goes on at the next opening.
    (4 + 1 / 3600, "2026-11-20 13:00", "2026-11-23 08:00:01"),
    # Over a night, a weekend, a holiday, the end of the year.
    (7, "2026-11-23 15:00", "2026-11-24 13:00"),
    (7, "2026-11-20 15:00", "2026-11-23 13:00"),
    (7, "2026-10-09 15:00", "2026-10-13 13:00"),
    (7, "2026-12-23 15:00", "2026-12-29 13:00"),
    (24, "2026-12-30 08:00", "2027-01-06 14:00"),
    # Over both clock changes, which fall outside hours.
    (7, "2026-03-06 15:00", "2026-03-09 13:00"),
    (7, "2026-10-30 15:00", "2026-11-02 13:00"),
]


@pytest.mark.parametrize(("amount", "received", "due"), HOURS)
def test_levels_in_hours_run_from_receipt_or_the_next_opening(amount, received, due):
    clock = shipped("quebec-support")
    assert clock.deadline(at(received), hours(amount)) == at(due)
    assert clock.elapsed(at(received), at(due)) == hours(amount)


# from, to, business hours
ELAPSED = [
    ("2026-11-23 08:00", "2026-11-23 17:00", 9),
    ("2026-11-23 00:00", "2026-11-23 24:00", 9),
    ("2026-11-23 16:59", "2026-11-24 08:01", 2 / 60),
    ("2026-11-20 17:00", "2026-11-23 08:00", 0),
    ("2026-11-23 00:00", "2026-11-30 00:00", 45),
    # Holidays: the week of Thanksgiving, and the last days of the year.
    ("2026-10-12 00:00", "2026-10-19 00:00", 36),
    ("2026-12-21 00:00", "2027-01-04 00:00", 5 * 9),
    # A year: 52 weeks and a day, 13 holidays.
    ("2026-01-01 00:00", "2027-01-01 00:00", (261 - 13) * 9),
    ("2026-11-23 10:00", "2026-11-23 10:00", 0),
]


@pytest.mark.parametrize(("start", "end", "expected"), ELAPSED)
def test_business_hours_elapsed(start, end, expected):
    assert shipped("quebec-support").elapsed(at(start), at(end)) == hours(expected)


# An amount of zero is due at its start, open or not.
@pytest.mark.parametrize(
    "start", ["2026-11-23 10:00", "2026-11-21 10:00", "2026-11-23 17:00", "2026-11-23 08:00"]
)
@pytest.mark.parametrize("name", ["quebec-support", "quebec-days", "24x7"])
def test_nothing_to_wait_for_is_due_at_once(name, start):
    clock = shipped(name)
    assert clock.deadline(at(start), hours(0)) == at(start)
    second = int(at(start).timestamp())
    assert clock.deadlines(second, 0) == second


@pytest.mark.parametrize(
    ("instant", "is_open", "opening"),
    [
        ("2026-11-23 07:59:59", False, "2026-11-23 08:00"),
        ("2026-11-23 08:00", True, "2026-11-23 08:00"),
        ("2026-11-23 16:59:59", True, "2026-11-23 16:59:59"),
        ("2026-11-23 17:00", False, "2026-11-24 08:00"),
        ("2026-12-24 10:00", False, "2026-12-29 08:00"),
    ],
)
def test_a_window_holds_its_opening_and_not_its_closing(instant, is_open, opening):
    clock = shipped("quebec-support")
    assert clock.is_open(at(instant)) is is_open
    assert clock.next_opening(at(instant)) == at(opening)


def test_technical_support_never_closes():
    clock = shipped("24x7")
    assert clock.deadline(at("2026-12-24 23:00"), hours(24)) == at("2026-12-25 23:00")
    assert clock.elapsed(at("2026-01-01 00:00"), at("2027-01-01 00:00")) == hours(365 * 24)
