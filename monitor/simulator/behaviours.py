"""What servers do at their worst, each as the answer to one request."""

import gzip
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.simulator.exchange import Behaviour, Exchange, Received


def well(exchange: Exchange) -> None:
    exchange.send(*exchange.answer())


def status(code: int, headers: Mapping[str, str] | None = None, body: bytes = b"{}") -> Behaviour:
    return lambda exchange: exchange.send(code, body, headers)


def every(nth: int, bad: Behaviour, otherwise: Behaviour = well) -> Behaviour:
    """Each nth request goes badly."""
    return in_turn(*[otherwise] * (nth - 1), bad)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after another, and from the start again."""
    turns = cycle(behaviours)

    def behave(exchange: Exchange) -> None:
        next(turns)(exchange)

    return behave


def retry_after_of_every_kind() -> Behaviour:
    """429, to be left alone for: seconds, until a date, below zero, a fraction, words, a year."""
    written = ("5", "Fri, 31 Dec 2027 23:59:59 GMT", "-5", "1.5", "soon", "31536000")
    return in_turn(*(status(429, {"Retry-After": each}) for each in written))


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


def totals_of_every_kind() -> Behaviour:
    """Missing, zero, below zero, too many, no number at all."""
    return in_turn(*map(lying_about_totals, (None, "0", "-1", "99999", "many")))


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

    def short_lived(self, requests: int, behave: Behaviour = well) -> Behaviour:
        """The whole desk: tokens at `/token`, each taken back after so many requests."""
        guarded = every(requests, self.take_back, self.guard(behave))

        def at_the_desk(exchange: Exchange) -> None:
            (self.issue if exchange.received.path.endswith("/token") else guarded)(exchange)

        return at_the_desk

    def take_back(self, exchange: Exchange) -> None:
        """No token issued so far opens any more, this request's first of all."""
        self.issued += 1
        exchange.send(401, b"{}")


def _drip(exchange: Exchange, text: bytes) -> None:
    exchange.handler.close_connection = True
    for byte in text:
        exchange.handler.wfile.write(bytes([byte]))
        time.sleep(0.05)
