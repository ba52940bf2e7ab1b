"""A share month by month as a line that fits into a table's cell, with its target."""

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT, _MARGIN = 132, 32, 4
"""As the template has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: float
    y: float
    below: bool
    """The target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    lines: Sequence[str]
    """Each unbroken: months of which nothing is known lie between them."""
    points: Sequence[Point]
    target: float | None


def drawn_rates(rates: Sequence[float | None], target: float | None) -> Spark:
    """From the oldest month to the latest; `rates` are from 0 to 1, `target` a percentage.

    The scale goes from the lowest of them to all kept: what matters lies in the last few percent.
    """
    aim = None if target is None else target / 100
    known = [rate for rate in (*rates, aim) if rate is not None]
    lowest = min([*known, 0.9])
    step = (_WIDTH - 2 * _MARGIN) / max(len(rates) - 1, 1)

    def y(rate: float) -> float:
        room = _HEIGHT - 2 * _MARGIN
        return round(_MARGIN + room * (1 - (rate - lowest) / (1 - lowest)), 1)

    runs: list[list[Point]] = [[]]
    for number, rate in enumerate(rates):
        if rate is None:
            runs.append([])
        else:
            below = aim is not None and rate < aim
            runs[-1].append(Point(x=round(_MARGIN + number * step, 1), y=y(rate), below=below))
    return Spark(
        lines=[" ".join(f"{p.x},{p.y}" for p in run) for run in runs if len(run) > 1],
        points=[point for run in runs for point in run],
        target=None if aim is None else y(aim),
    )
