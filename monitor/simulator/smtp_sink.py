"""A mail server on loopback that accepts everything and sends nothing on."""

import socket
import ssl
import threading
from asyncio import AbstractServer
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes


class SmtpSink:
    """Counts what it is sent, and keeps the latest of it. Answers once started."""

    def __init__(
        self, *, port: int = 0, keep: int = 1000, tls: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        """Bind to a port of 127.0.0.1; 0: any free one.

        Args:
            port: Where to listen.
            keep: How many messages to keep; the count goes on.
            tls: Speak TLS from the first byte, with this certificate.
            options: Further options of aiosmtpd's server.

        Raises:
            OSError: the port is taken.
        """
        self._received: deque[ReceivedMail] = deque(maxlen=keep)
        self._count = 0
        self._lock = threading.Lock()
        self._socket = _bound(port)
        self._controller = _Controller(
            self,
            self._socket,
            ssl_context=tls,
            # Its own default asks the name service for this machine's name at each connection.
            **{"server_hostname": "sink.localhost", **options},
        )

    @property
    def host(self) -> str:
        return _ADDRESS

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def count(self) -> int:
        """How many messages were accepted since it was made."""
        with self._lock:
            return self._count

    @property
    def received(self) -> tuple[ReceivedMail, ...]:
        """The latest messages, oldest first."""
        with self._lock:
            return tuple(self._received)

    def start(self) -> Self:
        self._controller.start()
        return self

    def stop(self) -> None:
        """Listen no more, and cut what is connected."""
        self._controller.stop(no_assert=True)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self,
        server: SMTP,  # noqa: ARG002 - and gives it these
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = ReceivedMail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=message_from_bytes(raw, policy=policy.default),
            raw=raw,
        )
        with self._lock:
            self._count += 1
            self._received.append(mail)
            return f"250 2.0.0 Ok: kept as {self._count}"


def _bound(port: int) -> socket.socket:
    # With the protocol named: only then does asyncio send each line of an answer at once, which
    # a client waits 40 ms for otherwise.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((_ADDRESS, port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


class _Controller(Controller):
    """Listens on a socket that is bound already, so that the port is known and its own."""

    def __init__(self, handler: SmtpSink, bound: socket.socket, **options: Any) -> None:
        super().__init__(handler, hostname=_ADDRESS, port=bound.getsockname()[1], **options)
        self._bound = bound

    def _create_server(self) -> Awaitable[AbstractServer]:
        created: Awaitable[AbstractServer] = self.loop.create_server(
            self._factory_invoker, sock=self._bound, ssl=self.ssl_context
        )
        return created
