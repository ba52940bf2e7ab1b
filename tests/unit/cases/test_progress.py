from datetime import timedelta

import pytest

from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.progress import progress
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import Status
from tests.support.cases import commitment, quebec, timeline

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))


@pytest.mark.parametrize("amount", ["7 h", "3 d"])
@pytest.mark.parametrize(
    "statuses",
    [
        (),
        (("resolved", "2026-11-23 09:00"), ("in_progress", "2026-11-24 09:30")),
        (("waiting_client", "2026-11-23 09:00"), ("in_progress", "2026-11-24 09:30")),
        (("waiting_client", "2026-11-23 09:00"),),
        (("resolved", "2026-11-23 11:00"),),
    ],
)
def test_progress_tells_what_judging_again_would(amount, statuses) -> None:
    promised = commitment(amount, pause_statuses=frozenset({Status.WAITING_CLIENT}))
    clock = DAYS if amount == "3 d" else HOURS
    happened = timeline("2026-11-22 07:00:00.250000", *statuses)
    stored = evaluate(promised, happened, clock, Judgement(now=quebec("2026-11-24 10:00")))
    for hours in range(0, 24 * 9, 5):
        now = quebec("2026-11-24 10:00") + timedelta(hours=hours, seconds=17)
        found = progress(stored, promised.amount.seconds, clock, now)
        again = evaluate(promised, happened, clock, Judgement(now=now))
        assert found.elapsed_seconds == again.elapsed_seconds
        assert found.remaining_seconds == again.remaining_seconds
