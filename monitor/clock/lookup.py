"""Compiled runs laid out for millions of look-ups: from an instant's bucket straight to its run.

Buckets are powers of two seconds wide, so that an instant's is one shift away. `CompactLookup`
serves calendars whose windows and gaps are wider than a bucket, as ordinary ones are; it needs no
search at all and computes in 32 bits. `GeneralLookup` serves every calendar.
"""

from typing import Self

import numpy as np
import numpy.typing as npt

from monitor.clock.blocks import BusinessTime, Narrow, Scratch
from monitor.clock.buckets import edges_before
from monitor.clock.table import Seconds, Table

COMPACT_BUCKETS = 1 << 18
GENERAL_BUCKETS = 1 << 19
MOST_STEPS = 4
WIDEST_BITS = 20
_WRAP = 1 << 32


class CompactLookup:
    """For calendars in which no bucket of instants touches two runs.

    In a bucket business time is then `min(max(t - shift, low), high)`: three gathers. No bucket
    of business time holds two closing times either, so an instant is business time plus a shift,
    plus the gap that follows when it is past the bucket's closing time.

    Instants count from the first one covered, business time from `bias` so that nothing is ever
    below zero; both fit 32 bits, and sums that wrap around come back to the exact result.
    """

    dtype = np.uint32

    def __init__(self, table: Table, instant_bits: int, business_bits: int) -> None:
        self._instant_bits, self._business_bits = instant_bits, business_bits
        # Typed, for it may be below zero and is added to 32 bits that are not.
        self._first = np.int64(table.first)
        self._span = table.last - table.first
        self.bias = 1 << instant_bits
        self._place_instants(table)
        self._place_business_time(table)

    @classmethod
    def of(cls, table: Table) -> Self | None:
        """The lookup of this table, or None where it would not be exact or be too large."""
        runs = table.counting
        lengths = np.diff(runs.counts)
        starts = runs.shifts[:-1] + runs.counts[:-1]
        gaps = starts[1:] - runs.ends[:-2]
        span = table.last - table.first
        narrowest, shortest = int(gaps.min(initial=span)), int(lengths.min(initial=span))
        if not len(lengths) or min(narrowest, shortest) < 1:
            return None
        instant_bits = min(narrowest.bit_length() - 1, WIDEST_BITS)
        business_bits = min(shortest.bit_length() - 1, WIDEST_BITS)
        buckets = max(span >> instant_bits, runs.total >> business_bits)
        if buckets > COMPACT_BUCKETS or span + (2 << instant_bits) >= _WRAP:
            return None
        return cls(table, instant_bits, business_bits)

    def count(self, t: Seconds, scratch: Scratch, out: BusinessTime) -> bool:
        """Business time at instants, biased; False when one is outside the covered range."""
        wide, narrow, gathered = scratch.wide, scratch.narrow, scratch.gathered
        np.subtract(t, self._first, out=wide)
        if not within(wide, self._span):
            return False
        np.copyto(narrow, wide, casting="unsafe")
        index = np.right_shift(wide, self._instant_bits, out=wide)
        # `clip` never clips here; it spares NumPy a copy that `raise` needs.
        self._shifts.take(index, out=gathered, mode="clip")
        np.subtract(narrow, gathered, out=out)
        self._lows.take(index, out=gathered, mode="clip")
        np.maximum(out, gathered, out=out)
        self._highs.take(index, out=gathered, mode="clip")
        np.minimum(out, gathered, out=out)
        return True

    def reach(self, scratch: Scratch, out: Seconds) -> None:
        """Instants that reach the biased business time in `scratch.wide`, which is in range."""
        wide, narrow, gathered = scratch.wide, scratch.narrow, scratch.gathered
        past = scratch.before
        np.copyto(narrow, wide, casting="unsafe")
        index = np.right_shift(wide, self._business_bits, out=wide)
        self._closings.take(index, out=gathered, mode="clip")
        np.subtract(gathered, narrow, out=past)
        # All ones where the closing time is past, all zeros elsewhere: the sign, spread.
        np.right_shift(past.view(np.int32), 31, out=past.view(np.int32))
        self._gaps.take(index, out=gathered, mode="clip")
        np.bitwise_and(past, gathered, out=past)
        np.add(narrow, past, out=narrow)
        self._moves.take(index, out=gathered, mode="clip")
        np.add(narrow, gathered, out=narrow)
        np.add(narrow, self._first, out=out)

    def _place_instants(self, table: Table) -> None:
        runs = table.counting
        buckets = np.arange((self._span >> self._instant_bits) + 1) << self._instant_bits
        i = edges_before(runs.ends - self._first, 1 << self._instant_bits, len(buckets))
        start = runs.shifts[i] + runs.counts[i] - self._first
        counts = np.append(runs.counts, runs.total)
        touched = start < buckets + self.bias
        self._shifts = _narrow(runs.shifts[i] - self._first - self.bias)
        self._lows = _narrow(counts[i] + self.bias)
        self._highs = _narrow(np.where(touched, counts[i + 1], counts[i]) + self.bias)

    def _place_business_time(self, table: Table) -> None:
        runs = table.counting
        last = (runs.total + self.bias) >> self._business_bits
        buckets = np.arange(last + 1) << self._business_bits
        most = len(runs.counts) - 2
        width = 1 << self._business_bits
        before = edges_before(runs.counts + self.bias, width, len(buckets))
        j = np.clip(before - 1, 0, most)
        closing = runs.counts[j + 1] + self.bias
        self._closings = _narrow(np.minimum(closing, buckets + width))
        self._moves = _narrow(runs.shifts[j] - self._first - self.bias)
        self._gaps = _narrow(runs.shifts[np.minimum(j + 1, most)] - runs.shifts[j])


class GeneralLookup:
    """For every calendar: lunch breaks, windows of a minute, clock changes on business days."""

    dtype = np.int64
    bias = 0

    def __init__(self, table: Table) -> None:
        runs = table.counting
        self._first, self._last = table.first, table.last
        self._ends, self._shifts = runs.ends, runs.shifts
        self._counts = np.append(runs.counts, runs.total)
        self._by_instant = _Buckets(runs.ends, table.first, table.last)
        self._by_business_time = _Buckets(runs.counts, 0, runs.total)

    def count(self, t: Seconds, scratch: Scratch, out: BusinessTime) -> bool:
        """Business time at instants; False when one is outside the covered range."""
        np.subtract(t, self._first, out=scratch.wide)
        if not within(scratch.wide, self._last - self._first):
            return False
        i = self._by_instant.find(t)
        np.maximum(t - self._shifts.take(i), self._counts.take(i), out=out)
        return True

    def reach(self, scratch: Scratch, out: Seconds) -> None:
        """Instants that reach the business time in `scratch.wide`, which is in range."""
        y = scratch.wide
        j = np.maximum(self._by_business_time.find(y) - 1, 0)
        np.minimum(y + self._shifts.take(j), self._ends.take(j), out=out)


class _Buckets:
    """`searchsorted` for values that come millions at a time: an index, then a step or two."""

    def __init__(self, edges: Seconds, low: int, high: int) -> None:
        self._edges, self._low = edges, low
        nearest = max(1, int(np.diff(edges).min())) if len(edges) > 1 else high - low
        bits = max(nearest.bit_length() - 1, ((high - low) // GENERAL_BUCKETS).bit_length())
        buckets = low + (np.arange(((high - low) >> bits) + 2) << bits)
        self._bits = bits
        self._index = np.searchsorted(edges, buckets)
        self._steps = int(np.diff(self._index).max())

    def find(self, values: Seconds) -> npt.NDArray[np.intp]:
        if self._steps > MOST_STEPS:
            return np.searchsorted(self._edges, values)
        i = self._index.take((values - self._low) >> self._bits)
        for _ in range(self._steps):
            i += values > self._edges.take(i)
        return i


def within(values: Seconds, most: int) -> bool:
    """Whether all are from 0 to `most`: read as unsigned, those below zero are above all others."""
    return not len(values) or int(values.view(np.uint64).max()) <= most


def _narrow(values: Seconds) -> Narrow:
    return (values % _WRAP).astype(np.uint32)
