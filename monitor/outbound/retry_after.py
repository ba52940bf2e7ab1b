"""`Retry-After` as servers really write it."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=1)
"""Nobody is left alone longer, whatever they say: what they tell, or are to be told, waits."""
UNSAID = timedelta(minutes=1)
"""Where the header is there and cannot be read."""


def retry_after(value: str | None, *, sent_at: datetime | None) -> timedelta | None:
    """How long to leave a server alone; None where it does not say.

    Seconds, whole or not, or an HTTP date; a date counts from the answer's own `Date`, as the
    server's clock is its own affair. The past is no wait, an absurd future is `LONGEST`, and what
    cannot be read is `UNSAID`.
    """
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        wanted = http_date(text)
        if wanted is None or sent_at is None:
            return UNSAID
        seconds = (wanted - sent_at).total_seconds()
    if math.isnan(seconds):
        return UNSAID
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST.total_seconds()))


def http_date(value: str | None) -> datetime | None:
    """The instant of an HTTP date, in UTC; None where it is none."""
    if value is None:
        return None
    try:
        read = parsedate_to_datetime(value.strip())
        # RFC 9110: GMT even where it is written as no zone at all.
        return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
