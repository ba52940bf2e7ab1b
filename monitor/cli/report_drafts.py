"""Scheduled reports that wait for approval: listed, and issued."""

from collections.abc import Sequence

import click

from monitor.app.timetables import Timekeeper
from monitor.cli.command import config_path
from monitor.cli.output import show_json, show_table
from monitor.cli.report_making import act_of
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.errors import InputError
from monitor.locale import N_
from monitor.settings import load_settings
from monitor.shown.instants import written
from monitor.store.report_runs import Run


def approve_draft(
    ctx: click.Context, name: str | None, period: str | None, *, by: str | None, as_json: bool
) -> None:
    """Issue what a draft showed, or list the drafts.

    Raises:
        InputError: the settings or the database cannot be used, or no draft, or several, are meant.
    """
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    with opened_database(settings) as database:
        keeper = Timekeeper(database, settings, book)
        drafts = keeper.drafts()
        if name is None:
            local = zone(book.versions[-1].zone)
            if as_json:
                show_json(
                    [
                        {
                            "name": run.name,
                            "period": run.period,
                            "due_at": written(run.due_at, local),
                            "made_at": written(run.made_at, local),
                        }
                        for run in drafts
                    ]
                )
            elif not drafts:
                click.echo(gettext("None."))
            else:
                show_table(
                    (gettext("Name"), gettext("Period"), gettext("As known")),
                    [
                        (run.name, run.period, spoken().short_instant(run.made_at, local))
                        for run in drafts
                    ],
                )
            return
        paths = keeper.approve(_meant(drafts, name, period), act_of(by), SystemClock().now())
    if as_json:
        show_json({"files": [str(path) for path in paths]})
        return
    for path in paths:
        click.echo(str(path))
    text = ngettext("{n} file is written.", "{n} files are written.", len(paths))
    click.echo(text.format(n=len(paths)), err=True)


def _meant(drafts: Sequence[Run], name: str, period: str | None) -> Run:
    found = [run for run in drafts if run.name == name and period in (None, run.period)]
    if len(found) == 1:
        return found[0]
    waiting = ", ".join(f"{run.name} {run.period}" for run in drafts) or "–"
    if found:
        raise InputError(
            N_("several drafts of '{name}' wait; name the period of one: {drafts}"),
            name=name,
            drafts=waiting,
        )
    raise InputError(
        N_("no draft '{name}' waits to be approved; those that do: {drafts}"),
        name=name if period is None else f"{name} {period}",
        drafts=waiting,
    )
