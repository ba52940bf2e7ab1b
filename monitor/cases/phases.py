"""A timeline as one commitment sees it: running, paused, stopped, cancelled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.cases.timeline import StatusChange, Timeline
from monitor.contract.model import Commitment, ReopenRule


class PhaseKind(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


ENDED = frozenset({PhaseKind.STOPPED, PhaseKind.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """`[start, end)` with one status; the last phase has no end."""

    kind: PhaseKind
    start: datetime
    end: datetime | None
    change: StatusChange | None
    """The statement that opened it; None from receipt to the first statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The phases one clock counts over, and which run of that clock it is."""

    received_at: datetime
    """Where the clock's start rule applies: the receipt, or a reopening that restarts it."""
    phases: tuple[Phase, ...]
    episode: int
    """How often the case was reopened after a stop."""
    reopened_at: datetime | None = None
    """The last time."""


def course_of(commitment: Commitment, timeline: Timeline) -> Course:
    """Read a timeline by a commitment's stop, pause, cancel and reopening rules."""
    phases = _phases(commitment, timeline)
    reopenings = [
        index
        for index in range(1, len(phases))
        if phases[index - 1].kind in ENDED and phases[index].kind not in ENDED
    ]
    reopened_at = phases[reopenings[-1]].start if reopenings else None
    kept, received_at = phases, timeline.received_at
    if reopenings and commitment.reopen_rule is ReopenRule.RESTART:
        kept = phases[reopenings[-1] :]
        received_at = kept[0].start
    return Course(
        received_at=received_at, phases=kept, episode=len(reopenings), reopened_at=reopened_at
    )


def _phases(commitment: Commitment, timeline: Timeline) -> tuple[Phase, ...]:
    kind = PhaseKind.RUNNING
    starts: list[tuple[datetime, PhaseKind, StatusChange | None]] = [
        (timeline.received_at, kind, None)
    ]
    for change in timeline.changes:
        kind = _kind_after(kind, change, commitment)
        # A statement dated before the receipt cannot move a clock that had not been given.
        at = max(change.at, timeline.received_at)
        if at == starts[-1][0]:
            starts.pop()
        starts.append((at, kind, change))
    ends: list[datetime | None] = [start for start, _, _ in starts[1:]]
    return tuple(
        Phase(kind=kind, start=start, end=end, change=change)
        for (start, kind, change), end in zip(starts, [*ends, None], strict=True)
    )


def _kind_after(kind: PhaseKind, change: StatusChange, commitment: Commitment) -> PhaseKind:
    status = change.status
    if status is None:
        # An unmapped status neither stops nor resumes anything until somebody maps it.
        return kind
    if status in commitment.stop_statuses:
        return PhaseKind.STOPPED
    if status in commitment.cancel_statuses:
        # Work that was done stays done, whatever the record is filed under afterwards.
        return kind if kind is PhaseKind.STOPPED else PhaseKind.CANCELLED
    if status in commitment.pause_statuses:
        return PhaseKind.PAUSED
    return PhaseKind.RUNNING
