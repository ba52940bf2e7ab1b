"""What a scrape reads from the database: aggregates kept as things change, and indexed looks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Protocol

from monitor.alerts.interventions import Mute
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.records import (
    DueTallyRecord,
    OrganizationTallyRecord,
    OutboxRecord,
    SourceRecord,
    StatedTallyRecord,
    TallyRecord,
    UnknownStatusRecord,
)


class Muted(Protocol):
    """An open obligation of which nobody is told, and why."""

    @property
    def key(self) -> CaseKey: ...

    @property
    def commitment(self) -> str: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def mute(self) -> Mute: ...


class StateReader(Protocol):
    """Reads what is stored; the cost of none follows the open obligations or history."""

    def tally(self) -> Sequence[TallyRecord]:
        """Obligations by provider, commitment and verdict; zeros may be left out."""

    def due_counts(self, since: datetime, until: datetime) -> Sequence[DueTallyRecord]:
        """Obligations whose deadline is after `since` and not after `until`: both whole hours."""

    def stated_counts(self, since: datetime, until: datetime) -> Sequence[StatedTallyRecord]:
        """Of the same, those not cancelled on whose cases an operator's file states something."""

    def purchase_days(self, names: Collection[str], zone: tzinfo) -> Sequence[tuple[str, date]]:
        """Of purchases that files state under these names: the name and the day of each."""

    def organization_counts(self) -> Sequence[OrganizationTallyRecord]:
        """Obligations by public body, provider and verdict; zeros may be left out."""

    def database_bytes(self) -> int: ...

    def muted(self, now: datetime, *, silenced: bool) -> Sequence[Muted]:
        """Open obligations of which nobody is told now; those silenced may be left out."""

    def silences_in_force(self, now: datetime) -> int: ...

    def open_obligations(self, limit: int) -> Sequence[Obligation]:
        """The most urgent first; those without a deadline (paused) last."""

    def outbox(self) -> OutboxRecord: ...

    def sources(self) -> Sequence[SourceRecord]: ...

    def quarantine_counts(self) -> Mapping[str, int]:
        """Records that cannot be read, by source."""

    def unknown_statuses(self) -> Sequence[UnknownStatusRecord]: ...

    def replica_count(self) -> int:
        """The daemons that share the database."""

    def fault_counts(self) -> Mapping[str, int]:
        """Cases that are not watched, by kind of fault."""
