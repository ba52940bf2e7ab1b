"""Deadlines and elapsed business time for millions of cases at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.clock.limits import ClockRangeError, out_of_range
from monitor.clock.table import Table

Seconds: TypeAlias = npt.NDArray[np.int64]
ArrayLike: TypeAlias = Seconds | Sequence[int] | int


class Kernel:
    """Array versions of a compiled clock. Exact: whole seconds in 64-bit integers throughout."""

    def __init__(self, table: Table, covers: tuple[datetime, datetime]) -> None:
        self._table = table
        self._covers = covers
        self._ends = np.r_[table.run_ends, table.last + 1]
        self._starts = np.r_[table.run_starts, table.last]
        self._shifts = np.r_[table.run_starts - table.run_counts, table.last - table.total]
        self._marks = self._ends - self._shifts

    def elapsed(self, starts: ArrayLike, ends: ArrayLike, threads: int) -> Seconds:  # noqa: ARG002 - to come
        a, b = self._instants("starts", starts), self._instants("ends", ends)
        if np.any(b < a):
            raise ValueError("ends: some are before their starts; swap them")
        counted: Seconds = self._counts(b) - self._counts(a)
        return counted

    def deadlines(self, starts: ArrayLike, amounts: ArrayLike, threads: int) -> Seconds:  # noqa: ARG002 - to come
        a, amount = self._instants("starts", starts), _integers("amounts", amounts)
        if np.any(amount < 0):
            raise ValueError("amounts: some are negative; a deadline lies after its start")
        target = self._counts(a) + amount
        if target.size and int(target.max()) > self._table.total:
            raise self._range("a deadline asked for lies")
        j = np.searchsorted(self._marks, target)
        due = np.maximum(target + self._shifts[j], self._starts[j])
        return np.where(amount == 0, a, due)

    def _counts(self, t: Seconds) -> Seconds:
        i = np.searchsorted(self._ends, t, "right")
        counts: Seconds = np.maximum(t, self._starts[i]) - self._shifts[i]
        return counts

    def _instants(self, argument: str, values: ArrayLike) -> Seconds:
        seconds = _integers(argument, values)
        if seconds.size and not (
            self._table.first <= int(seconds.min()) and int(seconds.max()) <= self._table.last
        ):
            raise self._range(f"{argument}: some instants are")
        return seconds

    def _range(self, what: str) -> ClockRangeError:
        return out_of_range(what, *self._covers, "")


def _integers(argument: str, values: ArrayLike) -> Seconds:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"{argument}: whole seconds as integers are needed, not {array.dtype};"
            " convert them, rounding as you mean it"
        )
    return array.astype(np.int64, copy=False)
