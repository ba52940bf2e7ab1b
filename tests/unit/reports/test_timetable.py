"""When scheduled reports are due, and that what was missed is due still, once each."""

from datetime import time

import pytest

from monitor.clock import BusinessClock, load_calendar
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.timetable import Timetable, due_reports
from tests.support.cases import QUEBEC, utc

DAYS = BusinessClock(load_calendar("quebec-days"))


def timetable(first: str = "2026-10", **changes) -> Timetable:
    kind = PeriodKind.QUARTER if "T" in first else PeriodKind.MONTH
    return Timetable(name="mensuel", first=ReportPeriod.parse(kind, first), **changes)


@pytest.mark.parametrize(
    ("first", "business_day", "due"),
    [
        # Sunday the 1st, Monday, Tuesday.
        ("2026-10", 2, "2026-11-03 08:00"),
        # 1 and 2 January are off, observed on Friday the 1st and Monday the 4th.
        ("2026-12", 1, "2027-01-05 08:00"),
        ("2026-12", 2, "2027-01-06 08:00"),
        # Good Friday and Easter Monday 2026 fall on the 3rd and the 6th of April.
        ("2026-03", 3, "2026-04-07 08:00"),
        ("2026-T3", 2, "2026-10-02 08:00"),
    ],
)
def test_a_report_is_due_on_a_business_day_of_the_contracts_calendar(
    first, business_day, due
) -> None:
    table = timetable(first, business_day=business_day)
    assert table.due_at(table.first, DAYS, QUEBEC) == utc(due)


def test_the_hour_is_wall_time_in_both_halves_of_the_year() -> None:
    table = timetable("2026-02", at=time(9, 30))
    assert table.due_at(table.first, DAYS, QUEBEC) == utc("2026-03-03 09:30")
    assert table.due_at(table.first.after(), DAYS, QUEBEC) == utc("2026-04-02 09:30")


def test_what_was_missed_is_due_each_for_its_own_period_and_once() -> None:
    table = timetable("2026-07")
    now = utc("2026-11-20 12:00")
    due, next_at = due_reports([table], {("mensuel", "2026-08")}, DAYS, QUEBEC, now)
    assert [str(each.period) for each in due] == ["2026-07", "2026-09", "2026-10"]
    assert next_at == utc("2026-12-02 08:00")
    made = {("mensuel", str(each.period)) for each in due} | {("mensuel", "2026-08")}
    assert due_reports([table], made, DAYS, QUEBEC, now) == ([], next_at)


def test_at_the_instant_itself_it_is_due() -> None:
    at = utc("2026-11-03 08:00")
    assert len(due_reports([timetable()], set(), DAYS, QUEBEC, at)[0]) == 1


def test_without_any_on_schedule_nothing_is_due() -> None:
    assert due_reports([], set(), DAYS, QUEBEC, utc("2026-11-03 08:00")) == ([], None)
