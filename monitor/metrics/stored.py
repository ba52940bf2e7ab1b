"""What a scrape reads from the database: aggregates kept as things change, and indexed looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.cases.obligation import Obligation, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStanding:
    """The notifications of one channel in one state, `queued` or `dead`."""

    channel: str
    state: str
    notifications: int
    oldest_at: datetime | None
    """When the oldest of them was created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    name: str
    confirmed_at: datetime | None
    stale: bool
    observations: int
    quarantined: int
    unknown_statuses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One reading, all of it as of one instant."""

    tally: Mapping[tuple[str, str, Verdict], int] = field(default_factory=dict)
    """Obligations by provider, commitment and verdict."""
    urgent: Sequence[Obligation] = ()
    """The most urgent open ones, most urgent first."""
    outbox: Sequence[OutboxStanding] = ()
    sources: Sequence[SourceStanding] = ()
    case_faults: Mapping[str, int] = field(default_factory=dict)
    """Cases that cannot be judged, by kind of fault."""


class StateReader(Protocol):
    def read(self, *, urgent: int) -> Stored:
        """Read in one transaction, with at most `urgent` obligations.

        The cost may follow the sources, channels, commitments and what waits in the outbox; never
        the open obligations, nor history.
        """
