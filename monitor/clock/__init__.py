"""Business time: calendars as data, and exact clocks compiled from them. Pure."""

from monitor.clock.business_clock import BusinessClock
from monitor.clock.calendar import BusinessCalendar
from monitor.clock.limits import ClockRangeError
from monitor.clock.local_time import (
    AmbiguousTimeError,
    LocalTimeError,
    NonexistentTimeError,
    resolve_local,
)
from monitor.clock.segment import Segment
from monitor.clock.shipped import load_calendar, shipped_names
from monitor.clock.spans import CalendarSpan, SpanReason
from monitor.clock.windows import Holiday, Window
from monitor.clock.zones import tzdata_version, zone

__all__ = [
    "AmbiguousTimeError",
    "BusinessCalendar",
    "BusinessClock",
    "CalendarSpan",
    "ClockRangeError",
    "Holiday",
    "LocalTimeError",
    "NonexistentTimeError",
    "Segment",
    "SpanReason",
    "Window",
    "load_calendar",
    "resolve_local",
    "shipped_names",
    "tzdata_version",
    "zone",
]
