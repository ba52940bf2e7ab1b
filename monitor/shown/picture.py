"""An obligation drawn along time: what is business time, what happened, and where the deadline is.

What to draw, in instants; where it goes on a page is the page's affair. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.cases.evaluate import at_risk_at, run_of
from monitor.cases.explain import LedgerReason
from monitor.cases.observation import Observation
from monitor.cases.records import EscalationRecord
from monitor.clock import CalendarSpan, SpanReason
from monitor.shown.ledger import Entry

_COARSE_BEYOND = timedelta(days=28)
"""Longer pictures leave nights out: they would be too thin to see, and too many."""
_LONGEST = timedelta(days=800)
_MARGIN = 0.04
_LEAST_MARGIN = timedelta(hours=1)


class CourseKind(StrEnum):
    """What the clock of a commitment did."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class MarkKind(StrEnum):
    RECEIVED = "received"
    STATED = "stated"
    THRESHOLD = "threshold"
    STEP = "step"
    DUE = "due"
    STOPPED = "stopped"
    NOW = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    start: datetime
    end: datetime
    kind: CourseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    at: datetime
    kind: MarkKind
    text: str = ""
    """A statement's number, a step's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`[start, end)` with what is in it."""

    start: datetime
    end: datetime
    bands: Sequence[CalendarSpan]
    """Time that is no business time; nights are left out of a long picture."""
    course: Sequence[Stretch]
    marks: Sequence[Mark]
    """In the order of time."""

    @property
    def is_coarse(self) -> bool:
        return self.end - self.start > _COARSE_BEYOND


_COURSES = {
    LedgerReason.PAUSED: CourseKind.PAUSED,
    LedgerReason.STOPPED: CourseKind.STOPPED,
}


def picture_of(
    entry: Entry,
    now: datetime,
    *,
    observations: Sequence[Observation],
    escalations: Sequence[EscalationRecord],
) -> Picture:
    """Draw an explained obligation as of `now`; statements are numbered in the order given."""
    evaluation = entry.explanation.evaluation
    received_at = entry.obligation.received_at
    until = evaluation.stopped_at or now
    last = max(until, evaluation.due_at or until, received_at)
    margin = max((last - received_at) * _MARGIN, _LEAST_MARGIN)
    first_covered, last_covered = entry.clock.covers
    end = min(last + margin, last_covered)
    # Of a case that has been open for years, the last of them.
    start = max(received_at - margin / 2, end - _LONGEST, first_covered)
    marks = _marks(entry, now, observations, escalations)
    picture = Picture(
        start=start,
        end=end,
        bands=(),
        course=list(_course(entry, start)),
        marks=sorted((m for m in marks if start <= m.at <= end), key=lambda mark: mark.at),
    )
    shown = {SpanReason.WEEKEND, SpanReason.HOLIDAY}
    if not picture.is_coarse:
        shown.add(SpanReason.OUTSIDE_HOURS)
    bands = [span for span in entry.clock.spans(start, end) if span.reason in shown]
    return Picture(start=start, end=end, bands=bands, course=picture.course, marks=picture.marks)


def _course(entry: Entry, start: datetime) -> Iterator[Stretch]:
    """The ledger's lines, those of one kind that follow one another as one."""
    current: Stretch | None = None
    for line in entry.explanation.lines:
        kind = _COURSES.get(line.reason, CourseKind.RUNNING)
        if line.end <= start:
            continue
        if current is not None and current.kind is kind:
            current = Stretch(start=current.start, end=line.end, kind=kind)
            continue
        if current is not None:
            yield current
        current = Stretch(start=max(line.start, start), end=line.end, kind=kind)
    if current is not None:
        yield current


def _marks(
    entry: Entry,
    now: datetime,
    observations: Sequence[Observation],
    escalations: Sequence[EscalationRecord],
) -> Iterator[Mark]:
    evaluation, commitment = entry.explanation.evaluation, entry.explanation.commitment
    yield Mark(at=entry.obligation.received_at, kind=MarkKind.RECEIVED)
    for number, observed in enumerate(observations, start=1):
        yield Mark(at=observed.changed_at, kind=MarkKind.STATED, text=str(number))
    risk_at = at_risk_at(commitment, run_of(commitment, entry.timeline, entry.clock))
    if risk_at is not None:
        yield Mark(at=risk_at, kind=MarkKind.THRESHOLD, text=str(commitment.at_risk_percent))
    for fired in escalations:
        if fired.commitment == commitment.id:
            yield Mark(at=fired.fired_at, kind=MarkKind.STEP, text=fired.step)
    if evaluation.due_at is not None:
        yield Mark(at=evaluation.due_at, kind=MarkKind.DUE)
    if evaluation.stopped_at is not None:
        yield Mark(at=evaluation.stopped_at, kind=MarkKind.STOPPED)
    else:
        yield Mark(at=now, kind=MarkKind.NOW)
