from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.collectors.poller import Outcome, PollResult, next_poll_at

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(failures: int, not_before: datetime | None = None, seed: int = 1) -> timedelta:
    result = PollResult(
        source="s", at=AT, outcome=Outcome.FAULT, failures=failures, not_before=not_before
    )
    return next_poll_at(result, every=MINUTE, random=Random(seed)) - AT


def test_a_complete_poll_keeps_the_rhythm() -> None:
    result = PollResult(source="s", at=AT, outcome=Outcome.COMPLETE)
    assert next_poll_at(result, every=MINUTE, random=Random(1)) == AT + MINUTE


@pytest.mark.parametrize(("failures", "wait"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (500, 15)])
def test_faults_in_a_row_wait_longer_and_longer_up_to_a_limit(failures: int, wait: int) -> None:
    waits = [after(failures, seed=seed) for seed in range(50)]
    assert min(waits) >= wait * MINUTE / 2
    assert max(waits) <= wait * MINUTE
    assert len(set(waits)) > 40


def test_what_the_source_asked_for_is_respected_and_not_answered_in_chorus() -> None:
    asked = AT + timedelta(minutes=40)
    waits = [after(1, asked, seed) for seed in range(50)]
    assert min(waits) >= timedelta(minutes=40)
    assert max(waits) <= timedelta(minutes=40, seconds=6)
    assert len(set(waits)) > 40


def test_a_slow_rhythm_is_not_hastened_by_faults() -> None:
    result = PollResult(source="s", at=AT, outcome=Outcome.FAULT, failures=9)
    at = next_poll_at(result, every=timedelta(hours=6), random=Random(1))
    assert timedelta(hours=3) <= at - AT <= timedelta(hours=6)


def test_a_walk_that_its_own_budget_cut_goes_on_in_the_usual_rhythm() -> None:
    result = PollResult(source="s", at=AT, outcome=Outcome.FAULT, fault_kind="budget", failures=7)
    assert next_poll_at(result, every=MINUTE, random=Random(1)) == AT + MINUTE
