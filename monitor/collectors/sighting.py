"""What a listing showed, for the next poll to start from."""

from dataclasses import dataclass
from datetime import datetime

from monitor.collectors.base import Quarantined
from monitor.collectors.batches import Row
from monitor.collectors.reading import Reading


@dataclass(slots=True)
class Sighting:
    """Grows row by row."""

    field: str
    """The time that is filtered by."""
    sought: str | None = None
    """The last listing's witness."""
    earliest: datetime | None = None
    """What was asked for, to the whole second that a query says."""
    latest: datetime | None = None
    witness: str | None = None
    """The case with the latest time."""
    found: bool = False
    """The witness sought was there."""
    some_undated: bool = False
    some_too_old: bool = False

    def note(self, row: Row, reading: Reading) -> None:
        if isinstance(row, Quarantined):
            return
        ref = row.get("ref")
        self.found |= ref == self.sought
        self.some_undated |= self.field not in row
        at = reading.time_in(row, self.field)
        if at is None:
            return
        self.some_too_old |= self.earliest is not None and at < self.earliest
        if self.latest is None or at > self.latest:
            self.latest, self.witness = at, ref
