"""What a scrape reads from the database: aggregates kept as things change, and indexed looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from monitor.cases.obligation import Obligation
from monitor.cases.records import OutboxRecord, SourceRecord, TallyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One reading, all of it as of one instant."""

    tally: Sequence[TallyRecord]
    urgent: Sequence[Obligation]
    """The most urgent open ones, most urgent first."""
    outbox: OutboxRecord
    sources: Sequence[SourceRecord]
    quarantined: Mapping[str, int] = field(default_factory=dict)
    """Records that cannot be read, by source."""
    unknown_statuses: Mapping[str, int] = field(default_factory=dict)
    """Observations whose status no mapping leads anywhere, by source."""
    case_faults: Mapping[str, int] = field(default_factory=dict)
    """Cases that are not watched, by kind of fault."""


class StateReader(Protocol):
    def read_state(self, *, urgent: int) -> Stored:
        """Read in one transaction, with at most `urgent` obligations.

        The cost may follow the sources, the commitments and what waits in the outbox; never the
        open obligations, nor history.
        """
