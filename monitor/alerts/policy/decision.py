"""What is to be told about an obligation now, and when to look again."""

from collections.abc import Sequence

from monitor.alerts.escalation import (
    ACKNOWLEDGED,
    CORRECTION,
    Firing,
    FiringReason,
    Tone,
    base_step,
)
from monitor.alerts.interventions import MuteKind
from monitor.alerts.policy.climb import Footing, Passed, climb
from monitor.alerts.policy.closing import when_closed
from monitor.alerts.policy.correction import is_corrected
from monitor.alerts.policy.firing import firing_of, is_unconfirmed
from monitor.alerts.policy.ladder import Clocks, Rung, repeated, step_instants
from monitor.alerts.policy.model import Policy
from monitor.alerts.policy.situation import Decision, DecisionReason, Situation
from monitor.cases.obligation import ALARMS


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
    return when_closed(policy, rungs, situation, correction, _round(situation, correction))


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
        unconfirmed=is_unconfirmed(situation.evaluation),
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
        lambda candidate: firing_of(candidate, situation, episode),
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
        unconfirmed=is_unconfirmed(situation.evaluation),
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
