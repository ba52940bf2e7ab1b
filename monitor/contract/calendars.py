"""Calendars as a contract or `vigie.yaml` writes them, made into those a clock compiles."""

from collections.abc import Iterator, Mapping

from monitor.clock import BusinessCalendar, Holiday, Window, load_calendar, zone
from monitor.clock.calendar import Measure
from monitor.contract.model import CalendarSpec
from monitor.contract.vocabulary import Text
from monitor.locale.marking import N_, Said, halves

SHIPPED_MEASURES: Mapping[str, Measure] = {
    "quebec-support": "hours",
    "quebec-days": "days",
    "24x7": "hours",
}
"""What each shipped calendar measures: known without building it, which takes its holidays."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Fault = tuple[tuple[str | int, ...], str, str]
"""Where in the specification, what is wrong, what would be right."""


def build_calendar(name: str, spec: CalendarSpec, contract_zone: str) -> BusinessCalendar:
    """The calendar a specification describes; its own zone, or the contract's.

    Raises:
        ValueError: naming what is wrong and what would be right.
    """
    calendar = BusinessCalendar(
        name=name,
        label_fr=spec.label.fr,
        label_en=spec.label.en,
        zone=spec.zone or contract_zone,
        week=_week(spec),
        holidays=_government_days(spec),
        measure=spec.measure,
    )
    calendar = calendar.with_moved_days(spec.moved).with_open_days(spec.opened)
    special = {
        day: Holiday(day, *_names(entry.name), windows=tuple(map(Window.parse, entry.windows)))
        for day, entry in spec.special.items()
    }
    closed = {day: Holiday(day, *_names(name)) for day, name in spec.closed.items()}
    return calendar.with_closed_days(special | closed)


def faults(name: str, spec: CalendarSpec, contract_zone: str) -> list[Fault]:
    """Everything wrong with a specification, part by part, else as a whole."""
    found = [*_zone_faults(spec), *_week_faults(spec), *_special_faults(spec)]
    if found:
        return found
    try:
        build_calendar(name, spec, contract_zone)
    except ValueError as error:
        return [((), *halves(str(error).removeprefix(f"calendar '{name}', ")))]
    return []


def days_of(text: str) -> tuple[int, ...]:
    """The weekdays, 0 for Monday, of `mon`, `mon-fri`, `sat-mon` or `mon, wed`.

    Raises:
        ValueError: the text names no weekdays.
    """
    days: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        ends = part.split("-")
        if len(ends) > 2 or not set(ends) <= set(_DAYS):  # noqa: PLR2004 - a range has two ends
            raise ValueError(
                Said(
                    N_("'{text}' names no days of the week; write 'mon-fri', 'sat' or 'mon, wed'"),
                    text=text,
                )
            )
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(days)


def _week(spec: CalendarSpec) -> dict[int, tuple[Window, ...]]:
    return {
        day: tuple(map(Window.parse, windows))
        for key, windows in spec.week.items()
        for day in days_of(key)
    }


def _government_days(spec: CalendarSpec) -> tuple[Holiday, ...]:
    return load_calendar("quebec-days").holidays if spec.holidays == "quebec-government" else ()


def _names(name: str | Text) -> tuple[str, str]:
    return (name, name) if isinstance(name, str) else (name.fr, name.en)


def _zone_faults(spec: CalendarSpec) -> Iterator[Fault]:
    if spec.zone is not None and (fault := zone_fault(spec.zone)):
        yield (("zone",), *fault)


def zone_fault(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a zone, and what would be right; None when it is one."""
    try:
        zone(name)
    except ValueError:
        message = Said(N_("'{name}' is no time zone"), name=name)
        return message, Said(N_("write an IANA name such as America/Toronto"))
    return None


def _week_faults(spec: CalendarSpec) -> Iterator[Fault]:
    taken: dict[int, str] = {}
    for key, windows in spec.week.items():
        try:
            days = days_of(key)
        except ValueError as error:
            yield (("week", key), *halves(error.args[0]))
            continue
        for day in days:
            if day in taken:
                yield (
                    ("week", key),
                    Said(
                        N_("{day} has its windows under '{key}' already"),
                        day=_DAYS[day],
                        key=taken[day],
                    ),
                    Said(N_("name each day once")),
                )
            taken[day] = key
        yield from _window_faults(("week", key), windows)


def _special_faults(spec: CalendarSpec) -> Iterator[Fault]:
    for day, entry in spec.special.items():
        key = day.isoformat()
        yield from _window_faults(("special", key, "windows"), entry.windows)
        if day in spec.closed:
            message = Said(N_("the date is under 'closed' too"))
            yield ("special", key), message, Said(N_("keep one of the two"))


def _window_faults(path: tuple[str | int, ...], windows: tuple[str, ...]) -> Iterator[Fault]:
    for index, window in enumerate(windows):
        try:
            Window.parse(window)
        except ValueError:
            yield (
                (*path, index),
                Said(N_("'{window}' is not a window"), window=window),
                Said(N_("write '08:00-17:00', local times of 24 hours, the end after the start")),
            )


def government_days_in(calendar: BusinessCalendar, spec: CalendarSpec | None) -> bool:
    """Whether a calendar keeps the government's holidays, and so its ad hoc days off too."""
    return bool(calendar.holidays) if spec is None else spec.holidays == "quebec-government"
