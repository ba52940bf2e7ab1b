from datetime import timedelta

import pytest

from monitor.cases.evaluate import AN_INSTANT, Judgement, evaluate
from monitor.cases.obligation import Evaluation, Reason, Verdict
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import Commitment, ReopenRule, Status
from tests.support.cases import commitment, quebec, said, timeline, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))


def judge(
    promised: Commitment, happened: Timeline, now: str, silent_since: str | None = None
) -> Evaluation:
    clock = DAYS if promised.calendar == "quebec-days" else HOURS
    silent = None if silent_since is None else quebec(silent_since)
    return evaluate(promised, happened, clock, Judgement(now=quebec(now), silent_since=silent))


@pytest.mark.parametrize(
    ("amount", "received_at", "due_at"),
    [
        ("3 d", "2026-11-23 15:30", "2026-11-27 00:00"),
        ("7 d", "2026-11-23 15:30", "2026-12-03 00:00"),
        ("24 h", "2026-11-20 16:00", "2026-11-25 13:00"),
        ("15 d", "2026-09-30 00:00", "2026-10-23 00:00"),
        ("15 d", "2026-12-31 00:00", "2027-01-26 00:00"),
        # A weekend receipt has Monday as day 1.
        ("3 d", "2026-11-21 10:00", "2026-11-26 00:00"),
        # Received outside hours: from the next opening, no next-day rule.
        ("4 h", "2026-11-20 18:00", "2026-11-23 12:00"),
        ("4 h", "2026-11-23 06:00", "2026-11-23 12:00"),
        # A deadline on a closing time is that closing time.
        ("4 h", "2026-11-20 13:00", "2026-11-20 17:00"),
        # Christmas: 24, 25 and 28 December 2026 are days off (26 is a Saturday).
        ("4 h", "2026-12-23 16:00", "2026-12-29 11:00"),
    ],
)
def test_deadline(amount: str, received_at: str, due_at: str) -> None:
    found = judge(commitment(amount), timeline(received_at), received_at)
    assert found.due_at == utc(due_at)


@pytest.mark.parametrize(
    ("now", "verdict", "reason", "elapsed"),
    [
        ("2026-11-23 07:00", Verdict.PENDING, Reason.NOT_STARTED, 0),
        ("2026-11-23 08:00", Verdict.PENDING, Reason.WITHIN_TIME, 0),
        ("2026-11-23 13:35:59", Verdict.PENDING, Reason.WITHIN_TIME, 20159),
        ("2026-11-23 13:36", Verdict.AT_RISK, Reason.THRESHOLD_PASSED, 20160),
        ("2026-11-23 15:00", Verdict.AT_RISK, Reason.THRESHOLD_PASSED, 25200),
        ("2026-11-23 15:00:01", Verdict.BREACHED, Reason.DEADLINE_PASSED, 25201),
        ("2026-11-24 09:00", Verdict.BREACHED, Reason.DEADLINE_PASSED, 36000),
    ],
)
def test_an_open_case_as_time_passes(now, verdict, reason, elapsed) -> None:
    found = judge(commitment(), timeline("2026-11-23 06:00"), now)
    assert (found.verdict, found.reason, found.elapsed_seconds) == (verdict, reason, elapsed)
    assert found.remaining_seconds == 25200 - elapsed


def test_each_wakeup_is_the_next_instant_at_which_time_alone_changes_something() -> None:
    happened = timeline("2026-11-23 06:00")
    now = quebec("2026-11-23 06:00")
    seen = []
    while True:
        found = evaluate(commitment(), happened, HOURS, Judgement(now=now))
        seen.append((found.verdict, found.reason))
        if found.next_wakeup_at is None:
            break
        assert found.next_wakeup_at > now
        now = found.next_wakeup_at
    assert seen == [
        (Verdict.PENDING, Reason.NOT_STARTED),
        (Verdict.PENDING, Reason.WITHIN_TIME),
        (Verdict.AT_RISK, Reason.THRESHOLD_PASSED),
        (Verdict.BREACHED, Reason.DEADLINE_PASSED),
    ]
    assert now == quebec("2026-11-23 15:00") + AN_INSTANT


@pytest.mark.parametrize(
    ("stopped_at", "verdict", "reason"),
    [
        ("2026-11-23 15:00", Verdict.MET, Reason.STOPPED_IN_TIME),
        ("2026-11-23 15:00:00.000001", Verdict.MISSED, Reason.STOPPED_LATE),
        # After closing, yet no business time has passed since the deadline: still late.
        ("2026-11-24 07:59", Verdict.MISSED, Reason.STOPPED_LATE),
    ],
)
def test_a_stop_exactly_at_the_deadline_is_met(stopped_at, verdict, reason) -> None:
    happened = timeline("2026-11-23 08:00", ("resolved", stopped_at))
    found = judge(commitment(), happened, "2026-12-01 12:00")
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.next_wakeup_at is None


def test_stopping_after_closing_when_due_at_closing_is_late() -> None:
    happened = timeline("2026-11-20 13:00", ("resolved", "2026-11-20 20:00"))
    found = judge(commitment("4 h"), happened, "2026-11-21 12:00")
    assert (found.verdict, found.remaining_seconds) == (Verdict.MISSED, 0)


def test_resolved_then_closed_stops_at_resolved() -> None:
    happened = timeline(
        "2026-11-23 08:00", ("resolved", "2026-11-23 10:00"), ("closed", "2026-12-01 10:00")
    )
    found = judge(commitment(), happened, "2026-12-02 12:00")
    assert found.verdict is Verdict.MET
    assert found.stopped_at == utc("2026-11-23 10:00")
    assert found.elapsed_seconds == 7200


def test_a_reopened_case_resumes_where_it_stopped() -> None:
    happened = timeline(
        "2026-11-23 08:00", ("resolved", "2026-11-23 10:00"), ("in_progress", "2026-11-25 14:00")
    )
    found = judge(commitment(), happened, "2026-11-25 15:00")
    assert found.verdict is Verdict.PENDING
    assert found.elapsed_seconds == 3 * 3600
    assert found.due_at == utc("2026-11-26 10:00")
    assert found.episode == 1


def test_a_reopened_case_restarts_where_the_contract_says_so() -> None:
    happened = timeline(
        "2026-11-23 08:00", ("resolved", "2026-11-23 10:00"), ("in_progress", "2026-11-25 14:00")
    )
    found = judge(commitment(reopen_rule=ReopenRule.RESTART), happened, "2026-11-25 15:00")
    assert found.starts_at == utc("2026-11-25 14:00")
    assert found.due_at == utc("2026-11-26 12:00")


PAUSING = commitment(pause_statuses=frozenset({Status.WAITING_CLIENT}))


def test_a_pause_moves_the_deadline_and_has_none_while_it_lasts() -> None:
    paused = timeline("2026-11-23 08:00", ("waiting_client", "2026-11-23 10:00"))
    found = judge(PAUSING, paused, "2026-11-24 12:00")
    assert (found.verdict, found.reason) == (Verdict.PENDING, Reason.PAUSED)
    assert (found.due_at, found.elapsed_seconds) == (None, 7200)
    resumed = timeline(
        "2026-11-23 08:00",
        ("waiting_client", "2026-11-23 10:00"),
        ("in_progress", "2026-11-24 12:00"),
    )
    assert judge(PAUSING, resumed, "2026-11-24 12:00").due_at == utc("2026-11-24 17:00")


def test_resolving_during_a_pause_does_not_count_the_pause() -> None:
    happened = timeline(
        "2026-11-23 08:00",
        ("waiting_client", "2026-11-23 10:00"),
        ("resolved", "2026-11-27 10:00"),
    )
    found = judge(PAUSING, happened, "2026-11-27 12:00")
    assert (found.verdict, found.elapsed_seconds) == (Verdict.MET, 7200)
    assert found.due_at == utc("2026-11-27 15:00")


def test_without_a_pause_rule_waiting_for_the_client_counts() -> None:
    happened = timeline("2026-11-23 08:00", ("waiting_client", "2026-11-23 10:00"))
    assert judge(commitment(), happened, "2026-11-23 16:00").verdict is Verdict.BREACHED


def test_an_unmapped_status_leaves_the_clock_as_it_was() -> None:
    happened = timeline("2026-11-23 08:00", ("Parked", "2026-11-23 09:00"))
    assert judge(commitment(), happened, "2026-11-23 16:00").verdict is Verdict.BREACHED
    happened = timeline(
        "2026-11-23 08:00", ("resolved", "2026-11-23 09:00"), ("Archived", "2026-11-23 10:00")
    )
    assert judge(commitment(), happened, "2026-11-23 16:00").verdict is Verdict.MET


@pytest.mark.parametrize(
    ("cancelled_at", "verdict", "reason"),
    [
        ("2026-11-23 15:00", Verdict.CANCELLED, Reason.CANCELLED_IN_TIME),
        ("2026-11-23 15:01", Verdict.MISSED, Reason.CANCELLED_LATE),
    ],
)
def test_cancelling_late_does_not_undo_the_miss(cancelled_at, verdict, reason) -> None:
    happened = timeline("2026-11-23 08:00", ("cancelled", cancelled_at))
    found = judge(commitment(), happened, "2026-11-24 12:00")
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_silent_source_is_unknown_never_met() -> None:
    happened = timeline("2026-11-23 08:00")
    found = judge(commitment(), happened, "2026-11-23 16:00", silent_since="2026-11-23 09:00")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.SOURCE_SILENT)
    # What was already late when the source last spoke is known.
    found = judge(commitment(), happened, "2026-11-24 16:00", silent_since="2026-11-23 15:30")
    assert found.verdict is Verdict.BREACHED


def test_a_reclassified_case_ends_the_first_commitment_and_keeps_its_receipt() -> None:
    received = "2026-11-23 08:00"
    happened = build_timeline(
        [
            said("received", received, received_at=received),
            said("received", received, received_at=received, category="outage",
                 observed_at="2026-11-23 09:00"),
        ]
    )  # fmt: skip
    assert happened.categories == ("incident", "outage")
    old = judge(commitment(), happened, "2026-11-23 09:00")
    assert (old.verdict, old.reason) == (Verdict.CANCELLED, Reason.NO_LONGER_OWED)
    restored = commitment("24 h", category="outage")
    assert judge(restored, happened, "2026-11-23 09:00").elapsed_seconds == 3600


def test_the_elapsed_figure_is_exact_below_a_second() -> None:
    happened = timeline(
        "2026-11-23 08:00:00.600000",
        ("resolved", "2026-11-23 08:00:01.200000"),
        ("in_progress", "2026-11-23 09:00:00.700000"),
        ("resolved", "2026-11-23 09:00:01.100000"),
    )
    found = judge(commitment(), happened, "2026-11-23 12:00")
    assert timedelta(seconds=found.elapsed_seconds) == timedelta(seconds=1)
