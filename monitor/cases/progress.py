"""How far along a stored obligation is at an instant, without judging it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cases.obligation import Evaluation
from monitor.clock import BusinessClock

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """Whole seconds of business time; `elapsed_seconds + remaining_seconds` is the amount."""

    elapsed_seconds: int
    remaining_seconds: int


def progress(
    evaluation: Evaluation, amount_seconds: int, clock: BusinessClock, now: datetime
) -> Progress:
    """Elapsed and remaining at `now`; once closed or paused, as evaluated.

    Counting back from the deadline gives what counting from the start would, pauses included,
    at the cost of one look-up.
    """
    due_at = evaluation.due_at
    if not evaluation.is_open or due_at is None:
        return Progress(evaluation.elapsed_seconds, evaluation.remaining_seconds)
    at = max(now, evaluation.starts_at)
    if at <= due_at:
        left = clock.elapsed(at, due_at)
        remaining = -(-left // _SECOND)
    else:
        remaining = -(clock.elapsed(due_at, at) // _SECOND)
    return Progress(amount_seconds - remaining, remaining)
