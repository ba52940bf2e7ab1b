"""Why time counts or does not: the pieces a ledger is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.clock.segment import Segment
from monitor.clock.windows import Holiday


class SpanReason(StrEnum):
    OPEN = "open"
    OUTSIDE_HOURS = "outside_hours"
    """Closed, on a weekday that has a window."""
    WEEKEND = "weekend"
    """On a weekday that has no window; a holiday there closes nothing more."""
    HOLIDAY = "holiday"
    """Closed, on a holiday's date that has hours of its own or would have had some."""


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """A stretch of time of one reason: half-open, in UTC, cut where the local date changes it.

    `counted` is the business time in it. In a calendar of days it differs from the real duration
    where the clock changes; over a partition it sums to what `elapsed` says, exactly.
    """

    start: datetime
    end: datetime
    reason: SpanReason
    counted: timedelta
    holiday: Holiday | None = None

    @property
    def segment(self) -> Segment:
        return Segment(self.start, self.end)

    @property
    def counted_seconds(self) -> int | float:
        """Counted business time in seconds: whole where it is whole."""
        whole, rest = divmod(self.counted, timedelta(seconds=1))
        return self.counted.total_seconds() if rest else whole
