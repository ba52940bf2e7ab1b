"""`--as-of` and `--known-at`: which instant of the past is asked for, and by whose knowledge."""

from datetime import datetime

from monitor.cases.moment import Moment
from monitor.cli.instants import read_instant, read_zone
from monitor.cli.words import gettext
from monitor.errors import InputError


def read_past_moment(
    as_of: str | None, known_at: str | None, zone_name: str | None, now: datetime
) -> Moment | None:
    """What the options say; None where neither is given. `--known-at` alone means as of then too.

    Raises:
        InputError: one is no instant, names two, or is still to come.
    """
    local_zone = read_zone(zone_name)
    at, known = (
        None if text is None else read_instant(text, local_zone) for text in (as_of, known_at)
    )
    for option, text, instant in (("--as-of", as_of, at), ("--known-at", known_at, known)):
        if instant is not None and instant > now:
            raise InputError(
                gettext("{option}: '{text}' is still to come; give an instant of the past").format(
                    option=option, text=text
                )
            )
    moment_at = at or known
    return None if moment_at is None else Moment(at=moment_at, known_at=known)
