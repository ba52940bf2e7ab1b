"""What is told of a simulated year: how much it was, its months, and what differs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from monitor.cli.output import show_table
from monitor.cli.words import gettext, ngettext, spoken
from monitor.cli.year_compared import Difference, Message
from monitor.locale import Language
from monitor.reports.entry import EXCLUDED, Outcome
from monitor.simulator.year.plan import Plan, Reported
from monitor.simulator.year.plot import Invented
from monitor.simulator.year.settings import MESSAGES, REPORTS

_SHOWN = 40
"""Differences that are listed for a person; JSON has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What the database holds at the end."""

    observations: int
    escalations: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """A month, as its report has it."""

    month: date
    counts: dict[Outcome, int]
    compliance: float | None
    adjustments: int

    @property
    def due(self) -> int:
        return sum(self.counts.values())

    @property
    def excluded(self) -> int:
        return sum(self.counts[outcome] for outcome in EXCLUDED)

    def as_json(self) -> dict[str, Any]:
        return {
            "month": f"{self.month:%Y-%m}",
            "due": self.due,
            **{outcome.value: number for outcome, number in self.counts.items()},
            "compliance": self.compliance,
            "adjustments": self.adjustments,
        }

    def row(self, language: Language) -> list[str]:
        numbers = (
            self.due,
            *(self.counts[outcome] for outcome in _COLUMNS),
            self.excluded,
        )
        share = "–" if self.compliance is None else language.percent(self.compliance)
        return [
            language.month(self.month),
            *map(language.number, numbers),
            share,
            language.number(self.adjustments),
        ]


_COLUMNS = (Outcome.MET, Outcome.MISSED, Outcome.OPEN_LATE, Outcome.CANNOT_TELL)


def read_month(folder: Path, report: Reported) -> MonthFigures | None:
    """From the report's own file; None: it is not there."""
    path = folder / report.file
    if not path.exists():
        return None
    content = json.loads(path.read_bytes())
    return MonthFigures(
        month=report.first,
        counts={outcome: content["total"][outcome] for outcome in Outcome},
        compliance=content["total"]["compliance"],
        adjustments=len(content["adjustments"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    seed: int
    organizations: int
    out: Path
    configuration: Path
    plan: Plan
    invented: Invented
    tallies: Tallies
    months: Sequence[MonthFigures | None]
    messages: Sequence[Message]
    differences: Sequence[Difference]

    @property
    def cases(self) -> int:
        return len(self.invented.plots)

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "from": self.plan.first.isoformat(),
            "to": self.plan.last.isoformat(),
            "organizations": self.organizations,
            "cases": self.cases,
            "fates": dict(sorted(self.invented.fates().items())),
            "observations": self.tallies.observations,
            "escalations": self.tallies.escalations,
            "breaches_told": self._steps("breach"),
            "corrections_told": self._steps("correction"),
            "quarantined": self.tallies.quarantined,
            "months": [month.as_json() for month in self.months if month is not None],
            "out": str(self.out),
            "differences": [each.as_json() for each in self.differences],
        }

    def show(self) -> None:
        for line in self._told():
            click.echo(line)
        click.echo()
        self._show_months()
        click.echo()
        self._show_differences()

    def _steps(self, step: str) -> int:
        return sum(message.step == step for message in self.messages)

    def _told(self) -> Iterator[str]:
        language = spoken()
        yield gettext("Played: {first} to {last}").format(
            first=language.date(self.plan.first), last=language.date(self.plan.last)
        )
        for text in (
            ngettext("{count} organisation", "{count} organisations", self.organizations).format(
                count=language.number(self.organizations)
            ),
            ngettext("{count} case", "{count} cases", self.cases).format(
                count=language.number(self.cases)
            ),
            ngettext(
                "{count} observation read over HTTP",
                "{count} observations read over HTTP",
                self.tallies.observations,
            ).format(count=language.number(self.tallies.observations)),
            ngettext(
                "{count} breach told, with {corrections} corrections",
                "{count} breaches told, with {corrections} corrections",
                self._steps("breach"),
            ).format(
                count=language.number(self._steps("breach")),
                corrections=language.number(self._steps("correction")),
            ),
        ):
            yield f"  {text}"
        for path, what in (
            (self.out / REPORTS, gettext("the reports")),
            (self.out / MESSAGES, gettext("the messages")),
            (self.configuration, gettext("for --config of vigie status, explain and report")),
        ):
            yield f"  {path}: {what}"

    def _show_months(self) -> None:
        counted = [
            gettext("Came due"),
            gettext("Kept"),
            gettext("Missed, closed"),
            gettext("Late, still open"),
            gettext("Cannot tell"),
            gettext("Excluded"),
            gettext("Compliance"),
            gettext("Adjustments"),
        ]
        show_table(
            [gettext("Month"), *counted],
            [month.row(spoken()) for month in self.months if month is not None],
            right=counted,
        )

    def _show_differences(self) -> None:
        number = len(self.differences)
        if not number:
            click.echo(
                gettext(
                    "Compared with what the year was invented to come to: no difference, in"
                    " {reports} reports and {messages} messages."
                ).format(
                    reports=spoken().number(len(self.plan.reports)),
                    messages=spoken().number(len(self.messages)),
                )
            )
            return
        text = ngettext(
            "Compared with what the year was invented to come to: {count} difference.",
            "Compared with what the year was invented to come to: {count} differences.",
            number,
        )
        click.echo(text.format(count=spoken().number(number)))
        show_table(
            [gettext("Where"), gettext("What"), gettext("Invented"), gettext("Found")],
            [
                [each.where, each.what, str(each.expected), str(each.found)]
                for each in self.differences[:_SHOWN]
            ],
            right=[gettext("Invented"), gettext("Found")],
        )
