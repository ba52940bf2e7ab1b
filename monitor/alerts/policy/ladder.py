"""A ladder's rungs for one obligation: which step stands at which instant, and whom it can tell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.policy.model import Step
from monitor.alerts.policy.trigger import AfterBreach, Breach, ShareUsed, TimeLeft
from monitor.cases.evaluate import AN_INSTANT, Run
from monitor.clock import BusinessClock
from monitor.contract.amount import Amount
from monitor.contract.model import Commitment, Unit


@dataclass(frozen=True, slots=True)
class Rung:
    """A step and its instant."""

    step: Step
    at: datetime
    occurrence: int = 1
    """Of a step that repeats: which time it is."""

    @property
    def id(self) -> str:
        """What it is stored under: each fires once an episode."""
        return self.step.id if self.occurrence == 1 else f"{self.step.id}#{self.occurrence}"


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a ladder's time is counted on."""

    hours: BusinessClock
    """The contract version's `support_hours`."""
    days: BusinessClock
    """The contract version's `business_days`."""

    def of(self, amount: Amount) -> BusinessClock:
        return self.hours if amount.unit is Unit.BUSINESS_HOURS else self.days


def step_instants(
    steps: Iterable[Step],
    commitment: Commitment,
    run: Run,
    hours_clock: BusinessClock,
    days_clock: BusinessClock,
) -> tuple[Rung, ...]:
    """When each step first stands to fire, earliest first; those a pause holds off are left out.

    A share of time used counts on the commitment's own clock, as the deadline does, and so does
    time left in the commitment's own unit. Time left in the other one, and time after a breach,
    count from the deadline: hours on `hours_clock`, days on `days_clock`. A step at more time left
    than is allowed at all never stands to fire.

    Raises:
        ClockRangeError: an instant lies outside a calendar's range.
    """
    clocks = Clocks(hours_clock, days_clock)
    due_at = run.reaches(commitment.amount.span)

    def instant(step: Step) -> datetime | None:
        if isinstance(step.at, ShareUsed):
            return run.reaches(commitment.amount.span * step.at.percent / 100)
        if due_at is None:
            return None
        if isinstance(step.at, TimeLeft):
            return _with_left(step.at.amount, commitment, run, clocks, due_at)
        if isinstance(step.at, AfterBreach):
            return clocks.of(step.at.amount).deadline(due_at, step.at.amount.span)
        return due_at + AN_INSTANT

    instants = ((step, instant(step)) for step in steps)
    rungs = (Rung(step, at) for step, at in instants if at is not None)
    return tuple(sorted(rungs, key=lambda rung: rung.at))


def _with_left(
    left: Amount, commitment: Commitment, run: Run, clocks: Clocks, due_at: datetime
) -> datetime | None:
    """The first instant at which no more than this is left; None: more than is allowed at all."""
    if left.unit is commitment.amount.unit:
        used = commitment.amount.span - left.span
        return run.reaches(used) if used > timedelta() else None
    clock, start = clocks.of(left), run.starts_at
    used = clock.elapsed(start, max(due_at, start)) - left.span
    return clock.deadline(start, used) if used > timedelta() else None


def repeated(rungs: Iterable[Rung], clocks: Clocks, now: datetime) -> tuple[Rung, ...]:
    """The rungs with the repetitions that matter at `now`: the last one passed, and the next.

    Those passed before it are not told any more, so that a long downtime leaves one message.

    Raises:
        ClockRangeError: an instant lies outside a calendar's range.
    """
    found = [each for rung in rungs for each in (rung, *_repetitions(rung, clocks, now))]
    return tuple(sorted(found, key=lambda rung: rung.at))


def _repetitions(rung: Rung, clocks: Clocks, now: datetime) -> Iterator[Rung]:
    every = rung.step.every
    if every is None:
        return
    clock = clocks.of(every)
    # A breach comes an instant after the deadline, from which its repetitions count.
    start = rung.at - AN_INSTANT if isinstance(rung.step.at, Breach) else rung.at
    passed = clock.elapsed(start, now) // every.span if rung.at <= now else 0
    last = (rung.step.times or passed + 2) - 1
    for count in {min(passed, last), min(passed + 1, last)} - {0}:
        yield Rung(rung.step, clock.deadline(start, every.span * count), count + 1)
