"""What is decided about, an obligation and all that was told of it, and what it comes to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.alerts.escalation import (
    CORRECTION,
    Firing,
    FiringReason,
    Recipient,
    Told,
    Upcoming,
)
from monitor.alerts.interventions import Mute
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import Run
from monitor.cases.obligation import Evaluation
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
