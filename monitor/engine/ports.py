"""What the engine needs of the world, as protocols; and the values that pass through them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from monitor.alerts.escalation import Firing, Recipient
from monitor.alerts.interventions import AuditEntry, Handling
from monitor.alerts.notification import Notification
from monitor.alerts.policy.situation import Fired
from monitor.cases.obligation import Obligation
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.records import SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An obligation as last judged, with what has been told of it."""

    obligation: Obligation
    fired: Sequence[Fired] = ()
    """Of every episode, in the order they fired."""
    told: Sequence[Recipient] = ()
    """Who had a message on it since it was last told closed."""
    heard: Sequence[Recipient] = ()
    """Whom its last message concerns: those told, or where nobody was, those told of the close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """A case that waits to be judged: all that was stated of it, and what it owed so far."""

    case_id: int
    key: CaseKey
    observations: Sequence[Observation]
    owed: Mapping[str, Owed] = field(default_factory=dict)
    """By commitment."""
    gone_since: datetime | None = None
    """Several polls in a row, of which this is the first, found that its source has it no more."""
    handling: Handling = field(default_factory=Handling)
    """What operators did about it."""
    told_from: datetime | None = None
    """Filled in from the past: steps that stood for instants before it are told to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A step that fires, with its messages; none where nobody holds its role."""

    firing: Firing
    notifications: Sequence[Notification] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One commitment of a docket, judged."""

    obligation: Obligation
    """Its id is 0 where it is not stored yet; its next wake-up is that of its ladder too."""
    silent: bool
    """Judged as one of a silent source."""
    escalations: Sequence[Escalation] = ()


RETRY_AFTER = timedelta(hours=1)
"""How long a case that could not be judged waits before it is tried again."""


class FaultKind(StrEnum):
    """Why a case is not watched. Bounded: a metric has it for a label."""

    NO_COMMITMENT = "no_commitment"
    """The contract promises nothing on its category."""
    NOT_IN_FORCE = "not_in_force"
    """Received before the contract's first version."""
    OUT_OF_RANGE = "out_of_range"
    """A date beyond what a calendar covers."""
    UNEXPECTED = "unexpected"
    """A fault of this program; logged with its cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFault:
    key: CaseKey
    kind: FaultKind
    message: str
    cause: Exception | None = None
    """Where the fault is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """All that a tick decided on one docket; stored whole or not at all."""

    docket: Docket
    judged: Sequence[Judged] = ()
    is_open: bool = True
    """Whether more can come of the case: its source is asked for it again."""
    fault: CaseFault | None = None
    retry_at: datetime | None = None
    """When a case that could not be judged is tried again."""


class RulesReplacedError(RuntimeError):
    """Another replica put other rules to work: by these, nothing may be judged any more."""


class Work(Protocol):
    """Dockets claimed for one tick. Nobody else has them until the transaction ends."""

    @property
    def dockets(self) -> Sequence[Docket]: ...

    @property
    def more(self) -> bool:
        """More waits than was claimed."""

    def save(self, rulings: Sequence[Ruling], *, now: datetime) -> Sequence[CaseFault]:
        """Store obligations, steps, notifications and counts, and take the marks away.

        Rulings that the database refuses are left out, their cases marked faulty, and returned.
        """


class WorkStore(Protocol):
    """What a tick needs of the store."""

    def sources(self) -> Sequence[SourceRecord]:
        """Every source ever polled or configured."""

    def set_stale(self, since: Mapping[str, datetime | None]) -> None:
        """Since when these sources are silent; None: they speak again."""

    def claim(
        self, *, now: datetime, stale: Mapping[str, bool], limit: int
    ) -> AbstractContextManager[Work]:
        """A transaction over cases that wait to be judged; it commits at the end of the block.

        They are those with new observations, those with an obligation due by `now`, those to be
        retried, and those of the sources in `stale` with an open obligation that was judged when
        its source stood otherwise; at most `limit` of each sort.
        """

    def rules_at_work(self) -> str | None:
        """The digest of the rules that a daemon put to work last; None: none ever did."""

    def next_due_at(self) -> datetime | None:
        """The earliest instant at which an obligation or a retry comes due; None: none will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """A step that a tick fired, by the names that metrics and logs know it by."""

    key: CaseKey
    commitment: str
    step: str
    told: int
    """How many were told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """An obligation that was found met or missed, and was open or not known before."""

    provider: str
    commitment: str
    used: float
    """The share of its amount that it took; above 1 where it was missed, and there alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What one tick did."""

    now: datetime
    cases: int = 0
    obligations: int = 0
    fires: Sequence[Fire] = ()
    closings: Sequence[Closing] = ()
    faults: Sequence[CaseFault] = ()
    silenced: Sequence[str] = ()
    """Sources that fell silent."""
    returned: Sequence[str] = ()
    """Sources that speak again."""
    opened: Sequence[CaseKey] = ()
    """Deliverables whose period has ended."""
    acts: Sequence[AuditEntry] = ()
    """What operators did since the tick before, however they reached us."""
    more: bool = False
    """There was more than one tick takes: the next is due at once."""
    next_due_at: datetime | None = None
    """When time alone next gives the engine something to do."""


class EngineEvents(Protocol):
    """Told what the loops did, as it happens; metrics listen. Returns at once."""

    def polled(self, source: str, outcome: str) -> None:
        """A poll ended: `complete`, `waiting`, or the kind of fault that ended it."""

    def poll_took(self, source: str, seconds: float) -> None:
        """A poll ended, well or badly, after this many real seconds."""

    def ticked(self, *, at: datetime, seconds: float) -> None:
        """A tick committed at `at`, after this many real seconds."""

    def escalated(self, provider: str, commitment: str, step: str) -> None:
        """A step fired, and is stored."""

    def closed(self, provider: str, commitment: str, used: float) -> None:
        """An obligation closed, met or missed, with this share of its time used; it is stored."""

    def delivered(self, channel: str, outcome: str, latency: timedelta | None = None) -> None:
        """An attempt ended; once accepted, so long after the instant its step stood for."""

    def fell_back(self, channel: str) -> None:
        """A message that a channel could not deliver goes to its fallback instead."""
