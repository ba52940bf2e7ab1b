"""What a clock refuses: instants beyond its calendar, times without a zone, time running back."""

from datetime import datetime


class ClockRangeError(ValueError):
    """An instant, or the deadline asked for, lies beyond what the calendar covers.

    The message states the covered range. A clock never answers from beyond its calendar: past the
    last listed holiday every answer would look right and be wrong.
    """


def out_of_range(what: str, first: datetime, last: datetime, name: str) -> ClockRangeError:
    """The error for `what`, worded as the subject of the sentence."""
    return ClockRangeError(
        f"{what} beyond what calendar '{name}' covers, from {first.isoformat()} to"
        f" {last.isoformat()}: use dates within it or extend the calendar's valid range"
    )


def naive(argument: str, value: datetime) -> ValueError:
    return ValueError(
        f"{argument} has no time zone: {value.isoformat()}; give an aware datetime,"
        " such as datetime(2026, 11, 23, 15, 30, tzinfo=UTC) or one from resolve_local()"
    )
