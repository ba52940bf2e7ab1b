"""One commitment owed on one case, as judged at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.cases.observation import CaseKey
from monitor.contract.model import Unit


class Verdict(StrEnum):
    PENDING = "pending"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    """Open and late."""
    MET = "met"
    MISSED = "missed"
    """Closed late."""
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Nobody can tell: the source has been silent too long, or never will say."""


_OPEN = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.BREACHED, Verdict.UNKNOWN})


ALARMS = frozenset({Verdict.AT_RISK, Verdict.BREACHED})
"""The verdicts that somebody has to act on."""


class Reason(StrEnum):
    """Why a verdict is what it is. Bounded: each has a sentence in both languages."""

    NOT_STARTED = "not_started"
    WITHIN_TIME = "within_time"
    THRESHOLD_PASSED = "threshold_passed"
    DEADLINE_PASSED = "deadline_passed"
    PAUSED = "paused"
    STOPPED_IN_TIME = "stopped_in_time"
    STOPPED_LATE = "stopped_late"
    CANCELLED_IN_TIME = "cancelled_in_time"
    CANCELLED_LATE = "cancelled_late"
    """Cancelling after the deadline does not undo the miss."""
    NO_LONGER_OWED = "no_longer_owed"
    """The case was reclassified: this commitment does not apply to it any more."""
    RECLASSIFIED_LATE = "reclassified_late"
    """Reclassifying after the deadline does not undo the miss either."""
    SOURCE_SILENT = "source_silent"
    STOPPED_BETWEEN_POLLS = "stopped_between_polls"
    """The source gives no time, and the deadline lies between the two polls around the stop."""
    GONE = "gone"
    """The source has the case no more, and had it not at the deadline."""
    GONE_LATE = "gone_late"
    """The source has the case no more; its deadline had passed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What `evaluate` says of one commitment on one timeline at one instant. Times are UTC."""

    verdict: Verdict
    reason: Reason
    starts_at: datetime
    due_at: datetime | None
    """None while paused: the deadline moves with the pause."""
    elapsed_seconds: int
    """Business time used when evaluated, or up to the stop; `progress` tells it at any instant."""
    remaining_seconds: int
    """Amount less elapsed; negative once late."""
    stopped_at: datetime | None
    """When the clock ended for good, whatever the verdict; None while it may go on."""
    episode: int
    """How often the case was reopened: a new episode may be told again."""
    next_wakeup_at: datetime | None
    """When this could next change by the passing of time alone; None: only a statement can."""

    @property
    def is_open(self) -> bool:
        """Whether the passing of time can still change it.

        An `unknown` one is open while its source is silent; one that stopped, nobody can tell when,
        is not.
        """
        return is_open(self.verdict, self.stopped_at)


def is_open(verdict: Verdict, stopped_at: datetime | None) -> bool:
    """As `Evaluation.is_open`, for what was kept of one."""
    return verdict in _OPEN and stopped_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A stored obligation: who owes what on which case, and its latest evaluation."""

    id: int
    key: CaseKey
    source: str
    organization: str | None
    place: str | None
    region: str | None
    region_provisional: bool
    """The place is unknown: taken as local until somebody says."""
    commitment: str
    contract_version: str
    calendar: str
    unit: Unit
    amount_seconds: int
    received_at: datetime
    evaluated_at: datetime
    evaluation: Evaluation
    confirmed_at: datetime | None
    """The last instant its source vouches for: the start of its last complete poll."""
    severity: str | None = None
    """As its source words it."""
    tags: Mapping[str, str] = field(default_factory=dict)
