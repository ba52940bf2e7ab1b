"""What a policy would tell of a case, at each instant of its life: played through, nothing sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.alerts.escalation import CLOSED, Firing, FiringReason, Recipient
from monitor.alerts.interventions import Handling, Mute
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.ladder import step_instants
from monitor.alerts.policy.situation import Fired, Situation
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import Judgement, evaluate, run_of
from monitor.cases.obligation import Evaluation
from monitor.cases.timeline import Timeline
from monitor.clock import ClockRangeError
from monitor.contract.model import Commitment, ContractVersion
from monitor.engine.rules import Rules, addressees

LONGEST = timedelta(days=60)
"""How far past the deadline, or the present, an open case is followed."""
MOST = 100
"""Rows of one simulation: a step that repeats for ever is cut off."""


class Fate(StrEnum):
    """What becomes of a step. Each has words in both languages."""

    FIRES = "fires"
    WAITS = "waits"
    """Told once the hours of those it is for are open."""
    OVERTAKEN = "overtaken"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    HELD = "held"
    CLOSED = "closed"
    """The case closed before."""
    NOBODY = "nobody"
    """Nobody holds a role of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A step, when it is told or would have been, and to whom."""

    step: str
    at: datetime
    stands_at: datetime
    fate: Fate
    recipients: Sequence[Recipient] = ()
    roles: Sequence[str] = ()
    because: Mute | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A commitment owed on a case, and all that bears on who is told of it."""

    timeline: Timeline
    commitment: Commitment
    version: ContractVersion
    rules: Rules
    region: str | None = None
    handling: Handling = field(default_factory=Handling)


def simulate(play: Play, until: datetime) -> tuple[Sequence[Simulated], Evaluation]:
    """Every step in order, and how the obligation stands at the end.

    Each instant is judged by what had happened by then. An open case is followed past `until`, as
    if nothing more happened to it, to the end of its ladder.

    Raises:
        ClockRangeError: the receipt lies outside a calendar's range.
    """
    return _Stage(play).run(until)


class _Stage:
    def __init__(self, play: Play) -> None:
        self._play = play
        case, commitment = play.timeline, play.commitment
        self._subject = Subject(
            provider=case.key.provider,
            commitment=commitment.id,
            organization=case.organization,
            region=play.region,
            severity=case.severity,
            key=case.key,
        )
        self._people = play.rules.people(self._subject, play.version)
        self._policy = play.rules.policy_for(self._subject)
        self._fired: list[Fired] = []
        self._told: list[Recipient] = []
        self._rows: list[Simulated] = []

    def run(self, until: datetime) -> tuple[Sequence[Simulated], Evaluation]:
        case = self._play.timeline
        now, situation = case.received_at, self._situation(case.received_at)
        end = max(until, situation.evaluation.due_at or until) + LONGEST
        while len(self._rows) < MOST:
            situation = self._situation(now)
            decision = decide(self._policy, situation)
            for firing in decision.firings:
                self._play_out(firing, now)
            instants = [decision.wake_at, *(change.at for change in case.changes)]
            following = min((at for at in instants if at is not None and at > now), default=None)
            if following is None or following > end:
                break
            now = following
        self._rows += self._never_reached(situation)
        return sorted(self._rows, key=lambda row: row.at), situation.evaluation

    def _situation(self, now: datetime) -> Situation:
        play = self._play
        book, version, commitment = play.rules.book, play.version, play.commitment
        clock = book.clock(version, commitment.calendar)
        case = play.timeline.as_of(now)
        quiet = {person.quiet_outside for person in self._people}
        return Situation(
            provider=case.key.provider,
            commitment=commitment,
            run=run_of(commitment, case, clock),
            evaluation=evaluate(commitment, case, clock, Judgement(now=now)),
            hours_clock=book.clock(version, version.support_hours),
            days_clock=book.clock(version, version.business_days),
            fired=tuple(self._fired),
            now=now,
            organization=case.organization,
            region=play.region,
            severity=case.severity,
            people=self._people,
            mutes=play.handling.mutes(self._subject),
            quiet={name: book.clock(version, name) for name in quiet if name},
        )

    def _play_out(self, firing: Firing, now: datetime) -> None:
        self._fired.append(Fired(firing.step, firing.episode, firing.at, None, firing.reason, now))
        recipients: Sequence[Recipient] = ()
        if firing.told:
            recipients = addressees(firing, self._people, self._told)
            self._told = [] if firing.step == CLOSED else [*self._told, *recipients]
        self._rows.append(
            Simulated(
                step=firing.step,
                at=now,
                stands_at=firing.at,
                fate=_fate(firing, recipients, now),
                recipients=recipients,
                roles=firing.roles,
                because=firing.because,
            )
        )

    def _never_reached(self, situation: Situation) -> list[Simulated]:
        """The steps that a close came before."""
        stopped_at = situation.evaluation.stopped_at
        if stopped_at is None:
            return []
        try:
            rungs = step_instants(
                self._policy.ladder(self._subject),
                situation.commitment,
                situation.run,
                situation.hours_clock,
                situation.days_clock,
            )
        except ClockRangeError:
            return []
        fired = {fired.step for fired in self._fired}
        return [
            Simulated(step=rung.id, at=rung.at, stands_at=rung.at, fate=Fate.CLOSED)
            for rung in rungs
            if rung.id not in fired and rung.at > stopped_at
        ]


_FATES = {
    FiringReason.OVERTAKEN: Fate.OVERTAKEN,
    FiringReason.ACKNOWLEDGED: Fate.ACKNOWLEDGED,
    FiringReason.SILENCED: Fate.SILENCED,
    FiringReason.HELD: Fate.HELD,
}


def _fate(firing: Firing, recipients: Sequence[Recipient], now: datetime) -> Fate:
    if firing.reason in _FATES:
        return _FATES[firing.reason]
    if not recipients:
        return Fate.NOBODY
    return Fate.WAITS if firing.lanes is not None and now > firing.at else Fate.FIRES
