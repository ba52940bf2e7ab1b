"""Many cases of the plainest kind judged at once: the clock's questions are asked in arrays.

Plain is a case that runs from its start until it ends, if it does, that has never been paused or
reopened, and of which nothing has been told: most are, as most end well. Of these, what is said
here is what `evaluate` and `decide` say of each; a property test holds it to that. Whatever is not
plain is theirs alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.alerts.policy.model import Step
from monitor.alerts.policy.trigger import AfterBreach, ShareUsed
from monitor.cases.obligation import Reason, Verdict
from monitor.clock import BusinessClock, ClockRangeError
from monitor.contract.model import Commitment, StartRule, Status, Unit
from monitor.engine.instants import instant, micros

Micros: TypeAlias = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC."""

_SECOND = 1_000_000
_NEWS = -1


class Ending(NamedTuple):
    """When a case ended for good, and whether by being cancelled; microseconds since 1970."""

    at: int | None
    """None: it runs."""
    cancelled: bool


class PlainCase(NamedTuple):
    """One that runs until it ends. Instants are microseconds since 1970."""

    received: int
    ending: Ending
    now: int
    silent_since: int | None


class Figures(NamedTuple):
    """What is concluded of one; instants as above."""

    starts_at: int
    due_at: int
    elapsed_seconds: int
    remaining_seconds: int
    verdict: Verdict
    reason: Reason
    stopped_at: int | None
    next_wakeup_at: int | None


def ending_of(commitment: Commitment, changes: Iterable[tuple[int, Status]]) -> Ending | None:
    """How a case goes by its statuses, in the order of events; None where it is not plain."""
    at: int | None = None
    cancelled = False
    for changed_at, status in changes:
        if status in commitment.stop_statuses:
            cancelled = False
        elif status in commitment.cancel_statuses:
            cancelled = at is None or cancelled
        elif at is not None or status in commitment.pause_statuses:
            return None
        else:
            continue
        if at is None:
            at = changed_at
    return Ending(at, cancelled)


@dataclass(slots=True)
class Terms:
    """What cases of one provider are judged by under one commitment."""

    commitment: Commitment
    clock: BusinessClock
    hours_clock: BusinessClock
    """Business hours after a breach."""
    days_clock: BusinessClock
    """Business days after a breach."""
    steps: Sequence[Step]
    """The ladder: shares of the time used, the breach, and times after it, each told once."""
    closed_within: int
    """The policy's, in microseconds."""
    _midnights: Micros = field(default_factory=lambda: np.empty(0, np.int64))

    def judge(self, cases: Sequence[PlainCase]) -> list[Figures | None]:
        """Of each case, in order; None where it has to be looked at by itself."""
        try:
            return self._judge(cases)
        except ClockRangeError:
            # One of them lies beyond the calendar; which one is not for arrays to say.
            return [None] * len(cases)

    def _judge(self, cases: Sequence[PlainCase]) -> list[Figures | None]:
        amount = self.commitment.amount
        received = np.array([case.received for case in cases], np.int64)
        until = np.array(
            [case.now if case.ending.at is None else case.ending.at for case in cases], np.int64
        )
        starts = self._starts(received)
        due = _reach(self.clock, starts, amount.span)
        threshold = _reach(self.clock, starts, self._share(self.commitment.at_risk_percent))
        elapsed = self._elapsed(starts, until)
        rungs = [self._rung(step, starts, due).tolist() for step in self.steps]
        ladders: Iterable[tuple[int, ...]] = (
            zip(*rungs, strict=True) if rungs else [()] * len(cases)
        )
        rows = zip(cases, starts.tolist(), due.tolist(), threshold.tolist(), elapsed, ladders)  # noqa: B905 - all as long
        return [self._figures(*row) for row in rows]

    def _figures(  # noqa: PLR0917 - a row of arrays
        self,
        case: PlainCase,
        starts: int,
        due: int,
        threshold: int,
        elapsed: int,
        ladder: tuple[int, ...],
    ) -> Figures | None:
        wake: int | None = None
        ended_at = case.ending.at
        if ended_at is not None:
            verdict, reason = _closed(due, ended_at, cancelled=case.ending.cancelled)
            if verdict is Verdict.MISSED and case.now - ended_at <= self.closed_within:
                # Late, and nobody was told of the breach: whether to tell is for the policy to say.
                return None
        else:
            verdict, reason = _open(case, starts, due, threshold)
            wake = self._wake(case.now, (starts, threshold, due + 1), ladder)
            if wake == _NEWS:
                return None
        left = self.commitment.amount.seconds - elapsed
        return Figures(starts, due, elapsed, left, verdict, reason, ended_at, wake)

    def _wake(self, now: int, turns: tuple[int, int, int], ladder: tuple[int, ...]) -> int | None:
        """When to look again; `_NEWS` where a step is due."""
        first = min(ladder, default=None)
        if first is not None and first <= now:
            return _NEWS
        later = [at for at in (*turns, first) if at is not None and at > now]
        return min(later, default=None)

    def _share(self, percent: int) -> timedelta:
        return self.commitment.amount.span * percent / 100

    def _starts(self, received: Micros) -> Micros:
        """The start rule; openings are asked for one by one, each instant once."""
        if self.commitment.start_rule is StartRule.NEXT_BUSINESS_DAY:
            received = self._days_after(received)
        distinct, places = np.unique(received, return_inverse=True)
        openings = [micros(self.clock.next_opening(instant(each))) for each in distinct.tolist()]
        return np.array(openings, np.int64)[places]

    def _days_after(self, received: Micros) -> Micros:
        """The local midnight after each instant, from a list that grows as it must."""
        first, last = int(received.min()), int(received.max())
        if not len(self._midnights) or not (
            # One that is known to be the first after an instant follows another in the list.
            self._midnights[0] <= first and last < self._midnights[-1]
        ):
            midnights = [first]
            while midnights[-1] <= last:
                midnights.append(micros(self.clock.day_after(instant(midnights[-1]))))
            self._midnights = np.array(midnights, np.int64)
        return self._midnights[np.searchsorted(self._midnights, received, side="right")]

    def _elapsed(self, starts: Micros, until: Micros) -> list[int]:
        """Whole business seconds."""
        ends = np.maximum(until, starts)
        if (starts % _SECOND).any():
            return [
                self.clock.elapsed(instant(a), instant(b)) // timedelta(seconds=1)
                for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
            ]
        # What passes within the last second begun does not make it a whole one.
        found: list[int] = self.clock.elapsed_many(starts // _SECOND, ends // _SECOND).tolist()
        return found

    def _rung(self, step: Step, starts: Micros, due: Micros) -> Micros:
        if isinstance(step.at, ShareUsed):
            return _reach(self.clock, starts, self._share(step.at.percent))
        if isinstance(step.at, AfterBreach):
            hours = step.at.amount.unit is Unit.BUSINESS_HOURS
            clock = self.hours_clock if hours else self.days_clock
            return _reach(clock, due, step.at.amount.span)
        return due + 1


def _closed(due: int, ended_at: int, *, cancelled: bool) -> tuple[Verdict, Reason]:
    late = ended_at > due
    if cancelled:
        if late:
            return Verdict.MISSED, Reason.CANCELLED_LATE
        return Verdict.CANCELLED, Reason.CANCELLED_IN_TIME
    return (Verdict.MISSED, Reason.STOPPED_LATE) if late else (Verdict.MET, Reason.STOPPED_IN_TIME)


def _open(case: PlainCase, starts: int, due: int, threshold: int) -> tuple[Verdict, Reason]:
    if due < (case.now if case.silent_since is None else case.silent_since):
        return Verdict.BREACHED, Reason.DEADLINE_PASSED
    if case.silent_since is not None:
        return Verdict.UNKNOWN, Reason.SOURCE_SILENT
    if threshold <= case.now:
        return Verdict.AT_RISK, Reason.THRESHOLD_PASSED
    return Verdict.PENDING, Reason.NOT_STARTED if case.now < starts else Reason.WITHIN_TIME


def _reach(clock: BusinessClock, starts: Micros, amount: timedelta) -> Micros:
    """When the amount is used up from each start."""
    seconds, rest = divmod(amount, timedelta(seconds=1))
    if rest or (starts % _SECOND).any():
        dues = [micros(clock.deadline(instant(start), amount)) for start in starts.tolist()]
        return np.array(dues, np.int64)
    return clock.deadlines(starts // _SECOND, seconds) * _SECOND
