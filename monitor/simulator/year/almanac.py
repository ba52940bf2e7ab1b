"""Working days and hours, counted one day at a time: slow, plain, and nothing of the clock's."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

_DAY = timedelta(days=1)
_OPENS, _CLOSES = time(8), time(17)
_SATURDAY = 5


class Almanac:
    """The public service's days and the support's hours, in one zone. Instants are in UTC."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def is_working(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in days_off(day.year)

    def working_day(self, number: int, first: date) -> date:
        """The so-manieth working day from `first` on, which counts if it is one."""
        day, left = first, number
        while True:
            left -= self.is_working(day)
            if left <= 0 and self.is_working(day):
                return day
            day += _DAY

    def working_days(self, first: date, last: date) -> list[date]:
        """All of them, both ends included."""
        days = (first + _DAY * number for number in range((last - first).days + 1))
        return [day for day in days if self.is_working(day)]

    def at(self, day: date, hour: float) -> datetime:
        """A time of a day, in hours from its midnight; 24 is its end. Whole seconds."""
        wall = datetime.combine(day, time()) + timedelta(seconds=round(hour * 3600))
        return wall.replace(tzinfo=self._zone).astimezone(UTC)

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def day_that_ends(self, at: datetime) -> date:
        """As `day_of`; but midnight is the end of a day, not the beginning of the next."""
        return self.day_of(at - timedelta(microseconds=1))

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """When so much support time has passed; exactly at closing is at that closing."""
        wall, left = self._wall(start), worked
        while True:
            opens, closes = self._hours(wall.date())
            begun = max(wall, opens)
            if self.is_working(wall.date()) and begun < closes:
                if left <= closes - begun:
                    return self._instant(begun + left)
                left -= closes - begun
            wall = datetime.combine(wall.date() + _DAY, time())

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Support time between two instants."""
        first, last, total = self._wall(start), self._wall(end), timedelta()
        day = first.date()
        while day <= last.date():
            opens, closes = self._hours(day)
            if self.is_working(day):
                total += max(min(last, closes) - max(first, opens), timedelta())
            day += _DAY
        return total

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return datetime.combine(day, _OPENS), datetime.combine(day, _CLOSES)

    def _wall(self, at: datetime) -> datetime:
        # The zone's changes are at night on Sundays, where no support time is.
        return at.astimezone(self._zone).replace(tzinfo=None)

    def _instant(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self._zone).astimezone(UTC)


@cache
def days_off(year: int) -> frozenset[date]:
    """The government's 13, where they are observed."""
    easter = _easter(year)
    fixed = [
        easter - 2 * _DAY,
        easter + _DAY,
        _monday(date(year, 5, 24), back=True),
        _monday(date(year, 9, 1)),
        _monday(date(year, 10, 1)) + 7 * _DAY,
    ]
    for month, day in ((6, 24), (7, 1)):
        fixed.append(_nearest(date(year, month, day)))
    for month in (1, 12):
        fixed += _pair(date(year, month, 1 if month == 1 else 25))
    for day in (24, 31):
        eve = date(year, 12, day)
        fixed.append(eve - max(eve.weekday() - 4, 0) * _DAY)
    return frozenset(fixed)


def _pair(first: date) -> list[date]:
    """A day and the one after it: on a weekend, the next weekdays that are free."""
    if first.weekday() < 4:  # noqa: PLR2004 - Monday to Thursday: both are weekdays
        return [first, first + _DAY]
    if first.weekday() == 4:  # noqa: PLR2004 - Friday and Saturday
        return [first, first + 3 * _DAY]
    monday = _monday(first)
    return [monday, monday + _DAY]


def _nearest(day: date) -> date:
    return day + {5: -_DAY, 6: _DAY}.get(day.weekday(), timedelta())


def _monday(day: date, *, back: bool = False) -> date:
    """The first Monday from a day on, or the last one up to it."""
    return day - day.weekday() * _DAY if back else day + (-day.weekday() % 7) * _DAY


def _easter(year: int) -> date:
    """Easter Sunday, by Gauss's rule as the Gregorian calendar has it."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)
