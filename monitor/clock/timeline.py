"""Compiled runs laid out for one look-up at a time: plain lists of `timedelta`.

Converting a datetime to a number and back costs more than the look-up itself, so there is no
conversion: an instant is its `timedelta` since an origin, which adds, subtracts and compares
exactly, to the microsecond, and whose `days` is the index of the day it falls on. Each day leads
to the few runs that end in it, usually one, and a binary search among those finds the one meant.
"""

from array import array
from bisect import bisect_left, bisect_right
from datetime import timedelta

import numpy as np

from monitor.clock.buckets import edges_before
from monitor.clock.table import Runs, Seconds

_DAY_SECONDS = 86_400


class Timeline:
    """`Runs` of which instants count from `origin`, whole days before the covered range ends."""

    __slots__ = ("_by_business_day", "_by_day", "counts", "ends", "shifts", "total")

    _by_business_day: "array[int]"
    _by_day: "array[int]"

    def __init__(self, runs: Runs, origin: int) -> None:
        self.ends = _spans(runs.ends - origin)
        self.counts = _spans(runs.counts)
        self.shifts = _spans(runs.shifts - origin)
        self.total = self.counts[-1]
        days = int(runs.ends[-1] - origin) // _DAY_SECONDS + 2
        self._by_day = _index(runs.ends - origin, days)
        self._by_business_day = _index(runs.counts, runs.total // _DAY_SECONDS + 3)

    def run_at(self, t: timedelta) -> int:
        """The first run that ends after `t`: the one `t` is in or, when closed, the next."""
        day = t.days
        return bisect_right(self.ends, t, self._by_day[day], self._by_day[day + 1])

    def elapsed(self, a: timedelta, b: timedelta) -> timedelta:
        """Business time between two instants, the later last.

        The look-up is written out twice: calling it would take as long as doing it.
        """
        ends, shifts, counts, by_day = self.ends, self.shifts, self.counts, self._by_day
        i = by_day[a.days]
        if a > ends[i]:
            i = bisect_left(ends, a, i + 1, by_day[a.days + 1])
        if (a := a - shifts[i]) < (before := counts[i]):
            a = before
        i = by_day[b.days]
        if b > ends[i]:
            i = bisect_left(ends, b, i + 1, by_day[b.days + 1])
        if (b := b - shifts[i]) < (before := counts[i]):
            b = before
        return b - a

    def due(self, t: timedelta, amount: timedelta) -> timedelta | None:
        """The first instant by which an amount above zero has passed; None: not within range."""
        ends, shifts, counts, index = self.ends, self.shifts, self.counts, self._by_day
        i = index[t.days]
        if t > ends[i]:
            i = bisect_left(ends, t, i + 1, index[t.days + 1])
        if (t := t - shifts[i]) < (before := counts[i]):
            t = before
        if (t := t + amount) > self.total:
            return None
        index = self._by_business_day
        j = index[t.days]
        if t > counts[j]:
            j = bisect_left(counts, t, j + 1, index[t.days + 1])
        if (due := t + shifts[j - 1]) > (end := ends[j - 1]):
            return end
        return due

    def start(self, i: int) -> timedelta:
        return self.counts[i] + self.shifts[i]


def _index(edges: Seconds, days: int) -> "array[int]":
    return array("i", edges_before(edges, _DAY_SECONDS, days).astype(np.intc).tobytes())


def _spans(seconds: Seconds) -> list[timedelta]:
    spans: list[timedelta] = seconds.astype("timedelta64[s]").tolist()
    return spans
