import itertools

import pytest

from monitor.cases.evaluate import Judgement
from monitor.cases.explain import Explanation, LedgerReason, explain
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import Commitment, Status
from tests.support.cases import commitment, quebec, timeline, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))
PAUSING = commitment(pause_statuses=frozenset({Status.WAITING_CLIENT}))


def ledger(promised: Commitment, happened, now: str) -> Explanation:
    clock = DAYS if promised.calendar == "quebec-days" else HOURS
    return explain(promised, happened, clock, Judgement(now=quebec(now)))


def rows(explanation: Explanation) -> list[tuple[str, int]]:
    return [(line.reason.value, line.counted_seconds) for line in explanation.lines]


def test_hours_over_a_weekend() -> None:
    found = ledger(commitment("24 h"), timeline("2026-11-20 16:00"), "2026-11-23 10:00")
    assert rows(found) == [
        ("open", 3600),
        ("outside_hours", 0),
        ("weekend", 0),
        ("outside_hours", 0),
        ("open", 7200),
    ]


def test_days_leave_out_the_day_of_receipt_and_name_the_holiday() -> None:
    found = ledger(commitment("3 d"), timeline("2026-12-23 15:30"), "2026-12-29 12:00")
    assert rows(found) == [
        ("day_of_receipt", 0),
        ("holiday", 0),
        ("holiday", 0),
        ("weekend", 0),
        ("holiday", 0),
        ("open", 43200),
    ]
    names = [line.holiday.name_fr for line in found.lines if line.holiday]
    assert names == ["Veille de Noël", "Noël", "Lendemain de Noël"]


def test_a_pause_and_a_reopening_show_as_lines_of_their_own() -> None:
    happened = timeline(
        "2026-11-23 08:00",
        ("waiting_client", "2026-11-23 09:00"),
        ("in_progress", "2026-11-23 11:00"),
        ("resolved", "2026-11-23 12:00"),
        ("in_progress", "2026-11-23 13:00"),
    )
    found = ledger(PAUSING, happened, "2026-11-23 14:00")
    assert rows(found) == [
        ("open", 3600),
        ("paused", 0),
        ("open", 3600),
        ("stopped", 0),
        ("open", 3600),
    ]
    assert found.lines[1].status is Status.WAITING_CLIENT
    assert found.lines[1].observation_id == happened.changes[1].observation_id


@pytest.mark.parametrize("now", ["2026-11-23 06:00", "2026-11-23 15:30", "2026-12-24 10:00"])
@pytest.mark.parametrize("amount", ["3 d", "7 h"])
def test_lines_follow_without_gap_and_sum_to_the_figure(now, amount) -> None:
    received = "2026-11-21 10:00:00.400000"
    happened = timeline(
        received,
        ("resolved", "2026-11-23 08:00:00.900000"),
        ("in_progress", "2026-11-23 09:00:00.300000"),
    )
    found = ledger(commitment(amount), happened, now)
    assert found.lines[0].start == utc(received)
    for before, after in itertools.pairwise(found.lines):
        assert before.end == after.start
    assert sum(line.counted_seconds for line in found.lines) == found.evaluation.elapsed_seconds
    assert found.lines[-1].total_seconds == found.evaluation.elapsed_seconds


def test_the_ledger_ends_at_the_stop() -> None:
    happened = timeline("2026-11-23 08:00", ("resolved", "2026-11-23 10:00"))
    found = ledger(commitment(), happened, "2026-11-30 10:00")
    assert found.lines[-1].end == utc("2026-11-23 10:00")
    assert {line.reason for line in found.lines} == {LedgerReason.OPEN}
