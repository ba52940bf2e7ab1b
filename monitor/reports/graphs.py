"""The charts of a report, in one language, each with what it shows in words."""

from collections.abc import Sequence
from datetime import timedelta
from math import floor

from monitor.locale import Language
from monitor.reports.charts import Bar, Bin, Day, Point, bars, histogram, timeline, trend
from monitor.reports.inert import plain
from monitor.reports.layout import Chart
from monitor.reports.report import Report

_DAY = timedelta(days=1)
_LONGEST_TIMELINE = 62
"""Days that still have a bar each."""
_LONGEST_LABEL = 90
_BINS = 15
_FULL = 10
"""Bins up to the limit; the last of those beyond holds all the rest."""


def compliance_bars(report: Report, language: Language) -> Chart | None:
    """By provider and commitment; None: nothing was judged."""
    rows = []
    for pair, line in report.pairs().items():
        commitment = report.commitment(pair.commitment)
        label = pair.commitment if commitment is None else language.label(commitment.label)
        target = None if commitment is None else commitment.target_percent
        interval = line.interval
        rows.append(
            Bar(
                label=_cut(f"{report.provider_name(pair.provider)} – {label}"),
                share=line.compliance,
                low=0.0 if interval is None else interval.low,
                high=0.0 if interval is None else interval.high,
                target=None if target is None else target / 100,
                shown=language.gettext("nothing judged")
                if line.compliance is None
                else language.percent(line.compliance),
            )
        )
    if all(row.share is None for row in rows):
        return None
    ticks = [(at / 4, language.percent(at / 4, 0)) for at in range(5)]
    return Chart(
        title=language.gettext("Compliance by provider and commitment"),
        svg=bars(rows, ticks=ticks),
        alternative=language.gettext("Bars of compliance with their 95% interval: {list}.").format(
            list="; ".join(f"{row.label}, {row.shown}" for row in rows)
        ),
    )


def time_used(report: Report, language: Language) -> Chart | None:
    """How the shares of the time allowed are spread; None: nothing was judged."""
    used = report.total().cell.used
    if not used:
        return None
    counts = [0] * _BINS
    for share in used:
        # A share of exactly one is within the limit: a bin ends with its right edge.
        index = max(-floor(-share * _FULL) - 1, 0)
        counts[min(index, _BINS - 1)] += 1
    bins = [
        Bin(
            label=language.percent(index / _FULL, 0),
            count=count,
            shown=language.number(count),
            late=index >= _FULL,
        )
        for index, count in enumerate(counts)
    ]
    late = sum(counts[_FULL:])
    return Chart(
        title=language.gettext("Share of the time allowed that was used"),
        svg=histogram(
            bins,
            limit=language.gettext("limit"),
            axis=language.gettext(
                "share of the business time allowed; the last bar has all beyond"
            ),
        ),
        alternative=language.gettext(
            "Of {judged} judged, {half} used at most half of the time allowed, {late} more than all"
            " of it."
        ).format(
            judged=language.number(len(used)),
            half=language.number(sum(counts[: _FULL // 2])),
            late=language.number(late),
        ),
    )


def breaches(report: Report, language: Language) -> Chart | None:
    """When the deadlines fell that were not kept; None: all were, or the period is too long."""
    counts = report.gathered.late_days
    length = (report.period.last - report.period.first).days + 1
    if not counts or length > _LONGEST_TIMELINE:
        return None
    days = []
    for offset in range(length):
        day = report.period.first + offset * _DAY
        labelled = day.day == 1 or day.day % 5 == 0 or length <= _LONGEST_TIMELINE // 4
        number = counts[day]
        days.append(Day(label=str(day.day) if labelled else "", count=number,
                        shown=language.number(number)))  # fmt: skip
    worst = max(counts, key=lambda day: (counts[day], day))
    return Chart(
        title=language.gettext("Deadlines that were not kept, by day"),
        svg=timeline(days),
        alternative=language.gettext(
            "{total} deadlines were not kept, on {days} days; the most, {most}, on {day}."
        ).format(
            total=language.number(counts.total()),
            days=language.number(len(counts)),
            most=language.number(counts[worst]),
            day=language.plain_date(worst),
        ),
    )


def trend_of(report: Report, language: Language) -> Chart | None:
    """Month after month; None: nothing was judged in any."""
    points = [
        Point(
            label=language.short_month(month.first),
            year=str(month.first.year) if index == 0 or month.first.month == 1 else "",
            share=line.compliance,
            shown="" if line.compliance is None else language.percent(line.compliance),
        )
        for index, (month, line) in enumerate(report.trend)
    ]
    judged = [point.share for point in points if point.share is not None]
    nothing = language.gettext("nothing judged")
    if not judged:
        return None
    lowest, ticks = _scale(judged, language)
    return Chart(
        title=language.gettext("Compliance over {n} months").format(n=len(points)),
        svg=trend(points, floor=lowest, ticks=ticks),
        alternative=language.gettext("Compliance by month: {list}.").format(
            list="; ".join(
                f"{language.month(month.first)}, {point.shown or nothing}"
                for point, (month, _) in zip(points, report.trend, strict=True)
            )
        ),
    )


def _scale(shares: Sequence[float], language: Language) -> tuple[float, list[tuple[float, str]]]:
    """Where the axis begins, a tenth below the least, and its ticks."""
    lowest = max(floor(min(shares) * 10 - 0.001) / 10, 0.0) if shares else 0.0
    step = 0.25 if lowest == 0 else 0.1 if lowest < 0.7 else 0.05 if lowest < 0.9 else 0.02  # noqa: PLR2004 - as many ticks as fit
    number = round((1 - lowest) / step)
    ticks = [round(1 - index * step, 6) for index in range(number + 1)]
    return lowest, [(at, language.percent(at, 0)) for at in reversed(ticks) if at >= lowest - 1e-9]


def _cut(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
