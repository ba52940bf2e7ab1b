"""What the command line asks of a daemon at work, and how it is answered."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from monitor.app.asking import account_of, control_key
from monitor.app.station import Station
from monitor.collectors.poller import PollResult
from monitor.engine.accounts import log_poll
from monitor.engine.ports import EngineEvents
from monitor.engine.replicas import LeaseLostError
from monitor.web.control import BusyError, ElsewhereError, NoSuchSourceError

_log = structlog.get_logger(__name__)


class DaemonControl:
    """Polls at a request, one at a time, beside the daemon's own rounds; `wake` has it judged."""

    def __init__(self, station: Station, events: EngineEvents, wake: Callable[[], None]) -> None:
        self._station = station
        self._events = events
        self._wake = wake
        self._busy = threading.Lock()

    @property
    def key(self) -> str:
        return control_key(self._station.database)

    def poll(self, source: str, refs: Sequence[str]) -> dict[str, Any]:
        if source not in self._station.parts.collectors:
            raise NoSuchSourceError
        if not self._busy.acquire(blocking=False):
            raise BusyError
        try:
            result = self._poll(source, refs)
        except LeaseLostError:
            raise ElsewhereError from None
        finally:
            self._busy.release()
        self._events.polled(source, result.fault_kind or str(result.outcome))
        log_poll(result)
        self._wake()
        return account_of(result)

    def _poll(self, source: str, refs: Sequence[str]) -> PollResult:
        if refs:
            result = self._station.refresh(source, refs)
            if result is None:
                raise BusyError
            return result
        result = self._station.poll(source)
        if result is None:
            raise ElsewhereError
        return result
