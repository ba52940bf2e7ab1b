"""Reports that came due, as lines: of a table, or of JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import click

from monitor.cases.deliverables import named
from monitor.cases.obligation import Obligation
from monitor.cases.records import DeliverableRecord
from monitor.cli.output import show_table
from monitor.cli.owed_table import STYLES
from monitor.cli.words import gettext, ngettext, spoken
from monitor.shown.instants import written_if_any


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """A report that came due, with what is owed on it."""

    record: DeliverableRecord
    obligation: Obligation | None
    """None: not judged yet."""
    arrived_at: datetime | None
    """As last stated, judged or not."""
    zone: tzinfo

    @property
    def ended_on(self) -> date:
        return self.record.received_at.astimezone(self.zone).date()

    @property
    def due_at(self) -> datetime | None:
        return None if self.obligation is None else self.obligation.evaluation.due_at

    def as_json(self) -> dict[str, Any]:
        record, obligation = self.record, self.obligation
        period, account = named(record.key.ref)
        evaluation = None if obligation is None else obligation.evaluation
        return {
            "case": record.key.ref,
            "provider": record.key.provider,
            "commitment": None if obligation is None else obligation.commitment,
            "period": None if period is None else str(period),
            "account": account,
            "organization": record.organization,
            "ended_on": self.ended_on.isoformat(),
            "due_at": written_if_any(self.due_at, self.zone),
            "arrived_at": written_if_any(self.arrived_at, self.zone),
            "verdict": None if evaluation is None else evaluation.verdict.value,
            "reason": None if evaluation is None else evaluation.reason.value,
            "note": record.note,
        }

    def sentence(self) -> str:
        """What was just stated of it, against what is due."""
        language, key = spoken(), self.record.key
        due = "" if self.due_at is None else language.deadline(self.due_at, self.zone)
        if self.arrived_at is None:
            text = gettext("{case} ({provider}): awaited again; due: {due}")
            at = ""
        else:
            at = language.instant(self.arrived_at, self.zone)
            late = self.due_at is not None and self.arrived_at > self.due_at
            text = (
                gettext("{case} ({provider}): received {at}, late; it was due: {due}")
                if late
                else gettext("{case} ({provider}): received {at}, in time; due: {due}")
            )
        if not due:
            text = (
                gettext("{case} ({provider}): awaited again")
                if self.arrived_at is None
                else gettext("{case} ({provider}): received {at}")
            )
        return text.format(case=key.ref, provider=key.provider, at=at, due=due)


def show_reports(rows: Sequence[DueReport]) -> None:
    language = spoken()
    if rows:
        show_table(
            (
                gettext("Report"),
                gettext("Provider"),
                gettext("Commitment"),
                gettext("Period ended"),
                gettext("Due"),
                gettext("Arrived"),
                gettext("Verdict"),
            ),
            [
                (
                    row.record.key.ref,
                    row.record.key.provider,
                    "" if row.obligation is None else row.obligation.commitment,
                    row.ended_on.isoformat(),
                    "" if row.due_at is None else language.table_deadline(row.due_at, row.zone),
                    ""
                    if row.arrived_at is None
                    else language.short_instant(row.arrived_at, row.zone),
                    _verdict_words(row),
                )
                for row in rows
            ],
            styles=[
                "" if row.obligation is None else STYLES.get(row.obligation.evaluation.verdict, "")
                for row in rows
            ],
        )
        click.echo()
    click.echo(ngettext("{count} report", "{count} reports", len(rows)).format(count=len(rows)))


def _verdict_words(row: DueReport) -> str:
    if row.obligation is None:
        return row.record.fault or gettext("not judged yet")
    return spoken().verdict(row.obligation.evaluation.verdict)
