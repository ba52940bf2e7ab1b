"""A server of its own for `/metrics`, with TLS, which waitress cannot: few clients, few threads."""

import ssl
import threading
from contextlib import suppress
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog

from monitor.web.certificates import Certificate
from monitor.web.server import bound

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = structlog.get_logger(__name__)

_AT_ONCE: Final = 8
_PATIENCE: Final = 10.0
"""Seconds that a client may take over the handshake, its request, or reading a piece of answer."""


class ScrapeServer:
    """Serves one WSGI application. Started and stopped once each, from any thread."""

    def __init__(
        self,
        app: "WSGIApplication",
        host: str,
        port: int,
        *,
        certificate: Certificate | None = None,
    ) -> None:
        """Take a certificate to show; None: no TLS.

        Raises:
            InputError: they cannot be used.
        """
        self._app = app
        self._host = host
        self._port = port
        self._certificate = certificate
        self._context = None if certificate is None else certificate.context()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """As bound: with port 0 the port that was free."""
        if self._server is None:
            raise RuntimeError("the server has no address before it starts")
        host, port = self._server.server_address[:2]
        scheme = "http" if self._context is None else "https"
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"{scheme}://{shown}:{port}"

    def renew(self) -> None:
        """Read the certificate anew, as after it was renewed.

        Raises:
            InputError: it cannot be used; the old one stays.
        """
        if self._certificate is not None and self._context is not None:
            # Tried apart: a context that takes half of a pair would be of no use.
            self._certificate.context()
            self._context.load_cert_chain(self._certificate.cert_file, self._certificate.key_file)

    def start(self) -> Self:
        """Bind, then serve in a thread.

        Raises:
            InputError: the address cannot be bound.
        """
        self._server = _Server(bound(self._host, self._port, key="metrics.listen"), self._context)
        self._server.set_app(self._app)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="scrapes", daemon=True
        )
        self._thread.start()
        _log.info("scrapes_listening", url=self.url)
        return self

    def stop(self) -> None:
        """Take no new connection and let go of the port; answers under way have their patience."""
        if self._thread is None or self._server is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
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


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE
    server_version = "vigie"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: a scrape every few seconds is no news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: Any, context: ssl.SSLContext | None) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_address = listening.getsockname()
        # As server_bind() would, less its look-up of the host's name.
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()
        self._tls = context
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - the base's
        """Turn away whoever comes while all threads are taken."""
        return self._places.acquire(blocking=False)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # In the connection's own thread: nobody waits on another's handshake.
        try:
            request.settimeout(_PATIENCE)
            if self._tls is None:
                super().finish_request(request, client_address)
                return
            with self._tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
                with suppress(OSError):
                    secured.unwrap()
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base's
        """Pass over a client that spoke no TLS, or went away; the daemon's log is no place."""
        _log.debug("scrape_broken_off", exc_info=True)
