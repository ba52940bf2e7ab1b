"""The signals that end a long run or make it read its configuration anew."""

import queue
import signal
import time
from collections.abc import Iterable
from types import FrameType
from typing import Self

_ENDS = (signal.SIGINT, signal.SIGTERM)
_INSISTING_SECONDS = 1.0
_LONGEST_WAIT = 0.5


class Signals:
    """Catches signals while its block lasts, one after another; only in the main thread.

    After the first that ends a run (SIGINT, SIGTERM), a later one does what it would have done
    without this: whoever insists is obeyed. One that comes at once is the first again, as programs
    that end a process and its whole group send it twice.
    """

    def __init__(self, caught: Iterable[signal.Signals]) -> None:
        self._caught = tuple(caught)
        # SimpleQueue, as its put may interrupt its own get.
        self._arrived: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()
        self._before: dict[signal.Signals, signal._HANDLER] = {}
        self._told_at: float | None = None

    def __enter__(self) -> Self:
        self._before = {number: signal.getsignal(number) for number in self._caught}
        for number in self._caught:
            signal.signal(number, self._catch)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, seconds: float | None = None) -> signal.Signals | None:
        """The next signal; None after so many real seconds without one."""
        ends_at = None if seconds is None else time.monotonic() + seconds
        while True:
            # One that arrives just before a wait begins is caught once that wait is over: so none
            # is long.
            left = _LONGEST_WAIT if ends_at is None else ends_at - time.monotonic()
            try:
                return self._arrived.get(timeout=min(max(left, 0.0), _LONGEST_WAIT))
            except queue.Empty:
                if ends_at is not None and time.monotonic() >= ends_at:
                    return None

    def _catch(self, number: int, _frame: FrameType | None) -> None:
        arrived = signal.Signals(number)
        if arrived not in _ENDS:
            self._arrived.put(arrived)
        elif self._told_at is None:
            self._arrived.put(arrived)
            self._told_at = time.monotonic()
        elif time.monotonic() - self._told_at > _INSISTING_SECONDS:
            signal.signal(arrived, self._before[arrived])
            signal.raise_signal(arrived)
