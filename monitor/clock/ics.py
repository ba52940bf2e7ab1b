"""Holidays as iCalendar (RFC 5545), out and in. Imported on its own: few commands need it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NoReturn, TypeAlias

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # It publishes no types.
from icalendar import Calendar, Event

from monitor.clock.calendar import BusinessCalendar
from monitor.clock.shipped import VALID_FROM, VALID_UNTIL
from monitor.clock.windows import Holiday
from monitor.locale.marking import N_, Said

# The library types each property as a union of all kinds of value; what matters is checked below.
_Component: TypeAlias = Any

_WINDOWS = "x-vigie-windows"
"""Marks a day only partly closed: read back as one wholly closed, it would move deadlines."""
_DAILY_OR_LONGER = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


def to_ics(calendar: BusinessCalendar, year: int, language: str = "fr") -> str:
    """The calendar's holidays of one year as all-day events, named in `language` (`fr` or `en`).

    The text depends on the calendar alone: the same one gives the same bytes, and events keep
    their UID, so that a reader importing it again updates rather than doubles.

    Raises:
        ValueError: the calendar covers no day of that year.
    """
    if not calendar.valid_from <= date(year, 12, 31) or date(year, 1, 1) >= calendar.valid_until:
        raise ValueError(
            Said(
                N_(
                    "calendar '{name}' covers {first} to {until}, not {year}: ask for a year within"
                    " it"
                ),
                name=calendar.name,
                first=str(calendar.valid_from),
                until=str(calendar.valid_until),
                year=str(year),
            )
        )
    ics = Calendar()
    ics.add("prodid", "-//Vigie//Business calendar//EN")
    ics.add("version", "2.0")
    label = calendar.label_fr if language.startswith("fr") else calendar.label_en
    ics.add("x-wr-calname", label)
    for holiday in calendar.holidays_in(year):
        ics.add_component(_event(calendar, holiday, language))
    text: str = ics.to_ical().decode()
    return text


def _event(calendar: BusinessCalendar, holiday: Holiday, language: str) -> Event:
    event = Event()
    event.add("uid", f"{holiday.date.isoformat()}.{calendar.name}@vigie")
    # Required by the format; an instant of its own would make each export differ.
    event.add("dtstamp", datetime.combine(holiday.date, time(), UTC))
    event.add("dtstart", holiday.date)
    event.add("dtend", holiday.date + timedelta(days=1))
    event.add("summary", holiday.name(language))
    event.add("transp", "TRANSPARENT")
    if holiday.windows:
        windows = ", ".join(str(window) for window in holiday.windows)
        event.add("description", windows)
        event.add(_WINDOWS, windows)
    return event


def closed_days(
    text: str, valid_from: date = VALID_FROM, valid_until: date = VALID_UNTIL
) -> dict[date, str]:
    """The dates an iCalendar text closes, each with its name, for `with_closed_days`.

    Every all-day event closes its dates wholly; cancelled ones do not. Repeated events are
    followed, and those of several days close each. Dates outside `[valid_from, valid_until)` are
    left out; where two events share a date, its name is both.

    Raises:
        ValueError: no iCalendar text, or an event that is not of whole days, or leaves its day
            partly open, naming it.
    """
    try:
        components = Calendar.from_ical(text, multiple=True)
    except ValueError as error:
        raise ValueError(
            Said(N_("this is no iCalendar text: {reason}"), reason=str(error))
        ) from error
    if not components:
        raise ValueError(Said(N_("this is no iCalendar text: it is empty; give a BEGIN:VCALENDAR")))
    events: list[_Component] = [
        event for component in components for event in component.walk("VEVENT")
    ]
    replaced = {
        (str(event.get("uid")), _day(event, event["recurrence-id"].dt))
        for event in events
        if "recurrence-id" in event
    }
    names: dict[date, list[str]] = {}
    for event in events:
        for start, length in _occurrences(event, valid_from, valid_until, replaced):
            for day in _days(start, length, valid_from, valid_until):
                known = names.setdefault(day, [])
                if (name := _title(event)) not in known:
                    known.append(name)
    return {day: " / ".join(names[day]) for day in sorted(names)}


def _occurrences(
    event: _Component, first: date, until: date, replaced: set[tuple[str, date]]
) -> Iterator[tuple[date, int]]:
    """Start dates of an event, and its length in days."""
    if str(event.get("status", "")).upper() == "CANCELLED":
        return
    if event.errors:
        _refuse(event, "; ".join(f"{name}: {problem}" for name, problem in event.errors))
    if "dtstart" not in event:
        _refuse(event, Said(N_("it has no DTSTART")))
    if _WINDOWS in event:
        raise ValueError(
            Said(
                N_(
                    "event '{title}' ({uid}): its day is open {windows}, which closed days cannot"
                    " say; write it under 'special' of a contract's calendar, and take the event"
                    " out"
                ),
                title=_title(event),
                uid=_uid(event),
                windows=str(event[_WINDOWS]),
            )
        )
    start, end = _day(event, event.start), _day(event, event.end)
    if end < start:
        ends = N_("it ends on {end}, before it starts on {start}")
        _refuse(event, Said(ends, end=str(end), start=str(start)))
    length = max(1, (end - start).days)
    starts = {start, *_listed(event, "rdate")}
    if "rrule" in event:
        starts.update(_repeated(event, start, first - timedelta(days=length), until))
    if "recurrence-id" not in event:
        uid = str(event.get("uid"))
        starts -= {day for day in starts if (uid, day) in replaced}
        starts -= set(_listed(event, "exdate"))
    for day in sorted(starts):
        yield day, length


def _repeated(event: _Component, start: date, first: date, until: date) -> Iterator[date]:
    rules = event["rrule"]
    for rule in rules if isinstance(rules, list) else [rules]:
        if not set(rule.get("FREQ", [])) <= _DAILY_OR_LONGER:
            _refuse(event, Said(N_("it repeats more than once a day")))
        # Dates only, so a zone on UNTIL says nothing that matters here.
        dates = rrulestr(
            rule.to_ical().decode(), dtstart=datetime.combine(start, time()), ignoretz=True
        )
        low, high = datetime.combine(first, time()), datetime.combine(until, time())
        yield from (found.date() for found in dates.between(low, high, inc=True))


def _listed(event: _Component, name: str) -> Iterator[date]:
    if name in event:
        lists = event[name]
        for values in lists if isinstance(lists, list) else [lists]:
            yield from (_day(event, value.dt) for value in values.dts)


def _days(start: date, length: int, first: date, until: date) -> Iterator[date]:
    low = max(start, first)
    high = min(start.toordinal() + length, until.toordinal())
    yield from (date.fromordinal(day) for day in range(low.toordinal(), high))


def _day(event: _Component, when: Any) -> date:
    """The date of an all-day value; some programs write it as local midnight."""
    if isinstance(when, datetime):
        if when.time() != time() or when.tzname() == "UTC":
            _refuse(event, Said(N_("{when} is a time of day"), when=when.isoformat()))
        return when.date()
    if not isinstance(when, date):
        _refuse(event, Said(N_("{when} is no date"), when=repr(when)))
    return when


def _title(event: _Component) -> str:
    return " ".join(str(event.get("summary", "")).split()) or "Closed"


def _uid(event: _Component) -> str:
    return str(event["uid"]) if "uid" in event else Said(N_("no UID"))


def _refuse(event: _Component, problem: str) -> NoReturn:
    raise ValueError(
        Said(
            N_(
                "event '{title}' ({uid}): {problem}; a closed day is an all-day event, as"
                " DTSTART;VALUE=DATE:20260102"
            ),
            title=_title(event),
            uid=_uid(event),
            problem=problem,
        )
    )
