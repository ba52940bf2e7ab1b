"""Reports made for a command: read, asked for, written."""

import getpass
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.alerts.interventions import Act, Via
from monitor.app.issuing import Issued, Issuer
from monitor.app.rendering import rendered
from monitor.app.reporting import Reporter, Request
from monitor.app.timetables import LANGUAGES, PAPERS
from monitor.app.writing import write_file
from monitor.cli.command import config_path
from monitor.cli.faults import show_warning
from monitor.cli.instants import read_instant
from monitor.cli.output import show_json
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.reports.form import Form
from monitor.reports.forms import Made, Wanted
from monitor.reports.issue import IssuedReport
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.scope import Scope
from monitor.settings import load_settings

if TYPE_CHECKING:
    from monitor.contract.book import ContractBook


def read_period(kind: str, text: str) -> ReportPeriod:
    """A month, a quarter or a year.

    Raises:
        InputError: it is none.
    """
    try:
        return ReportPeriod.parse(PeriodKind(kind), text)
    except ValueError as error:
        raise InputError(told(error.args[0], gettext)) from None


def read_days(first: str, last: str) -> ReportPeriod:
    """Any days.

    Raises:
        InputError: one is no day, or they are the wrong way round.
    """
    try:
        return ReportPeriod.between(_day(first), _day(last))
    except ValueError as error:
        raise InputError(told(error.args[0], gettext)) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(N_("'{text}' is no day; write it as 2026-10-05"), text=text) from None


def make_reports(
    ctx: click.Context,
    period: ReportPeriod,
    *,
    provider: str | None,
    organization: str | None,
    each: Sequence[str],
    forms: Sequence[str],
    out: str,
    proof: bool,
    known_at: str | None,
    lang: str | None,
    paper: str,
    bom: bool,
    issue: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Make what is asked for, write it, and say which files there are.

    Raises:
        InputError: the settings, the database or an instant cannot be used, or a file cannot be
            written.
    """
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    now = SystemClock().now()
    request = Request(
        period=period,
        known_at=_known_at(known_at, book, now),
        scope=Scope(provider=known_provider(provider, book), organization=organization),
        each_provider="provider" in each,
        each_organization="organization" in each,
        proof=proof,
    )
    wanted = Wanted(
        forms=[Form(form) for form in forms],
        languages=LANGUAGES[lang or settings.lang],
        paper=PAPERS[paper],
        bom=bom,
    )
    folder = Path(out)
    names = {each.id: each.name for each in settings.organizations}
    with opened_database(settings) as database:
        reporter = Reporter(database, book, names)
        # Counted only for a bar that somebody sees.
        total = reporter.expected(request) if sys.stderr.isatty() and not as_json else 0
        with progress(gettext("reading what came due"), total, hidden=as_json) as done:
            if issue:
                issuer = Issuer(database, reporter)
                found = issuer.issue(request, wanted, act_of(by), now, done)
                files = _issued(found, alone=not each)
            else:
                files = rendered(reporter.make(request, done), wanted)
            written = [write_file(folder, file) for file in files]
    _say(written, as_json=as_json)


def act_of(by: str | None) -> Act:
    """What is done at this terminal; by the user logged in, unless told otherwise.

    Raises:
        InputError: a name that cannot be kept.
    """
    return replace(Act.of(by or getpass.getuser(), "-", Via.CLI), why="")


def _issued(reports: Iterable[Issued | IssuedReport], *, alone: bool) -> Iterator[Made]:
    """The files of those issued now; of one that was before, only that it was is told."""
    for found in reports:
        if isinstance(found, Issued):
            yield from found.files
            continue
        text = gettext("{period}: was issued before, as report {number}; it stays as it is").format(
            period=found.period, number=found.issue.number
        )
        if alone:
            raise InputError(text)
        show_warning(text)


def _known_at(text: str | None, book: "ContractBook", now: datetime) -> datetime:
    if text is None:
        return now
    at = read_instant(text, zone(book.versions[-1].zone))
    if at > now:
        raise InputError(
            N_("--known-at: '{text}' is still to come; give an instant of the past"), text=text
        )
    return at


def known_provider(name: str | None, book: "ContractBook") -> str | None:
    """The provider of this name; None for None.

    Raises:
        InputError: the contract has none of it.
    """
    if name is None:
        return None
    known = sorted({each.id for version in book.versions for each in version.providers})
    if name in known:
        return name
    raise InputError(
        N_("the contract has no provider '{name}'; those there are: {names}"),
        name=name,
        names=", ".join(known),
    )


def _say(written: Sequence[Path], *, as_json: bool) -> None:
    if as_json:
        result: dict[str, Any] = {"files": [str(path) for path in written]}
        show_json(result)
        return
    if not written:
        click.echo(gettext("Nothing came due: there is no report to make."))
        return
    for path in written:
        click.echo(str(path))
    text = ngettext("{n} file is written.", "{n} files are written.", len(written))
    click.echo(text.format(n=len(written)), err=True)
