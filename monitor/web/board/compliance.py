"""Conformité: what was kept, by the month of its deadline."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, render_template, request

from monitor.access import Role
from monitor.cases.obligation import Verdict
from monitor.web.board.guard import needs, visitor
from monitor.web.board.reading import Board, MonthFigures
from monitor.web.board.sparks import drawn_rates
from monitor.web.board.speech import telling
from monitor.web.board.telling import Telling

_MONTHS = 13
"""A year, and the month of a year ago beside the present one."""
_OPEN = (Verdict.PENDING, Verdict.AT_RISK)


@dataclass(slots=True)
class Figures:
    """Counted together. Kept or not is told of those of which it is known."""

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    def add(self, counts: Mapping[Verdict, int]) -> None:
        for verdict, number in counts.items():
            self.counts[verdict] += number

    @property
    def met(self) -> int:
        return self.counts[Verdict.MET]

    @property
    def missed(self) -> int:
        """Late, whether it has ended or not."""
        return self.counts[Verdict.MISSED] + self.counts[Verdict.BREACHED]

    @property
    def open(self) -> int:
        return sum(self.counts[verdict] for verdict in _OPEN)

    @property
    def rate(self) -> float | None:
        """The share kept of what is decided; None: nothing is."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/compliance")
    @needs(Role.READER)
    def compliance() -> str:
        return _compliance_page(board)


def _compliance_page(board: Board) -> str:
    say = telling(board)
    today = board.now().astimezone(board.zone).date()
    provider, commitment = request.args.get("provider", ""), request.args.get("commitment", "")
    found = [
        each
        for each in board.months(months_before(today, _MONTHS - 1), visitor().organization)
        if provider in ("", each.provider) and commitment in ("", each.commitment)
    ]
    months = [months_before(today, back) for back in range(_MONTHS)]
    shown = _shown_month(months, request.args.get("month", ""))
    table: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for each in found:
        if each.month == shown:
            table[each.provider, each.commitment].add(each.counts)
    targets = {each.id: each.target_percent for each in board.version.commitments}
    return render_template(
        "board/compliance.html.j2",
        provider=provider,
        commitment=commitment,
        months=months,
        shown=shown,
        by_month={month: _together(found, month) for month in months},
        table=sorted(table.items()),
        whole=_together(found, shown),
        targets=targets,
        providers=board.version.providers,
        commitments=board.version.commitments,
        trend=_trend(found, months, say, targets.get(commitment)),
        sparks={
            pair: drawn_rates([_rate_of(found, pair, month) for month in reversed(months)], target)
            for pair in table
            for target in (targets.get(pair[1]),)
        },
        shown_name=f"{shown:%Y-%m}",
    )


def _shown_month(months: Sequence[date], text: str) -> date:
    """The one asked for, else the present one."""
    return next((month for month in months if f"{month:%Y-%m}" == text), months[0])


def _together(found: Sequence[MonthFigures], month: date) -> Figures:
    figures = Figures()
    for each in found:
        if each.month == month:
            figures.add(each.counts)
    return figures


def _rate_of(found: Sequence[MonthFigures], pair: tuple[str, str], month: date) -> float | None:
    return _together(
        [each for each in found if (each.provider, each.commitment) == pair], month
    ).rate


def _trend(
    found: Sequence[MonthFigures], months: Sequence[date], say: Telling, target: float | None
) -> str:
    """The share kept by provider and month, oldest first, as the page's script draws it.

    `target`: of the one commitment that is shown; None: of several, or it has none.
    """
    providers = sorted({each.provider for each in found})
    ordered = list(reversed(months))
    series = []
    for provider in providers:
        own = [each for each in found if each.provider == provider]
        rates = [_together(own, month).rate for month in ordered]
        series.append(
            {
                "name": say.provider(provider),
                "values": [None if rate is None else round(100 * rate, 1) for rate in rates],
            }
        )
    aim = {"name": say.language.gettext("Target"), "value": target}
    return json.dumps(
        {
            "months": [f"{month:%Y-%m}" for month in ordered],
            "series": series,
            "target": None if target is None else aim,
        }
    )


def months_before(day: date, back: int) -> date:
    number = day.year * 12 + day.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
