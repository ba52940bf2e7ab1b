"""What the health pages ask of the daemon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopHealth:
    """One of the daemon's loops: the tick, the outbox, a source's polls."""

    name: str
    stalled: bool
    """It has not come round for longer than it ever should."""
    last_seen_at: datetime | None
    """When it last came round; None before the first time."""


class Health(Protocol):
    """Answers from the daemon. Both are asked from several threads, every few seconds."""

    def loops(self) -> Sequence[LoopHealth]:
        """Every loop that should be running. Reads memory only: the database has its own check."""

    def readiness(self) -> Mapping[str, str | None]:
        """Each check by name, with the reason it does not hold, or None when it does.

        Reasons are for operators and free of secrets. An exception counts as not ready.
        """
