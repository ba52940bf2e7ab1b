"""Instants to come or past, as an operator gives them: ISO 8601, or a span from now."""

from datetime import datetime, tzinfo

from monitor.cli.instants import read_instant
from monitor.spans import parse_span


def read_moment(text: str, local_zone: tzinfo, now: datetime) -> datetime:
    """`2026-11-24T12:00`, in the contract's zone where it has no offset; `4 h`: real time from now.

    Raises:
        InputError: it is neither.
    """
    try:
        return now + parse_span(text)
    except ValueError:
        return read_instant(text, local_zone)


def read_moment_if_any(text: str | None, local_zone: tzinfo, now: datetime) -> datetime | None:
    """As `read_moment`; None for None.

    Raises:
        InputError: as `read_moment`.
    """
    return None if text is None else read_moment(text, local_zone, now)
