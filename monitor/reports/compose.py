"""From the figures to a whole document in one language, which every format for people writes."""

from collections.abc import Iterable
from typing import TypeVar

from monitor.locale import Language
from monitor.reports import cells, graphs
from monitor.reports.entry import Outcome
from monitor.reports.inert import shown
from monitor.reports.layout import Block, Chart, Document, Facts, Figure, Prose, Section
from monitor.reports.report import Report
from monitor.reports.tables import Tables
from monitor.reports.words import named, verdict

_T = TypeVar("_T")


def compose(report: Report, language: Language) -> Document:
    """All of a report. The first section is the first page: the verdict stands above it."""
    _ = language.gettext
    tables = Tables(report, language)
    sections = [
        Section(title=_("Summary"), blocks=[tables.summary(), tables.worse()]),
        Section(title=_("In pictures"), blocks=_present(_charts(report, language))),
        Section(title=_("Counted apart"), blocks=[tables.apart()]),
        Section(
            title=_("By dimension"),
            blocks=[
                tables.by_provider(),
                tables.by_commitment(),
                tables.by_region(),
                tables.by_organization(),
            ],
        ),
        Section(title=_("Time used"), blocks=[tables.time_used()]),
        Section(title=_("Cases"), blocks=[tables.worst(), tables.reopened()]),
    ]
    sections.append(
        Section(
            title=_("Conditions of the contract"),
            blocks=[
                tables.conditions(),
                tables.unproven(),
                tables.purchases(),
                tables.late_deliverables(),
            ],
        )
    )
    if report.issue is not None:
        sections.append(
            Section(title=_("Corrections"), blocks=[tables.restated(), tables.adjustments()])
        )
    if report.ledger is not None:
        sections.append(Section(title=_("Proof"), blocks=[tables.ledger()]))
    sections.append(Section(title=_("How this was worked out"), blocks=_method(report, language)))
    return Document(
        lang=language.code,
        title=_("Compliance report"),
        subtitle=_capital(named(report.period, language)),
        about=_about(report, language),
        verdict=verdict(report, language),
        cautions=_cautions(report, language),
        figures=_figures(report, language),
        sections=[section for section in sections if section.blocks],
        footer=_("Vigie – compliance report, {period}").format(
            period=named(report.period, language)
        ),
    )


def _about(report: Report, language: Language) -> list[str]:
    _ = language.gettext
    scope = report.scope
    provider = (
        _("All providers") if scope.provider is None else report.provider_name(scope.provider)
    )
    organization = (
        _("All organisations")
        if scope.organization is None
        else report.organization_name(scope.organization) or ""
    )
    at = language.instant(report.known_at, report.zone)
    issue = report.issue
    return [
        f"{shown(provider)} · {shown(organization)}",
        shown(language.label(report.book.versions[-1].title)),
        _("As known on {at}").format(at=at)
        if issue is None
        else _("Report no. {number}, issued on {at} by {who}").format(
            number=issue.number, at=at, who=shown(issue.issued_by)
        ),
    ]


def _cautions(report: Report, language: Language) -> list[str]:
    _ = language.gettext
    found = []
    if report.is_provisional:
        found.append(
            _("Provisional: the period was not over, and {n} deadlines were still to come.").format(
                n=language.number(report.total()[Outcome.NOT_YET_DUE])
            )
        )
    if number := report.total().cell.provisional:
        text = language.ngettext(
            "{n} case has an unknown place of delivery, and is taken as local.",
            "{n} cases have an unknown place of delivery, and are taken as local.",
            number,
        )
        found.append(text.format(n=language.number(number)))
    return found


def _figures(report: Report, language: Language) -> list[Figure]:
    _ = language.gettext
    line = report.total()
    return [
        Figure(_("Compliance"), cells.percent(line.compliance, language)),
        Figure(_("Came due"), cells.count(line.due, language)),
        Figure(_("Kept"), cells.count(line.met, language)),
        Figure(_("Missed, closed"), cells.count(line[Outcome.MISSED], language, "bad")),
        Figure(_("Late, still open"), cells.count(line[Outcome.OPEN_LATE], language, "bad")),
        Figure(_("Cannot tell"), cells.count(line[Outcome.CANNOT_TELL], language)),
        Figure(_("Excluded"), cells.count(line.excluded, language)),
    ]


def _charts(report: Report, language: Language) -> Iterable[Chart | None]:
    yield graphs.compliance_bars(report, language)
    yield graphs.trend_of(report, language)
    yield graphs.time_used(report, language)
    yield graphs.breaches(report, language)


def _method(report: Report, language: Language) -> list[Block]:
    _ = language.gettext
    basis = report.basis
    return [
        Prose(
            _(
                "A commitment is counted in the period that its deadline falls in, and only once;"
                " a deadline at the end of a day belongs to that day. Exactly at the deadline is"
                " kept."
                " Each figure follows from what the sources stated, the contract and its calendars,"
                " and can be worked out again: 'vigie explain' shows how for any case."
            )
        ),
        Facts(
            [
                (_("Contract"), shown(f"{basis.contract} {', '.join(basis.versions)}".strip())),
                (_("Zone"), _("{zone} (zone data {tzdata})").format(
                    zone=report.zone, tzdata=basis.tzdata)),
                (_("Commitments taken in"), language.number(report.gathered.inputs)),
                (_("SHA-256 of these"), report.gathered.digest),
                (_("SHA-256 of the rules"), basis.rules),
                *((_("SHA-256 of calendar {name}").format(name=name), digest)
                  for name, digest in sorted(basis.calendars.items())),
                (_("Last hash of the audit log"), basis.audit_head),
                *(() if report.issue is None else (
                    (_("Hash of the report issued before"), report.issue.previous),)),
                (_("Program"), f"Vigie {basis.program}"),
            ]
        ),
    ]  # fmt: skip


def _present(found: Iterable[_T | None]) -> list[_T]:
    return [each for each in found if each is not None]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
