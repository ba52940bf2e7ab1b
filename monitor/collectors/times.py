"""Times as providers write them: with an offset, or on a wall in some zone, or beyond reading."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from monitor.clock.local_time import AmbiguousTimeError, LocalTimeError, resolve_local
from monitor.locale.marking import N_, Said

SERIAL = "excel"
"""The format of a count of days since 1900 as spreadsheets keep it, 46349,645833 included."""

_DATE_AND_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_SERIAL = re.compile(r"^\d{1,6}(?:[.,]\d+)?$")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - on the wall of whoever's sheet it is
"""Of a serial above 60: spreadsheets count a 29 February 1900 that there was not."""
_DIRECTIVES = frozenset("dmYyHIMSfpz")
_NEEDED = ("d", "m")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before mobile contracts: what such a date says is that a system had none to give."""
_AHEAD = timedelta(days=1)
"""How far a provider's clock may run ahead before its word is no longer taken."""


class UnreadableTime(ValueError):
    """The value decides no instant; `reason` says why and what would."""

    def __init__(self, reason: Said) -> None:
        super().__init__(reason)
        self.reason = reason


def time_format(text: str) -> str:
    """A way of writing times, checked: `excel`, or a pattern such as `%d/%m/%Y %H:%M`.

    Raises:
        ValueError: it knows no day, or uses what depends on a language.
    """
    if text == SERIAL:
        return text
    used = re.findall(r"%(.)", text.replace("%%", ""))
    wrong = [letter for letter in used if letter not in _DIRECTIVES]
    if wrong or text.replace("%%", "").endswith("%"):
        shown = wrong[0] if wrong else ""
        raise ValueError(
            Said(
                N_(
                    "'%{letter}' cannot be used; write with %d %m %Y %y %H %I %M %S %f %p %z, such"
                    " as '%d/%m/%Y %H:%M', or excel"
                ),
                letter=shown,
            )
        )
    if not all(letter in used for letter in _NEEDED) or not {"Y", "y"} & set(used):
        raise ValueError(Said(N_("no whole date is in it; write %d, %m and %Y")))
    return text


def instant(
    value: Any, zone: ZoneInfo, *, until: datetime | None = None, formats: Sequence[str] = ()
) -> datetime:
    """The instant a text names, in UTC: by one of `formats`, the first that fits, or ISO 8601.

    Without an offset it is read on the walls of `zone`, unless the clock change makes that hour
    occur twice or never: then nobody can tell, and a guess could move a deadline by an hour.

    Args:
        value: what the provider wrote.
        zone: where its clocks hang.
        until: the poll's start; a time a day or more after it is refused. None: any time is read.
        formats: as `time_format` gives them; a day without a time of day is its first instant.

    Raises:
        UnreadableTime: it is no date and time, is undecidable or out of range.
    """
    read = (_known if isinstance(value, str) else _in_utc)(value, zone, tuple(formats))
    if read < _EARLIEST:
        raise UnreadableTime(
            Said(
                N_("{value} is before {year}: no time at all"),
                value=_shown(value),
                year=str(_EARLIEST.year),
            )
        )
    if until is not None and read - until > _AHEAD:
        raise UnreadableTime(
            Said(N_("{value} is more than a day in the future"), value=_shown(value))
        )
    return read


def _in_utc(value: Any, zone: ZoneInfo, formats: tuple[str, ...]) -> datetime:
    """As `instant`, of whatever year."""
    try:
        read = _read(value, formats)
        if read.tzinfo is None:
            read = resolve_local(read, zone)
        return read.astimezone(UTC)
    except LocalTimeError as error:
        raise UnreadableTime(_undecidable(error)) from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, UnreadableTime):
            raise
        reason = Said(
            N_("{value} is not a date and time: {error}"), value=_shown(value), error=str(error)
        )
        raise UnreadableTime(reason) from None


_known = lru_cache(maxsize=4096)(_in_utc)
"""A record says most of its times more than once."""


def _read(value: Any, formats: Sequence[str]) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    for pattern in formats:
        read = _by(pattern, text)
        if read is not None:
            return read
    if _DATE_AND_TIME.match(text):
        return datetime.fromisoformat(text.upper())
    if formats:
        reason = Said(
            N_("{value} is written in none of the ways of time_formats ({formats})"),
            value=_shown(value),
            formats=", ".join(formats),
        )
        raise UnreadableTime(reason)
    raise UnreadableTime(
        Said(N_("{value} is not a date and time such as 2026-11-23T15:30:00Z"), value=_shown(value))
    )


def _by(pattern: str, text: str) -> datetime | None:
    if pattern == SERIAL:
        if not _SERIAL.match(text):
            return None
        days = timedelta(days=float(text.replace(",", ".")))
        # A serial is exact to about half a millisecond: 15:30:00 comes as 15:29:59.9996.
        return _SERIAL_ZERO + timedelta(seconds=round(days.total_seconds()))
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - placed in the zone by the caller
    except ValueError:
        return None


def _undecidable(error: LocalTimeError) -> Said:
    first, second = error.readings
    return Said(
        N_(
            "has no offset, and {local} occurs twice in {zone} (clocks go back over it):"
            " write {first} or {second}"
        )
        if isinstance(error, AmbiguousTimeError)
        else N_(
            "has no offset, and {local} does not exist in {zone} (clocks go forward over it):"
            " write {first} or {second}"
        ),
        local=error.local.isoformat(),
        zone=str(first.tzinfo),
        first=first.isoformat(),
        second=second.isoformat(),
    )


def _shown(value: Any) -> str:
    return repr(str(value)[:40])
