"""A clock that stands still in every process that reads it, until the one that scripts it moves."""

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_A_WAIT = 0.1


class ScriptedClock:
    """Its instant is a number in a file that processes share.

    A span of its time has no length: whoever waits for one looks again after a moment.
    """

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """Read the clock in `path`; with `start`, make it."""
        if start is not None:
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            # Eight bytes at a page's beginning: read and written at once.
            self._instant = memoryview(mmap.mmap(file.fileno(), 8)).cast("q")
        if start is not None:
            self.move_to(start)

    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._instant[0])

    def real_seconds(self, span: timedelta) -> float:
        return _A_WAIT if span > timedelta() else 0.0

    def move_to(self, instant: datetime) -> None:
        """Forwards or back."""
        self._instant[0] = (instant - _EPOCH) // _MICROSECOND
