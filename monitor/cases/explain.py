"""The ledger of an obligation: every stretch from receipt to now, counted or not, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.cases.evaluate import Judgement, Run, evaluate, run_of
from monitor.cases.obligation import Evaluation
from monitor.cases.phases import Phase, PhaseKind
from monitor.cases.timeline import Timeline
from monitor.clock import BusinessClock, Holiday, SpanReason
from monitor.contract.model import Commitment, Status

_SECOND = timedelta(seconds=1)


class LedgerReason(StrEnum):
    """Why a stretch of time counts, or does not."""

    OPEN = "open"
    OUTSIDE_HOURS = "outside_hours"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OF_RECEIPT = "day_of_receipt"
    """A level in business days: day 1 is the business day after the receipt."""
    PAUSED = "paused"
    STOPPED = "stopped"
    """Between a stop and a reopening."""


_CALENDAR_REASONS = {
    SpanReason.OPEN: LedgerReason.OPEN,
    SpanReason.OUTSIDE_HOURS: LedgerReason.OUTSIDE_HOURS,
    SpanReason.WEEKEND: LedgerReason.WEEKEND,
    SpanReason.HOLIDAY: LedgerReason.HOLIDAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """`[start, end)`, in UTC, with what it adds to the total."""

    start: datetime
    end: datetime
    reason: LedgerReason
    counted_seconds: int
    total_seconds: int
    """Running total, this line included; the last one is the elapsed figure."""
    holiday: Holiday | None = None
    status: Status | None = None
    raw_status: str | None = None
    observation_id: str | None = None
    """The statement that opened the phase the line is in; None before the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How one obligation came to its figures."""

    commitment: Commitment
    evaluation: Evaluation
    lines: tuple[LedgerLine, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: datetime
    end: datetime
    reason: LedgerReason
    counted: timedelta
    phase: Phase
    holiday: Holiday | None = None


def explain(
    commitment: Commitment, timeline: Timeline, clock: BusinessClock, judgement: Judgement
) -> Explanation:
    """Judge as `evaluate` does, and show the work.

    The lines follow one another without gap from the receipt to `now`, or to the stop; their
    counted seconds sum to `evaluation.elapsed_seconds`.
    """
    evaluation = evaluate(commitment, timeline, clock, judgement)
    run = run_of(commitment, timeline, clock)
    until = evaluation.stopped_at or judgement.now
    return Explanation(
        commitment=commitment,
        evaluation=evaluation,
        lines=_lines([s for phase in run.course.phases for s in _stretches(run, phase, until)]),
    )


def _stretches(run: Run, phase: Phase, until: datetime) -> list[_Stretch]:
    end = until if phase.end is None else min(phase.end, until)
    if phase.start >= end:
        return []
    if phase.kind is PhaseKind.PAUSED:
        return [_Stretch(phase.start, end, LedgerReason.PAUSED, timedelta(), phase)]
    if phase.kind is not PhaseKind.RUNNING:
        return [_Stretch(phase.start, end, LedgerReason.STOPPED, timedelta(), phase)]
    starts_at = min(max(run.starts_at, phase.start), end)
    waiting = _on_calendar(run, phase, phase.start, starts_at)
    # Open hours before the start are those the start rule leaves out.
    before = [
        _Stretch(s.start, s.end, LedgerReason.DAY_OF_RECEIPT, timedelta(), phase)
        if s.reason is LedgerReason.OPEN
        else s
        for s in waiting
    ]
    return before + _on_calendar(run, phase, starts_at, end)


def _on_calendar(run: Run, phase: Phase, start: datetime, end: datetime) -> list[_Stretch]:
    if start >= end:
        return []
    return [
        _Stretch(
            span.start, span.end, _CALENDAR_REASONS[span.reason], span.counted, phase, span.holiday
        )
        for span in run.clock.spans(start, end)
    ]


def _lines(stretches: list[_Stretch]) -> tuple[LedgerLine, ...]:
    lines = []
    total = timedelta()
    for stretch in stretches:
        before = total // _SECOND
        total += stretch.counted
        change = stretch.phase.change
        lines.append(
            LedgerLine(
                start=stretch.start,
                end=stretch.end,
                reason=stretch.reason,
                # The difference of truncated totals, so that the lines sum to the figure shown.
                counted_seconds=total // _SECOND - before,
                total_seconds=total // _SECOND,
                holiday=stretch.holiday,
                status=None if change is None else change.status,
                raw_status=None if change is None else change.raw_status,
                observation_id=None if change is None else change.observation_id,
            )
        )
    return tuple(lines)
