"""The libraries the clock is measured against, each asked what it can answer."""

import importlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any, TypeAlias

from monitor.clock import BusinessCalendar, BusinessClock, Window, zone
from monitor.clock.calendar import WEEKDAYS

Deadline: TypeAlias = Callable[[datetime, timedelta], datetime]
Elapsed: TypeAlias = Callable[[datetime, datetime], timedelta]
Many: TypeAlias = Callable[[Any, Any], Any]

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Peer:
    """What one library can be asked; None for what it does not do."""

    name: str
    version: str
    deadline: Deadline | None = None
    elapsed: Elapsed | None = None
    deadlines: Many | None = None
    elapsed_many: Many | None = None


def library(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def vigie(calendar: BusinessCalendar) -> Peer:
    clock = BusinessClock(calendar)
    version = importlib.metadata.version("vigie")
    return Peer(
        "vigie", version, clock.deadline, clock.elapsed, clock.deadlines, clock.elapsed_many
    )


def workclock(calendar: BusinessCalendar) -> Peer | None:
    if (module := library("workclock")) is None:
        return None
    [(window, days)] = _windows(calendar)
    rules = [module.WorkDay(window.start, window.end, days=days)]
    schedule = module.Schedule(
        [*rules, module.Holidays(holidays_of(calendar))], time_zone=calendar.zone
    )

    return Peer(
        "workclock",
        importlib.metadata.version("workclock"),
        schedule.add,
        schedule.between,
        lambda starts, amounts: schedule.add_many(_us(starts), amounts.astype("timedelta64[s]")),
        lambda starts, ends: schedule.between_many(_us(starts), _us(ends)),
    )


def timegrid(calendar: BusinessCalendar) -> Peer | None:
    """Knows no zones: asked in local time, and its answers led back, as its users must."""
    if (module := library("timegrid")) is None:
        return None
    grid = module.TimeGridCalendar.create()
    for window, days in _windows(calendar):
        for day in days:
            grid = grid.add_open_rule(
                getattr(module.DayOfWeek, WEEKDAYS[day]), window.start, window.end
            )
    for holiday in holidays_of(calendar):
        grid = grid.close(holiday)
    timeline = grid.compile(datetime(2010, 1, 1), datetime(2041, 1, 1))  # noqa: DTZ001 - its way
    local = zone(calendar.zone)

    def deadline(start: datetime, amount: timedelta) -> datetime:
        naive = start.astimezone(local).replace(tzinfo=None)
        found = grid.add_work_duration(naive, module.seconds(amount // SECOND))
        due: datetime = found.replace(tzinfo=local).astimezone(UTC)
        return due

    def elapsed(start: datetime, end: datetime) -> timedelta:
        counted: timedelta = timeline.get_working_duration(
            start.astimezone(local).replace(tzinfo=None), end.astimezone(local).replace(tzinfo=None)
        )
        return counted

    return Peer("timegrid", importlib.metadata.version("timegrid"), deadline, elapsed)


def businesstimedelta(calendar: BusinessCalendar) -> Peer | None:
    if (module := library("businesstimedelta")) is None:
        return None
    tz = importlib.import_module("pytz").timezone(calendar.zone)
    rules = [
        module.WorkDayRule(
            start_time=window.start, end_time=window.end, working_days=list(days), tz=tz
        )
        for window, days in _windows(calendar)
    ]
    if calendar.holidays:
        rules.append(module.HolidayRule(holidays_of(calendar), tz=tz))
    rule = module.Rules(rules)

    def deadline(start: datetime, amount: timedelta) -> datetime:
        due: datetime = start + module.BusinessTimeDelta(rule, timedelta=amount)
        return due

    def elapsed(start: datetime, end: datetime) -> timedelta:
        counted: timedelta = rule.difference(start, end).timedelta
        return counted

    version = importlib.metadata.version("businesstimedelta")
    return Peer("businesstimedelta", version, deadline, elapsed)


def pandas(calendar: BusinessCalendar) -> Peer | None:
    """Whole hours only, and no elapsed time."""
    if (module := library("pandas")) is None:
        return None
    [(window, days)] = _windows(calendar)
    hour = module.offsets.CustomBusinessHour(
        start=f"{window.start:%H:%M}",
        end=f"{window.end:%H:%M}",
        weekmask="".join("1" if day in days else "0" for day in range(7)),
        holidays=holidays_of(calendar),
    )

    def deadline(start: datetime, amount: timedelta) -> datetime:
        local = module.Timestamp(start).tz_convert(calendar.zone)
        due: datetime = (local + hour * (amount // HOUR)).tz_convert("UTC").to_pydatetime()
        return due

    return Peer("pandas", module.__version__, deadline)


PEERS: dict[str, Callable[[BusinessCalendar], Peer | None]] = {
    "workclock": workclock,
    "timegrid": timegrid,
    "businesstimedelta": businesstimedelta,
    "pandas": pandas,
}


def _windows(calendar: BusinessCalendar) -> list[tuple[Window, list[int]]]:
    days: dict[Window, list[int]] = {}
    for day, windows in calendar.week.items():
        for window in windows:
            days.setdefault(window, []).append(day)
    return list(days.items())


def holidays_of(calendar: BusinessCalendar) -> list[date]:
    # Some fail past their last holiday, others slow down with each: all get these years'.
    return [day.date for day in calendar.holidays if 2010 <= day.date.year <= 2040]


def _us(seconds: Any) -> Any:
    return seconds.astype("datetime64[s]").astype("datetime64[us]")
