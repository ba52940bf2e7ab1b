"""What a report says in sentences, in one language."""

from monitor.contract.model import Consequence
from monitor.locale import N_, Language
from monitor.reports.entry import Outcome
from monitor.reports.figures import Line
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.report import Report

OUTCOMES = {
    Outcome.MET: N_("Kept"),
    Outcome.MISSED: N_("Missed, closed"),
    Outcome.OPEN_LATE: N_("Late, still open"),
    Outcome.CANNOT_TELL: N_("Cannot tell"),
    Outcome.NOT_YET_DUE: N_("Still to come"),
    Outcome.HELD: N_("Set apart"),
    Outcome.OUTSIDE: N_("Outside the conditions"),
    Outcome.CANCELLED: N_("Withdrawn in time"),
}
CONSEQUENCES = {
    Consequence.PROOF_REQUIRED: N_("A proof is required."),
    Consequence.SET_APART: N_("Such cases are counted apart."),
    Consequence.CLIENT_DUTY: N_("A duty of the client's; no source can show it."),
}
_ORDINALS = (N_("first quarter"), N_("second quarter"), N_("third quarter"), N_("fourth quarter"))
_REGIONS = {"local": N_("Local region"), "remote": N_("Remote region")}


def named(period: ReportPeriod, language: Language) -> str:
    """« octobre 2026 », « troisième trimestre 2026 », « 2026 »."""
    match period.kind:
        case PeriodKind.MONTH:
            return language.month(period.first)
        case PeriodKind.QUARTER:
            return language.gettext("{quarter} of {year}").format(
                quarter=language.gettext(_ORDINALS[period.first.month // 3]),
                year=period.first.year,
            )
        case PeriodKind.YEAR:
            return str(period.first.year)
        case PeriodKind.SPAN:
            return language.gettext("{first} to {last}").format(
                first=language.plain_date(period.first), last=language.plain_date(period.last)
            )


def during(period: ReportPeriod, language: Language) -> str:
    """« En octobre 2026 », « Au troisième trimestre 2026 », « Du 1er octobre au … »."""
    name = named(period, language)
    match period.kind:
        case PeriodKind.QUARTER:
            return language.gettext("In the {quarter}").format(quarter=name)
        case PeriodKind.SPAN:
            return language.gettext("From {span}").format(span=name)
        case _:
            return language.gettext("In {month}").format(month=name)


def than(period: ReportPeriod, language: Language) -> str:
    """« qu’en septembre 2026 », « qu’au deuxième trimestre 2026 »."""
    name = named(period, language)
    match period.kind:
        case PeriodKind.QUARTER:
            return language.gettext("than in the {quarter}").format(quarter=name)
        case PeriodKind.SPAN:
            return language.gettext("than from {span}").format(span=name)
        case _:
            return language.gettext("than in {month}").format(month=name)


def verdict(report: Report, language: Language) -> str:
    """The one sentence that a director reads."""
    line = report.total()
    share = line.compliance
    start = during(report.period, language)
    if share is None:
        return _nothing(line, language).format(during=start, due=language.number(line.due))
    if not line.late:
        text = language.ngettext(
            "{during}, the one commitment that came due was kept.",
            "{during}, all {judged} commitments that came due were kept.",
            line.judged,
        )
        return text.format(during=start, judged=language.number(line.judged))
    text = language.gettext(
        "{during}, {share} of the commitments that came due were kept"
        " ({met} of {judged}){compared}; {late}{open}."
    )
    return text.format(
        during=start,
        share=language.percent(share),
        met=language.number(line.met),
        judged=language.number(line.judged),
        compared=_compared(report, language),
        late=_late(line, language),
        open=_open(line, language),
    )


def _nothing(line: Line, language: Language) -> str:
    if not line.due:
        return language.gettext("{during}, no commitment came due.")
    return language.ngettext(
        "{during}, the one commitment that came due cannot be judged.",
        "{during}, none of the {due} commitments that came due can be judged.",
        line.due,
    )


def _compared(report: Report, language: Language) -> str:
    now, before = report.total().compliance, report.previous.total().compliance
    if now is None or before is None:
        return ""
    points = round((now - before) * 100, 1)
    previous = report.period.before()
    if not points:
        return language.gettext(", neither more nor less {than}").format(
            than=than(previous, language)
        )
    text = (
        language.ngettext(
            ", {points} point more {than}", ", {points} points more {than}", int(abs(points))
        )
        if points > 0
        else language.ngettext(
            ", {points} point less {than}", ", {points} points less {than}", int(abs(points))
        )
    )
    return text.format(points=language.number(abs(points), 1), than=than(previous, language))


def _late(line: Line, language: Language) -> str:
    text = language.ngettext("{n} was not", "{n} were not", line.late)
    return text.format(n=language.number(line.late))


def _open(line: Line, language: Language) -> str:
    number = line[Outcome.OPEN_LATE]
    if not number:
        return ""
    if number == line.late:
        return language.ngettext(" and is still open", " and are still open", number)
    text = language.ngettext(
        ", of which {n} is still open", ", of which {n} are still open", number
    )
    return text.format(n=language.number(number))


def outcome(one: Outcome, language: Language) -> str:
    """Of one commitment: « Tenu », where a column of counts has « Tenus »."""
    words = {
        Outcome.MET: language.pgettext("one", "Kept"),
        Outcome.MISSED: language.pgettext("one", "Missed"),
        Outcome.OPEN_LATE: language.pgettext("one", "Late, still open"),
        Outcome.CANNOT_TELL: language.pgettext("one", "Cannot tell"),
        Outcome.NOT_YET_DUE: language.pgettext("one", "Still to come"),
        Outcome.HELD: language.pgettext("one", "Set apart"),
        Outcome.OUTSIDE: language.pgettext("one", "Outside the conditions"),
        Outcome.CANCELLED: language.pgettext("one", "Withdrawn in time"),
    }
    return words[one]


def region(name: str | None, language: Language) -> str:
    if name is None:
        return language.gettext("Wherever it is")
    return language.gettext(_REGIONS[name]) if name in _REGIONS else name
