"""The provider's own word on its service levels beside ours, case by case. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.cases.claim import ProviderClaim
from monitor.cases.timeline import Timeline
from monitor.clock import BusinessClock
from monitor.reports.entry import JUDGED, Entry

SAME_WITHIN = timedelta(minutes=1)
"""Times nearer than this are the same: systems write minutes, and round."""

ClockOf = Callable[[Entry], BusinessClock | None]
_SECOND = timedelta(seconds=1)


class Difference(StrEnum):
    OUTCOME = "outcome"
    """One of the two holds it kept, the other not."""
    DEADLINE = "deadline"
    STOP = "stop"
    """Done at another instant, or by one of the two not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One commitment, and one level of the provider's on the same case, that do not agree."""

    entry: Entry
    claim: ProviderClaim
    stated_at: datetime
    """When the source was last read to say so."""
    differences: tuple[Difference, ...]
    deadline_seconds: int | None
    """The provider's deadline less ours, in business time of our calendar; None: it states none."""
    stop_seconds: int | None
    """The provider's stop less ours, likewise; None: one of the two has none."""
    timeline: Timeline
    """What was stated of the case: ours."""


def compare(
    entry: Entry, claim: ProviderClaim, stated_at: datetime, timeline: Timeline, clock_of: ClockOf
) -> Discrepancy | None:
    """How a claim differs; None: it does not.

    A level says its outcome, its deadline and its stop, or some of them; what it does not say is
    not held against it. What we could not judge has no outcome to differ from.
    """
    clock = clock_of(entry)
    differences = []
    judged = entry.outcome in JUDGED
    if claim.breached is not None and judged and claim.breached != entry.is_late:
        differences.append(Difference.OUTCOME)
    if claim.due_at is not None and not _same(claim.due_at, entry.due_at):
        differences.append(Difference.DEADLINE)
    if claim.stopped_at is not None and (
        entry.stopped_at is None or not _same(claim.stopped_at, entry.stopped_at)
    ):
        differences.append(Difference.STOP)
    if not differences:
        return None
    return Discrepancy(
        entry=entry,
        claim=claim,
        stated_at=stated_at,
        differences=tuple(differences),
        deadline_seconds=_between(entry.due_at, claim.due_at, clock),
        stop_seconds=_between(entry.stopped_at, claim.stopped_at, clock),
        timeline=timeline,
    )


def _same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < SAME_WITHIN


def _between(
    ours: datetime | None, theirs: datetime | None, clock: BusinessClock | None
) -> int | None:
    """Business seconds from ours to theirs; negative where theirs comes first."""
    if ours is None or theirs is None or clock is None:
        return None
    if theirs >= ours:
        return clock.elapsed(ours, theirs) // _SECOND
    return -(clock.elapsed(theirs, ours) // _SECOND)
