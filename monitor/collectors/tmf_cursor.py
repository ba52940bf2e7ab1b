"""Where a walk over a TM Forum API stands, and what the next one needs to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from monitor.collectors.base import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class TmfCursor:
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
