"""What is to be told about an obligation now, and when to look again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.escalation import CLOSED, Firing, FiringReason, Tone, Upcoming
from monitor.alerts.policy.model import Policy, Step
from monitor.alerts.policy.trigger import AfterBreach, Breach, ShareUsed
from monitor.cases.evaluate import AN_INSTANT, Run
from monitor.cases.obligation import Evaluation, Verdict
from monitor.clock import BusinessClock
from monitor.contract.model import Commitment, Unit


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that fired before, as the store remembers it."""

    step: str
    episode: int
    at: datetime
    """The instant it stood for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An obligation as judged at `now`, and all that was told of it before."""

    provider: str
    commitment: Commitment
    run: Run
    evaluation: Evaluation
    hours_clock: BusinessClock
    """The contract version's `support_hours`: business hours after a breach."""
    days_clock: BusinessClock
    """The contract version's `business_days`: business days after a breach."""
    fired: Collection[Fired]
    """Of every episode."""
    now: datetime


class DecisionReason(StrEnum):
    STEP_DUE = "step_due"
    NOTHING_DUE = "nothing_due"
    CLOSED_LATE = "closed_late"
    """Closed after a breach nobody had been told of: told once, now."""
    CLOSED_AFTER_TOLD = "closed_after_told"
    CLOSED_QUIETLY = "closed_quietly"
    """Nobody was told anything, and there is nothing to tell."""
    CLOSED_LONG_AGO = "closed_long_ago"
    """A breach nobody was told of, closed too long ago to matter: history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    firings: tuple[Firing, ...]
    """To be stored together; at most one of them is told."""
    reason: DecisionReason
    upcoming: Upcoming | None
    """The next step if nothing changes; None once closed, held off or at the top of the ladder."""
    wake_at: datetime | None
    """When to look again: at the next step or the next change of verdict."""

    @property
    def told(self) -> Firing | None:
        """The one that a message goes out for."""
        return next((firing for firing in self.firings if firing.told), None)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step and its instant."""

    step: Step
    at: datetime


def step_instants(
    steps: Iterable[Step],
    commitment: Commitment,
    run: Run,
    hours_clock: BusinessClock,
    days_clock: BusinessClock,
) -> tuple[Rung, ...]:
    """When each step stands to fire, earliest first; those a pause holds off are left out.

    A share of time used counts on the commitment's own clock, as the deadline does. Time after a
    breach counts from the deadline: hours on `hours_clock`, days on `days_clock`.

    Raises:
        ClockRangeError: an instant lies outside a calendar's range.
    """
    due_at = run.reaches(commitment.amount.span)
    clocks = {Unit.BUSINESS_HOURS: hours_clock, Unit.BUSINESS_DAYS: days_clock}

    def instant(step: Step) -> datetime | None:
        if isinstance(step.at, ShareUsed):
            return run.reaches(commitment.amount.span * step.at.percent / 100)
        if due_at is None:
            return None
        if isinstance(step.at, AfterBreach):
            return clocks[step.at.amount.unit].deadline(due_at, step.at.amount.span)
        return due_at + AN_INSTANT

    instants = ((step, instant(step)) for step in steps)
    rungs = (Rung(step, at) for step, at in instants if at is not None)
    return tuple(sorted(rungs, key=lambda rung: rung.at))


def decide(policy: Policy, situation: Situation) -> Decision:
    """The steps to fire at `situation.now`, each once an episode, and when to look again.

    - Steps found due together, after downtime, are one message: the latest speaks for the others,
      to the roles of all of them. A step below one that fired is never told afterwards.
    - A closed obligation tells of a breach nobody heard of, once, if it closed recently; else it
      tells those who were told before, if any, that it closed.
    - A reopened case is a new episode: its steps may be told again.
    - Under a silent source the steps fire unconfirmed.

    Raises:
        ClockRangeError: a step's instant lies outside a calendar's range.
    """
    rungs = step_instants(
        policy.ladder(situation.provider, situation.commitment.id),
        situation.commitment,
        situation.run,
        situation.hours_clock,
        situation.days_clock,
    )
    if situation.evaluation.verdict.is_open:
        return _open(rungs, situation)
    return _closed(policy, rungs, situation)


def _open(rungs: Sequence[Rung], situation: Situation) -> Decision:
    evaluation, now = situation.evaluation, situation.now
    fired = {f.step for f in situation.fired if f.episode == evaluation.episode}
    highest = max((i for i, rung in enumerate(rungs) if rung.step.id in fired), default=-1)
    # Below a step that fired: put into the policy since, or moved there with the deadline.
    passed = [r for r in rungs[: highest + 1] if r.step.id not in fired and r.at <= now]
    due = [rung for rung in rungs[highest + 1 :] if rung.at <= now]
    later = [rung for rung in rungs[highest + 1 :] if rung.at > now]
    overtaken = [
        replace(_firing(rung, situation), reason=FiringReason.OVERTAKEN, roles=())
        for rung in (*passed, *due[:-1])
    ]
    told = []
    if due:
        roles = dict.fromkeys(role for rung in reversed(due) for role in rung.step.notify)
        told = [replace(_firing(due[-1], situation), roles=tuple(roles))]
    upcoming = None
    if later:
        step = later[0].step
        upcoming = Upcoming(step=step.id, at=later[0].at, roles=step.notify)
    instants = (evaluation.next_wakeup_at, None if upcoming is None else upcoming.at)
    return Decision(
        firings=(*overtaken, *told),
        reason=DecisionReason.STEP_DUE if due else DecisionReason.NOTHING_DUE,
        upcoming=upcoming,
        wake_at=min((at for at in instants if at is not None), default=None),
    )


def _closed(policy: Policy, rungs: Sequence[Rung], situation: Situation) -> Decision:
    told = _told_since_closing(situation)
    breach = _breach_never_told(rungs, situation)
    closed_at = situation.evaluation.stopped_at or situation.now
    if breach is not None and situation.now - closed_at <= policy.closed_within:
        late = replace(
            _firing(breach, situation),
            reason=FiringReason.CLOSED_LATE,
            to_those_told=bool(situation.fired),
        )
        closing = _closing(situation, told, FiringReason.OVERTAKEN)
        # It may have fired: told as closed in time, before a correction said otherwise.
        known = any((f.step, f.episode) == (CLOSED, closing.episode) for f in situation.fired)
        return _final(DecisionReason.CLOSED_LATE, *(() if known else (closing,)), late)
    if told:
        return _final(
            DecisionReason.CLOSED_AFTER_TOLD,
            _closing(situation, told, FiringReason.CLOSED_AFTER_TOLD),
        )
    if breach is not None:
        return _final(DecisionReason.CLOSED_LONG_AGO)
    return _final(DecisionReason.CLOSED_QUIETLY)


def _final(reason: DecisionReason, *firings: Firing) -> Decision:
    return Decision(firings=firings, reason=reason, upcoming=None, wake_at=None)


def _told_since_closing(situation: Situation) -> list[int]:
    """The episodes of the steps that fired since the last news of a close."""
    last = max((f.episode for f in situation.fired if f.step == CLOSED), default=-1)
    return [f.episode for f in situation.fired if f.step != CLOSED and f.episode > last]


def _closing(situation: Situation, told: list[int], reason: FiringReason) -> Firing:
    evaluation = situation.evaluation
    return Firing(
        step=CLOSED,
        # A correction can lower the count of reopenings; what was told keeps its episode.
        episode=max(evaluation.episode, *told) if told else evaluation.episode,
        at=evaluation.stopped_at or situation.now,
        reason=reason,
        tone=Tone.CLOSED,
        roles=(),
        to_those_told=reason is FiringReason.CLOSED_AFTER_TOLD,
    )


def _breach_never_told(rungs: Sequence[Rung], situation: Situation) -> Rung | None:
    """The breach step of an obligation closed late, unless it fired for this very deadline."""
    evaluation = situation.evaluation
    if evaluation.verdict is not Verdict.MISSED:
        return None
    breach = next((rung for rung in rungs if isinstance(rung.step.at, Breach)), None)
    if breach is None or any(
        f.step == breach.step.id and (f.episode == evaluation.episode or f.at == breach.at)
        for f in situation.fired
    ):
        return None
    return breach


def _firing(rung: Rung, situation: Situation) -> Firing:
    trigger = rung.step.at
    if not isinstance(trigger, ShareUsed):
        tone = Tone.BREACH
    elif trigger.percent >= situation.commitment.at_risk_percent:
        tone = Tone.WARNING
    else:
        tone = Tone.NOTE
    return Firing(
        step=rung.step.id,
        episode=situation.evaluation.episode,
        at=rung.at,
        reason=FiringReason.REACHED,
        tone=tone,
        roles=rung.step.notify,
        urgent=rung.step.urgent,
        unconfirmed=situation.evaluation.verdict is Verdict.UNKNOWN,
    )
