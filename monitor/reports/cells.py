"""Figures as cells of a table: how a language writes them, and what they are."""

from datetime import datetime, tzinfo

from monitor.locale import Language
from monitor.reports.figures import Line
from monitor.reports.inert import plain, shown
from monitor.reports.layout import Cell

NOTHING = "–"


def text(value: str | None) -> Cell:
    """Words of others: as they are for a program, cut where they are shown."""
    return Cell(shown(value), plain(value)) if value else Cell(NOTHING)


def own(value: str) -> Cell:
    """Words of ours."""
    return Cell(value, value)


def count(number: int, language: Language, tone: str = "") -> Cell:
    return Cell(language.number(number), number, tone if number else "")


def percent(share: float | None, language: Language, tone: str = "") -> Cell:
    """« 98,5 % »; a dash where there is nothing to take a share of."""
    return Cell(NOTHING) if share is None else Cell(language.percent(share), share, tone)


def used(share: float, language: Language) -> Cell:
    """A share of the time allowed, which may be more than all of it: « 134 % »."""
    number = language.number(share * 100)
    mark = "\N{NO-BREAK SPACE}%" if language.code == "fr" else "%"
    return Cell(f"{number}{mark}", share)


def interval(line: Line, language: Language) -> Cell:
    """« 95,1 % à 98,7 % »."""
    found = line.interval
    if found is None:
        return Cell(NOTHING)
    text_ = language.gettext("{low} to {high}").format(
        low=language.percent(found.low), high=language.percent(found.high)
    )
    return Cell(text_.replace(" ", "\N{NO-BREAK SPACE}"), text_)


def compliance(line: Line, target: float | None, language: Language) -> Cell:
    """With its tone where the contract has a target."""
    share = line.compliance
    tone = ""
    if share is not None and target is not None:
        tone = "good" if share * 100 >= target else "bad"
    return percent(share, language, tone)


def seconds(value: int | None, unit: str | None, language: Language) -> Cell:
    """Business time: « 3 h 20 », « 2,5 j »."""
    if value is None or unit is None:
        return Cell(NOTHING)
    return Cell(language.short_business_time(value, unit), value)


def instant(at: datetime | None, zone: tzinfo, language: Language) -> Cell:
    """« 2026-10-23 15:30 »; at midnight, « 2026-10-22, fin de journée »."""
    if at is None:
        return Cell(NOTHING)
    day = language.ended_day(at, zone)
    if day is not None:
        return Cell(language.gettext("{day}, end of day").format(day=day.isoformat()), at)
    local = at.astimezone(zone)
    return Cell(f"{local:%Y-%m-%d %H:%M}", at)
