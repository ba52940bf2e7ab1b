"""One poll of one source: what a collector reads goes to the store, batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, Cursor, Known, SourceFault


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """Where a source stands before a poll, as stored."""

    cursor: Cursor | None = None
    """None: never walked to the end."""
    known: Sequence[Known] = ()
    """Its open cases."""
    not_before: datetime | None = None
    """It asked to be left alone until then."""
    failures: int = 0
    """Faults in a row; 0 after a complete poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What storing one batch changed."""

    added: int
    """Observations not stored before."""
    repeated: int
    """Observations stored already."""
    quarantined: int
    """Records newly in quarantine; one known already only has its last sighting moved."""


class ObservationStore(Protocol):
    """What a poll needs of the store. Each call is one transaction."""

    def load_window(self, source: str, /) -> SourceState:
        """Where `source` stands; a fresh state for one never polled."""

    def recall(self, source: str, keys: Sequence[CaseKey], /) -> Sequence[Known]:
        """What is stored of these cases, open or closed; unknown ones are left out."""

    def record(self, source: str, batch: Batch, /, *, at: datetime) -> Recorded:
        """Store a batch of the poll begun at `at`, all of it or nothing.

        - Observations are unique by id: a repeated one adds nothing. Where only its mapped status
          differs (the mapping has learned a word) that reading replaces the old one.
        - Cases that gained an observation or a new reading are marked to be judged.
        - The cases of `observations` and `confirmed` were seen as of `at`.
        - The cursor is replaced where the batch has one.
        - `complete` confirms the source as of `at` and ends its run of failures, its fault and
          its not-before.
        """

    def record_fault(self, source: str, fault: SourceFault, /, *, at: datetime) -> int:
        """Store that the poll begun at `at` ended early; how many in a row now.

        The cursor and the last confirmation stay as they are. `fault.not_before` is kept so that
        a restart respects it too.
        """
