"""Business time the slow way: a walk, minute by minute, asking zoneinfo for each local reading.

Shares no code with the clock: it reads the calendar's fields and nothing else. Right as long as
windows and offsets are whole minutes, as all are since 2000.
"""

import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from monitor.clock import BusinessCalendar

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# A walk of days starts this much early, to know the furthest reading of the wall clock.
RUN_UP = timedelta(hours=30)


@cache
def pinned_zone(name: str) -> ZoneInfo:
    resource = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with resource.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def clock_changes(name: str, year: int) -> list[datetime]:
    """Instants of this year at which the zone's offset changes, to the minute."""
    zone = pinned_zone(name)
    changes = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        low, high = day, day + DAY
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > MINUTE:
                middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
                same = low.astimezone(zone).utcoffset() == middle.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            changes.append(high)
        day += DAY
    return changes


@dataclass(frozen=True)
class Minute:
    """Business time at its first instant, from just after it on, and how fast it then grows."""

    at: datetime
    before: timedelta
    within: timedelta
    rate: int

    def count(self, instant: datetime) -> timedelta:
        if instant == self.at:
            return self.before
        return self.within + (instant - self.at) * self.rate


class Oracle:
    def __init__(self, calendar: BusinessCalendar) -> None:
        self.calendar = calendar
        self.zone = pinned_zone(calendar.zone)
        self._holidays = {holiday.date: holiday for holiday in calendar.holidays}
        self._open_minutes: dict[date, frozenset[int]] = {}

    def is_open(self, at: datetime) -> bool:
        return self._reads_open(at.astimezone(self.zone).replace(tzinfo=None))

    def day_after(self, at: datetime) -> datetime:
        today = self._local(at).date()
        return next(t for t in self._minutes(self._floor(at)) if self._local(t).date() > today)

    def next_opening(self, at: datetime) -> datetime:
        if self.is_open(at):
            return at
        return next(t for t in self._minutes(self._floor(at)) if t > at and self.is_open(t))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        counted = {}
        for minute in self._walk(start):
            for name, instant in (("start", start), ("end", end)):
                if minute.at <= instant < minute.at + MINUTE:
                    counted[name] = minute.count(instant)
            if minute.at > end:
                return counted["end"] - counted["start"]
        raise AssertionError("the walk ended early")

    def deadline(self, start: datetime, amount: timedelta) -> datetime:
        if not amount:
            return start
        target = None
        for minute in self._walk(start):
            if minute.at <= start < minute.at + MINUTE:
                target = minute.count(start) + amount
            if target is not None and minute.within >= target:
                return minute.at
            if target is not None and minute.within + MINUTE * minute.rate >= target:
                return minute.at + (target - minute.within)
        raise AssertionError("the walk ended early")

    def _walk(self, start: datetime) -> Iterator["Minute"]:
        counted = timedelta()
        furthest: datetime | None = None
        for at in self._minutes(self._floor(start) - RUN_UP):
            before, local = counted, self._local(at)
            if self.calendar.measure == "hours":
                rate = int(self._reads_open(local))
            else:
                furthest = furthest or local
                while furthest < local:  # A skipped minute counts at once.
                    counted += MINUTE * self._is_business_day(furthest.date())
                    furthest += MINUTE
                # A repeated minute does not count again.
                rate = int(furthest == local and self._is_business_day(local.date()))
                furthest = max(furthest, local + MINUTE)
            yield Minute(at, before, counted, rate)
            counted += MINUTE * rate

    @staticmethod
    def _minutes(t: datetime) -> Iterator[datetime]:
        while True:
            yield t
            t += MINUTE

    @staticmethod
    def _floor(at: datetime) -> datetime:
        return at.astimezone(UTC).replace(second=0, microsecond=0)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _is_business_day(self, day: date) -> bool:
        if day in self._holidays:
            return bool(self._holidays[day].windows)
        return bool(self.calendar.week.get(day.weekday()))

    def _reads_open(self, local: datetime) -> bool:
        if self.calendar.measure == "days":
            return self._is_business_day(local.date())
        day = local.date()
        if day not in self._open_minutes:
            self._open_minutes[day] = frozenset(self._minutes_of(day))
        return local.hour * 60 + local.minute in self._open_minutes[day]

    def _minutes_of(self, day: date) -> Iterator[int]:
        if day in self._holidays:
            for window in self._holidays[day].windows:
                yield from range(_minute(window.start), _minute(window.end) or 1440)
            return
        for window in self.calendar.week.get(day.weekday(), ()):
            crosses = window.end <= window.start
            yield from range(_minute(window.start), 1440 if crosses else _minute(window.end))
        for window in self.calendar.week.get((day - DAY).weekday(), ()):
            if window.end <= window.start:
                yield from range(_minute(window.end))


def _minute(value: time) -> int:
    return value.hour * 60 + value.minute
