"""What is told of an obligation that is closed."""

from collections.abc import Sequence
from dataclasses import replace

from monitor.alerts.escalation import CLOSED, CORRECTION, Firing, FiringReason, Tone
from monitor.alerts.interventions import in_force
from monitor.alerts.policy.climb import REASONS
from monitor.alerts.policy.firing import candidate_of, firing_of
from monitor.alerts.policy.ladder import Rung
from monitor.alerts.policy.model import Policy
from monitor.alerts.policy.situation import Decision, DecisionReason, Fired, Situation
from monitor.alerts.policy.trigger import Breach
from monitor.cases.obligation import Verdict


def when_closed(
    policy: Policy,
    rungs: Sequence[Rung],
    situation: Situation,
    correction: Firing | None,
    episode: int,
) -> Decision:
    """The close, to those who were told before; a breach that nobody heard of, if it is recent."""
    told = _told_since_closing(situation)
    breach = _breach_never_told(rungs, situation, episode)
    closed_at = situation.evaluation.stopped_at or situation.now
    late, quiet = None, []
    if breach is not None and situation.now - closed_at <= policy.closed_within:
        firing = firing_of(candidate_of(breach, situation), situation, episode)
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
