"""The Québec government's 13 holidays and the dates on which they are observed.

No union of the categories of the `holidays` package is this list: 2 January and both eves are in
none. The package places the movable feasts; the list and the moves are the public service's own.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import Enum

from holidays.groups.christian import ChristianHolidays
from holidays.groups.international import InternationalHolidays
from holidays.holiday_base import HolidayBase

from monitor.clock.windows import Holiday

SATURDAY, SUNDAY = 5, 6


class Day(Enum):
    """The 13, each with its French and English names."""

    NEW_YEAR = ("Jour de l'An", "New Year's Day")
    NEW_YEAR_AFTER = ("Lendemain du jour de l'An", "Day after New Year's Day")
    GOOD_FRIDAY = ("Vendredi saint", "Good Friday")
    EASTER_MONDAY = ("Lundi de Pâques", "Easter Monday")
    PATRIOTS = ("Journée nationale des patriotes", "National Patriots' Day")
    NATIONAL = ("Fête nationale", "Québec National Holiday")
    CANADA = ("Fête du Canada", "Canada Day")
    LABOUR = ("Fête du Travail", "Labour Day")
    THANKSGIVING = ("Action de grâces", "Thanksgiving")
    CHRISTMAS_EVE = ("Veille de Noël", "Christmas Eve")
    CHRISTMAS = ("Noël", "Christmas Day")
    CHRISTMAS_AFTER = ("Lendemain de Noël", "Day after Christmas")
    NEW_YEAR_EVE = ("Veille du jour de l'An", "New Year's Eve")


class _Nominal(HolidayBase, ChristianHolidays, InternationalHolidays):
    """The 13 where the calendar puts them, before any move. No two ever share a date."""

    country = "CA"

    def __init__(self, years: Iterable[int]) -> None:
        ChristianHolidays.__init__(self)
        InternationalHolidays.__init__(self)
        super().__init__(years=years, expand=False, observed=False)

    def _populate_public_holidays(self) -> None:
        self._add_new_years_day(Day.NEW_YEAR.name)
        self._add_new_years_day_two(Day.NEW_YEAR_AFTER.name)
        self._add_good_friday(Day.GOOD_FRIDAY.name)
        self._add_easter_monday(Day.EASTER_MONDAY.name)
        self._add_holiday_1st_mon_before_may_24(Day.PATRIOTS.name)
        self._add_holiday_jun_24(Day.NATIONAL.name)
        self._add_holiday_jul_1(Day.CANADA.name)
        self._add_holiday_1st_mon_of_sep(Day.LABOUR.name)
        self._add_holiday_2nd_mon_of_oct(Day.THANKSGIVING.name)
        self._add_christmas_eve(Day.CHRISTMAS_EVE.name)
        self._add_christmas_day(Day.CHRISTMAS.name)
        self._add_christmas_day_two(Day.CHRISTMAS_AFTER.name)
        self._add_new_years_eve(Day.NEW_YEAR_EVE.name)


def _to_friday(day: date) -> date:
    """An eve on a weekend is taken on the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _to_nearest(day: date) -> date:
    """Sunday moves to Monday by statute; Saturday to Friday by practice, for want of a source."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _stay(day: date) -> date:
    return day


_MOVES: dict[Day, Callable[[date], date]] = {
    Day.CHRISTMAS_EVE: _to_friday,
    Day.NEW_YEAR_EVE: _to_friday,
    Day.NATIONAL: _to_nearest,
    Day.CANADA: _to_nearest,
}
_FORWARD = (Day.NEW_YEAR, Day.NEW_YEAR_AFTER, Day.CHRISTMAS, Day.CHRISTMAS_AFTER)


def quebec_holidays(first_year: int, last_year: int) -> tuple[Holiday, ...]:
    """The 13 days of each of these years, both included, in order of their observed dates.

    Every nominal date is observed within its own year, so a year never depends on another.
    """
    nominal = _Nominal(range(first_year, last_year + 1))
    found: list[Holiday] = []
    taken: set[date] = set()
    for day, name in sorted(nominal.items()):
        kind = Day[name]
        observed = _MOVES.get(kind, _stay)(day)
        if kind in _FORWARD:
            # 25 and 26 December, 1 and 2 January: to the next weekday none of them has taken.
            while observed.weekday() >= SATURDAY or observed in taken:
                observed += timedelta(days=1)
        taken.add(observed)
        found.append(Holiday(observed, *kind.value, nominal=day))
    return tuple(sorted(found, key=lambda holiday: holiday.date))
