"""Instants as people write them on a command line: ISO 8601, with an offset or a zone named."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.cli.words import gettext
from monitor.clock.local_time import AmbiguousTimeError, LocalTimeError, resolve_local
from monitor.clock.shipped import QUEBEC_ZONE, VALID_FROM, VALID_UNTIL
from monitor.clock.zones import zone
from monitor.errors import InputError

_ISO = re.compile(
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?|\d{8}T\d{4}(?:\d\d(?:[.,]\d+)?)?)"
    r"(?:Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def read_instant(text: str, local_zone: tzinfo | None) -> datetime:
    """The instant that `2026-11-23T15:30-05:00` names, in UTC; seconds may be left out.

    A time without an offset is read in `local_zone`; with one, the zone is not looked at.

    Raises:
        InputError: it is no ISO 8601 date and time, has no offset where no zone is given, or
            names no instant, or two, in the zone.
    """
    at = _parsed(text)
    try:
        if at.tzinfo is None:
            at = _resolved(at, local_zone)
        return at.astimezone(UTC)
    except LocalTimeError as error:
        raise InputError(_two_readings(text, error, local_zone)) from None
    except OverflowError:
        raise InputError(
            gettext("'{text}' is beyond what the calendars cover, {first} to {last}").format(
                text=text, first=VALID_FROM, last=VALID_UNTIL - timedelta(days=1)
            )
        ) from None


def read_zone(name: str | None) -> tzinfo | None:
    """The zone of an IANA name; None for None.

    Raises:
        InputError: there is no such zone.
    """
    if name is None:
        return None
    try:
        return zone(name)
    except ValueError:
        raise InputError(
            gettext("--zone: '{name}' is no time zone; write one as America/Toronto").format(
                name=name
            )
        ) from None


def _parsed(text: str) -> datetime:
    written = text.strip().upper()
    if _ISO.fullmatch(written):
        # It may have the form and still name no day, as 2026-02-30 does.
        with suppress(ValueError):
            return datetime.fromisoformat(written)
    raise InputError(
        gettext(
            "'{text}' is not a date and time; write it in ISO 8601, as 2026-11-23T15:30-05:00"
        ).format(text=text)
    )


def _resolved(local: datetime, local_zone: tzinfo | None) -> datetime:
    if local_zone is not None:
        return resolve_local(local, local_zone)
    raise InputError(
        gettext(
            "'{text}' does not say in which zone it is; add an offset, as {example},"
            " or --zone America/Toronto"
        ).format(text=local.isoformat(), example=_in_quebec(local))
    )


def _in_quebec(local: datetime) -> str:
    # What is shown gets copied: its offset is that of its own season.
    try:
        return resolve_local(local, zone(QUEBEC_ZONE)).isoformat()
    except LocalTimeError as error:
        return gettext(" or ").join(reading.isoformat() for reading in error.readings)


def _two_readings(text: str, error: LocalTimeError, local_zone: tzinfo | None) -> str:
    earlier, later = (reading.isoformat() for reading in error.readings)
    message = (
        gettext("{text} occurs twice in {zone}, where clocks go back: write {earlier} or {later}")
        if isinstance(error, AmbiguousTimeError)
        else gettext(
            "{text} does not exist in {zone}, where clocks go forward: write {earlier} or {later}"
        )
    )
    return message.format(text=text, zone=local_zone, earlier=earlier, later=later)
