"""A real HTTP server that does what servers do at their worst, one request at a time."""

import gzip
import json
import ssl
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.simulator.loopback import LoopbackServer
from monitor.simulator.server import APIS, Reply

Behaviour = Callable[["Exchange"], None]


class Answering(Protocol):
    """What a server at its best would say."""

    def reply(self, target: str) -> Reply: ...

    def now(self) -> datetime: ...

    def stop(self) -> None: ...


@dataclass
class Received:
    """What a client sent."""

    target: str
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass
class Exchange:
    """One request, and the means to answer it badly."""

    handler: BaseHTTPRequestHandler
    received: Received
    server: "MisbehavingServer"

    def send(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self.handler.send_response(status)
        for name, value in {**sent, **(headers or {})}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def answer(self, target: str | None = None) -> tuple[int, bytes, Mapping[str, str]]:
        """What the well-behaved provider would say."""
        assert self.server.provider is not None
        reply = self.server.provider.reply(target or self.received.target)
        return reply.status, json.dumps(reply.content).encode(), reply.headers

    def hang_up(self) -> None:
        self.handler.close_connection = True
        self.handler.connection.close()


def well(exchange: Exchange) -> None:
    exchange.send(*exchange.answer())


def status(code: int, headers: Mapping[str, str] | None = None, body: bytes = b"{}") -> Behaviour:
    return lambda exchange: exchange.send(code, body, headers)


def content(body: bytes, content_type: str = "application/json") -> Behaviour:
    return lambda exchange: exchange.send(200, body, {"Content-Type": content_type})


def login_page(exchange: Exchange) -> None:
    page = b"<!DOCTYPE html><html><title>Ouverture de session</title></html>"
    exchange.send(200, page, {"Content-Type": "text/html; charset=utf-8"})


def truncated_json(exchange: Exchange) -> None:
    """Cut in the middle, and announced as whole."""
    _, body, _ = exchange.answer()
    exchange.send(200, body[: len(body) // 2])


def broken_off(exchange: Exchange) -> None:
    """Announced longer than it is."""
    _, body, _ = exchange.answer()
    exchange.send(200, body[: len(body) // 2], {"Content-Length": str(len(body))})
    exchange.handler.close_connection = True


def reset(exchange: Exchange) -> None:
    exchange.hang_up()


def drip(exchange: Exchange) -> None:
    """A byte every 50 ms: no read ever times out."""
    _, body, _ = exchange.answer()
    exchange.handler.send_response(200)
    exchange.handler.send_header("Content-Length", str(len(body)))
    exchange.handler.end_headers()
    _drip(exchange, body)


def drip_headers(exchange: Exchange) -> None:
    _drip(exchange, b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(2000)))


def drip_without_length(exchange: Exchange) -> None:
    """As above, with no length announced: cut off, what came looks like all there was."""
    _, body, _ = exchange.answer()
    exchange.handler.send_response(200)
    exchange.handler.send_header("Connection", "close")
    exchange.handler.end_headers()
    exchange.handler.wfile.write(b"[]")
    _drip(exchange, b" " * len(body))


def never(exchange: Exchange) -> None:
    """Listens, and says nothing."""
    with suppress(OSError):
        exchange.handler.connection.recv(1)
    exchange.handler.close_connection = True


def huge(exchange: Exchange) -> None:
    """Goes on until the client has had enough."""
    exchange.handler.send_response(200)
    exchange.handler.send_header("Connection", "close")
    exchange.handler.end_headers()
    exchange.handler.close_connection = True
    exchange.handler.wfile.write(b"[")
    for _ in range(500):
        exchange.handler.wfile.write(b'"' + b"x" * 1024 * 1024 + b'",')
        exchange.server.sent_mib += 1


def zip_bomb(exchange: Exchange) -> None:
    packed = gzip.compress(b"[" + b" " * (64 * 1024 * 1024) + b"]", compresslevel=9)
    exchange.send(200, packed, {"Content-Encoding": "gzip"})


def ignoring(*parameters: str) -> Behaviour:
    """The provider's answer as if these parameters had not been given."""

    def behave(exchange: Exchange) -> None:
        parts = urlsplit(exchange.received.target)
        kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in parameters]
        exchange.send(*exchange.answer(f"{parts.path}?{urlencode(kept)}"))

    return behave


def nothing_when_asked_for(parameter: str) -> Behaviour:
    """An empty list whenever it is given: a filter the server does not know matches nothing."""

    def behave(exchange: Exchange) -> None:
        if parameter in exchange.received.query:
            exchange.send(200, b"[]")
        else:
            well(exchange)

    return behave


def refusing(parameter: str, code: int = 400) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        if parameter in exchange.received.query:
            exchange.send(code, b"{}")
        else:
            well(exchange)

    return behave


def lying_about_totals(value: str | None) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        code, body, _ = exchange.answer()
        exchange.send(code, body, {} if value is None else {"X-Total-Count": value})

    return behave


def out_of_range_is_416(exchange: Exchange) -> None:
    code, body, headers = exchange.answer()
    exchange.send(*((416, b"{}") if body == b"[]" else (code, body)), headers)


def clamping(largest: int) -> Behaviour:
    """No page has more rows, whatever `limit` says."""

    def behave(exchange: Exchange) -> None:
        parts = urlsplit(exchange.received.target)
        query = dict(parse_qsl(parts.query))
        query["limit"] = str(min(int(query.get("limit", largest)), largest))
        exchange.send(*exchange.answer(f"{parts.path}?{urlencode(query)}"))

    return behave


def rewriting(edit: Callable[[dict[str, Any]], object]) -> Behaviour:
    """The provider's answer, each of its records edited."""

    def behave(exchange: Exchange) -> None:
        code, body, headers = exchange.answer()
        content = json.loads(body)
        for record in content if isinstance(content, list) else [content]:
            edit(record)
        exchange.send(code, json.dumps(content).encode(), headers)

    return behave


def reversed_list(body: bytes) -> bytes:
    return json.dumps(json.loads(body)[::-1]).encode()


def linked(size: int, leads: Callable[[int], str] = "?page={}".format) -> Behaviour:
    """Pages by `page`, which only the `Link` of the one before tells of; no offset is known."""

    def behave(exchange: Exchange) -> None:
        query = exchange.received.query
        start = int(query.get("page", 0))
        path = exchange.received.path
        code, body, _ = exchange.answer(f"{path}?offset={start}&limit={size}")
        more = len(json.loads(body)) == size
        link = f'<{leads(start + size)}>; rel="next", <?page=0>; rel="first"'
        exchange.send(code, body, {"Link": link} if more else {})

    return behave


class TokenDesk:
    """OAuth2's token endpoint, and the guard at the door of what its tokens open."""

    def __init__(self, expires_in: object = 3600) -> None:
        self.issued = 0
        self.expires_in = expires_in
        self.asked: list[Received] = []

    def issue(self, exchange: Exchange) -> None:
        self.asked.append(exchange.received)
        self.issued += 1
        token = {"access_token": self.token, "token_type": "Bearer", "expires_in": self.expires_in}
        exchange.send(200, json.dumps(token).encode())

    @property
    def token(self) -> str:
        """The one that opens; those before do not any more."""
        return f"issued-{self.issued}-f00d"

    def guard(self, behave: Behaviour = well) -> Behaviour:
        def guarded(exchange: Exchange) -> None:
            if exchange.received.headers.get("Authorization") == f"Bearer {self.token}":
                behave(exchange)
            else:
                exchange.send(401, b"{}")

        return guarded

    def take_back(self, exchange: Exchange) -> None:
        """No token issued so far opens any more, this request's first of all."""
        self.issued += 1
        exchange.send(401, b"{}")


@dataclass
class MisbehavingServer:
    """Answers each request with the next behaviour in line, then always with `otherwise`."""

    provider: Answering | None = None
    otherwise: Behaviour = well
    line: deque[Behaviour] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    sent_mib: int = 0
    """Of what has no end."""

    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._server = LoopbackServer(_handler(self))
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


def _drip(exchange: Exchange, text: bytes) -> None:
    exchange.handler.close_connection = True
    for byte in text:
        exchange.handler.wfile.write(bytes([byte]))
        time.sleep(0.05)


def _handler(server: MisbehavingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = dict(self.headers.items())
            received = Received(self.path, headers, self.command, body)
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
