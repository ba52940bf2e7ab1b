"""What has been kept, as it is read back: by the engine, the command line and the pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.cases.claim import StoredClaim
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """Where a source stands."""

    name: str
    first_seen_at: datetime
    confirmed_at: datetime | None
    """Start of its last complete poll: all before that is known."""
    last_attempt_at: datetime | None
    failures: int
    """Faults in a row; 0 after a complete poll."""
    fault_kind: str | None
    fault: str | None
    not_before: datetime | None
    """It asked to be left alone until then."""
    stale_since: datetime | None
    """Set while its open obligations are judged as those of a silent source."""
    observations: int
    """How many it ever stated."""

    @property
    def vouched_until(self) -> datetime:
        """The last instant it vouches for; one that never answered, none since it was known."""
        return self.confirmed_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRecord:
    """How many obligations have a verdict."""

    provider: str
    commitment: str
    verdict: Verdict
    obligations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTallyRecord:
    """How many obligations with a deadline in a stretch of time have a verdict."""

    provider: str
    commitment: str
    region: str
    """`none` where the commitment does not depend on it."""
    verdict: Verdict
    obligations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTallyRecord:
    """How many obligations there are on whose cases operators' files state the same."""

    provider: str
    commitment: str
    names: frozenset[str]
    """Of proofs and facts, as the contract has them."""
    obligations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationTallyRecord:
    """How many obligations of a public body have a verdict."""

    organization: str
    """`none` where the source states none."""
    provider: str
    verdict: Verdict
    obligations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a list of obligations: what comes next starts after it."""

    at: datetime | None
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which obligations are looked for; what is left out may be any."""

    provider: str | None = None
    commitment: str | None = None
    organization: str | None = None
    kind: CaseKind | None = None
    verdicts: frozenset[Verdict] = frozenset()
    region: str | None = None
    due: tuple[datetime, datetime] | None = None
    """Their deadline is after the first of these and not after the second."""
    text: str | None = None
    """Part of a case's reference, its organisation or its place, whatever the letters' case.

    A store may take a whole reference for its case alone.
    """

    def takes(self, owed: Obligation) -> bool:
        """Whether an obligation is one of them; what a store's query asks of its rows."""
        return (
            self.provider in (None, owed.key.provider)
            and self.commitment in (None, owed.commitment)
            and self.organization in (None, owed.organization)
            and self.kind in (None, owed.key.kind)
            and (not self.verdicts or owed.evaluation.verdict in self.verdicts)
            and self.region in (None, owed.region)
            and (self.due is None or self._falls_due(owed.evaluation.due_at, *self.due))
            and (self.text is None or self._speaks_of(owed, self.text.lower()))
        )

    @staticmethod
    def _falls_due(at: datetime | None, after: datetime, until: datetime) -> bool:
        return at is not None and after < at <= until

    @staticmethod
    def _speaks_of(owed: Obligation, text: str) -> bool:
        words = (owed.key.ref, owed.organization, owed.place)
        return any(word is not None and text in word.lower() for word in words)


ANY = Sought()
"""No obligation is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord:
    """A message, and how it fared."""

    key: str
    role: str
    channel: str
    address: str
    state: str
    """`queued`, `sent` or `dead`."""
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    detail: str | None
    """What the receiver, or the last fault, said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRecord:
    """A policy step that fired."""

    commitment: str
    step: str
    episode: int
    stood_at: datetime
    """The instant the step stood for."""
    fired_at: datetime
    notifications: Sequence[NotificationRecord]
    reason: str = "reached"
    because: Mapping[str, Any] | None = None
    """What an operator did that keeps it quiet, or did: kind, id, by and why."""
    verdict: Verdict | None = None
    """What was held then, and told; None: it fired before that was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecord:
    """What somebody wrote down of a case."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case with everything known of it."""

    key: CaseKey
    source: str
    organization: str | None
    category: str | None
    place: str | None
    received_at: datetime
    raw_status: str
    status: Status | None
    last_seen_at: datetime
    missing_since: datetime | None
    """Its source was asked for it and has it no more."""
    gone_since: datetime | None
    """The same, once enough polls in a row agree."""
    fault_kind: str | None
    """Why it could not be judged, or is owed nothing."""
    fault: str | None
    observations: Sequence[Observation] = ()
    """In the order things happened."""
    purged_records: Collection[str] = frozenset()
    """Of which of these the record as received is kept no more: their ids."""
    obligations: Sequence[Obligation] = ()
    escalations: Sequence[EscalationRecord] = ()
    """In the order they fired."""
    held: Sequence[Obligation] = ()
    """What was held of each obligation, from when it was judged so; in that order."""
    notes: Sequence[NoteRecord] = ()
    """In the order they were written."""
    claims: Sequence[StoredClaim] = ()
    """What the provider says of its own levels, by name; it decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableRecord:
    """A report that came due, and what became of it."""

    key: CaseKey
    organization: str | None
    category: str | None
    received_at: datetime
    """In the last second of its period."""
    status: Status | None
    """As last stated; None: a source's word that no mapping leads anywhere."""
    changed_at: datetime
    """Since when."""
    fault: str | None
    """Why it could not be judged, or is owed nothing."""
    note: str | None
    """What whoever stated that knew it by."""
    obligations: Sequence[Obligation] = ()
    """None before it was first judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecord:
    """What waits to be delivered, and what never will be."""

    queued: int
    dead: int
    oldest_at: datetime | None
    """When the oldest queued one was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaRecord:
    """A daemon that shares the database, or did until it was killed with nobody there to see."""

    name: str
    started_at: datetime
    seen_at: datetime
    """Its last sign of life, by the database's own clock."""
    polls: Sequence[str]
    """The sources it polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRecord:
    source: str
    ref: str | None
    reason: str
    """In English; told in another language by `monitor.locale.marking.told`."""
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownStatusRecord:
    """A source's word that no mapping leads anywhere."""

    source: str
    raw_status: str
    observations: int
    first_seen_at: datetime
    last_seen_at: datetime
