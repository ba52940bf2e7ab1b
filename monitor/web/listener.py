"""Where providers' hubs send word of changes: `/tmf/listener/<secret>/…`."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from typing import Any, Protocol

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import TooManyRequests

_LARGEST_EVENT = 64 * 1024
_A_SECOND = 20.0
"""Events of one source taken a second, on average. A hint that is lost is found by the next poll,
and a poll a second would be no more expensive than as many hints."""
_AT_ONCE = 200.0


class Ear(Protocol):
    """Who takes the hints."""

    def source_of(self, secret: str) -> str | None:
        """Whose secret this is; None: nobody's."""

    def hear(self, source: str, event: Any) -> HTTPStatus:
        """Take an event as a hint; what its hub expects in answer. Returns at once."""


class Rate:
    """A bucket that fills steadily: one drop an event."""

    def __init__(
        self,
        a_second: float = _A_SECOND,
        at_once: float = _AT_ONCE,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._a_second = a_second
        self._at_once = at_once
        self._clock = clock
        self._lock = threading.Lock()
        self._drops = at_once
        self._filled_at = clock()

    def takes(self) -> bool:
        """Whether there is a drop left; it is gone then."""
        with self._lock:
            now = self._clock()
            filled = self._drops + (now - self._filled_at) * self._a_second
            self._drops, self._filled_at = min(filled, self._at_once), now
            if self._drops < 1.0:
                return False
            self._drops -= 1.0
            return True


def listener(ear: Ear, make_rate: Callable[[], Rate] = Rate) -> Blueprint:
    """The pages that hubs call. An unknown secret and an unknown page look alike."""
    pages = Blueprint("listener", __name__)
    rates: dict[str, Rate] = {}
    lock = threading.Lock()

    @pages.post("/tmf/listener/<secret>")
    @pages.post("/tmf/listener/<secret>/<path:_event>")
    def take_event(secret: str, _event: str = "") -> Response:
        source = ear.source_of(secret)
        if source is None:
            abort(HTTPStatus.NOT_FOUND)
        with lock:
            rate = rates.setdefault(source, make_rate())
        if not rate.takes():
            raise TooManyRequests(retry_after=1)
        request.max_content_length = _LARGEST_EVENT
        event = request.get_json(force=True, silent=False)
        status = ear.hear(source, event)
        body = "{}" if status is HTTPStatus.CREATED else ""
        return Response(body, status=status, content_type="application/json")

    return pages
