"""Which periods have ended, by the calendar alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.cases.deliverables import Due, Schedule, due_after, named
from monitor.cases.periods import Period, Rhythm
from monitor.clock import BusinessClock, load_calendar
from tests.support.cases import QUEBEC, utc

BILLING = Schedule(
    commitment="billing-report",
    provider="telus",
    prefix="FACT",
    first=Period.parse("2026-10"),
    billing_day=15,
)
QUARTERLY = Schedule(
    commitment="quarterly-report",
    provider="telus",
    prefix="TRIM",
    first=Period.parse("2026-T3"),
)


def ended(schedules: Iterable[Schedule], until: str, **changes: Any) -> list[Due]:
    dues = due_after(schedules, QUEBEC, **({"after": None} | changes))
    return list(takewhile(lambda due: due.ends_at <= utc(until), dues))


def refs(dues: Iterable[Due]) -> list[str]:
    return [due.key.ref for due in dues]


@pytest.mark.parametrize(
    ("period", "billing_day", "last"),
    [
        ("2026-10", 15, "2026-10-15"),
        ("2026-10", 1, "2026-10-01"),
        ("2026-10", 31, "2026-10-31"),
        ("2026-11", 31, "2026-11-30"),
        ("2026-02", 31, "2026-02-28"),
        ("2026-02", 29, "2026-02-28"),
        ("2028-02", 31, "2028-02-29"),
        ("2028-02", 28, "2028-02-28"),
        ("2026-12", 31, "2026-12-31"),
        ("2026-T1", None, "2026-03-31"),
        ("2026-T2", None, "2026-06-30"),
        ("2026-T3", None, "2026-09-30"),
        ("2026-T4", None, "2026-12-31"),
    ],
)
def test_the_last_day_of_a_period(period: str, billing_day: int | None, last: str) -> None:
    assert Period.parse(period).last_day(billing_day) == date.fromisoformat(last)


def test_a_period_is_read_as_it_is_written() -> None:
    for text in ("2026-01", "2026-12", "2026-T1", "2026-T4"):
        assert str(Period.parse(text)) == text
    assert Period.parse("2026-q3") == Period.parse("2026-T3")
    assert str(Period.parse("2026-12").next()) == "2027-01"
    assert str(Period.parse("2026-T4").next()) == "2027-T1"
    for text in ("2026", "2026-13", "2026-00", "2026-T5", "2026-1", "1999-12", "2026-10-15", ""):
        with pytest.raises(ValueError, match="write a month as 2026-10"):
            Period.parse(text)


def test_a_day_lies_in_the_period_whose_days_hold_it() -> None:
    day = date(2024, 1, 1)
    while day < date(2025, 3, 1):
        assert str(Period.of(day, Rhythm.MONTH)) == f"{day:%Y-%m}"
        assert str(Period.of(day, Rhythm.QUARTER)) == f"{day.year}-T{(day.month + 2) // 3}"
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("schedule", "until", "expected"),
    [
        # Owed from the end of the billing date on, not an instant sooner.
        (BILLING, "2026-10-15 23:59", []),
        (BILLING, "2026-10-16 00:00", ["FACT-2026-10"]),
        (BILLING, "2026-12-31 12:00", ["FACT-2026-10", "FACT-2026-11", "FACT-2026-12"]),
        (replace(BILLING, billing_day=31), "2026-11-30 12:00", ["FACT-2026-10"]),
        (replace(BILLING, billing_day=31), "2026-12-01 00:00", ["FACT-2026-10", "FACT-2026-11"]),
        (replace(BILLING, last=Period.parse("2026-10")), "2027-06-01 00:00", ["FACT-2026-10"]),
        (QUARTERLY, "2026-09-30 23:59", []),
        (QUARTERLY, "2026-10-01 00:00", ["TRIM-2026-T3"]),
        (QUARTERLY, "2027-01-01 00:00", ["TRIM-2026-T3", "TRIM-2026-T4"]),
    ],
)
def test_what_has_ended(schedule: Schedule, until: str, expected: list[str]) -> None:
    assert refs(ended([schedule], until)) == expected


def test_accounts_and_schedules_come_in_the_order_in_which_they_end() -> None:
    schedules = [
        replace(BILLING, account="B"),
        replace(BILLING, account="A"),
        QUARTERLY,
        replace(BILLING, provider="rogers", billing_day=3),
    ]
    found = ended(schedules, "2026-11-20 00:00")
    assert [(due.key.provider, due.key.ref) for due in found] == [
        ("telus", "TRIM-2026-T3"),
        ("rogers", "FACT-2026-10"),
        ("telus", "FACT-2026-10-A"),
        ("telus", "FACT-2026-10-B"),
        ("rogers", "FACT-2026-11"),
        ("telus", "FACT-2026-11-A"),
        ("telus", "FACT-2026-11-B"),
    ]


def test_a_walk_goes_on_where_it_stood_wherever_that_was() -> None:
    schedules = [replace(BILLING, account="A"), replace(BILLING, account="B"), QUARTERLY]
    whole = list(islice(due_after(schedules, QUEBEC, after=None), 40))
    for index, due in enumerate(whole[:-1]):
        assert next(due_after(schedules, QUEBEC, after=due.order)) == whole[index + 1]


@pytest.mark.parametrize(
    ("schedule", "calendar_days", "last_day"),
    [
        (QUARTERLY, 15, "2026-10-22"),
        (replace(QUARTERLY, first=Period.parse("2026-T4")), 15, "2027-01-25"),
        # Thanksgiving, 12 October, lies before: Fri 16 is day 1, Thu 12 November day 20.
        (BILLING, 20, "2026-11-12"),
        # A billing date on a Saturday: day 1 is the Monday.
        (replace(BILLING, billing_day=17), 20, "2026-11-13"),
    ],
)
def test_the_day_after_is_day_one(schedule: Schedule, calendar_days: int, last_day: str) -> None:
    """The worked examples: received within the period's last day, due at the end of a day."""
    (due,) = islice(due_after([schedule], QUEBEC, after=None), 1)
    clock = BusinessClock(load_calendar("quebec-days"))
    starts_at = clock.next_opening(clock.day_after(due.received_at))
    due_at = clock.deadline(starts_at, timedelta(days=calendar_days))
    assert due_at - timedelta(seconds=1) == utc(f"{last_day} 23:59:59")


def test_days_end_where_the_contract_is() -> None:
    (there,) = islice(due_after([BILLING], ZoneInfo("America/Halifax"), after=None), 1)
    (here,) = islice(due_after([BILLING], QUEBEC, after=None), 1)
    assert here.ends_at - there.ends_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("ref", "period", "account"),
    [
        ("FACT-2026-10", "2026-10", None),
        ("FACT-2026-10-45-B.1", "2026-10", "45-B.1"),
        ("TRIM-2026-T3", "2026-T3", None),
        ("FACT-2026-13", None, None),
        ("INC-1", None, None),
    ],
)
def test_a_reference_names_its_period(ref: str, period: str | None, account: str | None) -> None:
    found, of = named(ref)
    assert (found and str(found), of) == (period, account)
