"""What a provider says of its own service levels: kept beside ours, never in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderClaim:
    """One level of the provider's on one case, by the provider's own clock and calendar."""

    name: str
    """As the provider calls it."""
    breached: bool | None = None
    """None: it does not say."""
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    remaining: timedelta | None = None
    """By the provider's calendar; negative once late."""

    @classmethod
    def load(cls, written: Mapping[str, Any]) -> Self:
        """Read what `dump` wrote."""
        remaining = written.get("remaining")
        return cls(
            name=written["name"],
            breached=written.get("breached"),
            due_at=_instant(written.get("due_at")),
            stopped_at=_instant(written.get("stopped_at")),
            remaining=None if remaining is None else timedelta(seconds=remaining),
        )

    def dump(self) -> dict[str, Any]:
        """As JSON, without what is not said; `remaining` is in whole seconds."""
        written = {
            "name": self.name,
            "breached": self.breached,
            "due_at": None if self.due_at is None else self.due_at.isoformat(),
            "stopped_at": None if self.stopped_at is None else self.stopped_at.isoformat(),
            "remaining": None if self.remaining is None else self.remaining // timedelta(seconds=1),
        }
        return {name: value for name, value in written.items() if value is not None}


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """What a source said last of one level."""

    source: str
    stated_at: datetime
    """The poll that read it last."""
    claim: ProviderClaim


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
