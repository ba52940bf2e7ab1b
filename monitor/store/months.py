"""Months, by which what is old leaves: those of UTC."""

from datetime import UTC, datetime


def month_of(at: datetime) -> int:
    """The month of an instant as a number in order, such as 202611."""
    utc = at.astimezone(UTC)
    return utc.year * 100 + utc.month
