"""The wall clock as a thing that can be given: the real one, a scaled one, one moved by hand."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class WallClock(Protocol):
    """Tells the instant, and how long a span of its time lasts in real seconds."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def real_seconds(self, span: timedelta) -> float:
        """How many real seconds `span` lasts; what a thread may sleep to see it pass."""


class SystemClock:
    """The machine's clock: where Vigie reads the instant it judges by.

    Only the polls' scheduler reads it too, as it plans by the machine's own time.
    """

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


class ScaledClock:
    """Starts at `start` and runs `speed` times as fast as real time, without ever stepping back."""

    def __init__(self, start: datetime, speed: float) -> None:
        if start.tzinfo is None:
            raise ValueError("a scaled clock starts at an aware datetime")
        if speed <= 0:
            raise ValueError(f"a scaled clock runs forward: speed {speed} is not above zero")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._speed)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self._speed


class ManualClock:
    """Stands still until told to move; for tests and replays. Safe to read from several threads."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a manual clock starts at an aware datetime")
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def real_seconds(self, span: timedelta) -> float:  # noqa: ARG002 - no thread may wait on it
        return 0.0

    def move_to(self, instant: datetime) -> None:
        """Set the instant; backwards is allowed, as real clocks do step back."""
        with self._lock:
            self._now = instant.astimezone(UTC)

    def advance(self, span: timedelta) -> None:
        with self._lock:
            self._now += span
