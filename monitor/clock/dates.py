"""Due dates for millions of receipts at once, on a calendar of days: two gathers each."""

import numpy as np
import numpy.typing as npt

from monitor.clock.arrays import ArrayLike, integers
from monitor.clock.blocks import Scratch, in_blocks
from monitor.clock.calendar import BusinessCalendar
from monitor.clock.limits import ClockRangeError
from monitor.clock.lookup import within
from monitor.clock.table import Seconds, business_dates

Dates = npt.NDArray[np.datetime64]

# Above every count of business days, and far from wrapping when one is added.
_NEVER = 1 << 40


class DateTable:
    """Business days counted by date, and dates by that count; dates in days since 1970-01-01."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        if calendar.measure != "days":
            raise ValueError(
                f"calendar '{calendar.name}' counts hours: due dates need one of measure 'days'"
            )
        first, last, business = business_dates(calendar)
        self._calendar = calendar
        self._first = first - 1
        self._total = len(business)
        counts = np.searchsorted(business, np.arange(first, last), "right")
        # A date before or after the range is clipped to an edge, where the count never comes due.
        self._counts = np.concatenate(([_NEVER], counts, [_NEVER]))
        self._due = np.concatenate(([0], business))

    def due(self, received: Dates, days: ArrayLike, threads: int, out: Dates | None) -> Dates:
        """Dates on which the given business days after the day of receipt end."""
        if received.dtype != np.dtype("datetime64[D]"):
            raise ValueError(
                f"received: local dates as datetime64[D] are needed, not {received.dtype}"
            )
        a, b = received.view(np.int64), integers("days", days)
        result = None if out is None else out.view(np.int64)
        found = in_blocks(self._due_in, a, b, out=result, threads=threads)
        return found.view("datetime64[D]")

    def _due_in(self, received: Seconds, days: Seconds, out: Seconds, scratch: Scratch) -> None:
        wide = scratch.wide
        if days.min(initial=1) < 1:
            raise ValueError("days: some are below one; day 1 is the first business day after")
        np.subtract(received, self._first, out=wide)
        self._counts.take(wide, out=out, mode="clip")
        np.add(out, days, out=wide)
        if not within(wide, self._total):
            raise self._beyond()
        self._due.take(wide, out=out, mode="clip")

    def _beyond(self) -> ClockRangeError:
        calendar = self._calendar
        return ClockRangeError(
            f"received: some dates, or the due ones, are beyond what calendar '{calendar.name}'"
            f" covers, from {calendar.valid_from} to {calendar.valid_until} excluded: use dates"
            " within it or extend the calendar's valid range"
        )
