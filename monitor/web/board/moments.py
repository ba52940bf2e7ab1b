"""Instants as people give them to a page."""

from datetime import datetime, tzinfo

from monitor.clock import LocalTimeError, resolve_local
from monitor.errors import InputError
from monitor.locale import N_


def read_instant(text: str, zone: tzinfo) -> datetime | None:
    """A date and time, in the zone where it has no offset; None: nothing is given.

    Raises:
        InputError: it is no instant, or two.
    """
    text = text.strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return resolve_local(at, zone) if at.tzinfo is None else at
    except (ValueError, LocalTimeError):
        raise InputError(
            N_("'{text}' is no instant: write a date and time, as 2026-11-23T15:30"),
            text=text[:40],
        ) from None
