"""The invented year's own calendar, and what its stories are said to come to."""

from collections import Counter
from datetime import date, timedelta

import pytest

from monitor.clock import zone
from monitor.clock.quebec import quebec_holidays
from monitor.contract.model import CaseKind
from monitor.simulator.year.almanac import Almanac, days_off
from monitor.simulator.year.bodies import invented_bodies
from monitor.simulator.year.casting import invent
from monitor.simulator.year.fates import FATES
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Chapter, Invented, Owed, Plot, key_of
from monitor.simulator.year.promises import BILLING, DELIVERIES, PROMISES, QUARTERLY
from monitor.simulator.year.truth import Adjusted, Truth
from tests.support.cases import utc

ALMANAC = Almanac(zone("America/Toronto"))
PLAN = Plan(ALMANAC, 2026, 4)


@pytest.mark.parametrize("year", range(2017, 2029))
def test_both_ways_of_finding_the_holidays_agree(year: int) -> None:
    assert days_off(year) == {each.date for each in quebec_holidays(year, year)}


@pytest.mark.parametrize(
    ("promise", "received", "due"),
    [
        (DELIVERIES["local"], "2026-11-23 15:30", "2026-11-27 00:00"),
        (DELIVERIES["remote"], "2026-11-23 15:30", "2026-12-03 00:00"),
        (PROMISES["outage"], "2026-11-20 16:00", "2026-11-25 13:00"),
        (PROMISES["incident"], "2026-11-20 16:00", "2026-11-23 14:00"),
        (PROMISES["incident"], "2026-11-23 10:00", "2026-11-23 17:00"),
        (PROMISES["password-reset"], "2026-12-23 16:00", "2026-12-29 11:00"),
        (QUARTERLY, "2026-09-30 23:59", "2026-10-23 00:00"),
        (QUARTERLY, "2026-12-31 23:59", "2027-01-26 00:00"),
        (BILLING, "2026-03-06 12:00", "2026-04-08 00:00"),
    ],
)
def test_deadlines_worked_out_by_hand(promise, received: str, due: str) -> None:
    assert promise.due(ALMANAC, utc(received)) == utc(due)


def test_hours_worked_between_two_instants() -> None:
    # Friday 16:00 to Tuesday 9:30, over a weekend on which the clocks change.
    found = ALMANAC.worked(utc("2026-03-06 16:00"), utc("2026-03-10 09:30"))
    assert found == timedelta(hours=1 + 9 + 1.5)


def test_midnight_ends_the_day_before() -> None:
    assert ALMANAC.day_that_ends(utc("2026-11-01 00:00")) == date(2026, 10, 31)
    assert ALMANAC.day_that_ends(utc("2026-11-01 00:01")) == date(2026, 11, 1)


def test_polls_are_missed_while_a_provider_is_out() -> None:
    # Out from the last working morning of March until the report is made.
    assert PLAN.learned("telus", utc("2026-03-31 10:30")) == utc("2026-04-02 12:00")
    assert PLAN.learned("rogers", utc("2026-03-31 10:30")) == utc("2026-03-31 12:00")
    assert PLAN.silent_since("telus", utc("2026-04-02 08:00")) == utc("2026-03-31 10:00")
    assert PLAN.silent_since("telus", utc("2026-04-02 12:00")) is None


def test_equal_seeds_make_equal_years_with_every_fate() -> None:
    bodies = invented_bodies(310)
    assert len({body.name for body in bodies}) == len({body.id for body in bodies}) == 310
    years = [invent(PLAN, seed=seed, cases=1500, bodies=bodies) for seed in (7, 7, 8)]
    assert years[0] == years[1]
    assert years[0] != years[2]
    together = sum((each.fates() for each in years), Counter())
    assert {fate.__name__ for fate in FATES} <= together.keys()


def truth_of(*chapters: Chapter, held_at: str | None = None) -> tuple[Truth, Plot, Owed]:
    owed = Owed(commitment="incident-resolution", region=None, chapters=chapters)
    plot = Plot(
        provider="telus", kind=CaseKind.TICKET, category="incident",
        body=invented_bodies(1)[0], place=None, received_at=utc("2026-01-12 09:00"),
        moves=[], owed=[owed], fate="", ref="INC-1",
        held_at=None if held_at is None else utc(held_at),
    )  # fmt: skip
    return Truth(PLAN, Invented(plots=[plot], never_readable=0)), plot, owed


DUE = utc("2026-01-12 16:00")
OPEN = Chapter(utc("2026-01-12 10:00"), DUE)


@pytest.mark.parametrize(
    ("following", "breaches", "corrections"),
    [
        ([], 1, 0),
        ([Chapter(utc("2026-01-12 16:00"), DUE, "met")], 0, 0),
        ([Chapter(utc("2026-01-12 18:00"), DUE, "met")], 1, 1),
        ([Chapter(utc("2026-01-12 18:00"), DUE, "missed")], 1, 0),
        ([Chapter(utc("2026-01-12 18:00"), DUE, "cannot_tell")], 1, 1),
        ([Chapter(utc("2026-01-12 10:00"), DUE, "met")], 0, 0),
        ([Chapter(utc("2026-01-12 10:00"), DUE, "missed")], 1, 0),
        ([Chapter(utc("2026-01-13 08:00"), DUE, "missed"),
          Chapter(utc("2026-02-20 08:00"), DUE, "met")], 1, 1),
        ([Chapter(utc("2026-01-12 12:00"), DUE, "met"),
          Chapter(utc("2026-01-13 12:00"), utc("2026-01-14 12:00")),
          Chapter(utc("2026-01-15 12:00"), utc("2026-01-14 12:00"), "missed")], 1, 0),
    ],
)  # fmt: skip
def test_what_is_told_of_a_story(following, breaches: int, corrections: int) -> None:
    truth, _, _ = truth_of(OPEN, *following)
    assert truth.breaches().total() == breaches
    assert truth.corrections().total() == corrections
    held, _, _ = truth_of(OPEN, *following, held_at="2026-01-12 10:00")
    assert held.breaches().total() == held.corrections().total() == 0


def test_a_later_report_tells_what_became_of_an_earlier_one() -> None:
    truth, plot, owed = truth_of(OPEN, Chapter(utc("2026-02-20 08:00"), DUE, "missed"))
    january, february, march = PLAN.reports[:3]
    assert [box for _, box in truth.counts(january)] == ["open_late"]
    assert truth.counts(february).total() == 0
    expected = Adjusted("2026-01", key_of(plot, owed), "open_late", "missed")
    assert truth.adjustments(february) == {expected: 1}
    assert truth.adjustments(march) == {}
