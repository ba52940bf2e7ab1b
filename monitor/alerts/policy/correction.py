"""Whether what was told of an obligation has turned out to be wrong."""

from datetime import datetime
from enum import StrEnum

from monitor.alerts.escalation import Told
from monitor.cases.obligation import Evaluation, Verdict


class Claim(StrEnum):
    """What a verdict says, as far as saying otherwise later would be to correct it."""

    RUNNING = "running"
    """Nothing that could be wrong later: time passes, and whatever comes of it is news."""
    AT_RISK = "at_risk"
    LATE = "late"
    """Past its deadline, open or closed; a breach told unconfirmed says so too."""
    MET = "met"
    RELEASED = "released"
    UNDECIDED = "undecided"
    """Stopped, nobody can tell when; or gone."""


def is_corrected(told: Told, restated: Evaluation, present: Evaluation, now: datetime) -> bool:
    """Whether `told` was wrong when it was said, and what is held now says otherwise.

    `restated` is the judgement at the instant of the message by all that is known now. Where it
    agrees with the message, whatever has become of the obligation since is news and no correction;
    where the present verdict agrees with it again, there is nothing to take back.
    """
    said = _claim(told.verdict, told.due_at, told.stopped_at, told.at)
    then = _claim_of(restated, told.at)
    holds = _claim_of(present, now)
    if said is Claim.RUNNING or said in (then, holds):
        return False
    if said is Claim.AT_RISK:
        # Anything graver is told as a step of its own, a close as a close.
        return then is Claim.RUNNING and holds is Claim.RUNNING
    return True


def _claim_of(found: Evaluation, at: datetime) -> Claim:
    return _claim(found.verdict, found.due_at, found.stopped_at, at)


def _claim(
    verdict: Verdict, due_at: datetime | None, stopped_at: datetime | None, at: datetime
) -> Claim:
    if verdict is not Verdict.UNKNOWN:
        return _CLAIMS[verdict]
    if stopped_at is not None:
        return Claim.UNDECIDED
    return Claim.LATE if due_at is not None and due_at < at else Claim.RUNNING


_CLAIMS = {
    Verdict.PENDING: Claim.RUNNING,
    Verdict.AT_RISK: Claim.AT_RISK,
    Verdict.BREACHED: Claim.LATE,
    Verdict.MISSED: Claim.LATE,
    Verdict.MET: Claim.MET,
    Verdict.CANCELLED: Claim.RELEASED,
}
