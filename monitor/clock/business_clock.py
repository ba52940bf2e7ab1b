"""Business time on one calendar: how much of it passed, and when so much will have."""

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from monitor.clock.calendar import BusinessCalendar
from monitor.clock.limits import ClockRangeError, naive, out_of_range
from monitor.clock.local_days import LocalDays
from monitor.clock.segment import Segment
from monitor.clock.spans import CalendarSpan, SpanReason
from monitor.clock.windows import Holiday

if TYPE_CHECKING:
    from monitor.clock.arrays import ArrayLike, Kernel
    from monitor.clock.dates import Dates, DateTable
    from monitor.clock.table import Seconds

_ZERO = timedelta()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BusinessClock:
    """Compiled once from a calendar, then asked; immutable, so safe to share between threads.

    Instants are aware datetimes, to the microsecond; answers are in UTC and exact. The covered
    range is closed: its last instant may be asked about, and be a deadline.

    Every question raises `ValueError` for a datetime without zone and `ClockRangeError` for one
    beyond the covered range.
    """

    def __init__(self, calendar: BusinessCalendar) -> None:
        # NumPy takes a tenth of a second to import; commands that ask no clock do without.
        from monitor.clock.table import compile_table  # noqa: PLC0415
        from monitor.clock.timeline import Timeline  # noqa: PLC0415

        self.calendar = calendar
        self._table = table = compile_table(calendar)
        first, last = (_EPOCH + timedelta(seconds=edge) for edge in (table.first, table.last))
        # Spans since a UTC midnight stand for instants: see Timeline.
        self._origin = origin = first.replace(hour=0, minute=0, second=0)
        self._first, self._last = first - origin, last - origin
        second = (origin - _EPOCH) // timedelta(seconds=1)
        self._counting = self._opening = Timeline(table.counting, second)
        if table.opening is not table.counting:
            self._opening = Timeline(table.opening, second)
        self._days = LocalDays(table.zone, origin.date())

    @property
    def covers(self) -> tuple[datetime, datetime]:
        """First and last instant the clock answers for, both included."""
        return self._origin + self._first, self._origin + self._last

    def deadline(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant, not before `start`, by which `amount` of business time has passed.

        An amount used up exactly at a closing time is due at that closing time, not at the next
        opening. An amount of zero is due at `start` itself, open or not. In a calendar of days, an
        amount that ends within an hour the clock skips is due at the change.

        Raises:
            ValueError: a negative amount, or a start without zone.
            ClockRangeError: the start, or the deadline, is beyond the covered range.
        """
        try:
            t = start - self._origin
        except TypeError:
            self._refuse("start", start)
        if not self._first <= t <= self._last:
            raise self._beyond(f"start {start.isoformat()} is")
        if amount <= _ZERO:
            if amount < _ZERO:
                raise ValueError(f"amount {amount} is negative: a deadline lies after its start")
            return self._origin + t
        try:
            due = self._counting.due(t, amount)
        except OverflowError:
            due = None
        if due is None:
            raise self._beyond(f"{amount} of business time from {start.isoformat()} ends")
        return self._origin + due

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Business time in `[start, end)`.

        Raises:
            ValueError: `end` before `start`, or either without zone.
            ClockRangeError: either is beyond the covered range.
        """
        try:
            a, b = start - self._origin, end - self._origin
        except TypeError:
            a, b = self._span(start, end)
        if not self._first <= a <= b <= self._last:
            a, b = self._span(start, end)
        return self._counting.elapsed(a, b)

    def is_open(self, at: datetime) -> bool:
        """Whether the instant is in a window; a closing time itself is not."""
        t = self._instant("at", at)
        return self._opening.start(self._opening.run_at(t)) <= t < self._last

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself when open, else the next opening.

        Raises:
            ClockRangeError: the calendar does not open again within the covered range.
        """
        t = self._instant("at", at)
        opening = max(t, self._opening.start(self._opening.run_at(t)))
        if opening >= self._last:
            raise self._beyond(f"the next opening after {at.isoformat()} lies")
        return self._origin + opening

    def day_after(self, at: datetime) -> datetime:
        """00:00 of the local calendar day after the one `at` falls on, business day or not.

        Where a clock change skips that midnight, the first instant of the day.
        """
        following = self._days.next_day(self._instant("at", at))
        if following > self._last:
            raise self._beyond(f"the day after {at.isoformat()} lies")
        return self._origin + following

    def segments(self, start: datetime, end: datetime) -> list[Segment]:
        """The open time within `[start, end)`, in order, cut to it."""
        origin = self._origin
        return [Segment(origin + a, origin + b) for a, b in self._open(*self._span(start, end))]

    def spans(self, start: datetime, end: datetime) -> list[CalendarSpan]:
        """All of `[start, end)`, in order and without a gap, each stretch with its reason.

        Closed time is cut at each local midnight; equal neighbours are one span, so a Saturday
        and a Sunday are one weekend and two holidays in a row are two. Counted time sums to
        `elapsed(start, end)`.
        """
        a, b = self._span(start, end)
        spans: list[CalendarSpan] = []
        at = a
        for opening, closing in [*self._open(a, b), (b, b)]:
            while at < opening:
                until = min(opening, self._days.next_boundary(at))
                self._append(spans, at, until, *self._closed_by(self._days.date_at(at)))
                at = until
            if opening < closing:
                self._append(spans, opening, closing, SpanReason.OPEN, None)
                at = closing
        return spans

    def deadlines(
        self,
        starts: "ArrayLike",
        amounts: "ArrayLike",
        threads: int = 1,
        out: "Seconds | None" = None,
    ) -> "Seconds":
        """`deadline` for arrays: epoch seconds and business seconds in, epoch seconds out.

        Integer arrays of any shapes that broadcast. `threads` share the work in blocks; `out`
        takes the result and spares its allocation, which is a tenth of the time.
        """
        return self._kernel.deadlines(starts, amounts, threads, out)

    def elapsed_many(
        self,
        starts: "ArrayLike",
        ends: "ArrayLike",
        threads: int = 1,
        out: "Seconds | None" = None,
    ) -> "Seconds":
        """`elapsed` for arrays: epoch seconds in, business seconds out; otherwise `deadlines`."""
        return self._kernel.elapsed(starts, ends, threads, out)

    def due_dates(
        self,
        received: "Dates",
        days: "ArrayLike",
        threads: int = 1,
        out: "Dates | None" = None,
    ) -> "Dates":
        """Local dates at the end of which day-based levels are due, for a calendar of days.

        Day 1 is the first business day after the local date `received` (datetime64[D]), business
        day or not: `deadline(next_opening(day_after(at)), N days)` is 24:00 of the date found.

        Raises:
            ValueError: a calendar of hours, days below one, or a dtype other than these.
            ClockRangeError: a date, or its due date, is beyond the covered range.
        """
        return self._dates.due(received, days, threads, out)

    @cached_property
    def _kernel(self) -> "Kernel":
        from monitor.clock.arrays import Kernel  # noqa: PLC0415 - as in __init__

        return Kernel(self._table, self.covers, self.calendar.name)

    @cached_property
    def _dates(self) -> "DateTable":
        from monitor.clock.dates import DateTable  # noqa: PLC0415 - as in __init__

        return DateTable(self.calendar)

    def _instant(self, argument: str, at: datetime) -> timedelta:
        try:
            t = at - self._origin
        except TypeError:
            self._refuse(argument, at)
        if not self._first <= t <= self._last:
            raise self._beyond(f"{argument} {at.isoformat()} is")
        return t

    def _span(self, start: datetime, end: datetime) -> tuple[timedelta, timedelta]:
        a, b = self._instant("start", start), self._instant("end", end)
        if b < a:
            raise ValueError(
                f"end {end.isoformat()} is before start {start.isoformat()}: swap them"
            )
        return a, b

    def _beyond(self, what: str) -> ClockRangeError:
        return out_of_range(what, *self.covers, self.calendar.name)

    @staticmethod
    def _refuse(argument: str, at: object) -> NoReturn:
        if isinstance(at, datetime):
            raise naive(argument, at) from None
        raise TypeError(f"{argument} is a {type(at).__name__}: give an aware datetime") from None

    def _open(self, a: timedelta, b: timedelta) -> list[tuple[timedelta, timedelta]]:
        """Open stretches of `[a, b)`, none empty."""
        opening, found = self._opening, []
        i = opening.run_at(a)
        while (start := opening.start(i)) < b:
            if max(a, start) < (end := min(b, opening.ends[i])):
                found.append((max(a, start), end))
            i += 1
        return found

    def _closed_by(self, day: date) -> tuple[SpanReason, Holiday | None]:
        holiday = self.calendar.holidays_by_date.get(day)
        if holiday and (holiday.windows or self.calendar.day_windows[day.weekday()]):
            return SpanReason.HOLIDAY, holiday
        opens = self.calendar.week.get(day.weekday())
        return SpanReason.OUTSIDE_HOURS if opens else SpanReason.WEEKEND, None

    def _append(
        self,
        spans: list[CalendarSpan],
        start: timedelta,
        end: timedelta,
        reason: SpanReason,
        holiday: Holiday | None,
    ) -> None:
        """Add a stretch, or lengthen the last span when it has the same reason."""
        opened = self._origin + start
        if spans and (spans[-1].reason, spans[-1].holiday) == (reason, holiday):
            opened = spans.pop().start
        counted = self._counting.elapsed(opened - self._origin, end)
        spans.append(CalendarSpan(opened, self._origin + end, reason, counted, holiday))
