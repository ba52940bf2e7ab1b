"""waitress in a thread of its own, bound before it starts and drained before it ends."""

import errno
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import structlog
from waitress import wasyncore
from waitress.server import create_server

from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.web.limits import LARGEST_PUSH

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = structlog.get_logger(__name__)

_THREADS: Final = 6
_DRAIN_SECONDS: Final = 5.0
_BACKLOG: Final = 64
_LARGEST_BODY: Final = LARGEST_PUSH + 1024 * 1024
"""Bytes taken off the wire at all: past what a push may have, so that the page itself can say so.
The application holds all other pages to far less."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """What stands in front, whose word on who asks, and how, is taken."""

    address: str
    hops: int = 1
    """How many stand one behind the other there."""

    @property
    def adjustments(self) -> dict[str, Any]:
        return {
            "trusted_proxy": self.address,
            "trusted_proxy_count": self.hops,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }


class WebServer:
    """Serves one WSGI application. Started and stopped once each, from any thread."""

    def __init__(
        self, app: "WSGIApplication", host: str, port: int, proxy: Proxy | None = None
    ) -> None:
        self._app = app
        self._proxy = proxy
        self._host = host
        self._port = port
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._waking = threading.Lock()
        """Held to wake the thread, and by the thread to close what wakes it."""
        self._closed = False

    @property
    def url(self) -> str:
        """`http://host:port` as bound: with port 0 the port that was free."""
        if self._server is None:
            raise RuntimeError("the web server has no address before it starts")
        host, port = self._server.effective_host, self._server.effective_port
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> Self:
        """Bind, then serve in a thread.

        Raises:
            InputError: the address cannot be bound.
        """
        self._server = create_server(
            self._app,
            sockets=[bound(self._host, self._port)],
            threads=_THREADS,
            ident=None,
            max_request_body_size=_LARGEST_BODY,
            clear_untrusted_proxy_headers=True,
            **({} if self._proxy is None else self._proxy.adjustments),
        )
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()
        _log.info("web_listening", url=self.url)
        return self

    def stop(self) -> None:
        """Take no new connection, finish the answers under way, let go of the port."""
        if self._thread is None:
            return
        self._stopping.set()
        with self._waking:
            if not self._closed:
                self._server.trigger.pull_trigger()
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        # waitress's own run() ends on an exception in this thread only, and cuts answers short.
        server = self._server
        sockets = server._map  # noqa: SLF001 - as run() does
        try:
            while not self._stopping.is_set():
                _turn(sockets)
            # Closes the listening socket alone; connections stay.
            wasyncore.dispatcher.close(server)
            drained_by = time.monotonic() + _DRAIN_SECONDS
            while _busy(server.active_channels.values()) and time.monotonic() < drained_by:
                _turn(sockets)
        finally:
            server.task_dispatcher.shutdown(timeout=1)
            with self._waking:
                # Never while stop() writes to it: the descriptor could be another's by then.
                self._closed = True
                wasyncore.close_all(sockets)


def require_free(host: str, port: int, *, key: str = "http") -> None:
    """Bind as a server would, and let go; `key` is the section that gives the address.

    Raises:
        InputError: the address cannot be bound.
    """
    bound(host, port, key=key).close()


def _turn(sockets: dict[int, Any]) -> None:
    wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)


def _busy(channels: Iterable[Any]) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in list(channels))


def bound(host: str, port: int, *, key: str = "http") -> socket.socket:
    """A socket that listens there; `key` is the section that gives the address.

    Raises:
        InputError: the address cannot be bound.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise InputError(
            N_(
                "{key}.host: '{host}' is no address of this machine ({reason}): write 127.0.0.1 to"
                " serve this machine only"
            ),
            key=key,
            host=host,
            reason=Said(error.strerror or ""),
        ) from None
    listening = socket.socket(family, kind, protocol)
    try:
        # A restart finds the port free although old connections linger.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _refused(key, host, port, error) from None
    return listening


def _refused(key: str, host: str, port: int, error: OSError) -> InputError:
    where = {"key": key, "host": host, "port": str(port)}
    match error.errno:
        case errno.EADDRINUSE:
            return InputError(
                N_(
                    "{key}.port: {port} is in use on {host}: end the other program, choose another"
                    " port, or write 0 for any free one"
                ),
                **where,
            )
        case errno.EACCES:
            return InputError(
                N_("{key}.port: {port} needs privileges: choose a port above 1023"), **where
            )
        case errno.EADDRNOTAVAIL:
            return InputError(
                N_(
                    "{key}.host: '{host}' is no address of this machine: write 127.0.0.1 to serve"
                    " this machine only"
                ),
                **where,
            )
    return InputError(
        N_("{key}: cannot listen on {host}, port {port}: {reason}"),
        reason=Said(error.strerror or ""),
        **where,
    )
