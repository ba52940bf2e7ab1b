"""Where a walk over an API stands, and what the next one needs to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from monitor.collectors.base import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkCursor:
    """After a complete walk; all None before the first."""

    mapping: str
    """The digest of the mapping it was read by."""
    since: datetime | None = None
    """The latest time seen in the field that is filtered by, never later than the walk's start."""
    witness: str | None = None
    """The case that time was seen on: a filter that works answers with it again."""
    swept_at: datetime | None = None
    """When everything was last listed."""
    reread_at: datetime | None = None
    """When open cases were last read one by one."""

    @classmethod
    def load(cls, stored: Cursor | None, mapping: str) -> Self:
        """Read what `dump` wrote; another mapping's cursor is as good as none."""
        if stored is None or stored.get("mapping") != mapping:
            return cls(mapping=mapping)
        return cls(
            mapping=mapping,
            since=_instant(stored, "since"),
            witness=stored.get("witness"),
            swept_at=_instant(stored, "swept_at"),
            reread_at=_instant(stored, "reread_at"),
        )

    def dump(self) -> dict[str, Any]:
        return {
            "mapping": self.mapping,
            "since": _text(self.since),
            "witness": self.witness,
            "swept_at": _text(self.swept_at),
            "reread_at": _text(self.reread_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How far a listing of everything has come, for another poll to go on with."""

    mapping: str
    began_at: datetime
    """The start of the poll that began it."""
    server_began_at: datetime | None
    place: Cursor
    """In the terms of the pages that were read."""
    latest: datetime | None = None
    witness: str | None = None
    some_undated: bool = False

    @classmethod
    def load(cls, stored: Cursor | None, mapping: str) -> Self | None:
        """Read what `dump` wrote; None: there is nothing to go on with, or by another mapping."""
        if stored is None or stored.get("mapping") != mapping:
            return None
        began_at = _instant(stored, "began_at")
        place = stored.get("place")
        if began_at is None or not isinstance(place, Mapping):
            return None
        return cls(
            mapping=mapping,
            began_at=began_at,
            server_began_at=_instant(stored, "server_began_at"),
            place=place,
            latest=_instant(stored, "latest"),
            witness=stored.get("witness"),
            some_undated=bool(stored.get("some_undated")),
        )

    def dump(self) -> dict[str, Any]:
        return {
            "mapping": self.mapping,
            "began_at": _text(self.began_at),
            "server_began_at": _text(self.server_began_at),
            "place": dict(self.place),
            "latest": _text(self.latest),
            "witness": self.witness,
            "some_undated": self.some_undated,
        }


def is_due(last: datetime | None, every: timedelta | str, now: datetime) -> bool:
    """Whether something done `every` so often, or `every-poll` or `never`, is due again."""
    if isinstance(every, str):
        return every == "every-poll"
    # A clock that stepped back would otherwise put it off for as long.
    return last is None or not last <= now < last + every


def _instant(stored: Mapping[str, Any], name: str) -> datetime | None:
    value = stored.get(name)
    return None if value is None else datetime.fromisoformat(value)


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
