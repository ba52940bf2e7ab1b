"""What is to be told about an obligation now, and when to look again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from monitor.alerts.escalation import CLOSED, Firing, FiringReason, Recipient, Tone, Upcoming
from monitor.alerts.interventions import Mute, in_force
from monitor.alerts.policy.addressing import chosen_roles
from monitor.alerts.policy.climb import REASONS, Candidate, Footing, Passed, climb
from monitor.alerts.policy.ladder import Clocks, Rung, repeated, step_instants
from monitor.alerts.policy.model import Policy
from monitor.alerts.policy.trigger import AfterBreach, Breach, TimeLeft
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import Run
from monitor.cases.obligation import Evaluation, Verdict
from monitor.cases.phases import ENDED
from monitor.clock import BusinessClock
from monitor.contract.model import Commitment


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that fired before, as the store remembers it."""

    step: str
    episode: int
    at: datetime
    """The instant it stood for."""
    reason: FiringReason = FiringReason.REACHED
    fired_at: datetime | None = None
    """When it fired; None: at its instant."""


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
    organization: str | None = None
    region: str | None = None
    severity: str | None = None
    people: Sequence[Recipient] = ()
    """Those who may hear of it."""
    mutes: Sequence[Mute] = ()
    """What operators did about it."""
    quiet: Mapping[str, BusinessClock] = field(default_factory=dict)
    """The clocks of the calendars that people keep quiet outside of."""

    @property
    def subject(self) -> Subject:
        """What a policy chooses it by."""
        return Subject(
            provider=self.provider,
            commitment=self.commitment.id,
            organization=self.organization,
            region=self.region,
            severity=self.severity,
        )

    @property
    def reopened_at(self) -> datetime | None:
        """When its case was last reopened after a stop; None: never."""
        phases, course = self.run.course.phases, self.run.course
        for before, phase in reversed([*pairwise(phases)]):
            if before.kind in ENDED and phase.kind not in ENDED:
                return phase.start
        return course.received_at if course.episode else None


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


def decide(policy: Policy, situation: Situation) -> Decision:
    """The steps to fire at `situation.now`, each once an episode, and when to look again.

    - Steps found due together, after downtime, are one message: the latest speaks for the others,
      to the roles of all of them. A step below one that fired is never told afterwards.
    - A closed obligation tells of a breach nobody heard of, once, if it closed recently; else it
      tells those who were told before, if any, that it closed.
    - A reopened case is a new episode: its steps may be told again.
    - Under a silent source the steps fire unconfirmed.
    - What comes due while operators keep it quiet is recorded, and told to nobody: see `climb`. A
      close is told all the same to those who were told before.

    Raises:
        ClockRangeError: a step's instant lies outside a calendar's range.
    """
    rungs = step_instants(
        policy.ladder(situation.subject),
        situation.commitment,
        situation.run,
        situation.hours_clock,
        situation.days_clock,
    )
    if situation.evaluation.verdict.is_open:
        return _open(rungs, situation)
    return _closed(policy, rungs, situation)


def _open(rungs: Sequence[Rung], situation: Situation) -> Decision:
    evaluation = situation.evaluation
    found = climb(
        Footing(
            rungs=repeated(
                rungs, Clocks(situation.hours_clock, situation.days_clock), situation.now
            ),
            passed=[
                Passed(step=f.step, reason=f.reason, fired_at=f.fired_at)
                for f in situation.fired
                if f.episode == evaluation.episode
            ],
            people=situation.people,
            mutes=situation.mutes,
            quiet=situation.quiet,
            since=situation.reopened_at,
            now=situation.now,
        ),
        lambda candidate: _firing(candidate, situation),
    )
    told = [] if found.told is None else [found.told]
    instants = (evaluation.next_wakeup_at, found.wake_at)
    return Decision(
        firings=(*found.recorded, *told),
        reason=DecisionReason.STEP_DUE if told else DecisionReason.NOTHING_DUE,
        upcoming=found.upcoming,
        wake_at=min((at for at in instants if at is not None), default=None),
    )


def _closed(policy: Policy, rungs: Sequence[Rung], situation: Situation) -> Decision:
    told = _told_since_closing(situation)
    breach = _breach_never_told(rungs, situation)
    closed_at = situation.evaluation.stopped_at or situation.now
    if breach is not None and situation.now - closed_at <= policy.closed_within:
        firing = _firing(_candidate(breach, situation), situation)
        mute = in_force(situation.mutes, situation.now) or in_force(situation.mutes, breach.at)
        if mute is not None:
            quiet = replace(firing, reason=REASONS[mute.kind], roles=(), because=mute)
            return _kept_quiet(situation, told, quiet)
        late = replace(
            firing,
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


def _kept_quiet(situation: Situation, told: list[int], quiet: Firing) -> Decision:
    """A late close in quiet times: recorded; those who were told before hear of the close."""
    if not told:
        return _final(DecisionReason.CLOSED_QUIETLY, quiet)
    closing = _closing(situation, told, FiringReason.CLOSED_AFTER_TOLD)
    return _final(DecisionReason.CLOSED_AFTER_TOLD, quiet, closing)


def _candidate(rung: Rung, situation: Situation) -> Candidate:
    held = {person.role for person in situation.people}
    return Candidate(
        id=rung.id,
        step=rung.step,
        stands_at=rung.at,
        at=rung.at,
        roles=chosen_roles(rung.step, held),
    )


def _told_since_closing(situation: Situation) -> list[int]:
    """The episodes of the steps that fired since the last news of a close."""
    last = max((f.episode for f in situation.fired if f.step == CLOSED), default=-1)
    return [
        f.episode
        for f in situation.fired
        if f.step != CLOSED and f.episode > last and not f.reason.is_muted
    ]


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


def _firing(candidate: Candidate, situation: Situation) -> Firing:
    trigger = candidate.step.at
    if isinstance(trigger, Breach | AfterBreach):
        tone = Tone.BREACH
    elif isinstance(trigger, TimeLeft) or trigger.percent >= situation.commitment.at_risk_percent:
        tone = Tone.WARNING
    else:
        tone = Tone.NOTE
    return Firing(
        step=candidate.id,
        episode=situation.evaluation.episode,
        at=candidate.stands_at,
        reason=candidate.reason,
        tone=tone,
        roles=candidate.roles,
        urgent=candidate.step.urgent,
        unconfirmed=situation.evaluation.verdict is Verdict.UNKNOWN,
        lanes=candidate.lanes,
        because=candidate.because,
    )
