"""A provider that misbehaves over real HTTP: each request is answered as somebody decided."""

import ssl
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, Self

from monitor.simulator.behaviours import well
from monitor.simulator.exchange import Behaviour, Exchange, Received
from monitor.simulator.loopback import LoopbackServer
from monitor.simulator.server import APIS, Reply


class Answering(Protocol):
    """What a server at its best would say."""

    def reply(self, target: str) -> Reply: ...

    def now(self) -> datetime: ...

    def stop(self) -> None: ...


@dataclass
class MisbehavingServer:
    """Answers each request with the next behaviour in line, then always with `otherwise`."""

    provider: Answering | None = None
    otherwise: Behaviour = well
    line: deque[Behaviour] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    keeps: bool = True
    """Whether what is received is kept to be looked at."""
    requests: int = 0
    sent_mib: int = 0
    """Of what has no end."""

    tls: ssl.SSLContext | None = None

    port: int = 0
    """Of 127.0.0.1; 0: any free one."""

    def __post_init__(self) -> None:
        self._server = LoopbackServer(_handler(self), self.port)
        self.port = self._server.port
        if self.tls is not None:
            # The handshake is the first read's: one that fails concerns its connection alone.
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def origin(self) -> str:
        origin = self._server.origin
        return origin if self.tls is None else origin.replace("http:", "https:", 1)

    def url(self, kind: str) -> str:
        return self.origin + APIS[kind].base

    def will(self, *behaviours: Behaviour) -> Self:
        self.line.extend(behaviours)
        return self

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        if self.provider is not None:
            self.provider.stop()


def _handler(server: MisbehavingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = dict(self.headers.items())
            received = Received(self.path, headers, self.command, body)
            server.requests += 1
            if server.keeps:
                server.received.append(received)
            behave = server.line.popleft() if server.line else server.otherwise
            behave(Exchange(self, received, server))

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def date_time_string(self, timestamp: float | None = None) -> str:
            if server.provider is None:
                return super().date_time_string(timestamp)
            return super().date_time_string(server.provider.now().timestamp())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    return Handler
