"""A step as it fires: how grave it is, and whether what it says can be confirmed."""

from monitor.alerts.escalation import Firing, Tone
from monitor.alerts.policy.addressing import chosen_roles
from monitor.alerts.policy.climb import Candidate
from monitor.alerts.policy.ladder import Rung
from monitor.alerts.policy.situation import Situation
from monitor.alerts.policy.trigger import AfterBreach, Breach, TimeLeft
from monitor.cases.obligation import Evaluation, Verdict


def candidate_of(rung: Rung, situation: Situation) -> Candidate:
    held = {person.role for person in situation.people}
    return Candidate(
        id=rung.id,
        step=rung.step,
        stands_at=rung.at,
        at=rung.at,
        roles=chosen_roles(rung.step, held),
    )


def firing_of(candidate: Candidate, situation: Situation, episode: int) -> Firing:
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
        unconfirmed=is_unconfirmed(situation.evaluation),
        lanes=candidate.lanes,
        because=candidate.because,
    )


def is_unconfirmed(evaluation: Evaluation) -> bool:
    return evaluation.is_open and evaluation.verdict is Verdict.UNKNOWN
