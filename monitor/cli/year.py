"""One year of a calendar: as figures, and drawn month by month."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import click
from babel.dates import get_day_names, get_month_names

from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import BusinessCalendar, Holiday, shipped_names, tzdata_version
from monitor.clock.calendar import WEEKDAYS
from monitor.contract.book import ContractBook
from monitor.errors import InputError
from monitor.located_yaml.words import nearest

_CELL = 3
_MONTH_WIDTH = 7 * _CELL
_GAP = "   "
_WEEKS = 6
"""Months of 31 days that begin on a weekend touch so many."""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    calendar: BusinessCalendar
    year: int

    @classmethod
    def of(cls, book: ContractBook, name: str | None, year: int) -> Self:
        """A year of a calendar of the contract's latest version, by default its business days.

        Raises:
            InputError: no such calendar, or it does not cover that year.
        """
        version = book.versions[-1]
        known = {*version.calendars, *shipped_names()}
        chosen = version.business_days if name is None else name
        if chosen not in known:
            near = nearest(chosen, sorted(known))
            said = (
                gettext("--calendar: no calendar '{name}'; write one of {names}")
                if near is None
                else gettext("--calendar: no calendar '{name}'; did you mean '{near}'?")
            )
            names = ", ".join(sorted(known))
            raise InputError(said.format(name=chosen, near=near, names=names))
        calendar = book.calendar(version, chosen)
        first, last = calendar.valid_from.year, (calendar.valid_until - timedelta(days=1)).year
        if not first <= year <= last:
            raise InputError(
                gettext("--year: calendar '{name}' covers {first} to {last}, not {year}").format(
                    name=chosen, first=first, last=last, year=year
                )
            )
        return cls(calendar, year)

    @property
    def holidays(self) -> tuple[Holiday, ...]:
        return self.calendar.holidays_in(self.year)

    @property
    def business_days(self) -> int:
        """Dates with any business time."""
        return sum(self.is_open(day) for day in self._days())

    def is_open(self, day: date) -> bool:
        holiday = self.calendar.holidays_by_date.get(day)
        if holiday is not None:
            return bool(holiday.windows)
        return bool(self.calendar.day_windows[day.weekday()])

    def as_json(self) -> dict[str, Any]:
        calendar = self.calendar
        return {
            "calendar": calendar.name,
            "label": {"fr": calendar.label_fr, "en": calendar.label_en},
            "zone": calendar.zone,
            "tzdata": tzdata_version(),
            "measure": calendar.measure,
            "year": self.year,
            "business_days": self.business_days,
            "week": {
                WEEKDAYS[day].lower(): [str(window) for window in windows]
                for day, windows in sorted(calendar.week.items())
            },
            "holidays": [
                {
                    "date": holiday.date.isoformat(),
                    "name": {"fr": holiday.name_fr, "en": holiday.name_en},
                    "nominal": holiday.nominal and holiday.nominal.isoformat(),
                    "windows": [str(window) for window in holiday.windows],
                }
                for holiday in self.holidays
            ],
        }

    def draw(self) -> None:
        """Months side by side, as many as the terminal holds; then the holidays by name."""
        calendar, language = self.calendar, spoken()
        label = calendar.label_fr if language.code == "fr" else calendar.label_en
        click.echo(f"{label}, {self.year}")
        # On a line of its own: with a long label it would not fit in 80 columns.
        click.echo(f"{calendar.name}, {calendar.zone}, tzdata {tzdata_version()}\n")
        width = shutil.get_terminal_size().columns
        abreast = max(1, min(4, (width + len(_GAP)) // (_MONTH_WIDTH + len(_GAP))))
        for first in range(1, 13, abreast):
            months = range(first, min(first + abreast, 13))
            for lines in zip(*map(self._month, months), strict=True):
                click.echo(_GAP.join(lines).rstrip())
            click.echo()
        for holiday in self.holidays:
            click.echo(f"{_mark(holiday)} {self._named(holiday)}")
        days = self.business_days
        click.echo()
        click.echo(
            ngettext("{count} business day", "{count} business days", days).format(count=days)
        )

    def _month(self, month: int) -> Iterator[str]:
        """A title, the days' initials and always as many weeks, so that months stand abreast."""
        locale = f"{spoken().code}_CA"
        title = str(get_month_names("wide", "stand-alone", locale)[month])
        yield click.style(title.capitalize().center(_MONTH_WIDTH), bold=True)
        names = get_day_names("narrow", "stand-alone", locale)
        yield "".join(f" {names[day]} " for day in range(7))
        first = date(self.year, month, 1)
        monday = first - timedelta(days=first.weekday())
        for week in range(_WEEKS):
            days = (monday + timedelta(days=7 * week + day) for day in range(7))
            yield "".join(self._cell(day) if day.month == month else " " * _CELL for day in days)

    def _cell(self, day: date) -> str:
        holiday = self.calendar.holidays_by_date.get(day)
        if holiday is not None:
            return click.style(f"{day.day:2}{_mark(holiday)}", fg="red", bold=True)
        text = f"{day.day:2} "
        return text if self.is_open(day) else click.style(text, dim=True)

    def _named(self, holiday: Holiday) -> str:
        language = spoken()
        parts = [
            gettext("{date}: {name}").format(
                date=language.date(holiday.date), name=holiday.name(language.code)
            )
        ]
        if holiday.nominal is not None and holiday.nominal != holiday.date:
            same_year = holiday.nominal.year == holiday.date.year
            nominal = language.short_date if same_year else language.date
            parts.append(gettext("for {date}").format(date=nominal(holiday.nominal)))
        parts += [str(window) for window in holiday.windows]
        return ", ".join(parts)

    def _days(self) -> Iterator[date]:
        first = date(self.year, 1, 1)
        length = (date(self.year + 1, 1, 1) - first).days
        return (first + timedelta(days=number) for number in range(length))


def _mark(holiday: Holiday) -> str:
    """Beside the number, for those who see no colours; `~` is a day of fewer hours."""
    return "~" if holiday.windows else "*"
