"""Shares and ranks: the few statistics a report states, each with its definition."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

_Z95 = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


class Interval(NamedTuple):
    """From 0 to 1."""

    low: float
    high: float


def wilson(met: int, judged: int) -> Interval | None:
    """The 95 % Wilson score interval of a share; None of nothing.

    Unlike the textbook's normal interval it stays within 0 and 1, and says something sensible of
    three cases out of three.
    """
    if judged == 0:
        return None
    share, z2 = met / judged, _Z95 * _Z95
    centre = share + z2 / (2 * judged)
    spread = _Z95 * sqrt(share * (1 - share) / judged + z2 / (4 * judged * judged))
    scale = 1 + z2 / judged
    # At the ends the formula gives the end itself, less a rounding.
    low = 0.0 if met == 0 else max((centre - spread) / scale, 0.0)
    high = 1.0 if met == judged else min((centre + spread) / scale, 1.0)
    return Interval(low, high)


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """The least value that at least so many percent are at or below: always one that occurred.

    `ordered` ascends, and is not empty.
    """
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]
