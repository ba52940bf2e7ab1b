"""Which sources have been silent too long to be believed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.records import SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How the sources stand at an instant."""

    stale: Mapping[str, bool]
    since: Mapping[str, datetime]
    """For the stale ones: the last instant they vouch for."""
    vouched_until: Mapping[str, datetime]
    """For all of them."""
    changed: Mapping[str, datetime | None]
    """What is stored otherwise: since when each is silent, None where it speaks again."""
    next_at: datetime | None
    """When the next one falls silent, if no poll of it completes before."""


def silence_of(
    sources: Collection[SourceRecord], stale_after: Mapping[str, timedelta], now: datetime
) -> Silence:
    """Judge each source by its last complete poll; one never completed, from when it was known.

    A source that `stale_after` does not name is not configured any more: nobody polls it, so it
    vouches for nothing past its last poll.
    """
    stale: dict[str, bool] = {}
    since: dict[str, datetime] = {}
    changed: dict[str, datetime | None] = {}
    falls_at: list[datetime] = []
    for source in sources:
        patience = stale_after.get(source.name, timedelta())
        silent_at = source.vouched_until + patience
        is_stale = silent_at < now
        stale[source.name] = is_stale
        if is_stale:
            since[source.name] = source.vouched_until
        else:
            falls_at.append(silent_at + AN_INSTANT)
        if is_stale != (source.stale_since is not None):
            changed[source.name] = source.vouched_until if is_stale else None
    return Silence(
        stale=stale,
        since=since,
        vouched_until={source.name: source.vouched_until for source in sources},
        changed=changed,
        next_at=min(falls_at, default=None),
    )
