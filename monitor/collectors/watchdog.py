"""Ends a request at its deadline whatever it waits for: one byte at a time defeats any timeout."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.poolmanager import PoolManager


class Watchdog:
    """Watches one connection at a time, for one thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tap: socket.socket | None = None
        self.expired = False
        """The last guarded request was cut off."""

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Shut the connection down if the block lasts longer; its reader then sees its end."""
        with self._lock:
            self.expired = False
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # Expiring late must not cut off the next request on the same connection.
            timer.join()

    def attach(self, connected: socket.socket) -> None:
        """Watch this connection from now on, the one before no more."""
        # A duplicate survives the wrapping in TLS and the early closing by http.client, and what
        # is shut down through it is shut down for all.
        tap = connected.dup()
        with self._lock:
            before, self._tap = self._tap, tap
            if self.expired:
                _shut_down(tap)
        if before is not None:
            before.close()

    def close(self) -> None:
        with self._lock:
            tap, self._tap = self._tap, None
        if tap is not None:
            tap.close()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._tap is not None:
                _shut_down(self._tap)


def _shut_down(tap: socket.socket) -> None:
    with suppress(OSError):  # It may be closed already, by the other side.
        tap.shutdown(socket.SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """Requests' transport over connections a watchdog can shut; one connection, used in turn."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._pools = _pools(watchdog)
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._use(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._use(manager)
        return manager

    def _use(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = self._pools


def _pools(watchdog: Watchdog) -> dict[str, type[HTTPConnectionPool]]:
    class WatchedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            watchdog.attach(connected)
            return connected

    class WatchedTlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            watchdog.attach(connected)
            return connected

    class WatchedPool(HTTPConnectionPool):
        ConnectionCls = WatchedConnection

    class WatchedTlsPool(HTTPSConnectionPool):
        ConnectionCls = WatchedTlsConnection

    return {"http": WatchedPool, "https": WatchedTlsPool}
