"""One bounded step, again and again, in a thread of its own that nothing stops but us."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from monitor.clock.wall import WallClock

LONGEST_WAIT = 30.0
"""Real seconds after which a loop comes round though nothing woke it, and reads the clock anew."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STALLED_AFTER = 120.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Whether a loop is alive."""

    name: str
    last_seen_at: datetime | None
    """When it last came round, whether its step succeeded or not; None before the first time."""
    stalled: bool
    """It has not come round for longer than it ever should."""
    failures: int
    """Steps in a row that raised."""


class Loop:
    """Runs `step`, waits as many real seconds as it returns or until it is woken, and goes on.

    A step that raises is logged and tried again after a pause that doubles: a full disk or a
    database that restarts costs time, never the loop.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], float],
        clock: WallClock,
        *,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        """Start nothing yet. `longest_pause`: at most so long after a failure; real seconds."""
        self.name = name
        self._step = step
        self._clock = clock
        self._longest_pause = longest_pause
        self._turn = threading.Condition()
        self._woken = False
        self._stopping = False
        self._failures = 0
        self._last_seen: tuple[float, datetime] | None = None
        # A daemon thread: one that hangs in a send or a query must not hold up the exit.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Come round at once; a step that is running is followed by another."""
        with self._turn:
            self._woken = True
            self._turn.notify_all()

    def stop(self) -> None:
        """End after the present step; returns at once."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the end for so many real seconds; whether it came."""
        with suppress(RuntimeError):  # never started
            self._thread.join(max(seconds, 0))
        return not self._thread.is_alive()

    def pulse(self) -> Pulse:
        with self._turn:
            seen, failures = self._last_seen, self._failures
        stalled = seen is not None and time.monotonic() - seen[0] > _STALLED_AFTER
        ended = seen is not None and not self._thread.is_alive()
        return Pulse(
            name=self.name,
            last_seen_at=None if seen is None else seen[1],
            stalled=stalled or ended,
            failures=failures,
        )

    def _run(self) -> None:
        while True:
            with self._turn:
                if self._stopping:
                    return
                self._woken = False
                self._last_seen = (time.monotonic(), self._clock.now())
            wait = self._attempt()
            with self._turn:
                self._turn.wait_for(lambda: self._woken or self._stopping, timeout=wait)

    def _attempt(self) -> float:
        """Run the step; real seconds to wait."""
        try:
            wait = self._step()
        except Exception as error:  # noqa: BLE001 - a loop that ends loses what comes after
            with self._turn:
                self._failures += 1
            pause = min(_FIRST_PAUSE * (1 << min(self._failures - 1, 10)), self._longest_pause)
            _log.error(
                "loop_failed",
                loop=self.name,
                failures=self._failures,
                retry_in_seconds=pause,
                # Once it goes on, the same trace again would bury the rest of the log.
                exc_info=error if _is_power_of_two(self._failures) else None,
                error=type(error).__name__,
            )
            return pause
        with self._turn:
            recovered, self._failures = self._failures, 0
        if recovered:
            _log.info("loop_recovered", loop=self.name, failures=recovered)
        return min(max(wait, 0.0), LONGEST_WAIT)


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
