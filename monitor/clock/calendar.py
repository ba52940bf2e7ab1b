"""A business calendar as data: a week of opening windows, holidays, a zone and a valid range."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Self, TypeAlias

from monitor.clock.windows import DAY_SECONDS, DayWindows, Holiday, Window, merged
from monitor.clock.zones import zone

Measure: TypeAlias = Literal["hours", "days"]

EARLIEST, LATEST = 1900, 2200
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True)
class BusinessCalendar:
    """When business time runs.

    `week` maps a weekday (0 Monday to 6 Sunday) to its windows; a weekday left out is closed. A
    holiday replaces the windows of its own date, from 00:00 to 24:00 local, and nothing else.
    Windows that touch are one; windows that overlap are refused, as one of them is a slip.

    `measure` says what is counted. `hours`: real seconds while open. `days`: a weekday with any
    window is a business day, 00:00 to 24:00 local, worth exactly 86,400 business seconds however
    long it really lasts. A holiday with windows is then a business day too, one without is not.

    The valid range is `[valid_from, valid_until)` in local dates; a clock refuses to answer
    beyond it.

    Raises:
        ValueError: naming the field and the remedy.
    """

    name: str
    label_fr: str
    label_en: str
    zone: str
    week: Mapping[int, tuple[Window, ...]]
    holidays: tuple[Holiday, ...] = ()
    valid_from: date = date(2000, 1, 1)
    valid_until: date = date(2101, 1, 1)
    measure: Measure = "hours"

    def __post_init__(self) -> None:
        self._check_identity()
        self._check_range()
        week = {day: tuple(windows) for day, windows in self.week.items()}
        object.__setattr__(self, "week", MappingProxyType(week))
        holidays = tuple(sorted(self.holidays, key=lambda holiday: holiday.date))
        object.__setattr__(self, "holidays", holidays)
        self._check_week()
        self._check_holidays()

    def __hash__(self) -> int:
        return hash((self.name, self.zone, self.measure, self.valid_from, self.valid_until))

    def _check_identity(self) -> None:
        if not self.name:
            raise ValueError("calendar name: it is empty; give it one, such as 'quebec-support'")
        if self.measure not in ("hours", "days"):
            raise ValueError(self._at("measure", f"{self.measure!r}: write 'hours' or 'days'"))
        try:
            zone(self.zone)
        except ValueError as error:
            raise ValueError(self._at("zone", str(error))) from error

    def _check_range(self) -> None:
        if self.valid_until <= self.valid_from:
            raise ValueError(
                self._at(
                    "valid_until",
                    f"{self.valid_until} is not after valid_from {self.valid_from}:"
                    " give the first date no longer covered",
                )
            )
        if self.valid_from.year < EARLIEST or self.valid_until.year > LATEST:
            raise ValueError(
                self._at("valid_from", f"keep the valid range within {EARLIEST} to {LATEST}")
            )

    def _check_week(self) -> None:
        for day in self.week:
            if day not in range(7):
                raise ValueError(
                    self._at("week", f"{day!r} is no weekday: use 0 (Monday) to 6 (Sunday)")
                )
        if not any(self.day_windows):
            raise ValueError(self._at("week", "it never opens: give one weekday a window"))

    def _check_holidays(self) -> None:
        seen: set[date] = set()
        for holiday in self.holidays:
            if holiday.date in seen:
                raise ValueError(
                    self._at("holidays", f"{holiday.date} is listed twice: keep one entry a date")
                )
            if not self.valid_from <= holiday.date < self.valid_until:
                raise ValueError(
                    self._at(
                        "holidays",
                        f"{holiday.date} is outside the valid range [{self.valid_from},"
                        f" {self.valid_until}): drop it or widen the range",
                    )
                )
            seen.add(holiday.date)

    def _at(self, field: str, message: str) -> str:
        return f"calendar '{self.name}', {field}: {message}"

    @cached_property
    def day_windows(self) -> tuple[DayWindows, ...]:
        """Open seconds of each weekday, Monday first, windows over midnight split at it.

        For a calendar of days, each weekday that has any window is open for the whole of it.
        """
        pieces: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
        for day, windows in self.week.items():
            for window in windows:
                pieces[day].append((window.start_second, min(window.end_second, DAY_SECONDS)))
                if window.end_second > DAY_SECONDS and self.measure == "hours":
                    pieces[(day + 1) % 7].append((0, window.end_second - DAY_SECONDS))
        days = (
            merged(self._at("week", WEEKDAYS[day]), windows) for day, windows in enumerate(pieces)
        )
        return tuple(self._measured(windows) for windows in days)

    def windows_on(self, holiday: Holiday) -> DayWindows:
        """Open seconds of a holiday's date."""
        windows = [(window.start_second, window.end_second) for window in holiday.windows]
        return self._measured(merged(self._at("holidays", str(holiday.date)), windows))

    def _measured(self, windows: DayWindows) -> DayWindows:
        return ((0, DAY_SECONDS),) if windows and self.measure == "days" else windows

    @cached_property
    def holidays_by_date(self) -> Mapping[date, Holiday]:
        return MappingProxyType({holiday.date: holiday for holiday in self.holidays})

    def holidays_in(self, year: int) -> tuple[Holiday, ...]:
        """The holidays observed in this year, in order."""
        return tuple(holiday for holiday in self.holidays if holiday.date.year == year)

    def with_closed_days(self, closed: Mapping[date, str | Holiday]) -> Self:
        """The same calendar with these dates wholly closed, under these names.

        A date already listed takes the new entry. A `Holiday` may be given where a name in both
        languages, or windows, are wanted; its date must be the key.
        """
        days = dict(self.holidays_by_date)
        for day, entry in closed.items():
            holiday = entry if isinstance(entry, Holiday) else Holiday(day, entry, entry)
            if holiday.date != day:
                raise ValueError(
                    self._at("closed days", f"{day} holds a holiday of {holiday.date}: use one")
                )
            days[day] = holiday
        return replace(self, holidays=tuple(days.values()))

    def with_open_days(self, opened: Iterable[date]) -> Self:
        """The same calendar without the holidays on these dates, which follow the week again.

        Raises:
            ValueError: a date that is no holiday, so that a slip in a date is not passed over.
        """
        days = dict(self.holidays_by_date)
        for day in opened:
            if days.pop(day, None) is None:
                raise ValueError(self._at("open days", f"{day} is no holiday: check the date"))
        return replace(self, holidays=tuple(days.values()))

    def with_moved_days(self, moved: Mapping[date, date]) -> Self:
        """The same calendar with holidays observed on another date: `{listed: observed}`.

        Raises:
            ValueError: a date that is no holiday, or moved onto another holiday.
        """
        kept = self.with_open_days(moved)
        days = {
            target: replace(
                self.holidays_by_date[source],
                date=target,
                nominal=self.holidays_by_date[source].nominal or source,
            )
            for source, target in moved.items()
        }
        if len(days) < len(moved) or any(target in kept.holidays_by_date for target in days):
            raise ValueError(self._at("moved days", "two holidays would share a date"))
        return kept.with_closed_days(days)
