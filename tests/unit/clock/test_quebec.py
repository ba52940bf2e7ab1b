"""The government's 13 days, against the table they must reproduce."""

import csv
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.clock import Holiday, SpanReason, load_calendar, zone
from monitor.clock.quebec import quebec_holidays
from tests.support.clocks import shipped

TABLE = Path(__file__).with_name("holidays_ruled.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
TORONTO = zone("America/Toronto")


def local(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), TORONTO)


def test_the_table_is_reproduced_in_full():
    expected = [(row["observed"], row["name"], row["nominal"]) for row in ROWS]
    found = [(str(day.date), day.name_fr, str(day.nominal)) for day in quebec_holidays(2017, 2028)]
    assert found == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['observed']} {row['name']}")
def test_each_day_is_closed_under_its_name(row):
    day = date.fromisoformat(row["observed"])
    for name in ("quebec-support", "quebec-days"):
        clock = shipped(name)
        [span] = clock.spans(local(day), local(day + timedelta(days=1)))
        assert span.reason is SpanReason.HOLIDAY
        assert span.holiday is not None
        assert (span.holiday.name_fr, span.counted) == (row["name"], timedelta())
        assert not clock.is_open(local(day, 12))
    # From the closing time before, the first business hour ends after the holiday.
    assert shipped("quebec-support").deadline(local(day, 12), timedelta(hours=1)) > local(day, 17)


@pytest.mark.parametrize("year", range(2000, 2101))
def test_each_year_has_13_days_of_its_own_all_on_weekdays(year):
    days = quebec_holidays(year, year)
    assert len({day.date for day in days}) == 13
    assert {day.date.year for day in days} == {year}
    assert all(day.date.weekday() < 5 for day in days)
    assert list(days) == sorted(days, key=lambda day: day.date)
    assert days == load_calendar("quebec-support").holidays_in(year)


def test_names_come_in_both_languages():
    names = {day.name_fr: day.name_en for day in quebec_holidays(2026, 2026)}
    assert names["Journée nationale des patriotes"] == "National Patriots' Day"
    assert names["Action de grâces"] == "Thanksgiving"
    day = Holiday(date(2026, 1, 1), "Jour de l'An", "New Year's Day")
    assert (day.name("fr_CA"), day.name("en")) == ("Jour de l'An", "New Year's Day")


def test_a_day_without_source_can_be_moved_and_the_rest_stays():
    moved = load_calendar("quebec-support").with_moved_days({date(2028, 6, 23): date(2028, 6, 26)})
    [national] = [day for day in moved.holidays_in(2028) if day.name_fr == "Fête nationale"]
    assert (national.date, national.nominal) == (date(2028, 6, 26), date(2028, 6, 24))
    assert Counter(day.date.year for day in moved.holidays)[2028] == 13
    assert date(2028, 6, 23) not in moved.holidays_by_date
