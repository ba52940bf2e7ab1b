"""Days, hours and figures through Babel's Canadian locales, with this house's typography."""

import datetime as dt
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, get_day_names
from babel.dates import format_time as format_clock
from babel.numbers import format_decimal

from monitor.locale.negotiation import LanguageCode

_NBSP = "\N{NO-BREAK SPACE}"
_AN_INSTANT = dt.timedelta(microseconds=1)


class Formats:
    def __init__(self, code: LanguageCode) -> None:
        self._french = code == "fr"
        self._code = code

    def date(self, day: dt.date) -> str:
        if not self._french:
            return _date(_day(day), "full", self._code)
        # Only the first of a month is an ordinal in French; the locale's own data forgets it.
        pattern = "EEEE '1er' MMMM y" if day.day == 1 else "EEEE d MMMM y"
        return _date(_day(day), pattern, self._code)

    def short_date(self, day: dt.date) -> str:
        if not self._french:
            return _date(_day(day), f"MMM{_NBSP}d", self._code)
        number = "'1er'" if day.day == 1 else "d"
        return _date(_day(day), f"{number}{_NBSP}MMM", self._code)

    def plain_date(self, day: dt.date) -> str:
        """« 23 novembre 2026 », "November 23, 2026": without its day of the week."""
        if not self._french:
            return _date(_day(day), "long", self._code)
        pattern = "'1er' MMMM y" if day.day == 1 else "d MMMM y"
        return _date(_day(day), pattern, self._code)

    def month(self, day: dt.date) -> str:
        """« novembre 2026 », "November 2026"."""
        return _date(dt.date(day.year, day.month, 1), f"MMMM{_NBSP}y", self._code)

    def short_month(self, day: dt.date) -> str:
        """« nov. », "Nov"."""
        return _date(dt.date(day.year, day.month, 1), "MMM", self._code)

    def weekday(self, number: int) -> str:
        return str(get_day_names("abbreviated", "format", _locale(self._code))[number])

    def long_weekday(self, day: dt.date) -> str:
        return _date(_day(day), "EEEE", self._code)

    def time(self, local: dt.datetime) -> str:
        """« 15 h 30 », « 9 h »; "3:30 p.m.", "9 a.m.": no zeros that nobody says."""
        if self._french:
            pattern = f"H{_NBSP}'h'{_NBSP}mm" if local.minute else f"H{_NBSP}'h'"
        else:
            pattern = f"h:mm{_NBSP}a" if local.minute else f"h{_NBSP}a"
        return _time(local.hour, local.minute, pattern, self._code)

    def local(self, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
        """The wall time of an instant.

        Raises:
            ValueError: the instant is naive.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no time zone: it is no instant")
        return at.astimezone(zone)

    def ended_day(self, at: dt.datetime, zone: dt.tzinfo) -> dt.date | None:
        """The local day that ends at this very instant, even where no clock shows 00:00."""
        before = self.local(at - _AN_INSTANT, zone).date()
        return before if before < self.local(at, zone).date() else None

    def number(self, value: float, digits: int) -> str:
        return _number(value, digits, self._code)

    def percent(self, share: float, digits: int) -> str:
        text = _percent(share, digits, self._code)
        return f"{text}{_NBSP}%" if self._french else f"{text}%"


@cache
def _locale(code: LanguageCode) -> Locale:
    # Parsed once: Babel would parse a name anew for every figure.
    return Locale.parse(f"{code}_CA")


# A thousand letters written at once speak of the same few days, hours and figures. A code for a
# key: a locale works its hash out each time.
@lru_cache(maxsize=4096)
def _date(day: dt.date, pattern: str, code: LanguageCode) -> str:
    return format_date(day, pattern, locale=_locale(code))


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, pattern: str, code: LanguageCode) -> str:
    return format_clock(dt.time(hour, minute), pattern, locale=_locale(code))


@lru_cache(maxsize=4096)
def _number(value: float | Decimal, digits: int, code: LanguageCode) -> str:
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, pattern, locale=_locale(code))


@lru_cache(maxsize=4096)
def _percent(share: float, digits: int, code: LanguageCode) -> str:
    """The figure alone."""
    step = Decimal(1).scaleb(-digits)
    exact = Decimal(str(share)) * 100
    rounded = exact.quantize(step, ROUND_HALF_EVEN)
    # 99.96 % is not all of them, nor 0.04 % none.
    if rounded == 100 and exact < 100:  # noqa: PLR2004 - the whole, in percent
        rounded = exact.quantize(step, ROUND_DOWN)
    if rounded == 0 and exact > 0:
        rounded = exact.quantize(step, ROUND_UP)
    return _number(rounded, digits, code)


def _day(at: dt.date) -> dt.date:
    """The day alone, of what may be an instant of it."""
    return dt.date(at.year, at.month, at.day)
