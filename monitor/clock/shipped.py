"""The calendars that come with Vigie."""

from collections.abc import Callable
from datetime import date, time
from functools import cache

from monitor.clock.calendar import BusinessCalendar
from monitor.clock.windows import Holiday, Window

VALID_FROM, VALID_UNTIL = date(2000, 1, 1), date(2101, 1, 1)
QUEBEC_ZONE = "America/Toronto"
_WORKING_WEEK = range(5)


def _government_holidays() -> tuple[Holiday, ...]:
    # Here rather than above: the `holidays` package takes longer to import than the rest of the
    # clock, and most commands need no holiday.
    from monitor.clock.quebec import quebec_holidays  # noqa: PLC0415

    return quebec_holidays(VALID_FROM.year, VALID_UNTIL.year - 1)


def _quebec_support() -> BusinessCalendar:
    return BusinessCalendar(
        name="quebec-support",
        label_fr="Heures de soutien, du lundi au vendredi de 8 h à 17 h (Québec)",
        label_en="Support hours, Monday to Friday 08:00 to 17:00 (Québec)",
        zone=QUEBEC_ZONE,
        week=dict.fromkeys(_WORKING_WEEK, (Window(time(8), time(17)),)),
        holidays=_government_holidays(),
        valid_from=VALID_FROM,
        valid_until=VALID_UNTIL,
    )


def _quebec_days() -> BusinessCalendar:
    return BusinessCalendar(
        name="quebec-days",
        label_fr="Jours ouvrables, du lundi au vendredi (Québec)",
        label_en="Business days, Monday to Friday (Québec)",
        zone=QUEBEC_ZONE,
        week=dict.fromkeys(_WORKING_WEEK, (Window(time(0), time(0)),)),
        holidays=_government_holidays(),
        valid_from=VALID_FROM,
        valid_until=VALID_UNTIL,
        measure="days",
    )


def _around_the_clock() -> BusinessCalendar:
    return BusinessCalendar(
        name="24x7",
        label_fr="En tout temps, 24 heures sur 24 et 7 jours sur 7",
        label_en="Around the clock, 24 hours a day and 7 days a week",
        zone=QUEBEC_ZONE,
        week=dict.fromkeys(range(7), (Window(time(0), time(0)),)),
        valid_from=VALID_FROM,
        valid_until=VALID_UNTIL,
    )


_SHIPPED: dict[str, Callable[[], BusinessCalendar]] = {
    "quebec-support": _quebec_support,
    "quebec-days": _quebec_days,
    "24x7": _around_the_clock,
}


def shipped_names() -> tuple[str, ...]:
    return tuple(_SHIPPED)


@cache
def load_calendar(name: str) -> BusinessCalendar:
    """The shipped calendar of this name, covering 2000 to 2100.

    Raises:
        ValueError: no such calendar ships; the message lists those that do.
    """
    if name not in _SHIPPED:
        raise ValueError(f"unknown calendar {name!r}: shipped ones are {', '.join(_SHIPPED)}")
    return _SHIPPED[name]()
