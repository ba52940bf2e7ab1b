"""How often one address may try, and how much a push may have."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

LARGEST_PUSH: Final = 4 * 1024 * 1024
"""Bytes of one push."""


class Limiter:
    """So many tries at once, then as many a minute; the addresses that tried last are remembered.

    Behind a proxy all come from one address and share its tries.
    """

    def __init__(
        self,
        *,
        burst: int = 20,
        a_minute: float = 20,
        remembered: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._a_second = a_minute / 60
        self._remembered = remembered
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> float:
        """0 where this try is allowed, else the seconds after which one is."""
        with self._lock:
            now = self._now()
            left, at = self._left.pop(address, (float(self._burst), now))
            left = min(self._burst, left + (now - at) * self._a_second)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            while len(self._left) > self._remembered:
                self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._a_second
