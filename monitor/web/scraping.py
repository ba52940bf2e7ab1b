"""`/metrics`, for those who may read it."""

import base64
import gzip
import hashlib
import hmac
import math
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, make_response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from monitor.web.limits import Limiter


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a scraper has to show, as it stands in `Authorization`."""

    scheme: str
    """`Basic` or `Bearer`."""
    expected: bytes
    """The SHA-256 of what follows it: of one length, whatever is given."""

    @classmethod
    def basic(cls, username: str, password: str) -> "Credentials":
        pair = base64.b64encode(f"{username}:{password}".encode())
        return cls(scheme="Basic", expected=hashlib.sha256(pair).digest())

    @classmethod
    def bearer(cls, token: str) -> "Credentials":
        return cls(scheme="Bearer", expected=hashlib.sha256(token.encode()).digest())

    def accept(self, authorization: str) -> bool:
        """Whether they are these, compared in a time that tells nothing of them."""
        scheme, _, given = authorization.partition(" ")
        digest = hashlib.sha256(given.strip().encode("utf-8", "surrogateescape")).digest()
        return hmac.compare_digest(digest, self.expected) and scheme.lower() == self.scheme.lower()


def make_scraping(
    registry: CollectorRegistry, credentials: Credentials | None, limiter: Limiter
) -> Blueprint:
    """The page; None: anybody may read it. Wrong credentials are slowed down by `limiter`."""
    pages = Blueprint("scraping", __name__)

    @pages.before_request
    def authenticate() -> Response | None:
        return None if credentials is None else _refused(credentials, limiter)

    @pages.get("/metrics")
    def show_metrics() -> Response:
        return _page(registry)

    return pages


def _refused(credentials: Credentials, limiter: Limiter) -> Response | None:
    if credentials.accept(request.headers.get("Authorization", "")):
        return None
    wait = limiter.take(request.remote_addr or "")
    status = HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.UNAUTHORIZED
    page = make_response(f"{status.value} {status.phrase}\n", status)
    page.content_type = "text/plain; charset=utf-8"
    if wait:
        page.headers["Retry-After"] = str(math.ceil(wait))
    else:
        page.headers["WWW-Authenticate"] = f'{credentials.scheme} realm="vigie"'
    return page


def _page(registry: CollectorRegistry) -> Response:
    """Text or OpenMetrics, as the scraper prefers, compressed where it can be; no exemplars."""
    try:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    except TypeError:
        # prometheus_client compares versions that are no numbers; plain text suits everybody.
        encode, content_type = choose_encoder("")
    page = Response(encode(registry), content_type=content_type)
    if request.accept_encodings["gzip"]:
        page.data = gzip.compress(page.data)
        page.content_encoding = "gzip"
    page.vary.update(("Accept", "Accept-Encoding"))
    return page
