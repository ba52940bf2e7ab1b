"""Days, hours and figures through Babel's Canadian locales, with this house's typography."""

import datetime as dt
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from functools import lru_cache

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
        # Parsed once: Babel would parse a name anew for every figure.
        self._locale = Locale.parse(f"{code}_CA")

    def date(self, day: dt.date) -> str:
        if not self._french:
            return _date(_day(day), "full", self._locale)
        # Only the first of a month is an ordinal in French; the locale's own data forgets it.
        pattern = "EEEE '1er' MMMM y" if day.day == 1 else "EEEE d MMMM y"
        return _date(_day(day), pattern, self._locale)

    def short_date(self, day: dt.date) -> str:
        if not self._french:
            return _date(_day(day), f"MMM{_NBSP}d", self._locale)
        number = "'1er'" if day.day == 1 else "d"
        return _date(_day(day), f"{number}{_NBSP}MMM", self._locale)

    def weekday(self, number: int) -> str:
        return str(get_day_names("abbreviated", "format", self._locale)[number])

    def month(self, day: dt.date) -> str:
        return _date(_day(day), "LLLL y", self._locale)

    def long_weekday(self, day: dt.date) -> str:
        return _date(_day(day), "EEEE", self._locale)

    def time(self, local: dt.datetime) -> str:
        """« 15 h 30 », « 9 h »; "3:30 p.m.", "9 a.m.": no zeros that nobody says."""
        if self._french:
            pattern = f"H{_NBSP}'h'{_NBSP}mm" if local.minute else f"H{_NBSP}'h'"
        else:
            pattern = f"h:mm{_NBSP}a" if local.minute else f"h{_NBSP}a"
        return _time(local.hour, local.minute, pattern, self._locale)

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
        return _number(value, digits, self._locale)

    def percent(self, share: float, digits: int) -> str:
        step = Decimal(1).scaleb(-digits)
        exact = Decimal(str(share)) * 100
        rounded = exact.quantize(step, ROUND_HALF_EVEN)
        # 99.96 % is not all of them, nor 0.04 % none.
        if rounded == 100 and exact < 100:  # noqa: PLR2004 - the whole, in percent
            rounded = exact.quantize(step, ROUND_DOWN)
        if rounded == 0 and exact > 0:
            rounded = exact.quantize(step, ROUND_UP)
        text = _number(rounded, digits, self._locale)
        return f"{text}{_NBSP}%" if self._french else f"{text}%"


# A thousand letters written at once speak of the same few days, hours and figures.
@lru_cache(maxsize=4096)
def _date(day: dt.date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, pattern: str, locale: Locale) -> str:
    return format_clock(dt.time(hour, minute), pattern, locale=locale)


@lru_cache(maxsize=4096)
def _number(value: float | Decimal, digits: int, locale: Locale) -> str:
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, pattern, locale=locale)


def _day(at: dt.date) -> dt.date:
    """The day alone, of what may be an instant of it."""
    return dt.date(at.year, at.month, at.day)
