"""Ends a request at its deadline whatever it waits for: one byte at a time defeats any timeout."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a host that may be connected to, the preferred first; never none."""


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

    def __init__(self, watchdog: Watchdog, resolve: Resolve | None = None) -> None:
        """`resolve` says which addresses a name may be reached at; None: what the system says."""
        self._pools = _pools(watchdog, resolve)
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


def _pools(watchdog: Watchdog, resolve: Resolve | None) -> dict[str, type[HTTPConnectionPool]]:
    class WatchedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            connected = _connected(self, super()._new_conn, resolve)
            watchdog.attach(connected)
            return connected

    class WatchedTlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            connected = _connected(self, super()._new_conn, resolve)
            watchdog.attach(connected)
            return connected

    class WatchedPool(HTTPConnectionPool):
        ConnectionCls = WatchedConnection

    class WatchedTlsPool(HTTPSConnectionPool):
        ConnectionCls = WatchedTlsConnection

    return {"http": WatchedPool, "https": WatchedTlsPool}


def _connected(
    connection: HTTPConnection, connect: Callable[[], socket.socket], resolve: Resolve | None
) -> socket.socket:
    """A connection to one of the addresses that the name may be reached at.

    The name is resolved once: asked again, a name server could give another answer. It stays the
    name that the certificate must be for.
    """
    if resolve is None:
        return connect()
    host = connection._dns_host  # noqa: SLF001 - urllib3's own place for where to connect to
    *others, last = resolve(host, connection.port)
    try:
        for address in others:
            connection._dns_host = address  # noqa: SLF001 - as above
            with suppress(HTTPError):
                return connect()
        connection._dns_host = last  # noqa: SLF001 - as above
        return connect()
    finally:
        connection._dns_host = host  # noqa: SLF001 - as above
