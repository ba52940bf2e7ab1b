"""Where two editions of one calendar count time differently, and why."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.clock import BusinessCalendar, zone
from monitor.clock.tzif import Regimes
from monitor.clock.windows import DayWindows
from monitor.contract.vocabulary import Text
from monitor.locale.marking import N_

if TYPE_CHECKING:
    # A reader's language comes from the edge; the contract itself speaks none.
    from monitor.locale import Language

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class CalendarChangeKind(StrEnum):
    DAY_CLOSED = "day_closed"
    """A date that had business time has none."""
    DAY_OPENED = "day_opened"
    """A date that had none has some."""
    DAY_HOURS = "day_hours"
    """A date has other hours."""
    WEEK = "week"
    """Another week, zone, measure or range: every date may differ."""
    ZONE_DATA = "zone_data"
    """Local time itself differs, by another release of the zone data."""


_SENTENCES = {
    CalendarChangeKind.DAY_CLOSED: N_("New day off: {name}, {day}."),
    CalendarChangeKind.DAY_OPENED: N_("No longer a day off: {name}, {day}."),
    CalendarChangeKind.DAY_HOURS: N_("Other hours on {day}: {name}."),
    CalendarChangeKind.WEEK: N_("Calendar {calendar} has another week, zone or range."),
    CalendarChangeKind.ZONE_DATA: N_(
        "By the new zone data, local time in {calendar} differs from {day} on."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """A stretch of time that counts differently: `[start, end)`, an end left out being none."""

    kind: CalendarChangeKind
    calendar: str
    """The calendar's name; with zone data, the zone's."""
    day: date | None
    """The local date, where it is one; with zone data, the first."""
    name: Text | None
    """What the date is, or was, called."""
    start: datetime | None
    end: datetime | None

    def within(self, start: datetime, end: datetime) -> bool:
        """Whether any of `[start, end)` counts differently."""
        return (self.start is None or self.start < end) and (self.end is None or start < self.end)

    def sentence(self, language: "Language") -> str:
        """In the reader's language."""
        return language.gettext(_SENTENCES[self.kind]).format(
            calendar=self.calendar,
            day="" if self.day is None else language.date(self.day),
            name="" if self.name is None else language.label(self.name),
        )


def calendar_changes(
    name: str, old: BusinessCalendar, new: BusinessCalendar, runs: tuple[Regimes, Regimes]
) -> tuple[CalendarChange, ...]:
    """Every stretch that counts differently, in order of time; none where names alone differ.

    `runs`: the old and the new offsets of the calendar's zone.
    """
    if any(getattr(old, part) != getattr(new, part) for part in _WHOLE):
        return (_replaced(name),)
    if old is new and runs[0] == runs[1]:
        return ()
    shifted = zone_changes(old.zone, *runs, by_day=old.measure == "days")
    return (*_days(name, old, new), *shifted)


_WHOLE = ("zone", "measure", "day_windows", "valid_from", "valid_until")


def _replaced(name: str) -> CalendarChange:
    return CalendarChange(
        kind=CalendarChangeKind.WEEK, calendar=name, day=None, name=None, start=None, end=None
    )


def _days(name: str, old: BusinessCalendar, new: BusinessCalendar) -> Iterator[CalendarChange]:
    before, after = old.holidays_by_date, new.holidays_by_date
    for day in sorted(set(before) | set(after)):
        if before.get(day) == after.get(day):
            continue
        was, becomes = _windows(old, day), _windows(new, day)
        if was == becomes:
            continue
        holiday = after.get(day) or before[day]
        yield CalendarChange(
            kind=_kind(was, becomes),
            calendar=name,
            day=day,
            name=Text(fr=holiday.name_fr, en=holiday.name_en),
            start=_midnight(day, old.zone),
            end=_midnight(day + _DAY, old.zone),
        )


def _kind(was: DayWindows, becomes: DayWindows) -> CalendarChangeKind:
    if not becomes:
        return CalendarChangeKind.DAY_CLOSED
    return CalendarChangeKind.DAY_HOURS if was else CalendarChangeKind.DAY_OPENED


def _windows(calendar: BusinessCalendar, day: date) -> DayWindows:
    holiday = calendar.holidays_by_date.get(day)
    if holiday is None:
        return calendar.day_windows[day.weekday()]
    return calendar.windows_on(holiday)


def _midnight(day: date, zone_name: str) -> datetime:
    """The first instant of a local date: where clocks skip 00:00, the instant they do."""
    return datetime.combine(day, time(), zone(zone_name)).astimezone(UTC)


def zone_changes(
    name: str, old: Regimes, new: Regimes, *, by_day: bool
) -> Iterator[CalendarChange]:
    """The stretches over which two editions of a zone have other offsets.

    `by_day`: widened by a day at both ends, as a business day that a clock change falls in counts
    otherwise over the whole of it.
    """
    margin = _DAY if by_day else timedelta()
    edges = sorted({*old.starts, *new.starts})
    start: int | None = None
    for edge, following in zip(edges, [*edges[1:], None], strict=True):
        if _offset(old, edge) == _offset(new, edge):
            continue
        start = edge if start is None else start
        if following is None or _offset(old, following) == _offset(new, following):
            began = _instant(start)
            yield CalendarChange(
                kind=CalendarChangeKind.ZONE_DATA,
                calendar=name,
                day=began.astimezone(zone(name)).date(),
                name=None,
                start=began - margin,
                end=None if following is None else _instant(following) + margin,
            )
            start = None


def _offset(runs: Regimes, at: int) -> int | None:
    """Seconds east of UTC at an instant; None before the first run."""
    index = bisect_right(runs.starts, at) - 1
    return runs.offsets[index] if index >= 0 else None


def _instant(epoch_seconds: int) -> datetime:
    # The first run may have begun before any date there is.
    return _EPOCH + timedelta(seconds=max(epoch_seconds, _EARLIEST))


_EARLIEST = -(2**32)
"""In 1833: before any calendar."""
