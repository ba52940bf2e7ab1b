"""What people say of a report: each saying stays, and the last one stands."""

from dataclasses import replace
from itertools import islice

import pytest

from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.deliverables import Schedule, due_after, restated
from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.obligation import Evaluation, Verdict
from monitor.cases.observation import Observation
from monitor.cases.periods import Period
from monitor.cases.timeline import build_timeline
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import CaseKind, Status
from tests.support.cases import QUEBEC, commitment, utc

STOPS = frozenset({Status.DELIVERED, Status.COMPLETED})
PROMISE = commitment(
    "20 d",
    id="billing-report",
    category="billing-report",
    case_kind=CaseKind.DELIVERABLE,
    stop_statuses=STOPS,
)
DAYS = BusinessClock(load_calendar("quebec-days"))
SCHEDULE = Schedule(
    commitment="billing-report",
    provider="telus",
    prefix="FACT",
    first=Period.parse("2026-10"),
    billing_day=15,
)


class Case:
    """A report opened on 16 October, due at the end of 12 November, and what is said of it."""

    def __init__(self, schedule: Schedule = SCHEDULE) -> None:
        self.stated = [self.opening(schedule, "2026-10-16 00:00")]

    def opening(self, schedule: Schedule, now: str) -> Observation:
        (due,) = islice(due_after([schedule], QUEBEC, after=None), 1)
        return due.opening("billing-report", utc(now))

    def says(self, at: str | None, now: str) -> int:
        """That it arrived, or (None) that it did not; how many statements that takes."""
        arrival = Arrival(
            at=None if at is None else utc(at), status=Status.DELIVERED, stops=STOPS, proof={}
        )
        added = statements_of(arrival, self.stated, utc(now))
        self.stated += added
        return len(added)

    def reopened_as(self, schedule: Schedule, now: str) -> int:
        stated = restated(self.opening(schedule, now), self.stated)
        self.stated += [] if stated is None else [stated]
        return 0 if stated is None else 1

    def judged(self, now: str) -> Evaluation:
        timeline = build_timeline(self.stated)
        assert build_timeline(reversed(self.stated)) == timeline
        assert len({each.id for each in self.stated}) == len(self.stated)
        return evaluate(PROMISE, timeline, DAYS, Judgement(now=utc(now)))


@pytest.fixture
def case() -> Case:
    return Case()


def test_awaited_until_it_arrives(case: Case) -> None:
    assert case.judged("2026-11-12 12:00").verdict is Verdict.AT_RISK
    assert case.says("2026-11-12 23:00", now="2026-11-16 09:00") == 1
    found = case.judged("2026-11-20 09:00")
    assert (found.verdict, found.stopped_at) == (Verdict.MET, utc("2026-11-12 23:00"))


def test_late_is_missed_and_never_stays_breached(case: Case) -> None:
    assert case.judged("2027-11-13 12:00").verdict is Verdict.BREACHED
    case.says("2026-11-13 08:00", now="2026-11-13 09:00")
    assert case.judged("2026-11-20 09:00").verdict is Verdict.MISSED


def test_on_the_billing_date_itself_is_in_time(case: Case) -> None:
    case.says("2026-10-15 14:00", now="2026-10-16 09:00")
    found = case.judged("2026-11-20 09:00")
    assert (found.verdict, found.elapsed_seconds) == (Verdict.MET, 0)
    assert case.says(None, now="2026-10-16 10:00") == 1
    assert case.judged("2026-11-13 09:00").verdict is Verdict.BREACHED


def test_said_twice_is_said_once(case: Case) -> None:
    assert case.says("2026-11-10 09:00", now="2026-11-10 10:00") == 1
    assert case.says("2026-11-10 09:00", now="2026-11-10 11:00") == 0


def test_what_was_said_by_mistake_leaves_no_trace_on_the_clock(case: Case) -> None:
    untouched = case.judged("2026-11-18 09:00")
    case.says("2026-11-10 09:00", now="2026-11-10 10:00")
    assert case.says(None, now="2026-11-17 10:00") == 1
    assert case.says(None, now="2026-11-17 11:00") == 0
    assert case.judged("2026-11-18 09:00") == untouched
    # And may be said again, word for word.
    case.says("2026-11-10 09:00", now="2026-11-19 10:00")
    assert case.judged("2026-11-20 09:00").stopped_at == utc("2026-11-10 09:00")
    case.says(None, now="2026-11-20 10:00")
    assert case.judged("2026-11-18 09:00") == untouched


@pytest.mark.parametrize(
    ("first", "then", "statements"),
    [("2026-11-10 09:00", "2026-11-13 09:00", 2), ("2026-11-13 09:00", "2026-11-10 09:00", 1)],
)
def test_a_corrected_time_stands(case: Case, first: str, then: str, statements: int) -> None:
    case.says(first, now="2026-11-17 10:00")
    assert case.says(then, now="2026-11-17 11:00") == statements
    found = case.judged("2026-11-20 09:00")
    assert (found.stopped_at, found.episode) == (utc(then), 0)
    case.says(None, now="2026-11-17 12:00")
    assert case.judged("2026-11-20 09:00").verdict is Verdict.BREACHED


def test_a_clock_set_back_does_not_undo_what_is_said_last(case: Case) -> None:
    case.says("2026-11-10 09:00", now="2026-11-17 10:00")
    case.says(None, now="2026-11-17 09:00")
    assert case.judged("2026-11-20 09:00").verdict is Verdict.BREACHED


def test_a_portal_that_closed_it_may_be_overruled(case: Case) -> None:
    closed = replace(
        case.stated[0],
        source="portal",
        raw_status="completed",
        status=Status.COMPLETED,
        changed_at=utc("2026-11-10 09:00"),
        changed_after=None,
        observed_at=utc("2026-11-10 09:05"),
    )
    case.stated.append(closed)
    assert case.says("2026-11-10 09:00", now="2026-11-17 10:00") == 0
    case.says("2026-11-13 09:00", now="2026-11-17 10:00")
    assert case.judged("2026-11-20 09:00").verdict is Verdict.MISSED
    case.says(None, now="2026-11-17 11:00")
    assert case.judged("2026-11-20 09:00").verdict is Verdict.BREACHED


@pytest.mark.parametrize("day", [3, 29])
def test_a_corrected_billing_day_moves_the_clock_and_nothing_else(case: Case, day: int) -> None:
    other = replace(SCHEDULE, billing_day=day)
    case.says("2026-11-10 09:00", now="2026-11-10 10:00")
    assert case.reopened_as(SCHEDULE, "2026-11-17 10:00") == 0
    assert case.reopened_as(other, "2026-11-17 10:00") == 1
    assert case.reopened_as(other, "2026-11-17 11:00") == 0
    found = case.judged("2026-11-20 09:00")
    due_at = Case(other).judged("2026-11-20 09:00").due_at
    assert (found.due_at, found.stopped_at) == (due_at, utc("2026-11-10 09:00"))
    # Back again, as it was.
    assert case.reopened_as(SCHEDULE, "2026-11-17 12:00") == 1
    assert case.judged("2026-11-20 09:00").due_at == Case().judged("2026-11-20 09:00").due_at


def test_received_on_a_day_before_the_corrected_period_ends_is_in_time(case: Case) -> None:
    case.says("2026-10-20 09:00", now="2026-10-20 10:00")
    case.reopened_as(replace(SCHEDULE, billing_day=29), "2026-10-21 10:00")
    found = case.judged("2026-11-20 09:00")
    assert (found.verdict, found.elapsed_seconds) == (Verdict.MET, 0)
    case.reopened_as(replace(SCHEDULE, billing_day=31), "2026-11-01 10:00")
    assert case.judged("2026-12-20 09:00").verdict is Verdict.MET
