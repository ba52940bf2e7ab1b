"""One stretch of the past of an API, read to fill it in."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor.clock.segment import Segment
from monitor.collectors.base import Batch, PollWindow, Quarantined
from monitor.collectors.batches import BatchMaker, Row
from monitor.collectors.collection import Collection, Rows
from monitor.collectors.keyset import OrderLost
from monitor.collectors.mapping import CursorSettings
from monitor.collectors.reading import Reading


class PeriodWalk:
    """Runs once. What is dated in the period is given, whatever the server makes of the filter."""

    def __init__(
        self,
        *,
        collection: Collection,
        reading: Reading,
        batches: BatchMaker,
        settings: CursorSettings,
        window: PollWindow,
        period: Segment,
        deadline: float,
    ) -> None:
        self._collection = collection
        self._reading = reading
        self._batches = batches
        self._settings = settings
        self._window = window
        self._period = period
        self._deadline = deadline
        self._warnings: list[str] = []
        self._pages = collection.pages(deadline=deadline, warn=self._warnings.append)
        self._rows = 0

    def run(self) -> Iterator[Batch]:
        """Batch by batch; the last one is complete, and none has a cursor.

        Raises:
            SourceFault: a request came to nothing, or the budget is spent.
        """
        try:
            within = self._pages.since(self._period.start, before=self._period.end)
            yield from self._listed(within)
            whole = self._rows > 0 or self._finds_what_is_there()
        except OrderLost:
            whole = False
        if not whole:
            self._warnings.append(
                f"the filter {self._settings.filter} or the order cannot be relied on, so "
                "everything was read"
            )
            yield from self._listed(self._pages.everything())
        yield Batch(complete=True, warnings=self._warnings)

    def _listed(self, pages: Iterable[Rows]) -> Iterator[Batch]:
        for rows in pages:
            self._rows += len(rows)
            wanted = [row for row in rows if self._is_wanted(row)]
            if wanted:
                yield self._batches.batch(wanted, self._window)

    def _is_wanted(self, row: Row) -> bool:
        # Without a time it belongs to no period, and would otherwise be in none.
        at = self._time_of(row)
        return at is None or at in self._period

    def _time_of(self, row: Row) -> datetime | None:
        if isinstance(row, Quarantined):
            return None
        return self._reading.time_in(row, self._settings.field)

    def _finds_what_is_there(self) -> bool:
        """Whether a filter that found nothing finds a record that there is, by its own second."""
        first = self._collection.first(deadline=self._deadline)
        at = self._time_of(first[0]) if first else None
        if at is None:
            return not first
        return any(self._pages.changed_since(at, before=at + timedelta(seconds=1)))
