from datetime import UTC, date, time, timedelta

import pytest

from monitor.clock import BusinessClock, Holiday, Window, load_calendar, shipped_names
from tests.support.clocks import at, calendar, hours


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("08:00-17:00", 28_800, 61_200),
        ("08:00 – 17:00", 28_800, 61_200),
        ("00:00-24:00", 0, 86_400),
        ("22:00-06:00", 79_200, 108_000),
        ("18:00-00:00", 64_800, 86_400),
        ("08:00:30-08:00:31", 28_830, 28_831),
    ],
)
def test_a_window_is_read(text, start, end):
    window = Window.parse(text)
    assert (window.start_second, window.end_second) == (start, end)
    assert Window.parse(str(window)) == window


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:00",
        "8-17",
        "08:00-25:00",
        "08:00-08:00",
        "08:00-17:00-18:00",
        "08:00+01-09:00",
        "08:00:00.5-09:00",
    ],
)
def test_what_is_no_window_is_refused_with_the_text(text):
    with pytest.raises(ValueError, match=r"window"):
        Window.parse(text)


def test_a_window_takes_whole_local_seconds():
    with pytest.raises(ValueError, match="whole seconds"):
        Window(time(8, tzinfo=UTC), time(17))
    with pytest.raises(ValueError, match="whole seconds"):
        Window(time(8), time(17, microsecond=1))


@pytest.mark.parametrize(
    ("week", "fields", "message"),
    [
        ({0: "08:00-12:00,11:00-17:00"}, {}, "test', week: Monday: windows overlap at 11:00"),
        ({0: "22:00-06:00", 1: "05:00-09:00"}, {}, "Tuesday: windows overlap at 05:00"),
        ({6: "22:00-06:00", 0: "00:00-01:00"}, {}, "Monday: windows overlap"),
        ({7: "08:00-17:00"}, {}, "week: 7 is no weekday: use 0 .Monday. to 6"),
        ({}, {}, "week: it never opens"),
        (
            {0: "08:00-17:00"},
            {"zone": "America/Quebec"},
            "zone: unknown time zone 'America/Quebec'",
        ),
        ({0: "08:00-17:00"}, {"name": ""}, "name: it is empty"),
        ({0: "08:00-17:00"}, {"measure": "weeks"}, "measure: 'weeks': write 'hours' or 'days'"),
        (
            {0: "08:00-17:00"},
            {"valid_from": date(2101, 1, 1)},
            "valid_until: 2101-01-01 is not after",
        ),
        (
            {0: "08:00-17:00"},
            {"valid_until": date(3000, 1, 1)},
            "keep the valid range within 1900 to 2200",
        ),
        (
            {0: "08:00-17:00"},
            {
                "holidays": (
                    Holiday(date(2026, 1, 1), "a", "a"),
                    Holiday(date(2026, 1, 1), "b", "b"),
                )
            },
            "holidays: 2026-01-01 is listed twice",
        ),
        (
            {0: "08:00-17:00"},
            {"holidays": (Holiday(date(1999, 1, 1), "a", "a"),)},
            "holidays: 1999-01-01 is outside the valid range",
        ),
    ],
)
def test_a_wrong_calendar_names_its_field_and_the_remedy(week, fields, message):
    with pytest.raises(ValueError, match=message):
        calendar(week, **fields)


def test_windows_that_touch_are_one():
    touching = BusinessClock(
        calendar({0: "08:00-12:00,12:00-17:00", 1: "00:00-24:00", 2: "00:00-08:00"})
    )
    segments = touching.segments(at("2026-11-23 00:00"), at("2026-11-30 00:00"))
    assert [(segment.start, segment.end) for segment in segments] == [
        (at("2026-11-23 08:00"), at("2026-11-23 17:00")),
        (at("2026-11-24 00:00"), at("2026-11-25 08:00")),
    ]


def test_a_window_over_midnight_is_two_and_a_holiday_takes_only_its_date():
    nights = calendar(dict.fromkeys(range(5), "22:00-06:00"))
    closed = BusinessClock(nights.with_closed_days({date(2026, 11, 25): "Congé"}))
    segments = closed.segments(at("2026-11-24 12:00"), at("2026-11-26 12:00"))
    assert [(segment.start, segment.end) for segment in segments] == [
        (at("2026-11-24 22:00"), at("2026-11-25 00:00")),
        (at("2026-11-26 00:00"), at("2026-11-26 06:00")),
    ]


def test_in_days_a_window_over_midnight_makes_its_own_weekday_a_business_day():
    fridays = BusinessClock(calendar({4: "22:00-06:00"}, measure="days"))
    assert fridays.elapsed(at("2026-11-16 00:00"), at("2026-11-23 00:00")) == hours(24)
    assert fridays.next_opening(at("2026-11-17 00:00")) == at("2026-11-20 00:00")


def test_a_holiday_may_have_hours_of_its_own():
    eve = Holiday(date(2026, 12, 24), "Veille", "Eve", windows=(Window(time(8), time(12)),))
    saturday = Holiday(
        date(2026, 12, 19), "Ouverture", "Opening", windows=(Window(time(9), time(11)),)
    )
    week = dict.fromkeys(range(5), "08:00-17:00")
    start, end = at("2026-12-19 00:00"), at("2026-12-25 00:00")
    assert BusinessClock(calendar(week, holidays=(eve, saturday))).elapsed(start, end) == hours(
        2 + 27 + 4
    )
    in_days = calendar(week, holidays=(eve, saturday), measure="days")
    assert BusinessClock(in_days).elapsed(start, end) == hours(5 * 24)


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        (("22:00-06:00",), "crosses midnight; a holiday governs its own date"),
        (("08:00-12:00", "11:00-13:00"), "windows overlap"),
    ],
)
def test_a_holiday_stays_within_its_date(windows, message):
    with pytest.raises(ValueError, match=message):
        Holiday(date(2026, 1, 2), "a", "a", windows=tuple(map(Window.parse, windows)))


def test_a_holiday_has_names():
    with pytest.raises(ValueError, match="give it a name in French and in English"):
        Holiday(date(2026, 1, 2), " ", "Day")


def test_days_closed_opened_and_moved():
    base = load_calendar("quebec-support")
    decreed = base.with_closed_days({date(2026, 11, 24): "Deuil national"})
    clock = BusinessClock(decreed)
    assert clock.deadline(at("2026-11-23 15:30"), hours(3)) == at("2026-11-25 09:30")
    assert decreed.holidays_by_date[date(2026, 11, 24)].name_en == "Deuil national"
    both = Holiday(date(2026, 11, 24), "Deuil", "Mourning")
    assert base.with_closed_days({both.date: both}).holidays_by_date[both.date] is both
    opened = base.with_open_days([date(2026, 12, 24)])
    assert BusinessClock(opened).is_open(at("2026-12-24 10:00"))
    assert len(base.holidays) - 1 == len(opened.holidays)
    # The calendar they are made from stays as it was.
    assert date(2026, 12, 24) in base.holidays_by_date


def test_a_slip_in_an_override_is_not_passed_over():
    base = load_calendar("quebec-support")
    with pytest.raises(ValueError, match="2026-12-23 is no holiday: check the date"):
        base.with_open_days([date(2026, 12, 23)])
    with pytest.raises(ValueError, match="two holidays would share a date"):
        base.with_moved_days({date(2026, 12, 24): date(2026, 12, 25)})
    with pytest.raises(ValueError, match="holds a holiday of 2026-11-25"):
        base.with_closed_days({date(2026, 11, 24): Holiday(date(2026, 11, 25), "a", "a")})
    with pytest.raises(ValueError, match="outside the valid range"):
        base.with_closed_days({date(2101, 1, 1): "Congé"})


def test_moving_days_onto_one_another_is_a_swap():
    base = load_calendar("quebec-support")
    first, second = date(2026, 12, 24), date(2026, 12, 25)
    swapped = base.with_moved_days({first: second, second: first}).holidays_by_date
    assert (swapped[first].name_fr, swapped[second].name_fr) == ("Noël", "Veille de Noël")


def test_shipped_calendars_cover_2000_to_2100():
    for name in shipped_names():
        clock = BusinessClock(load_calendar(name))
        assert clock.covers == (at("2000-01-01 00:00"), at("2101-01-01 00:00"))
        assert clock.calendar.name == name
    with pytest.raises(
        ValueError,
        match="unknown calendar 'quebec': shipped ones are quebec-support, quebec-days, 24x7",
    ):
        load_calendar("quebec")


def test_equal_calendars_are_equal_and_hash_alike():
    one, other = (calendar({0: "08:00-17:00"}) for _ in range(2))
    assert one == other
    assert len({one, other}) == 1
    assert one != calendar({0: "08:00-16:00"})


def test_a_calendar_with_nothing_open_in_its_range():
    sunday = calendar(
        {0: "08:00-17:00"}, valid_from=date(2026, 11, 22), valid_until=date(2026, 11, 23)
    )
    clock = BusinessClock(sunday)
    first, last = clock.covers
    assert clock.elapsed(first, last) == timedelta()
    assert clock.elapsed_many(int(first.timestamp()), int(last.timestamp())) == 0
    assert clock.segments(first, last) == []
