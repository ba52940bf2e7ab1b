"""The message that brings a report: its verdict, its figures, and what comes with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from monitor.locale import Language
from monitor.reports import cells
from monitor.reports.entry import Outcome
from monitor.reports.figures import Line
from monitor.reports.inert import plain, shown
from monitor.reports.report import Report
from monitor.reports.words import named, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that goes with it, or that is too large to."""

    name: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """In one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table, whose words stand in both forms."""

    label: str
    figures: Sequence[str]


def cover(
    report: Report,
    attached: Sequence[Enclosed],
    left_out: Sequence[Enclosed],
    folder: str,
    language: Language,
) -> Cover:
    """The message, which says of each file that is left out that it is in `folder`.

    Its subject begins with the period as a number, so that a mailbox sorts them.
    """
    _ = language.gettext
    lines = _rows(report, language)
    files = [_("Attached: {names}").format(names=_names(attached, language))] if attached else []
    if left_out:
        text = _("Too large to be attached: {names}. In the folder {folder}.")
        files.append(text.format(names=_names(left_out, language), folder=plain(folder)))
    whose = f"{_provider(report, language)} · {_organization(report, language)}"
    about = [
        _("Period: {period}").format(period=named(report.period, language)),
        whose,
        *([_issued(report, language)] if report.issue is not None else []),
    ]
    footer = _("Automatic message from Vigie; no reply is read.")
    return Cover(
        subject=_subject(report, language),
        text=_text([[verdict(report, language)], about], lines, [files, ["-- ", footer]], language),
        html=_template().render(
            lang=f"{language.code}-CA",
            title=_("Compliance report"),
            lead=verdict(report, language),
            about=about,
            caption=_("By provider and commitment"),
            headings=[_("Commitment"), *_headings(language)],
            rows=lines,
            files=files,
            footer=footer,
        ),
    )


def _subject(report: Report, language: Language) -> str:
    _ = language.gettext
    share = report.total().compliance
    parts = [
        str(report.period),
        _provider(report, language),
        _organization(report, language),
        _("nothing to judge")
        if share is None
        else _("compliance {share}").format(share=language.percent(share)),
    ]
    return f"[{_('REPORT')}] {' · '.join(parts)}"


def _provider(report: Report, language: Language) -> str:
    provider = report.scope.provider
    if provider is None:
        return language.gettext("All providers")
    return shown(report.provider_name(provider))


def _organization(report: Report, language: Language) -> str:
    organization = report.organization_name(report.scope.organization)
    return language.gettext("All organisations") if organization is None else shown(organization)


def _issued(report: Report, language: Language) -> str:
    assert report.issue is not None  # noqa: S101 - asked by the caller; narrows the type
    return language.gettext("Report no. {number}, issued on {at} by {who}").format(
        number=report.issue.number,
        at=language.instant(report.known_at, report.zone),
        who=shown(report.issue.issued_by),
    )


def _headings(language: Language) -> list[str]:
    _ = language.gettext
    return [
        _("Came due"),
        _("Kept"),
        _("Missed, closed"),
        _("Late, still open"),
        _("Compliance"),
    ]


def _rows(report: Report, language: Language) -> list[_Row]:
    found = []
    for pair, line in report.pairs().items():
        label = report.label(pair.commitment)
        commitment = pair.commitment if label is None else language.label(label)
        name = f"{shown(report.provider_name(pair.provider))} – {shown(commitment)}"
        found.append(_Row(name, _figures(line, language)))
    if found:
        found.append(_Row(language.gettext("Total"), _figures(report.total(), language)))
    return found


def _figures(line: Line, language: Language) -> list[str]:
    counts = (line.due, line.met, line[Outcome.MISSED], line[Outcome.OPEN_LATE])
    return [
        *(language.number(number) for number in counts),
        cells.percent(line.compliance, language).shown,
    ]


def _names(files: Sequence[Enclosed], language: Language) -> str:
    text = language.gettext("{number} MB")
    sized = [
        # Never nothing: the least that is written is a tenth.
        (each.name, text.format(number=language.number(max(each.size / 1e6, 0.1), 1)))
        for each in files
    ]
    return ", ".join(f"{name} ({size})" for name, size in sized)


def _text(
    opening: Sequence[Sequence[str]],
    rows: Sequence[_Row],
    closing: Sequence[Sequence[str]],
    language: Language,
) -> str:
    """A block a commitment, each figure on a line: a telephone is too narrow for a table."""
    pair = language.gettext("{label}: {value}")
    headings = _headings(language)
    blocks = [
        *opening,
        *(
            [
                row.label,
                *(
                    f"  {pair.format(label=heading, value=figure)}"
                    for heading, figure in zip(headings, row.figures, strict=True)
                ),
            ]
            for row in rows
        ),
        *closing,
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("cover.html.j2")
