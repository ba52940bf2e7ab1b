"""Once a day, and at start, what has been kept long enough leaves: a lot, a breath, the next."""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from monitor.clock.wall import WallClock
from monitor.engine.loop import Loop, Pulse
from monitor.engine.purge import Purged

_DAY = timedelta(days=1)
_BREATH = 0.2
"""Real seconds between lots, and between days at least: whoever waits to write has the turn."""

_log = structlog.get_logger(__name__)


class Housekeeping:
    """Purges in a thread of its own until it is stopped."""

    def __init__(self, purge: Callable[[], Purged], clock: WallClock) -> None:
        """`purge` takes one lot away, and tells of it; nothing runs yet."""
        self._purge = purge
        # A clock that runs fast, or is moved by hand, is no reason to look without pause.
        self._day = max(clock.real_seconds(_DAY), _BREATH)
        self._due = time.monotonic()
        self._gone = Purged()
        self._loop = Loop("purge", self._step, clock)

    def start(self) -> None:
        self._loop.start()

    def stop(self, seconds: float = 1.0) -> bool:
        """End after the present lot, within so many real seconds; whether it did."""
        self._loop.stop()
        return self._loop.join(seconds)

    def pulse(self) -> Pulse:
        return self._loop.pulse()

    def _step(self) -> float:
        if (wait := self._due - time.monotonic()) > 0:
            return wait
        lot = self._purge()
        if lot.total:
            self._gone += lot
            return _BREATH
        if self._gone.total:
            gone = self._gone
            _log.info(
                "purged",
                payloads=gone.payloads,
                quarantined=gone.quarantined,
                cases=gone.cases,
                letters=gone.letters,
                enclosures=gone.enclosures,
            )
        self._gone = Purged()
        self._due = time.monotonic() + self._day
        return self._day
