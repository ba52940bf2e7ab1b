"""The signals that end a long run or make it read its configuration anew."""

import queue
import signal
from collections.abc import Iterable
from types import FrameType
from typing import Self


class Signals:
    """Catches signals while its block lasts, one after another; only in the main thread.

    After the first that ends a run (SIGINT, SIGTERM), the next does what it would have done
    without this: whoever insists is obeyed.
    """

    def __init__(self, caught: Iterable[signal.Signals]) -> None:
        self._caught = tuple(caught)
        # SimpleQueue, as its put may interrupt its own get.
        self._arrived: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()
        self._before: dict[signal.Signals, signal._HANDLER] = {}

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
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None

    def _catch(self, number: int, _frame: FrameType | None) -> None:
        arrived = signal.Signals(number)
        self._arrived.put(arrived)
        if arrived in (signal.SIGINT, signal.SIGTERM):
            signal.signal(arrived, self._before[arrived])
