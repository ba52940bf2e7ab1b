"""What is to be told about an obligation now, and when to look again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.escalation import (
    ACKNOWLEDGED,
    CLOSED,
    CORRECTION,
    Firing,
    FiringReason,
    Recipient,
    Told,
    Tone,
    Upcoming,
    base_step,
)
from monitor.alerts.interventions import Mute, MuteKind, in_force
from monitor.alerts.policy.addressing import chosen_roles
from monitor.alerts.policy.climb import REASONS, Candidate, Footing, Passed, climb
from monitor.alerts.policy.correction import is_corrected
from monitor.alerts.policy.ladder import Clocks, Rung, repeated, step_instants
from monitor.alerts.policy.model import Policy
from monitor.alerts.policy.trigger import AfterBreach, Breach, TimeLeft
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import Run
from monitor.cases.obligation import ALARMS, Evaluation, Verdict
from monitor.clock import BusinessClock
from monitor.contract.model import Commitment


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that fired before, as the store remembers it."""

    step: str
    episode: int
    at: datetime
    """The instant it stood for."""
    told: Told | None = None
    """What its messages said; None: it had none."""
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
    restated: Evaluation | None = None
    """At the instant of the last message, by all that is known now; None: nobody was told."""
    organization: str | None = None
    region: str | None = None
    severity: str | None = None
    people: Sequence[Recipient] = ()
    """Those who may hear of it."""
    mutes: Sequence[Mute] = ()
    """What operators did about it."""
    pagers_told: bool = False
    """Some of those who were told of it keep an incident, which an acknowledgement is to mark."""
    quiet: Mapping[str, BusinessClock] = field(default_factory=dict)
    """The clocks of the calendars that people keep quiet outside of."""

    @property
    def last_told(self) -> Told | None:
        """What the last message said; of several at one instant, the one that fired last."""
        told = [fired.told for fired in self.fired if fired.told is not None]
        return max(reversed(told), key=lambda each: each.at, default=None)

    @property
    def round(self) -> int:
        """The episode that a step fires under now: each fires once in one.

        A correction begins a new one, so that what was taken back may be told again once it is so;
        from there on, too, each reopening begins another.
        """
        reopened = self.evaluation.episode
        last = next((f for f in reversed([*self.fired]) if f.step == CORRECTION and f.told), None)
        if last is None or last.told is None:
            return reopened
        return last.episode + max(reopened - last.told.reopened, 0)

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
        return self.run.course.reopened_at


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
    """To be stored together.

    At most one of them is told, beside a correction that comes first and what tells pagers that it
    is in hand, which comes last.
    """
    reason: DecisionReason
    upcoming: Upcoming | None
    """The next step if nothing changes; None once closed, held off or at the top of the ladder."""
    wake_at: datetime | None
    """When to look again: at the next step or the next change of verdict."""

    @property
    def told(self) -> Firing | None:
        """The one that a message goes out for: the correction, where there is one."""
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
    - An acknowledgement is told, once a round, to the pagers that an alarm stands on.
    - Where the last message was wrong, those who had it are told what is true, once; it speaks to
      them for a close or a step that is due as well, which are told to others only.

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
    evaluation = situation.evaluation
    episode = _round(situation, correction)
    found = climb(
        Footing(
            rungs=repeated(
                rungs, Clocks(situation.hours_clock, situation.days_clock), situation.now
            ),
            passed=[
                Passed(step=f.step, reason=f.reason, fired_at=f.fired_at)
                for f in situation.fired
                if f.episode == episode and base_step(f.step) != ACKNOWLEDGED
            ],
            people=situation.people,
            mutes=situation.mutes,
            quiet=situation.quiet,
            since=situation.run.course.reopened_at,
            now=situation.now,
        ),
        lambda candidate: _firing(candidate, situation, episode),
    )
    in_hand = _in_hand(situation, episode, correction)
    told = [firing for firing in (correction, found.told, in_hand) if firing is not None]
    instants = (evaluation.next_wakeup_at, found.wake_at)
    return Decision(
        firings=(*found.recorded, *told),
        reason=_open_reason(found.told, correction),
        upcoming=found.upcoming,
        wake_at=min((at for at in instants if at is not None), default=None),
    )


def _in_hand(situation: Situation, episode: int, correction: Firing | None) -> Firing | None:
    """What marks the incidents of this round as acknowledged, once for an acknowledgement.

    It has the round's episode, as the incidents have.
    """
    if not situation.pagers_told or not _alarm_stands(situation, episode, correction):
        return None
    since = situation.reopened_at
    acknowledged = next(
        (
            mute
            for mute in reversed(situation.mutes)
            if mute.kind is MuteKind.ACKNOWLEDGED
            and mute.covers(situation.now)
            and (since is None or mute.start >= since)
        ),
        None,
    )
    if acknowledged is None:
        return None
    step = f"{ACKNOWLEDGED}#{acknowledged.id}"
    if any((f.step, f.episode) == (step, episode) for f in situation.fired):
        return None
    return Firing(
        step=step,
        episode=episode,
        at=acknowledged.start,
        reason=FiringReason.TAKEN_IN_HAND,
        tone=Tone.IN_HAND,
        roles=(),
        to_those_told=True,
        unconfirmed=_is_unconfirmed(situation.evaluation),
        because=acknowledged,
    )


def _alarm_stands(situation: Situation, episode: int, correction: Firing | None) -> bool:
    """Whether a pager that was told in this round has an incident open for it.

    A correction opens one where it leaves an alarm standing, and closes those before.
    """
    if correction is not None:
        return situation.evaluation.verdict in ALARMS
    return any(
        fired.told is not None and (fired.step != CORRECTION or fired.told.verdict in ALARMS)
        for fired in situation.fired
        if fired.episode == episode
    )


def _open_reason(told: Firing | None, correction: Firing | None) -> DecisionReason:
    if correction is not None:
        return DecisionReason.CORRECTED
    return DecisionReason.NOTHING_DUE if told is None else DecisionReason.STEP_DUE


def _closed(
    policy: Policy, rungs: Sequence[Rung], situation: Situation, correction: Firing | None
) -> Decision:
    episode = _round(situation, correction)
    told = _told_since_closing(situation)
    breach = _breach_never_told(rungs, situation, episode)
    closed_at = situation.evaluation.stopped_at or situation.now
    late, quiet = None, []
    if breach is not None and situation.now - closed_at <= policy.closed_within:
        firing = _firing(_candidate(breach, situation), situation, episode)
        mute = in_force(situation.mutes, situation.now) or in_force(situation.mutes, breach.at)
        if mute is not None:
            # Recorded; those who were told before hear of the close, and nobody of the breach.
            quiet = [replace(firing, reason=REASONS[mute.kind], roles=(), because=mute)]
            breach = None
        else:
            late = replace(
                firing,
                reason=FiringReason.CLOSED_LATE,
                to_those_told=correction is None and bool(situation.fired),
            )
    if late is not None or (correction is not None and told):
        closing = _closing(situation, told, episode, FiringReason.OVERTAKEN)
        # It may have fired: told as closed in time, before a correction said otherwise.
        known = any((f.step, f.episode) == (CLOSED, closing.episode) for f in situation.fired)
        firings = [*quiet, None if known else closing, correction, late]
        reason = DecisionReason.CLOSED_LATE if correction is None else DecisionReason.CORRECTED
        return _final(reason, *(firing for firing in firings if firing is not None))
    if correction is not None:
        return _final(DecisionReason.CORRECTED, *quiet, correction)
    if told:
        return _final(
            DecisionReason.CLOSED_AFTER_TOLD,
            *quiet,
            _closing(situation, told, episode, FiringReason.CLOSED_AFTER_TOLD),
        )
    if breach is not None:
        return _final(DecisionReason.CLOSED_LONG_AGO)
    return _final(DecisionReason.CLOSED_QUIETLY, *quiet)


def _final(reason: DecisionReason, *firings: Firing) -> Decision:
    return Decision(firings=firings, reason=reason, upcoming=None, wake_at=None)


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
    """The episodes of the steps that fired since the last news of a close.

    A correction is such news where it says that the obligation is closed.
    """
    last = max((f.episode for f in situation.fired if f.step == CLOSED), default=-1)
    return [
        f.episode
        for f in situation.fired
        if f.step != CLOSED
        and f.episode > last
        and not f.reason.is_muted
        and not _tells_of_a_close(f)
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


def _firing(candidate: Candidate, situation: Situation, episode: int) -> Firing:
    trigger = candidate.step.at
    if isinstance(trigger, Breach | AfterBreach):
        tone = Tone.BREACH
    elif isinstance(trigger, TimeLeft) or trigger.percent >= situation.commitment.at_risk_percent:
        tone = Tone.WARNING
    else:
        tone = Tone.NOTE
    return Firing(
        step=candidate.id,
        episode=episode,
        at=candidate.stands_at,
        reason=candidate.reason,
        tone=tone,
        roles=candidate.roles,
        urgent=candidate.step.urgent,
        unconfirmed=_is_unconfirmed(situation.evaluation),
        lanes=candidate.lanes,
        because=candidate.because,
    )


def _is_unconfirmed(evaluation: Evaluation) -> bool:
    return evaluation.is_open and evaluation.verdict is Verdict.UNKNOWN
