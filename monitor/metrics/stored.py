"""What a scrape reads from the database: aggregates kept as things change, and indexed looks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from monitor.cases.obligation import Obligation
from monitor.cases.records import OutboxRecord, SourceRecord, TallyRecord, UnknownStatusRecord


class StateReader(Protocol):
    """Reads what is stored; the cost of none follows the open obligations or history."""

    def tally(self) -> Sequence[TallyRecord]:
        """Obligations by provider, commitment and verdict; zeros may be left out."""

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
