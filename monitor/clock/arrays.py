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

    def __init__(self, table: Table, covers: tuple[datetime, datetime], name: str) -> None:
        self._table = table
        self._covers = covers
        self._name = name

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
        runs = self._table.counting
        if target.size and int(target.max()) > runs.total:
            raise self._range("a deadline asked for lies")
        j = np.maximum(np.searchsorted(runs.counts, target) - 1, 0)
        due = np.minimum(target + runs.shifts[j], runs.ends[j])
        return np.where(amount == 0, a, due)

    def _counts(self, t: Seconds) -> Seconds:
        runs = self._table.counting
        i = np.searchsorted(runs.ends, t, "right")
        counts: Seconds = np.maximum(t - runs.shifts[i], runs.counts[i])
        return counts

    def _instants(self, argument: str, values: ArrayLike) -> Seconds:
        seconds = _integers(argument, values)
        if seconds.size and not (
            self._table.first <= int(seconds.min()) and int(seconds.max()) <= self._table.last
        ):
            raise self._range(f"{argument}: some instants are")
        return seconds

    def _range(self, what: str) -> ClockRangeError:
        return out_of_range(what, *self._covers, self._name)


def _integers(argument: str, values: ArrayLike) -> Seconds:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"{argument}: whole seconds as integers are needed, not {array.dtype};"
            " convert them, rounding as you mean it"
        )
    return array.astype(np.int64, copy=False)
