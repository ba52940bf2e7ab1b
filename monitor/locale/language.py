"""One language: its texts, and how it writes days, hours, business time and figures."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property, lru_cache
from gettext import NullTranslations, translation
from typing import TYPE_CHECKING, Protocol

from monitor.locale import words
from monitor.locale.negotiation import DOMAIN, FOLDER, LanguageCode

if TYPE_CHECKING:
    # At run time this would bring in Babel, which `vigie --help` does not need.
    from monitor.locale.formats import Formats

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_WEEK = 7


class Bilingual(Protocol):
    """A text that comes in both languages, such as a label of the contract."""

    @property
    def fr(self) -> str: ...

    @property
    def en(self) -> str: ...


class Language:
    """French or English as written in Québec. English texts are the catalogue's keys.

    Terms are taken by their values, so that every room may use this one, and it needs none.
    """

    def __init__(self, code: LanguageCode) -> None:
        self.code: LanguageCode = code

    def gettext(self, message: str) -> str:
        return self._gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The text for `number` things; in French, zero is singular."""
        return self._texts.ngettext(singular, plural, number)

    def pgettext(self, context: str, message: str) -> str:
        """The text where the same English words mean something else elsewhere."""
        return self._texts.pgettext(context, message)

    def label(self, text: Bilingual) -> str:
        """Somebody's own words in this language."""
        return text.fr if self.code == "fr" else text.en

    def date(self, day: dt.date) -> str:
        """« lundi 23 novembre 2026 », "Monday, November 23, 2026"."""
        return self.formats.date(day)

    def short_date(self, day: dt.date) -> str:
        """« 23 nov. », "Nov 23": without its year, for what is near."""
        return self.formats.short_date(day)

    def plain_date(self, day: dt.date) -> str:
        """« 23 novembre 2026 », "November 23, 2026"."""
        return self.formats.plain_date(day)

    def month(self, day: dt.date) -> str:
        """« novembre 2026 », "November 2026"."""
        return self.formats.month(day)

    def short_month(self, day: dt.date) -> str:
        """« nov. », "Nov": without its year, for what is labelled with it."""
        return self.formats.short_month(day)

    def weekday(self, number: int) -> str:
        """A day of the week in short, 0 for Monday: `lun.` or `Mon`."""
        return self.formats.weekday(number)

    def instant(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """« lundi 23 novembre 2026, 15 h 30 », "Monday, November 23, 2026, 3:30 p.m."."""
        return _instant(self, at, zone)

    def short_instant(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """« 23 nov. à 13 h », "Nov 23 at 1 p.m."."""
        local = self.formats.local(at, zone)
        day, time = self.formats.short_date(local), self.formats.time(local)
        return self.gettext("{day} at {time}").format(day=day, time=time)

    def near_instant(self, at: dt.datetime, zone: dt.tzinfo, now: dt.datetime) -> str:
        """« lundi 8 h », "Monday 8 a.m."; « 8 h » on the same day, with the date past a week."""
        local, today = self.formats.local(at, zone), self.formats.local(now, zone).date()
        days = (local.date() - today).days
        if days == 0:
            return self.formats.time(local)
        if 0 < days < _WEEK:
            return f"{self.formats.long_weekday(local)} {self.formats.time(local)}"
        return self.short_instant(at, zone)

    def deadline(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """As `instant`; at the end of a day, « fin de journée jeudi 26 novembre 2026 »."""
        return _deadline(self, at, zone)

    def short_deadline(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """As `short_instant`; at the end of a day, « 26 nov., fin de journée »."""
        return _short_deadline(self, at, zone)

    def ended_day(self, at: dt.datetime, zone: dt.tzinfo) -> dt.date | None:
        """The local day that ends at this very instant; None: it is within a day."""
        return self.formats.ended_day(at, zone)

    def table_deadline(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """As `short_deadline`, shorter still: « fin du 26 nov. »."""
        if day := self.formats.ended_day(at, zone):
            return self.pgettext("table", "end of {day}").format(day=self.formats.short_date(day))
        return self.short_instant(at, zone)

    def business_time(self, seconds: int, unit: str) -> str:
        """« 24 heures ouvrables », « 3 h 20 min ouvrables », « 1 jour ouvrable 4 h ».

        Cut to the minute, below one minute to the second; the sign is left out (see `margin`).
        """
        return _business_time(self, abs(seconds), unit)

    def short_business_time(self, seconds: int, unit: str) -> str:
        """For a table: « 3 h 20 », « 2,5 j », with a minus sign once late.

        Days are cut to a tenth. Hours beside them would be read against a working day's, and a
        business day has 24: they stand alone, where less than a tenth is left.
        """
        sign = "−" if seconds < 0 else ""
        seconds = abs(seconds)
        tenths = seconds // (_DAY // 10) if unit == "business_days" else 0
        if tenths:
            return sign + self.gettext("{n} d").format(
                n=self.number(tenths / 10, 1 if tenths % 10 else 0)
            )
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        if not hours or not minutes:
            return sign + self.span(seconds)
        whole = self.gettext("{n} h").format(n=self.number(hours))
        return f"{sign}{whole}\N{NO-BREAK SPACE}{minutes:02}"

    def margin(self, remaining: int, unit: str) -> str:
        """« il reste 3 h 20 min ouvrables », « en retard de 2 h 5 min ouvrables »."""
        span = self.business_time(remaining, unit)
        if remaining < 0:
            return self.gettext("late by {span}").format(span=span)
        return self.gettext("{span} left").format(span=span)

    def number(self, value: float, digits: int = 0) -> str:
        """« 1 234,5 », "1,234.5", with this many decimals."""
        return self.formats.number(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share from 0 to 1: « 98,5 % », "98.5%". Only what is whole shows as 100 % or 0 %."""
        return self.formats.percent(share, digits)

    def verdict(self, verdict: str) -> str:
        return self.gettext(words.VERDICTS[verdict])

    def reason(self, reason: str) -> str:
        """A sentence."""
        return self.gettext(words.REASONS[reason])

    def status(self, status: str) -> str:
        return self.gettext(words.STATUSES[status])

    def case_kind(self, kind: str) -> str:
        return self.gettext(words.CASE_KINDS[kind])

    def unit(self, unit: str) -> str:
        """The unit's name in the plural: « heures ouvrables »."""
        return self.gettext(words.UNITS[unit])

    def role(self, role: str) -> str:
        """Who holds it, without an article; a role of an operator's own is shown as written."""
        return self.gettext(words.ROLES[role]) if role in words.ROLES else role

    def span(self, seconds: int) -> str:
        """« 3 h 20 min », « 45 min », « 30 s »: hours are not folded into days."""
        hours, rest = divmod(seconds, _HOUR)
        minutes, left = divmod(rest, _MINUTE)
        parts = []
        if hours:
            parts.append(self.gettext("{n} h").format(n=self.number(hours)))
        if minutes or (not hours and not left):
            parts.append(self.gettext("{n} min").format(n=minutes))
        if not parts:
            parts.append(self.gettext("{n} s").format(n=left))
        return "\N{NO-BREAK SPACE}".join(parts)

    @cached_property
    def _gettext(self) -> Callable[[str], str]:
        # A letter asks for forty texts, of the same two hundred; the catalogue asks its fallbacks.
        return lru_cache(maxsize=1024)(self._texts.gettext)

    @cached_property
    def _texts(self) -> NullTranslations:
        if self.code == "en":
            return NullTranslations()
        return translation(DOMAIN, FOLDER, [self.code])

    @cached_property
    def formats(self) -> "Formats":
        """How it writes days, hours and figures."""
        from monitor.locale.formats import Formats  # noqa: PLC0415 - see the imports' note

        return Formats(self.code)


@lru_cache
def language(code: LanguageCode) -> Language:
    """The language of this code; one instance each, safe to share between threads."""
    return Language(code)


# What comes due together has the same few deadlines, and each letter says each several times.
@lru_cache(maxsize=4096)
def _instant(to: Language, at: dt.datetime, zone: dt.tzinfo) -> str:
    local = to.formats.local(at, zone)
    return f"{to.formats.date(local)}, {to.formats.time(local)}"


@lru_cache(maxsize=4096)
def _deadline(to: Language, at: dt.datetime, zone: dt.tzinfo) -> str:
    if day := to.formats.ended_day(at, zone):
        return to.gettext("end of {day}").format(day=to.formats.date(day))
    return to.instant(at, zone)


@lru_cache(maxsize=4096)
def _short_deadline(to: Language, at: dt.datetime, zone: dt.tzinfo) -> str:
    if day := to.formats.ended_day(at, zone):
        return to.pgettext("short", "end of {day}").format(day=to.formats.short_date(day))
    return to.short_instant(at, zone)


@lru_cache(maxsize=4096)
def _business_time(to: Language, seconds: int, unit: str) -> str:
    if unit == "business_days":
        return _business_days(to, seconds)
    hours, rest = divmod(seconds, _HOUR)
    if not rest:
        text = to.ngettext("{n} business hour", "{n} business hours", hours)
        return text.format(n=to.number(hours))
    shown = seconds // _MINUTE or seconds
    text = to.ngettext("{span} of business time", "{span} of business time", shown)
    return text.format(span=to.span(seconds))


def _business_days(to: Language, seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    if seconds and not days:
        return to.gettext("{span} of a business day").format(span=to.span(rest))
    text = to.ngettext("{n} business day", "{n} business days", days)
    text = text.format(n=to.number(days))
    return f"{text} {to.span(rest)}" if rest >= _MINUTE else text
