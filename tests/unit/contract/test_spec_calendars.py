"""Calendars written in a contract become those a clock compiles."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.clock import BusinessClock, load_calendar, shipped_names
from monitor.contract.calendars import SHIPPED_MEASURES, build_calendar, days_of
from monitor.contract.model import CalendarSpec

TORONTO = ZoneInfo("America/Toronto")
LABEL = {"fr": "Guichet", "en": "Desk"}


def spec(**parts: object) -> CalendarSpec:
    return CalendarSpec.model_validate(
        {"label": LABEL, "week": {"mon-fri": ["08:00-17:00"]}} | parts
    )


def clock(**parts: object) -> BusinessClock:
    return BusinessClock(build_calendar("desk", spec(**parts), "America/Toronto"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


def test_the_measures_of_the_shipped_calendars_are_known_without_building_them() -> None:
    built = {name: load_calendar(name).measure for name in shipped_names()}
    assert dict(SHIPPED_MEASURES) == built


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("MON-Sun", (0, 1, 2, 3, 4, 5, 6)),
        ("sat-mon", (5, 6, 0)),
        ("mon, wed,fri", (0, 2, 4)),
        ("mon-tue, thu", (0, 1, 3)),
    ],
)
def test_days_of_the_week(text: str, days: tuple[int, ...]) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "lundi", "mon-", "-mon", "mon-fri-sat", "1-5", "mon;tue"])
def test_what_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no days of the week; write 'mon-fri'"):
        days_of(text)


def test_a_calendar_is_in_its_own_zone_or_the_contracts() -> None:
    assert build_calendar("desk", spec(), "America/Halifax").zone == "America/Halifax"
    own = spec(zone="America/Blanc-Sablon")
    assert build_calendar("desk", own, "America/Halifax").zone == "America/Blanc-Sablon"


def test_government_holidays_are_those_of_the_shipped_calendars() -> None:
    desk = build_calendar("desk", spec(holidays="quebec-government"), "America/Toronto")
    assert desk.holidays == load_calendar("quebec-support").holidays
    assert build_calendar("desk", spec(), "America/Toronto").holidays == ()


def test_a_closed_day_takes_no_time() -> None:
    desk = clock(closed={"2026-11-25": "Inventaire"})
    assert desk.elapsed(at("2026-11-24T00:00"), at("2026-11-27T00:00")) == timedelta(hours=18)
    assert desk.calendar.holidays_by_date[date(2026, 11, 25)].name("en") == "Inventaire"


def test_a_closed_day_may_have_both_names() -> None:
    desk = clock(closed={"2026-11-25": {"fr": "Inventaire", "en": "Stock-taking"}})
    day = desk.calendar.holidays_by_date[date(2026, 11, 25)]
    assert (day.name("fr"), day.name("en")) == ("Inventaire", "Stock-taking")


def test_a_special_day_has_its_own_hours() -> None:
    desk = clock(special={"2026-11-25": {"name": "Court", "windows": ["08:00-10:00"]}})
    assert desk.elapsed(at("2026-11-25T00:00"), at("2026-11-26T00:00")) == timedelta(hours=2)


def test_a_holiday_may_be_worked_or_moved() -> None:
    day = {"holidays": "quebec-government"}
    monday, tuesday, wednesday = (at(f"2026-10-{n}T00:00") for n in (12, 13, 14))
    assert clock(**day).elapsed(monday, tuesday) == timedelta()
    assert clock(**day, opened=["2026-10-12"]).elapsed(monday, tuesday) == timedelta(hours=9)
    moved = clock(**day, moved={"2026-10-12": "2026-10-13"})
    assert moved.elapsed(monday, tuesday) == timedelta(hours=9)
    assert moved.elapsed(tuesday, wednesday) == timedelta()


def test_windows_may_cross_midnight() -> None:
    night = clock(week={"mon": ["22:00-06:00"]})
    assert night.elapsed(at("2026-11-23T00:00"), at("2026-11-25T00:00")) == timedelta(hours=8)


def test_a_calendar_of_days_counts_whole_days() -> None:
    days = clock(measure="days", week={"mon-fri": ["08:00-17:00"]})
    assert days.elapsed(at("2026-11-23T00:00"), at("2026-11-24T00:00")) == timedelta(days=1)
