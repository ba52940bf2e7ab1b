"""A calendar compiled into runs of instants, in whole seconds.

A run is *open* where the local reading lies in a window of its date: a clock change needs no rule
beyond that, a repeated hour is open twice and a skipped one not at all. Business time grows over
the open runs, except in a calendar of days where the clock changes on a business day: there it
follows the furthest local reading so far, so a repeated hour does not grow it again, and a
skipped one makes it jump: the skipped time counts from the change on, in `[change, ...)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from monitor.clock.calendar import BusinessCalendar
from monitor.clock.tzif import Regimes
from monitor.clock.windows import DAY_SECONDS, DayWindows
from monitor.clock.zones import regimes

Seconds = npt.NDArray[np.int64]

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Runs:
    """Business time as a function of instants: it grows during each run and rests between.

    `ends` are closing instants; `counts[i]` is the business time before run i and `counts[i + 1]`
    after it; `shifts` is how far instants within the run are ahead of their business time. With i
    the first run that ends at t or later, business time at t is `max(t - shifts[i], counts[i])`.
    With j the first run after which it is y or more, y is reached at `min(y + shifts[j],
    ends[j])`. Neither asks whether t is open. A jump of business time is an empty run. The last
    run is empty too, beyond the range, so that there is a run for every instant.
    """

    ends: Seconds
    counts: Seconds
    shifts: Seconds

    @property
    def total(self) -> int:
        return int(self.counts[-1])


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a clock needs, in epoch seconds (UTC) and business seconds.

    `counting` holds business time, `opening` real open time; one object unless a calendar of days
    has a clock change on a business day.
    """

    first: int
    last: int
    counting: Runs
    opening: Runs
    zone: Regimes


def compile_table(calendar: BusinessCalendar) -> Table:
    first_day, last_day = _date_range(calendar)
    # A year around, for the zone's offset is ahead of or behind UTC at the ends.
    zone = regimes(calendar.zone, calendar.valid_from.year - 1, calendar.valid_until.year + 1)
    first = first_instant(zone, first_day * DAY_SECONDS)
    last = first_instant(zone, last_day * DAY_SECONDS)
    pieces = _Pieces(zone, first, last, *_local_windows(calendar))
    opening = counting = pieces.opening()
    if calendar.measure == "days" and pieces.changes_count():
        counting = pieces.following_the_wall_clock()
    return Table(first, last, counting, opening, zone)


def first_instant(zone: Regimes, local: int) -> int:
    """The first instant whose local reading is `local` or later."""
    for i, start in enumerate(zone.starts):
        instant = max(start, local - zone.offsets[i])
        if i + 1 == len(zone.starts) or instant < zone.starts[i + 1]:
            return instant
    raise AssertionError("a zone has at least one run")


def business_dates(calendar: BusinessCalendar) -> tuple[int, int, Seconds]:
    """First date, first date no longer covered, and the dates with any window between them.

    All in days since 1970-01-01, local.
    """
    first_day, last_day = _date_range(calendar)
    starts, ends = _local_windows(calendar)
    opened, closed = starts // DAY_SECONDS, -(-ends // DAY_SECONDS)
    days = np.arange(first_day, last_day)
    within = np.searchsorted(opened, days, "right") > np.searchsorted(closed, days, "right")
    return first_day, last_day, days[within]


def _date_range(calendar: BusinessCalendar) -> tuple[int, int]:
    return calendar.valid_from.toordinal() - _EPOCH, calendar.valid_until.toordinal() - _EPOCH


def _local_windows(calendar: BusinessCalendar) -> tuple[Seconds, Seconds]:
    """Windows as local epoch seconds, in order, touching ones joined."""
    first_day, last_day = _date_range(calendar)
    days = np.arange(first_day, last_day, dtype=np.int64)
    weekdays = (days + 3) % 7  # 1970-01-01 was a Thursday.
    holidays = [holiday.date.toordinal() - _EPOCH for holiday in calendar.holidays]
    weekdays[np.array(holidays, dtype=np.int64) - first_day] = -1
    starts, ends = [], []

    def place(dates: Seconds, windows: DayWindows) -> None:
        for start, end in windows:
            starts.append(dates * DAY_SECONDS + start)
            ends.append(dates * DAY_SECONDS + end)

    for weekday, windows in enumerate(calendar.day_windows):
        place(days[weekdays == weekday], windows)
    for day, holiday in zip(holidays, calendar.holidays, strict=True):
        if holiday.windows:
            place(np.array([day], dtype=np.int64), calendar.windows_on(holiday))
    return _joined(np.sort(np.concatenate(starts)), np.sort(np.concatenate(ends)))


def _joined(starts: Seconds, ends: Seconds) -> tuple[Seconds, Seconds]:
    """Runs that touch made one."""
    apart = starts[1:] != ends[:-1]
    edge = np.ones(min(1, len(starts)), dtype=np.bool_)
    return starts[np.r_[edge, apart]], ends[np.r_[apart, edge]]


class _Pieces:
    """Local windows met with the zone's runs of constant offset."""

    def __init__(
        self, zone: Regimes, first: int, last: int, starts: Seconds, ends: Seconds
    ) -> None:
        self.zone, self.first, self.last = zone, first, last
        self.starts, self.ends = starts, ends
        self.lengths = ends - starts
        self.before = np.cumsum(self.lengths) - self.lengths

    def opening(self) -> Runs:
        starts, ends = [], []
        for start, end, offset in self._offsets():
            local_starts, local_ends = self._between(start + offset, end + offset)
            starts.append(local_starts - offset)
            ends.append(local_ends - offset)
        run_starts, run_ends = _joined(np.concatenate(starts), np.concatenate(ends))
        counts = np.cumsum(run_ends - run_starts)
        return self._runs(run_ends, counts, run_ends - counts)

    def following_the_wall_clock(self) -> Runs:
        ends, counts, shifts = [], [], []
        for start, offset, furthest, low, high in self._readings():
            reached = self._count(low) - self._count(furthest)
            if low > furthest and reached:
                # Skipped business time counts at the change itself.
                ends.append(np.array([start]))
                counts.append(np.array([self._count(low)]))
                shifts.append(np.array([start - self._count(furthest)]))
            _, local_ends = self._between(max(low, furthest), high)
            run_counts = self._counts(local_ends)
            ends.append(local_ends - offset)
            counts.append(run_counts)
            shifts.append(local_ends - offset - run_counts)
        return self._runs(np.concatenate(ends), np.concatenate(counts), np.concatenate(shifts))

    def changes_count(self) -> bool:
        """Whether the clock skips or repeats any business time."""
        readings = np.array([(furthest, low) for _, _, furthest, low, _ in self._readings()])
        return bool(np.any(self._counts(readings[:, 0]) != self._counts(readings[:, 1])))

    def _runs(self, ends: Seconds, counts: Seconds, shifts: Seconds) -> Runs:
        total = counts[-1] if len(counts) else 0
        return Runs(
            np.append(ends, self.last + DAY_SECONDS),
            np.concatenate(([0], counts)),
            np.append(shifts, self.last - total),
        )

    def _offsets(self) -> list[tuple[int, int, int]]:
        """Start, end and offset of each run of constant offset within the covered range."""
        bounds = [*self.zone.starts, self.last]
        runs = [
            (max(start, self.first), min(end, self.last), offset)
            for (start, end), offset in zip(pairwise(bounds), self.zone.offsets, strict=True)
        ]
        return [run for run in runs if run[0] < run[1]]

    def _readings(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Of each such run: start, offset, furthest local reading before it, first one, end."""
        furthest: int | None = None
        for start, end, offset in self._offsets():
            low, high = start + offset, end + offset
            furthest = low if furthest is None else furthest
            yield start, offset, furthest, low, high
            furthest = max(furthest, high)

    def _between(self, low: int, high: int) -> tuple[Seconds, Seconds]:
        """The local windows within local `[low, high)`, cut to it."""
        i = int(np.searchsorted(self.ends, low, "right"))
        j = max(i, int(np.searchsorted(self.starts, high, "left")))
        starts, ends = self.starts[i:j].copy(), self.ends[i:j].copy()
        if i < j:
            starts[0] = max(low, starts[0])
            ends[-1] = min(high, ends[-1])
        return starts, ends

    def _counts(self, local: Seconds) -> Seconds:
        """Business time from the first local window to these local readings."""
        if not len(self.starts):
            return np.zeros_like(local)
        i = np.maximum(np.searchsorted(self.starts, local, "right") - 1, 0)
        within = np.clip(local - self.starts[i], 0, self.lengths[i])
        counts: Seconds = self.before[i] + within
        return counts

    def _count(self, local: int) -> int:
        return int(self._counts(np.array([local]))[0])
