"""Charts as SVG: nothing is told by colour alone, and each comes with what it shows in words.

Blue and vermilion of Okabe and Ito's palette, told apart by every common kind of colour vision;
what is not kept is hatched besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 680
_WIDE = 16
"""A bar that has room for its number."""
_INK, _FAINT, _GRID = "#1f2933", "#5b6770", "#d5dae0"
_KEPT, _LATE, _TARGET = "#0072b2", "#d55e00", "#1f2933"
_FONT = "'Libertinus Serif', system-ui, 'Segoe UI', Roboto, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    label: str
    share: float | None
    low: float
    high: float
    target: float | None
    shown: str


def bars(rows: Sequence[Bar], *, ticks: Sequence[tuple[float, str]]) -> str:
    """Compliance by line, from nothing to all, with its interval and its target."""
    left, right, step = 4, 70, 44
    span = _WIDTH - left - right

    def x(share: float) -> float:
        return left + span * share

    height = step * len(rows) + 30
    parts = [
        f'<line x1="{_n(x(at))}" y1="4" x2="{_n(x(at))}" y2="{height - 24}" stroke="{_GRID}"/>'
        + _text(x(at), height - 8, label, anchor="middle", fill=_FAINT, size=11)
        for at, label in ticks
    ]
    for index, row in enumerate(rows):
        y = index * step + 18
        # On a light ground: the lines of the scale run behind it.
        parts.append(_text(left, y - 4, row.label, size=12, rim=True))
        if row.share is None:
            parts.append(_text(left, y + 15, row.shown, fill=_FAINT, rim=True))
            continue
        width = max(x(row.share) - left, 1.5)
        parts.append(_rect(left, y + 2, width, 18, _KEPT))
        middle = y + 11
        parts.append(_whisker(x(row.low), x(row.high), middle))
        if row.target is not None:
            at = x(row.target)
            parts.append(
                f'<path d="M{_n(at)} {y - 2}v24" stroke="{_TARGET}" stroke-width="2.5"'
                ' stroke-dasharray="4 2"/>'
            )
        parts.append(_text(_WIDTH - right + 8, y + 15, row.shown, weight="bold"))
    return _svg(height, parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    label: str
    """Under its left edge."""
    count: int
    shown: str
    late: bool
    """Beyond the limit."""


def histogram(bins: Sequence[Bin], *, limit: str, axis: str) -> str:
    """How many cases used which share of their time; the limit is a line of its own."""
    left, base, top = 16, 190, 34
    width = (_WIDTH - 2 * left) / len(bins)
    most = max((each.count for each in bins), default=0) or 1
    parts = []
    limit_at: float | None = None
    for index, each in enumerate(bins):
        x = left + index * width
        height = (base - top) * each.count / most
        if each.count:
            fill = "url(#late)" if each.late else _KEPT
            parts.append(_rect(x + 2, base - height, width - 4, max(height, 1), fill))
            parts.append(
                _text(x + width / 2, base - height - 5, each.shown, anchor="middle", size=11)
            )
        if each.late and limit_at is None:
            limit_at = x
        parts.append(_text(x, base + 16, each.label, anchor="middle", fill=_FAINT, size=11))
    parts.append(_line(left, base, _WIDTH - left, base))
    if limit_at is not None:
        parts.append(
            f'<path d="M{_n(limit_at)} 4V{base}" stroke="{_TARGET}" stroke-width="2"'
            ' stroke-dasharray="5 3"/>'
        )
        parts.append(_text(limit_at + 6, 14, limit, weight="bold", size=12))
    parts.append(_text(_WIDTH / 2, base + 36, axis, anchor="middle", fill=_FAINT, size=11))
    return _svg(base + 46, [_HATCH, *parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    label: str
    """Empty: not written under it."""
    count: int
    shown: str


def timeline(days: Sequence[Day]) -> str:
    """Deadlines that were not kept, by the day on which they fell."""
    left, base, top = 16, 120, 22
    width = (_WIDTH - 2 * left) / max(len(days), 1)
    most = max((day.count for day in days), default=0) or 1
    parts = []
    for index, day in enumerate(days):
        x = left + index * width
        height = (base - top) * day.count / most
        if day.count:
            inset = min(2.0, width / 6)
            parts.append(_rect(x + inset, base - height, width - 2 * inset, height, "url(#late)"))
            if width >= _WIDE or day.count == most:
                middle = x + width / 2
                parts.append(_text(middle, base - height - 4, day.shown, anchor="middle", size=11))
        if day.label:
            parts.append(
                _text(x + width / 2, base + 16, day.label, anchor="middle", fill=_FAINT, size=11)
            )
    parts.append(_line(left, base, _WIDTH - left, base))
    return _svg(base + 26, [_HATCH, *parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    label: str
    year: str
    """Under it; empty where it is that of the month before."""
    share: float | None
    shown: str


def trend(points: Sequence[Point], *, floor: float, ticks: Sequence[tuple[float, str]]) -> str:
    """Compliance month after month; a month of which nothing was judged leaves a gap."""
    left, right, base, top = 56, 24, 180, 24
    step = (_WIDTH - left - right) / max(len(points) - 1, 1)

    def y(share: float) -> float:
        return base - (base - top) * (max(share, floor) - floor) / (1 - floor)

    parts = [
        f'<line x1="{left}" y1="{_n(y(at))}" x2="{_WIDTH - right}" y2="{_n(y(at))}"'
        f' stroke="{_GRID}"/>'
        + _text(left - 8, y(at) + 4, label, anchor="end", fill=_FAINT, size=11)
        for at, label in ticks
    ]
    before: tuple[float, float] | None = None
    for index, point in enumerate(points):
        x = left + index * step
        parts.append(_text(x, base + 18, point.label, anchor="middle", fill=_FAINT, size=11))
        parts.append(_text(x, base + 32, point.year, anchor="middle", fill=_FAINT, size=11))
        if point.share is None:
            before = None
            continue
        here = (x, y(point.share))
        if before is not None:
            parts.insert(
                len(ticks),
                f'<line x1="{_n(before[0])}" y1="{_n(before[1])}" x2="{_n(x)}" y2="{_n(here[1])}"'
                f' stroke="{_KEPT}" stroke-width="2"/>',
            )
        parts.append(f'<circle cx="{_n(x)}" cy="{_n(here[1])}" r="4" fill="{_KEPT}"/>')
        parts.append(_text(x, here[1] - 9, point.shown, anchor="middle", size=10))
        before = here
    return _svg(base + 40, parts)


_HATCH = (
    '<defs><pattern id="late" width="6" height="6" patternUnits="userSpaceOnUse"'
    f' patternTransform="rotate(45)"><rect width="6" height="6" fill="{_LATE}"/>'
    '<path d="M0 0V6" stroke="#ffffff" stroke-width="1.6"/></pattern></defs>'
)


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_n(height)}"'
        f' width="{_WIDTH}" height="{_n(height)}" font-family="{_FONT}" font-size="13">'
        f"{''.join(parts)}</svg>"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{_FAINT}"/>'


def _whisker(low: float, high: float, y: float) -> str:
    path = f"M{_n(low)} {_n(y)}H{_n(high)}M{_n(low)} {_n(y - 5)}v10M{_n(high)} {_n(y - 5)}v10"
    # Dark on a light rim: it is seen on the bar and beside it.
    return (
        f'<path d="{path}" stroke="#ffffff" stroke-width="4" fill="none"/>'
        f'<path d="{path}" stroke="{_INK}" stroke-width="1.5" fill="none"/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    fill: str = _INK,
    size: int = 13,
    weight: str = "normal",
    rim: bool = False,
) -> str:
    around = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if rim else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{fill}" font-size="{size}"'
        f' font-weight="{weight}"{around}>{escape(text)}</text>'
    )


def _n(value: float) -> str:
    """As short as it can be written to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
