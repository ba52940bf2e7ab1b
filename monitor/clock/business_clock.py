"""Business time on one calendar: how much of it passed, and when so much will have."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from monitor.clock.calendar import DAY_SECONDS, BusinessCalendar, Holiday
from monitor.clock.limits import naive, out_of_range
from monitor.clock.segment import Segment
from monitor.clock.spans import CalendarSpan, SpanReason

if TYPE_CHECKING:
    from monitor.clock.arrays import ArrayLike, Seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = timedelta()
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_NO_REASON = (SpanReason.OPEN, None)


class BusinessClock:
    """Compiled once from a calendar, then asked; immutable, so safe to share between threads.

    Instants are aware datetimes, to the microsecond; answers are in UTC and exact. The covered
    range is closed: its last instant may be asked about, and be a deadline.

    Every question raises `ValueError` for a datetime without zone and `ClockRangeError` for one
    beyond the covered range.
    """

    def __init__(self, calendar: BusinessCalendar) -> None:
        # NumPy takes a tenth of a second to import; commands that ask no clock do without.
        from monitor.clock.arrays import Kernel  # noqa: PLC0415
        from monitor.clock.table import compile_table  # noqa: PLC0415

        self.calendar = calendar
        self._table = table = compile_table(calendar)
        self._kernel = Kernel(table, self.covers)
        self._first = timedelta(seconds=table.first)
        self._last = timedelta(seconds=table.last)
        # One empty run beyond the end spares every look-up a test for it.
        shifts = table.run_starts - table.run_counts
        self._starts = [*_spans(table.run_starts), self._last]
        self._ends = [*_spans(table.run_ends), self._last + _DAY]
        self._shifts = [*_spans(shifts), self._last - timedelta(seconds=table.total)]
        self._open_starts = [*_spans(table.open_starts), self._last]
        self._open_ends = [*_spans(table.open_ends), self._last + _DAY]

    @property
    def covers(self) -> tuple[datetime, datetime]:
        """First and last instant the clock answers for, both included."""
        table = self._table
        return _EPOCH + timedelta(seconds=table.first), _EPOCH + timedelta(seconds=table.last)

    def deadline(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant, not before `start`, by which `amount` of business time has passed.

        An amount used up exactly at a closing time is due at that closing time, not at the next
        opening. An amount of zero is due at `start` itself, open or not.

        Raises:
            ValueError: a negative amount, or a start without zone.
            ClockRangeError: the start, or the deadline, is beyond the covered range.
        """
        at = self._since_epoch("start", start)
        if amount <= _ZERO:
            if amount < _ZERO:
                raise ValueError(f"amount {amount} is negative: a deadline lies after its start")
            return _EPOCH + at
        i = bisect_right(self._ends, at)
        target = max(at, self._starts[i]) - self._shifts[i] + amount
        n = len(self._ends)
        j = bisect_left(range(n), target, lo=i, key=lambda k: self._ends[k] - self._shifts[k])
        if j >= n - 1:
            first, last = self.covers
            raise out_of_range(
                f"{amount} of business time from {start.isoformat()} lies",
                first,
                last,
                self.calendar.name,
            )
        return _EPOCH + max(self._starts[j], target + self._shifts[j])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Business time in `[start, end)`.

        Raises:
            ValueError: `end` before `start`, or either without zone.
            ClockRangeError: either is beyond the covered range.
        """
        a, b = self._span(start, end)
        return self._count(b) - self._count(a)

    def is_open(self, at: datetime) -> bool:
        """Whether the instant is in a window; a closing time itself is not."""
        t = self._since_epoch("at", at)
        return self._open_starts[bisect_right(self._open_ends, t)] <= t < self._last

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself when open, else the next opening.

        Raises:
            ClockRangeError: the calendar does not open again within the covered range.
        """
        t = self._since_epoch("at", at)
        i = bisect_right(self._open_ends, t)
        if i == len(self._open_ends) - 1:
            first, last = self.covers
            raise out_of_range(
                f"the next opening after {at.isoformat()} lies", first, last, self.calendar.name
            )
        return _EPOCH + max(t, self._open_starts[i])

    def day_after(self, at: datetime) -> datetime:
        """00:00 of the local calendar day after the one `at` falls on, business day or not.

        Where a clock change skips that midnight, the first instant of the day.
        """
        t = self._since_epoch("at", at)
        today = self._local_day(t)
        while self._local_day(t) <= today:
            t = self._next_boundary(t)
        if t > self._last:
            first, last = self.covers
            raise out_of_range(
                f"the day after {at.isoformat()} lies", first, last, self.calendar.name
            )
        return _EPOCH + t

    def segments(self, start: datetime, end: datetime) -> list[Segment]:
        """The open time within `[start, end)`, in order, cut to it."""
        return [Segment(_EPOCH + a, _EPOCH + b) for a, b in self._open(*self._span(start, end))]

    def spans(self, start: datetime, end: datetime) -> list[CalendarSpan]:
        """All of `[start, end)`, in order and without a gap, each stretch with its reason.

        Closed time is cut at each local midnight; equal neighbours are one span, so a Saturday
        and a Sunday are one weekend and two holidays in a row are two. Counted time sums to
        `elapsed(start, end)`.
        """
        a, b = self._span(start, end)
        pieces: list[tuple[timedelta, timedelta, tuple[SpanReason, Holiday | None]]] = []
        at = a
        for opening, closing in [*self._open(a, b), (b, b)]:
            while at < opening:
                until = min(opening, self._next_boundary(at))
                pieces.append((at, until, self._closed_by(at)))
                at = until
            if opening < closing:
                pieces.append((opening, closing, _NO_REASON))
                at = closing
        return self._merged(pieces)

    def deadlines(self, starts: "ArrayLike", amounts: "ArrayLike", threads: int = 1) -> "Seconds":
        """`deadline` for arrays: epoch seconds and business seconds in, epoch seconds out.

        Integer arrays of any shapes that broadcast; `threads` share the work in blocks.
        """
        return self._kernel.deadlines(starts, amounts, threads)

    def elapsed_many(self, starts: "ArrayLike", ends: "ArrayLike", threads: int = 1) -> "Seconds":
        """`elapsed` for arrays: epoch seconds in, business seconds out.

        Integer arrays of any shapes that broadcast; `threads` share the work in blocks.
        """
        return self._kernel.elapsed(starts, ends, threads)

    def _since_epoch(self, argument: str, at: datetime) -> timedelta:
        try:
            t = at - _EPOCH
        except TypeError:
            self._refuse(argument, at)
        if not self._first <= t <= self._last:
            first, last = self.covers
            raise out_of_range(f"{argument} {at.isoformat()} is", first, last, self.calendar.name)
        return t

    @staticmethod
    def _refuse(argument: str, at: object) -> NoReturn:
        if isinstance(at, datetime):
            raise naive(argument, at) from None
        raise TypeError(f"{argument} is a {type(at).__name__}: give an aware datetime") from None

    def _span(self, start: datetime, end: datetime) -> tuple[timedelta, timedelta]:
        a, b = self._since_epoch("start", start), self._since_epoch("end", end)
        if b < a:
            raise ValueError(
                f"end {end.isoformat()} is before start {start.isoformat()}: swap them"
            )
        return a, b

    def _count(self, t: timedelta) -> timedelta:
        """Business time from the start of the covered range."""
        i = bisect_right(self._ends, t)
        return max(t, self._starts[i]) - self._shifts[i]

    def _open(self, a: timedelta, b: timedelta) -> list[tuple[timedelta, timedelta]]:
        if a == b:
            return []
        i = bisect_right(self._open_ends, a)
        j = bisect_left(self._open_starts, b)
        pairs = zip(self._open_starts[i:j], self._open_ends[i:j], strict=True)
        return [(max(a, start), min(b, end)) for start, end in pairs]

    def _local_day(self, t: timedelta) -> int:
        """Local date at `t`, in days since 1970-01-01."""
        zone = self._table.zone
        second = t // _SECOND
        return (second + zone.offsets[zone.at(second)]) // DAY_SECONDS

    def _next_boundary(self, t: timedelta) -> timedelta:
        """The next local midnight or clock change, whichever comes first."""
        zone = self._table.zone
        second = t // _SECOND
        i = zone.at(second)
        midnight = second + DAY_SECONDS - (second + zone.offsets[i]) % DAY_SECONDS
        change = zone.starts[i + 1] if i + 1 < len(zone.starts) else midnight
        return timedelta(seconds=min(midnight, change))

    def _closed_by(self, t: timedelta) -> tuple[SpanReason, Holiday | None]:
        day = datetime.fromordinal(_EPOCH.toordinal() + self._local_day(t)).date()
        if not self.calendar.day_windows[day.weekday()]:
            return SpanReason.WEEKEND, None
        if holiday := self.calendar.holidays_by_date.get(day):
            return SpanReason.HOLIDAY, holiday
        return SpanReason.OUTSIDE_HOURS, None

    def _merged(
        self, pieces: list[tuple[timedelta, timedelta, tuple[SpanReason, Holiday | None]]]
    ) -> list[CalendarSpan]:
        merged: list[tuple[timedelta, timedelta, tuple[SpanReason, Holiday | None]]] = []
        for start, end, reason in pieces:
            if merged and merged[-1][2] == reason:
                merged[-1] = (merged[-1][0], end, reason)
            else:
                merged.append((start, end, reason))
        return [
            CalendarSpan(
                start=_EPOCH + start,
                end=_EPOCH + end,
                reason=reason,
                counted=self._count(end) - self._count(start),
                holiday=holiday,
            )
            for start, end, (reason, holiday) in merged
        ]


def _spans(seconds: "Seconds") -> list[timedelta]:
    spans: list[timedelta] = seconds.astype("timedelta64[s]").tolist()
    return spans
