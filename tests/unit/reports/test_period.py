"""Periods are whole local days; a deadline at midnight belongs to the day that ends."""

from datetime import date, timedelta

import pytest

from monitor.reports.period import PeriodKind, ReportPeriod
from tests.support.cases import QUEBEC, utc


@pytest.mark.parametrize(
    ("kind", "text", "first", "last", "before"),
    [
        ("month", "2026-10", "2026-10-01", "2026-10-31", "2026-09"),
        ("month", "2026-01", "2026-01-01", "2026-01-31", "2025-12"),
        ("month", "2028-02", "2028-02-01", "2028-02-29", "2028-01"),
        ("quarter", "2026-T1", "2026-01-01", "2026-03-31", "2025-T4"),
        ("quarter", "2026-Q3", "2026-07-01", "2026-09-30", "2026-T2"),
        ("year", "2026", "2026-01-01", "2026-12-31", "2025"),
    ],
)
def test_periods_are_read_and_have_one_before(kind, text, first, last, before) -> None:
    period = ReportPeriod.parse(PeriodKind(kind), text)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert str(period) == text.replace("Q", "T")
    assert str(period.before()) == before


@pytest.mark.parametrize(
    ("kind", "text"), [("month", "2026-T3"), ("quarter", "2026-10"), ("year", "26"), ("month", "x")]
)
def test_what_is_none_is_refused_with_what_would_be_right(kind, text) -> None:
    with pytest.raises(ValueError, match="write"):
        ReportPeriod.parse(PeriodKind(kind), text)


def test_days_may_be_any_and_compare_to_as_many_before() -> None:
    period = ReportPeriod.between(date(2026, 10, 5), date(2026, 10, 18))
    assert str(period.before()) == "2026-09-21..2026-10-04"
    with pytest.raises(ValueError, match="earlier day first"):
        ReportPeriod.between(date(2026, 10, 18), date(2026, 10, 5))


def test_a_deadline_at_the_end_of_a_month_is_counted_in_it_and_only_there() -> None:
    october = ReportPeriod.parse(PeriodKind.MONTH, "2026-10")
    november = ReportPeriod.parse(PeriodKind.MONTH, "2026-11")
    midnight = utc("2026-11-01 00:00")
    assert october.holds(midnight, QUEBEC)
    assert not november.holds(midnight, QUEBEC)
    assert november.holds(midnight + timedelta(microseconds=1), QUEBEC)
    assert not october.holds(utc("2026-10-01 00:00"), QUEBEC)


def test_a_month_in_which_the_clocks_change_is_whole() -> None:
    start, end = ReportPeriod.parse(PeriodKind.MONTH, "2026-11").instants(QUEBEC)
    assert end - start == timedelta(days=30, hours=1)


def test_thirteen_months_end_with_its_own() -> None:
    months = ReportPeriod.parse(PeriodKind.QUARTER, "2026-T3").months(13)
    assert [str(months[0]), str(months[-1])] == ["2025-09", "2026-09"]
