"""Times as providers write them: with an offset, or on a wall in some zone, or beyond reading."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.clock.local_time import LocalTimeError, resolve_local

_DATE_AND_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before mobile contracts: what such a date says is that a system had none to give."""
_AHEAD = timedelta(days=1)
"""How far a provider's clock may run ahead before its word is no longer taken."""


class UnreadableTime(ValueError):
    """The value decides no instant; the message says why and what would."""


def instant(value: Any, zone: ZoneInfo, *, until: datetime | None = None) -> datetime:
    """The instant an ISO 8601 text names, in UTC.

    Without an offset it is read on the walls of `zone`, unless the clock change makes that hour
    occur twice or never: then nobody can tell, and a guess could move a deadline by an hour.

    Args:
        value: what the provider wrote.
        zone: where its clocks hang.
        until: the poll's start; a time a day or more after it is refused. None: any time is read.

    Raises:
        UnreadableTime: it is no date and time, is undecidable or out of range.
    """
    if not isinstance(value, str) or not _DATE_AND_TIME.match(value.strip()):
        raise UnreadableTime(f"{_shown(value)} is not a date and time such as 2026-11-23T15:30:00Z")
    try:
        read = datetime.fromisoformat(value.strip().upper())
        if read.tzinfo is None:
            read = resolve_local(read, zone)
        read = read.astimezone(UTC)
    except LocalTimeError as error:
        raise UnreadableTime(f"has no offset, and {error}") from None
    except (ValueError, OverflowError) as error:
        raise UnreadableTime(f"{_shown(value)} is not a date and time: {error}") from None
    if read < _EARLIEST:
        raise UnreadableTime(f"{_shown(value)} is before {_EARLIEST.year}: no time at all")
    if until is not None and read - until > _AHEAD:
        raise UnreadableTime(f"{_shown(value)} is more than a day in the future")
    return read


def _shown(value: Any) -> str:
    return repr(str(value)[:40])
