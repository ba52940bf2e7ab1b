"""A calendar compiled into runs of instants, in whole seconds.

Two lists come out. *Open* runs are the instants whose local reading lies in a window of their
date: a clock change needs no rule beyond that, a repeated hour is open twice and a skipped one
not at all. *Counting* runs are where business time grows, one second a second, each with the
business time at its start. For `hours` they are the open runs. For `days` they differ around a
clock change: business time follows the furthest local reading so far, so a repeated hour does
not grow it again, and a skipped one makes it jump.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from monitor.clock.calendar import DAY_SECONDS, BusinessCalendar, DayWindows
from monitor.clock.tzif import Regimes
from monitor.clock.zones import regimes

Seconds = npt.NDArray[np.int64]

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a clock needs, in epoch seconds (UTC) and business seconds.

    `run_starts`, `run_ends`, `run_counts`: counting runs in order, and business time at each
    start. A run may be empty, where business time jumps while closed. `jumps` tells whether any
    run starts above the end of the one before.
    """

    first: int
    last: int
    open_starts: Seconds
    open_ends: Seconds
    run_starts: Seconds
    run_ends: Seconds
    run_counts: Seconds
    jumps: bool
    zone: Regimes

    @property
    def total(self) -> int:
        """Business time of the whole covered range."""
        lengths = self.run_ends - self.run_starts
        return int(self.run_counts[-1] + lengths[-1]) if len(lengths) else 0


def compile_table(calendar: BusinessCalendar) -> Table:
    first_day = calendar.valid_from.toordinal() - _EPOCH
    last_day = calendar.valid_until.toordinal() - _EPOCH
    # A year around, for the zone's offset is ahead of or behind UTC at the ends.
    zone = regimes(calendar.zone, calendar.valid_from.year - 1, calendar.valid_until.year + 1)
    first = first_instant(zone, first_day * DAY_SECONDS)
    last = first_instant(zone, last_day * DAY_SECONDS)
    pieces = _Pieces(zone, first, last, *_local_windows(calendar, first_day, last_day))
    open_starts, open_ends = pieces.open()
    if calendar.measure == "days":
        starts, ends, counts, jumps = pieces.following_the_wall_clock()
    else:
        starts, ends, jumps = open_starts, open_ends, False
        counts = np.cumsum(ends - starts) - (ends - starts)
    return Table(first, last, open_starts, open_ends, starts, ends, counts, jumps, zone)


def first_instant(zone: Regimes, local: int) -> int:
    """The first instant whose local reading is `local` or later."""
    for i, start in enumerate(zone.starts):
        instant = max(start, local - zone.offsets[i])
        if i + 1 == len(zone.starts) or instant < zone.starts[i + 1]:
            return instant
    raise AssertionError("a zone has at least one run")


def _local_windows(
    calendar: BusinessCalendar, first_day: int, last_day: int
) -> tuple[Seconds, Seconds]:
    """Windows as local epoch seconds, in order, touching ones joined."""
    days = np.arange(first_day, last_day, dtype=np.int64)
    weekdays = (days + 3) % 7  # 1970-01-01 was a Thursday.
    for holiday in calendar.holidays:
        weekdays[holiday.date.toordinal() - _EPOCH - first_day] = -1
    starts, ends = [], []

    def place(dates: Seconds, windows: DayWindows) -> None:
        for start, end in windows:
            starts.append(dates * DAY_SECONDS + start)
            ends.append(dates * DAY_SECONDS + end)

    for weekday, windows in enumerate(calendar.day_windows):
        place(days[weekdays == weekday], windows)
    for holiday in calendar.holidays:
        if holiday.windows:
            day = holiday.date.toordinal() - _EPOCH
            place(np.array([day], dtype=np.int64), calendar.windows_on(holiday))
    return _joined(np.sort(np.concatenate(starts)), np.sort(np.concatenate(ends)))


def _joined(starts: Seconds, ends: Seconds) -> tuple[Seconds, Seconds]:
    apart = starts[1:] != ends[:-1]
    return starts[np.r_[True, apart]], ends[np.r_[apart, True]]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Local windows met with the zone's runs of constant offset."""

    zone: Regimes
    first: int
    last: int
    starts: Seconds
    ends: Seconds

    def _runs(self) -> list[tuple[int, int, int]]:
        """Start, end and offset of each run of constant offset within the covered range."""
        bounds = [*self.zone.starts, self.last]
        runs = [
            (max(start, self.first), min(end, self.last), offset)
            for (start, end), offset in zip(pairwise(bounds), self.zone.offsets, strict=True)
        ]
        return [run for run in runs if run[0] < run[1]]

    def _between(self, low: int, high: int) -> tuple[Seconds, Seconds]:
        """The local windows within local `[low, high)`, cut to it."""
        i = int(np.searchsorted(self.ends, low, "right"))
        j = max(i, int(np.searchsorted(self.starts, high, "left")))
        starts, ends = self.starts[i:j].copy(), self.ends[i:j].copy()
        if i < j:
            starts[0] = max(low, starts[0])
            ends[-1] = min(high, ends[-1])
        return starts, ends

    def open(self) -> tuple[Seconds, Seconds]:
        starts, ends = [], []
        for start, end, offset in self._runs():
            local_starts, local_ends = self._between(start + offset, end + offset)
            starts.append(local_starts - offset)
            ends.append(local_ends - offset)
        return _joined(np.concatenate(starts), np.concatenate(ends))

    def following_the_wall_clock(self) -> tuple[Seconds, Seconds, Seconds, bool]:
        """Counting runs of whole days, business time at their starts, and whether any jumps."""
        starts, ends, counts = [], [], []
        furthest = self._runs()[0][0] + self._runs()[0][2]
        jumps = False
        for start, end, offset in self._runs():
            low, high = start + offset, end + offset
            jump = low > furthest and self._count(low) > self._count(furthest)
            jumps = jumps or jump
            local_starts, local_ends = self._between(max(low, furthest), high)
            if jump and not (len(local_starts) and local_starts[0] == low):
                # The skipped hours count at the change itself, though the day after is closed.
                local_starts, local_ends = np.r_[low, local_starts], np.r_[low, local_ends]
            starts.append(local_starts - offset)
            ends.append(local_ends - offset)
            counts.append(self._counts(local_starts))
            furthest = max(furthest, high)
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(counts), jumps

    def _counts(self, local: Seconds) -> Seconds:
        """Business time from the first local window to these local readings."""
        lengths = self.ends - self.starts
        before = np.r_[0, np.cumsum(lengths)]
        i = np.searchsorted(self.starts, local, "right")
        within = np.minimum(local - self.starts[i - 1], lengths[i - 1])
        counts: Seconds = np.where(i > 0, before[i - 1] + within, 0)
        return counts

    def _count(self, local: int) -> int:
        return int(self._counts(np.array([local], dtype=np.int64))[0])
