"""The judgement: one commitment, one timeline, one instant -> verdict, deadline and reason."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.cases.obligation import Evaluation, Reason, Verdict
from monitor.cases.phases import ENDED, Course, Phase, PhaseKind, course_of
from monitor.cases.timeline import Timeline
from monitor.clock import BusinessClock
from monitor.contract.model import Commitment, StartRule

AN_INSTANT = timedelta(microseconds=1)
"""The resolution of time here. Exactly at the deadline is met; one instant later is a breach."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The question put to `evaluate`, beside the commitment and the timeline."""

    now: datetime
    silent_since: datetime | None = None
    """The source is stale: the start of its last complete poll, past which nothing is known."""
    gone_since: datetime | None = None
    """The source has the case no more, as several polls in a row found; the first of them."""


@dataclass(frozen=True, slots=True)
class Run:
    """A course on its clock: where it starts, and when a share of its amount is used up."""

    course: Course
    clock: BusinessClock
    starts_at: datetime
    _reached: dict[timedelta, datetime | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was asked of `reaches` before: the judgement and the ladder ask for the same few."""

    @property
    def ending(self) -> Phase | None:
        """The first of the final unbroken stretch of ended phases: resolved, then closed, is one.

        None while the case is open.
        """
        ending = None
        for phase in reversed(self.course.phases):
            if phase.kind not in ENDED:
                break
            ending = phase
        return ending

    @property
    def ended_at(self) -> datetime | None:
        """Where that stretch begins."""
        ending = self.ending
        return None if ending is None else ending.start

    def counted(self, until: datetime) -> list[tuple[Phase, datetime, datetime]]:
        """The running phases, clipped to `[starts_at, until)`."""
        clipped = []
        for phase in self.course.phases:
            start = max(phase.start, self.starts_at)
            end = until if phase.end is None else min(phase.end, until)
            if phase.kind is PhaseKind.RUNNING and start < end:
                clipped.append((phase, start, end))
        return clipped

    def elapsed(self, until: datetime) -> timedelta:
        """Business time used from the start to `until`."""
        return sum(
            (self.clock.elapsed(start, end) for _, start, end in self.counted(until)), timedelta()
        )

    def reaches(self, amount: timedelta) -> datetime | None:
        """The instant at which `amount` is used up; None while a pause holds it off.

        A stop does not hold it off: the promise has a deadline, whenever the work was done.
        """
        if amount not in self._reached:
            self._reached[amount] = self._reach(amount)
        return self._reached[amount]

    def _reach(self, amount: timedelta) -> datetime | None:
        left = amount
        for start, end in self._intervals():
            if end is None:
                return self.clock.deadline(start, left)
            used = self.clock.elapsed(start, end)
            if used >= left:
                return self.clock.deadline(start, left)
            left -= used
        return None

    def _intervals(self) -> list[tuple[datetime, datetime | None]]:
        """Where the clock counts, as if the final stop had not come: the last one has no end."""
        ended_at = self.ended_at
        body = [p for p in self.course.phases if ended_at is None or p.start < ended_at]
        if body and body[-1].kind is PhaseKind.RUNNING:
            open_from: datetime | None = body.pop().start
        else:
            # Paused: it would have gone on from the stop, and if there is none, not at all.
            open_from = ended_at
        intervals: list[tuple[datetime, datetime | None]] = [
            (max(p.start, self.starts_at), p.end)
            for p in body
            if p.kind is PhaseKind.RUNNING and p.end is not None and p.end > self.starts_at
        ]
        if open_from is not None:
            intervals.append((max(open_from, self.starts_at), None))
        return intervals


def run_of(commitment: Commitment, timeline: Timeline, clock: BusinessClock) -> Run:
    """Apply the start rule to the course of a case.

    `FROM_RECEIPT` starts at receipt or at the next opening; `NEXT_BUSINESS_DAY` at 00:00 of the
    first business day after the local day of receipt (third note on service levels).
    """
    course = course_of(commitment, timeline)
    received_at = course.received_at
    if commitment.start_rule is StartRule.NEXT_BUSINESS_DAY:
        received_at = clock.day_after(received_at)
    return Run(course, clock, clock.next_opening(received_at))


def evaluate(
    commitment: Commitment, timeline: Timeline, clock: BusinessClock, judgement: Judgement
) -> Evaluation:
    """Judge what is owed under `commitment` on the case of `timeline`, at `judgement.now`.

    - Where the source gives no time for the stop, both polls around it have to be on one side of
      the deadline; where it lies between, the verdict is `unknown`, for good.
    - A commitment of a category the case has left is `cancelled`, `NO_LONGER_OWED`, unless the
      deadline had passed when that was learned.
    - A case that is gone from its source is `unknown`, unless its deadline had passed before.
    - A silent source gives `unknown`, except where the deadline had already passed when it last
      spoke.

    Raises:
        ClockRangeError: an instant lies outside the calendar's range.
    """
    return evaluate_run(commitment, timeline, run_of(commitment, timeline, clock), judgement)


def evaluate_run(
    commitment: Commitment, timeline: Timeline, run: Run, judgement: Judgement
) -> Evaluation:
    """As `evaluate`, of the run of this commitment on this timeline."""
    due_at = run.reaches(commitment.amount.span)
    verdict, reason, stopped_at = _found(commitment, timeline, run, due_at, judgement)
    elapsed = run.elapsed(stopped_at or judgement.now) // _SECOND
    evaluation = Evaluation(
        verdict=verdict,
        reason=reason,
        starts_at=run.starts_at,
        due_at=due_at,
        elapsed_seconds=elapsed,
        remaining_seconds=commitment.amount.seconds - elapsed,
        stopped_at=stopped_at,
        episode=run.course.episode,
        next_wakeup_at=None,
    )
    if not evaluation.is_open:
        return evaluation
    wakeup_at = _next_wakeup(commitment, run, due_at, judgement.now)
    return replace(evaluation, next_wakeup_at=wakeup_at)


_Finding = tuple[Verdict, Reason, datetime | None]
"""The last is when the clock ended for good."""


def _found(
    commitment: Commitment,
    timeline: Timeline,
    run: Run,
    due_at: datetime | None,
    judgement: Judgement,
) -> _Finding:
    ended_at, left_at = run.ended_at, timeline.left_at(commitment.category)
    if commitment.category != timeline.category:
        return _left(left_at, due_at, ended_at)
    if run.ending is not None:
        return (*_closed(run.ending, run.course.phases[-1].kind, due_at), ended_at)
    if judgement.gone_since is not None:
        return _gone(judgement.gone_since, due_at)
    return (*_open(run, due_at, at_risk_at(commitment, run), judgement), None)


def at_risk_at(commitment: Commitment, run: Run) -> datetime | None:
    """When the commitment's warning share of the amount is used up."""
    return run.reaches(commitment.amount.span * commitment.at_risk_percent / 100)


def _left(left_at: datetime | None, due_at: datetime | None, ended_at: datetime | None) -> _Finding:
    """Of a category that the case is not of any more.

    What was not late by then was neither met nor missed, also where the case has ended since.
    """
    if due_at is not None and left_at is not None and due_at < left_at:
        if ended_at is None or left_at < ended_at:
            return Verdict.MISSED, Reason.RECLASSIFIED_LATE, left_at
        if due_at < ended_at:
            return Verdict.MISSED, Reason.RECLASSIFIED_LATE, ended_at
    return Verdict.CANCELLED, Reason.NO_LONGER_OWED, ended_at


def _closed(ending: Phase, last: PhaseKind, due_at: datetime | None) -> tuple[Verdict, Reason]:
    not_before = None if ending.change is None else ending.change.not_before
    late = due_at is not None and ending.start > due_at
    if late and due_at is not None and not_before is not None and not_before < due_at:
        return Verdict.UNKNOWN, Reason.STOPPED_BETWEEN_POLLS
    if last is PhaseKind.CANCELLED:
        if late:
            return Verdict.MISSED, Reason.CANCELLED_LATE
        return Verdict.CANCELLED, Reason.CANCELLED_IN_TIME
    if late:
        return Verdict.MISSED, Reason.STOPPED_LATE
    return Verdict.MET, Reason.STOPPED_IN_TIME


def _gone(since: datetime, due_at: datetime | None) -> _Finding:
    if due_at is not None and due_at < since:
        return Verdict.MISSED, Reason.GONE_LATE, since
    return Verdict.UNKNOWN, Reason.GONE, since


def _open(
    run: Run, due_at: datetime | None, threshold_at: datetime | None, judgement: Judgement
) -> tuple[Verdict, Reason]:
    silent_since = judgement.silent_since
    vouched_for = judgement.now if silent_since is None else silent_since
    if due_at is not None and due_at < vouched_for:
        return Verdict.BREACHED, Reason.DEADLINE_PASSED
    if silent_since is not None:
        return Verdict.UNKNOWN, Reason.SOURCE_SILENT
    if threshold_at is not None and threshold_at <= judgement.now:
        return Verdict.AT_RISK, Reason.THRESHOLD_PASSED
    return Verdict.PENDING, _pending_reason(run, due_at, judgement.now)


def _pending_reason(run: Run, due_at: datetime | None, now: datetime) -> Reason:
    if due_at is None:
        return Reason.PAUSED
    return Reason.NOT_STARTED if now < run.starts_at else Reason.WITHIN_TIME


def _next_wakeup(
    commitment: Commitment, run: Run, due_at: datetime | None, now: datetime
) -> datetime | None:
    breach_at = None if due_at is None else due_at + AN_INSTANT
    instants = (run.starts_at, at_risk_at(commitment, run), breach_at)
    return min((at for at in instants if at is not None and at > now), default=None)
