"""The discrepancy file of a period, for a command."""

from pathlib import Path

import click

from monitor.app.discrepancies import Discrepancies
from monitor.app.reporting import Request
from monitor.app.timetables import LANGUAGES
from monitor.app.writing import write_file
from monitor.cli.command import config_path
from monitor.cli.output import show_json
from monitor.cli.report_making import known_provider, read_period
from monitor.cli.stored import opened_database
from monitor.cli.words import ngettext
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.locale import language
from monitor.reports.discrepancy_forms import discrepancies_csv, discrepancies_json
from monitor.reports.form import Form
from monitor.reports.forms import Made
from monitor.reports.scope import Scope
from monitor.settings import load_settings

_YEAR = 4


def write_discrepancies(
    ctx: click.Context,
    period: str,
    *,
    provider: str | None,
    organization: str | None,
    form: str,
    out: str,
    bom: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Write the file, and say how many lines it has.

    Raises:
        InputError: the period is none, the settings or the database cannot be used, or the file
            cannot be written.
    """
    kind = "year" if len(period) == _YEAR else "quarter" if "T" in period.upper() else "month"
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    local = zone(book.versions[-1].zone)
    request = Request(
        period=read_period(kind, period),
        known_at=SystemClock().now(),
        scope=Scope(provider=known_provider(provider, book), organization=organization),
    )
    with opened_database(settings) as database:
        found = list(Discrepancies(database, book).find(request))
    languages = [language(code) for code in LANGUAGES[lang or settings.lang]]
    content = (
        discrepancies_json(found, book, local)
        if form == "json"
        else discrepancies_csv(found, languages, book, local, bom=bom)
    )
    name = f"ecarts-{request.period}.{form}"
    path = write_file(Path(out), Made(name=name, form=Form(form), content=content))
    if as_json:
        show_json({"files": [str(path)], "discrepancies": len(found)})
        return
    click.echo(str(path))
    text = ngettext("{n} discrepancy.", "{n} discrepancies.", len(found))
    click.echo(text.format(n=len(found)), err=True)
