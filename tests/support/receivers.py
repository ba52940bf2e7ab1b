"""A real HTTP server that takes what channels post, and answers by script."""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from monitor.simulator.loopback import LoopbackServer


@dataclass(frozen=True, slots=True)
class Posted:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[BaseHTTPRequestHandler], None]


def answer(
    status: int = 202, body: bytes = b"{}", headers: Mapping[str, str] | None = None
) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def cut(handler: BaseHTTPRequestHandler) -> None:
    """The connection ends instead of an answer."""
    handler.close_connection = True
    handler.connection.close()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte every 50 ms: no read ever times out."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "2000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(2000):
            handler.wfile.write(b" ")
            time.sleep(0.05)


@dataclass
class Receiver:
    """Answers each request with the next behaviour in line, then always with `otherwise`."""

    otherwise: Behaviour = field(default_factory=answer)
    line: deque[Behaviour] = field(default_factory=deque)
    posted: list[Posted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = LoopbackServer(_handler(self))

    @property
    def url(self) -> str:
        return self._server.origin

    @property
    def port(self) -> int:
        return self._server.port

    def will(self, *behaviours: Behaviour) -> Self:
        self.line.extend(behaviours)
        return self

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            receiver.posted.append(
                Posted(self.path, dict(self.headers.items()), self.rfile.read(length))
            )
            (receiver.line.popleft() if receiver.line else receiver.otherwise)(self)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    return Handler
