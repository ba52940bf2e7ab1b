"""What hubs said may have changed, until somebody reads it; and whether they can be relied on."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_MOST = 1000
"""References that wait for one source. What does not fit is left to the next poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A hub's promise, as stored."""

    hub_id: str
    callback_digest: str
    """Of the address it was given; the address holds a secret."""
    subscribed_at: datetime


class Subscriptions(Protocol):
    """Where subscriptions are kept, by source."""

    def load(self, source: str, /) -> Subscription | None: ...

    def save(self, source: str, subscription: Subscription, /) -> None: ...


class Hints:
    """Kept in memory alone: what is lost with the process is found by the next poll."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, dict[str, None]] = {}
        self._heard: set[str] = set()
        self._doubted: set[str] = set()
        self._wake: dict[str, Callable[[], None]] = {}

    def serve(self, wake: dict[str, Callable[[], None]]) -> None:
        """Take hints for these sources from now on, and call when there is something to do."""
        with self._lock:
            self._wake = wake
            self._waiting = {name: self._waiting.get(name, {}) for name in wake}
            self._heard &= wake.keys()
            self._doubted &= wake.keys()

    def give(self, source: str, ref: str | None) -> None:
        """A hub of `source` spoke, of a case or of nothing that could be read."""
        with self._lock:
            waiting = self._waiting.get(source)
            if waiting is None:
                return
            self._heard.add(source)
            if ref is None or (len(waiting) >= _MOST and ref not in waiting):
                return
            # A case told of twice is read once.
            waiting[ref] = None
            wake = self._wake[source]
        wake()

    def take(self, source: str) -> Sequence[str]:
        """What waits for a source, oldest first; it waits no more."""
        with self._lock:
            waiting = self._waiting.get(source)
            if not waiting:
                return ()
            self._waiting[source] = {}
            return list(waiting)

    def give_back(self, source: str, refs: Collection[str]) -> None:
        """They could not be read now; nobody is woken for them."""
        with self._lock:
            if source in self._waiting:
                self._waiting[source] = dict.fromkeys([*refs, *self._waiting[source]])

    def polled(self, source: str, *, found_news: bool) -> None:
        """A poll ended. One that finds what no hub told of makes the subscription doubtful."""
        with self._lock:
            if source not in self._waiting:
                return
            if found_news and source not in self._heard:
                self._doubted.add(source)
            self._heard.discard(source)

    def is_doubted(self, source: str) -> bool:
        with self._lock:
            return source in self._doubted

    def trust(self, source: str) -> None:
        """It was subscribed anew."""
        with self._lock:
            self._doubted.discard(source)
