"""What is to be told about an obligation now, and when to look again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.escalation import CLOSED, CORRECTION, Firing, FiringReason, Told, Tone, Upcoming
from monitor.alerts.policy.correction import is_corrected
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
    told: Told | None = None
    """What its messages said; None: it had none."""


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
    """Of every episode, in the order they fired."""
    now: datetime
    restated: Evaluation | None = None
    """At the instant of the last message, by all that is known now; None: nobody was told."""

    @property
    def last_told(self) -> Told | None:
        """What the last message said."""
        told = [fired.told for fired in self.fired if fired.told is not None]
        return max(told, key=lambda each: each.at, default=None)

    @property
    def round(self) -> int:
        """The episode that a step fires under now: each fires once in one.

        A correction begins a new one, so that what was taken back may be told again once it is so;
        from there on, too, each reopening begins another.
        """
        reopened = self.evaluation.episode
        corrections = [f for f in self.fired if f.step == CORRECTION and f.told is not None]
        if not corrections or corrections[-1].told is None:
            return reopened
        last = corrections[-1]
        return last.episode + max(reopened - corrections[-1].told.reopened, 0)


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
    CORRECTED = "corrected"
    """What was told was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    firings: tuple[Firing, ...]
    """To be stored together. At most one of them is told, beside a correction that comes first."""
    reason: DecisionReason
    upcoming: Upcoming | None
    """The next step if nothing changes; None once closed, held off or at the top of the ladder."""
    wake_at: datetime | None
    """When to look again: at the next step or the next change of verdict."""

    @property
    def told(self) -> Firing | None:
        """The one that a message goes out for: the correction, where there is one."""
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
    - Where the last message was wrong, those who had it are told what is true, once; it speaks to
      them for a close or a step that is due as well, which are told to others only.

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
    correction = _correction(situation)
    if situation.evaluation.is_open:
        return _open(rungs, situation, correction)
    return _closed(policy, rungs, situation, correction)


def _correction(situation: Situation) -> Firing | None:
    told, restated = situation.last_told, situation.restated
    if told is None or restated is None:
        return None
    if not is_corrected(told, restated, situation.evaluation, situation.now):
        return None
    return Firing(
        step=CORRECTION,
        # Past all that was told, which a correction can count as fewer reopenings.
        episode=max(fired.episode for fired in situation.fired) + 1,
        at=situation.now,
        reason=FiringReason.CORRECTED,
        tone=Tone.CORRECTION,
        roles=(),
        to_those_told=True,
        unconfirmed=_is_unconfirmed(situation.evaluation),
        corrects=told,
    )


def _round(situation: Situation, correction: Firing | None) -> int:
    return situation.round if correction is None else correction.episode


def _open(rungs: Sequence[Rung], situation: Situation, correction: Firing | None) -> Decision:
    evaluation, now = situation.evaluation, situation.now
    episode = _round(situation, correction)
    fired = {f.step for f in situation.fired if f.episode == episode}
    highest = max((i for i, rung in enumerate(rungs) if rung.step.id in fired), default=-1)
    # Below a step that fired: put into the policy since, or moved there with the deadline.
    passed = [r for r in rungs[: highest + 1] if r.step.id not in fired and r.at <= now]
    due = [rung for rung in rungs[highest + 1 :] if rung.at <= now]
    later = [rung for rung in rungs[highest + 1 :] if rung.at > now]
    overtaken = [
        replace(_firing(rung, situation, episode), reason=FiringReason.OVERTAKEN, roles=())
        for rung in (*passed, *due[:-1])
    ]
    told = [] if correction is None else [correction]
    if due:
        roles = dict.fromkeys(role for rung in reversed(due) for role in rung.step.notify)
        told.append(replace(_firing(due[-1], situation, episode), roles=tuple(roles)))
    upcoming = None
    if later:
        step = later[0].step
        upcoming = Upcoming(step=step.id, at=later[0].at, roles=step.notify)
    instants = (evaluation.next_wakeup_at, None if upcoming is None else upcoming.at)
    return Decision(
        firings=(*overtaken, *told),
        reason=_open_reason(due, correction),
        upcoming=upcoming,
        wake_at=min((at for at in instants if at is not None), default=None),
    )


def _open_reason(due: Sequence[Rung], correction: Firing | None) -> DecisionReason:
    if correction is not None:
        return DecisionReason.CORRECTED
    return DecisionReason.STEP_DUE if due else DecisionReason.NOTHING_DUE


def _closed(
    policy: Policy, rungs: Sequence[Rung], situation: Situation, correction: Firing | None
) -> Decision:
    episode = _round(situation, correction)
    told = _told_since_closing(situation)
    breach = _breach_never_told(rungs, situation, episode)
    closed_at = situation.evaluation.stopped_at or situation.now
    late = None
    if breach is not None and situation.now - closed_at <= policy.closed_within:
        late = replace(
            _firing(breach, situation, episode),
            reason=FiringReason.CLOSED_LATE,
            to_those_told=correction is None and bool(situation.fired),
        )
    if late is not None or (correction is not None and told):
        closing = _closing(situation, told, episode, FiringReason.OVERTAKEN)
        # It may have fired: told as closed in time, before a correction said otherwise.
        known = any((f.step, f.episode) == (CLOSED, closing.episode) for f in situation.fired)
        firings = [None if known else closing, correction, late]
        reason = DecisionReason.CLOSED_LATE if correction is None else DecisionReason.CORRECTED
        return _final(reason, *(firing for firing in firings if firing is not None))
    if correction is not None:
        return _final(DecisionReason.CORRECTED, correction)
    if told:
        return _final(
            DecisionReason.CLOSED_AFTER_TOLD,
            _closing(situation, told, episode, FiringReason.CLOSED_AFTER_TOLD),
        )
    if breach is not None:
        return _final(DecisionReason.CLOSED_LONG_AGO)
    return _final(DecisionReason.CLOSED_QUIETLY)


def _final(reason: DecisionReason, *firings: Firing) -> Decision:
    return Decision(firings=firings, reason=reason, upcoming=None, wake_at=None)


def _told_since_closing(situation: Situation) -> list[int]:
    """The episodes of the steps that fired since the last news of a close.

    A correction is such news where it says that the obligation is closed.
    """
    last = max((f.episode for f in situation.fired if f.step == CLOSED), default=-1)
    return [
        f.episode
        for f in situation.fired
        if f.step != CLOSED and f.episode > last and not _tells_of_a_close(f)
    ]


def _tells_of_a_close(fired: Fired) -> bool:
    return fired.step == CORRECTION and (fired.told is None or not fired.told.is_open)


def _closing(situation: Situation, told: list[int], episode: int, reason: FiringReason) -> Firing:
    evaluation = situation.evaluation
    undecided = evaluation.verdict is Verdict.UNKNOWN
    return Firing(
        step=CLOSED,
        # A correction can lower the count of reopenings; what was told keeps its episode.
        episode=max(episode, *told) if told else episode,
        at=evaluation.stopped_at or situation.now,
        reason=reason,
        tone=Tone.UNDECIDED if undecided else Tone.CLOSED,
        roles=(),
        to_those_told=reason is FiringReason.CLOSED_AFTER_TOLD,
    )


def _breach_never_told(rungs: Sequence[Rung], situation: Situation, episode: int) -> Rung | None:
    """The breach step of an obligation closed late, unless it fired for this very deadline."""
    if situation.evaluation.verdict is not Verdict.MISSED:
        return None
    breach = next((rung for rung in rungs if isinstance(rung.step.at, Breach)), None)
    if breach is None or any(
        f.step == breach.step.id and (f.episode == episode or f.at == breach.at)
        for f in situation.fired
    ):
        return None
    return breach


def _firing(rung: Rung, situation: Situation, episode: int) -> Firing:
    trigger = rung.step.at
    if not isinstance(trigger, ShareUsed):
        tone = Tone.BREACH
    elif trigger.percent >= situation.commitment.at_risk_percent:
        tone = Tone.WARNING
    else:
        tone = Tone.NOTE
    return Firing(
        step=rung.step.id,
        episode=episode,
        at=rung.at,
        reason=FiringReason.REACHED,
        tone=tone,
        roles=rung.step.notify,
        urgent=rung.step.urgent,
        unconfirmed=_is_unconfirmed(situation.evaluation),
    )


def _is_unconfirmed(evaluation: Evaluation) -> bool:
    return evaluation.is_open and evaluation.verdict is Verdict.UNKNOWN
