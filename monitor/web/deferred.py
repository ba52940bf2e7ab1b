"""An application that is made when it is needed, behind a server that listens from the start."""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class Deferred:
    """Made once, at the first request or by `make`, whichever comes first."""

    def __init__(self, make: "Callable[[], WSGIApplication]") -> None:
        self._make = make
        self._made: WSGIApplication | None = None
        self._lock = threading.Lock()

    def make(self) -> "WSGIApplication":
        """The application; those who ask while it is made wait for it."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        return (self._made or self.make())(environ, start_response)
