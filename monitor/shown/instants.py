"""Instants as JSON has them."""

from datetime import datetime, tzinfo


def written(at: datetime, zone: tzinfo) -> str:
    """An instant as JSON has it: ISO 8601 with the zone's offset."""
    return at.astimezone(zone).isoformat()


def written_if_any(at: datetime | None, zone: tzinfo) -> str | None:
    """As `written`; None where there is no instant."""
    return None if at is None else written(at, zone)
