"""One request to a provider that misbehaves, and the means to answer it badly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from monitor.simulator.server import JSON_TYPE

if TYPE_CHECKING:
    from monitor.simulator.misbehaving import MisbehavingServer

Behaviour: TypeAlias = Callable[["Exchange"], None]
"""How one request is answered, well or badly."""


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
        assert self.server.provider is not None  # noqa: S101 - as the caller set it up
        reply = self.server.provider.reply(target or self.received.target)
        headers = {"Content-Type": JSON_TYPE, **reply.headers}
        return reply.status, json.dumps(reply.content).encode(), headers

    def hang_up(self) -> None:
        self.handler.close_connection = True
        self.handler.connection.close()
