"""Instants and clocks as tests write them: local texts, one compiled clock for each calendar."""

from datetime import UTC, datetime, timedelta
from functools import cache

from monitor.clock import BusinessCalendar, BusinessClock, Window, load_calendar, zone


def at(text: str, zone_name: str = "America/Toronto", fold: int = 0) -> datetime:
    """The instant of a local text such as `2026-11-23 15:30`; 24:00 is 00:00 of the next day."""
    day, _, clock = text.partition(" ")
    midnight = clock == "24:00"
    local = datetime.fromisoformat(f"{day} {'00:00' if midnight else clock}")
    local += timedelta(days=midnight)
    return local.replace(tzinfo=zone(zone_name), fold=fold).astimezone(UTC)


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


@cache
def shipped(name: str) -> BusinessClock:
    return BusinessClock(load_calendar(name))


def calendar(week: dict[int, str], **fields: object) -> BusinessCalendar:
    """A calendar from windows as text, comma-separated, Toronto time unless told otherwise."""
    windows = {
        day: tuple(Window.parse(text) for text in texts.split(",")) for day, texts in week.items()
    }
    given = {"name": "test", "label_fr": "Essai", "label_en": "Test", "zone": "America/Toronto"}
    return BusinessCalendar(week=windows, **(given | fields))  # type: ignore[arg-type]  # A test's own.
