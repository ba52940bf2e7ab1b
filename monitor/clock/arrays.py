"""Deadlines and elapsed business time for millions of cases at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np

from monitor.clock.blocks import BusinessTime, Scratch, in_blocks
from monitor.clock.limits import ClockRangeError, out_of_range
from monitor.clock.lookup import CompactLookup, GeneralLookup, within
from monitor.clock.table import Seconds, Table

ArrayLike: TypeAlias = Seconds | Sequence[int] | int


class Kernel:
    """Array versions of a compiled clock. Exact: integers throughout."""

    def __init__(self, table: Table, covers: tuple[datetime, datetime], name: str) -> None:
        self._lookup = CompactLookup.of(table) or GeneralLookup(table)
        self._total = table.counting.total + self._lookup.bias
        self._covers = covers
        self._name = name

    def elapsed(
        self, starts: ArrayLike, ends: ArrayLike, threads: int, out: Seconds | None
    ) -> Seconds:
        """Business seconds from each start to each end."""
        a, b = integers("starts", starts), integers("ends", ends)
        dtype = self._lookup.dtype
        return in_blocks(self._elapsed, a, b, out=out, threads=threads, dtype=dtype)

    def deadlines(
        self, starts: ArrayLike, amounts: ArrayLike, threads: int, out: Seconds | None
    ) -> Seconds:
        """Epoch seconds at which each amount of business seconds is used up."""
        a, b = integers("starts", starts), integers("amounts", amounts)
        dtype = self._lookup.dtype
        return in_blocks(self._deadlines, a, b, out=out, threads=threads, dtype=dtype)

    def _elapsed(self, starts: Seconds, ends: Seconds, out: Seconds, scratch: Scratch) -> None:
        if np.less(ends, starts).any():
            raise ValueError("ends: some are before their starts; swap them")
        self._count("starts", starts, scratch, scratch.before)
        self._count("ends", ends, scratch, scratch.after)
        np.subtract(scratch.after, scratch.before, out=scratch.after)
        np.copyto(out, scratch.after)

    def _deadlines(self, starts: Seconds, amounts: Seconds, out: Seconds, scratch: Scratch) -> None:
        if (least := amounts.min(initial=1)) < 0:
            raise ValueError("amounts: some are negative; a deadline lies after its start")
        self._count("starts", starts, scratch, scratch.before)
        np.add(scratch.before, amounts, out=scratch.wide)
        if not within(scratch.wide, self._total):
            raise self._beyond("amounts: some end")
        self._lookup.reach(scratch, out)
        if least == 0:
            # What was reached already was reached at a closing time before: it is due at the start.
            np.copyto(out, starts, where=amounts == 0)

    def _count(self, argument: str, instants: Seconds, scratch: Scratch, out: BusinessTime) -> None:
        if not self._lookup.count(instants, scratch, out):
            raise self._beyond(f"{argument}: some instants are")

    def _beyond(self, what: str) -> ClockRangeError:
        return out_of_range(what, *self._covers, self._name)


def integers(argument: str, values: ArrayLike) -> Seconds:
    """The values as 64-bit integers; floats are refused, as rounding them is not ours to decide."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(
            f"{argument}: whole numbers as integers are needed, not {array.dtype};"
            " convert them, rounding as you mean it"
        )
    return array.astype(np.int64, copy=False)
