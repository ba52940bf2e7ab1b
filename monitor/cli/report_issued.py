"""Issued reports for a command: listed, and held against what they rest on."""

from hashlib import sha256
from pathlib import Path

import click

from monitor.app.issuing import Issuer, Verified
from monitor.app.reporting import Reporter
from monitor.cli.command import config_path
from monitor.cli.faults import show_fault, system_words
from monitor.cli.output import show_json, show_table
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.configuration import contract_of
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.reports.issue import IssuedReport
from monitor.settings import load_settings
from monitor.shown.instants import written
from monitor.store.issued import IssuedReports

_DOES_NOT_HOLD = 1
_LISTED = 10


def list_issued(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """Show the reports that were issued.

    Raises:
        InputError: the settings, the contract or the database cannot be used.
    """
    settings = load_settings(config_path(ctx))
    local = zone(contract_of(settings).versions[-1].zone)
    with opened_database(settings) as database:
        reports = IssuedReports(database).listed(limit)
    if as_json:
        show_json(
            [
                {
                    "number": each.issue.number,
                    "period": str(each.period),
                    "provider": each.scope.provider,
                    "organization": each.scope.organization,
                    "known_at": written(each.known_at, local),
                    "issued_by": each.issue.issued_by,
                    "files": dict(each.files),
                    "hash": each.digest,
                }
                for each in reports
            ]
        )
    elif not reports:
        click.echo(gettext("None."))
    else:
        show_table(
            (
                "",
                gettext("Period"),
                gettext("Provider"),
                gettext("Organisation"),
                gettext("As known"),
                gettext("By"),
                gettext("Hash"),
            ),
            [
                (
                    str(each.issue.number),
                    str(each.period),
                    each.scope.provider or gettext("all"),
                    each.scope.organization or gettext("all"),
                    spoken().short_instant(each.known_at, local),
                    each.issue.issued_by,
                    each.digest[:12],
                )
                for each in reports
            ],
        )


def verify_issued(ctx: click.Context, name: str, *, as_json: bool) -> int:
    """Say whether a report holds; the exit status.

    Raises:
        InputError: no such file or number, or the settings or the database cannot be used.
    """
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    names = {each.id: each.name for each in settings.organizations}
    with opened_database(settings) as database:
        kept = _find(name, IssuedReports(database))
        if kept is None:
            return _unknown(name, as_json=as_json)
        found = Issuer(database, Reporter(database, book, names)).verify(kept)
    problems = list(_problems(found))
    if as_json:
        show_json(
            {
                "ok": found.holds,
                "number": kept.issue.number,
                "period": str(kept.period),
                "hash": kept.digest,
                "tested": found.tested,
                "differs": list(found.differs),
                "unfollowed": list(found.unfollowed),
                "problems": problems,
            }
        )
    elif found.holds:
        text = gettext(
            "Report {number} of {period} holds: its figures follow from the record, {tested} of its"
            " {inputs} commitments from what was stated; the chain of issued reports ({reports} in"
            " all) and the audit log are whole."
        )
        click.echo(
            text.format(
                number=kept.issue.number,
                period=kept.period,
                tested=found.tested,
                inputs=found.inputs,
                reports=found.chain.reports,
            )
        )
    else:
        show_fault(problems)
    return 0 if found.holds else _DOES_NOT_HOLD


def _find(name: str, reports: IssuedReports) -> IssuedReport | None:
    """By number or file; None: a file that no report was handed over as."""
    if name.isdecimal():
        found = reports.numbered(int(name))
        if found is None:
            raise InputError(
                N_("no report has the number {number}; 'vigie report list' has those there are"),
                number=name,
            )
        return found
    try:
        digest = sha256(Path(name).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            N_("{path}: cannot be read: {reason}"), path=name, reason=system_words(error)
        ) from None
    number = reports.holding(digest)
    return None if number is None else reports.numbered(number)


def _unknown(name: str, *, as_json: bool) -> int:
    text = gettext(
        "{path}: no report was issued as this file: it was changed, or made without --issue"
    ).format(path=name)
    if as_json:
        show_json({"ok": False, "problems": [text]})
    else:
        show_fault([text])
    return _DOES_NOT_HOLD


def _problems(found: Verified) -> list[str]:
    problems = []
    if found.chain.wrong is not None:
        text = gettext("the chain of issued reports is not whole: {wrong}")
        problems.append(text.format(wrong=told(found.chain.wrong, gettext)))
    if found.audit.wrong is not None:
        text = gettext("the audit log is not whole: {wrong}")
        problems.append(text.format(wrong=told(found.audit.wrong, gettext)))
    if found.differs:
        text = gettext("the record gives other figures today: {keys}")
        problems.append(text.format(keys=", ".join(found.differs)))
    text = gettext("does not follow from what was stated: {line}")
    problems += [text.format(line=line) for line in found.unfollowed[:_LISTED]]
    if len(found.unfollowed) > _LISTED:
        more = len(found.unfollowed) - _LISTED
        problems.append(gettext("and {n} more").format(n=more))
    return problems
