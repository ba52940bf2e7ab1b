"""Where local days begin and end among instants."""

from bisect import bisect_right
from datetime import date, timedelta

from monitor.clock.tzif import Regimes

_SECOND = timedelta(seconds=1)
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


class LocalDays:
    """Answers on one zone; instants are spans since 00:00 UTC of the date `origin`."""

    __slots__ = ("_offsets", "_origin", "_starts")

    def __init__(self, zone: Regimes, origin: date) -> None:
        epoch = (origin - _EPOCH).days * _DAY_SECONDS
        self._origin = origin.toordinal()
        self._starts = [start - epoch for start in zone.starts]
        self._offsets = zone.offsets

    def date_at(self, t: timedelta) -> date:
        return date.fromordinal(self._origin + self._day(t))

    def next_day(self, t: timedelta) -> timedelta:
        """The first instant after `t` on a later local date; 00:00 unless that is skipped."""
        today = self._day(t)
        while self._day(t) <= today:
            t = self.next_boundary(t)
        return t

    def next_boundary(self, t: timedelta) -> timedelta:
        """The next local midnight or clock change, whichever comes first."""
        second = t // _SECOND
        i = bisect_right(self._starts, second)
        boundary = second + _DAY_SECONDS - (second + self._offsets[i - 1]) % _DAY_SECONDS
        if i < len(self._starts):
            boundary = min(boundary, self._starts[i])
        return timedelta(seconds=boundary)

    def _day(self, t: timedelta) -> int:
        second = t // _SECOND
        return (second + self._offsets[bisect_right(self._starts, second) - 1]) // _DAY_SECONDS
