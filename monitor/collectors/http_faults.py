"""What a request came to when it came to nothing, in one line and one bounded kind."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectionError,  # noqa: A004 - requests' own, wider than Python's
    ContentDecodingError,
    ProxyError,
    RequestException,
    SSLError,
)
from urllib3.exceptions import NewConnectionError

from monitor.collectors.base import SourceFault
from monitor.locale.marking import N_, Said
from monitor.outbound.retry_after import retry_after


class HttpFault(SourceFault):
    """A request came to nothing."""

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        status: int | None = None,
        wait: timedelta | None = None,
    ) -> None:
        super().__init__(message, kind=kind)
        self.status = status
        self.wait = wait
        """How long the server asked to be left alone."""

    def advising(self, remedy: str) -> "HttpFault":
        """The same fault, with what would be right where the caller knows."""
        said = Said("{fault}; {remedy}", fault=self.said, remedy=remedy)
        return HttpFault(said, kind=self.kind, status=self.status, wait=self.wait)


def read_json(response: requests.Response, body: bytes, url: str) -> Any:
    """The JSON in a body, whatever type it is declared as.

    Raises:
        HttpFault: it is a web page, as where credentials are wanted, or no whole JSON.
    """
    declared = response.headers.get("Content-Type", "")
    if "html" in declared.lower() or body.lstrip()[:1] == b"<":
        raise HttpFault(
            Said(
                N_(
                    "{url}: a web page came instead of JSON, as when credentials are wanted; check"
                    " auth and url"
                ),
                url=shown(url),
            ),
            kind="auth",
        )
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        # An end in the middle is a connection cut short; anything else is no JSON to begin with.
        kind = "truncated" if body.strip() and _is_cut(error) else "not_json"
        raise HttpFault(_not_json(url, str(error)), kind=kind) from None
    except UnicodeDecodeError as error:
        kind = "truncated" if error.reason == "unexpected end of data" else "not_json"
        raise HttpFault(_not_json(url, error.reason), kind=kind) from None
    except (ValueError, RecursionError) as error:
        raise HttpFault(_not_json(url, str(error)), kind="not_json") from None


def _not_json(url: str, error: str) -> Said:
    return Said(N_("{url}: not JSON: {error}"), url=shown(url), error=error)


_BEGUN = re.compile(r"t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\.|[eE][+-]?|u[0-9a-fA-F]{0,4}")
"""A word, a number or an escape that goes no further."""


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether what is wrong is that the document ends where it does."""
    rest = error.doc.rstrip()[error.pos :]
    if error.msg.startswith("Unterminated string"):
        # It is told of where it begins.
        return True
    return not rest or _BEGUN.fullmatch(rest) is not None


def status_fault(response: requests.Response, url: str, sent_at: datetime | None) -> HttpFault:
    """What an answer's status is to a poll, and how long the server wants to be left alone."""
    status = response.status_code
    wait = None
    if status in (429, 503):
        wait = retry_after(response.headers.get("Retry-After"), sent_at=sent_at)
    template = N_("{url}: answered {status}")
    if status in (401, 403):
        kind, template = "auth", N_("{url}: answered {status}; check auth")
    elif status == 429:  # noqa: PLR2004 - HTTP's own number
        kind = "throttled"
    elif status == 404:  # noqa: PLR2004 - HTTP's own number
        kind, template = "http_4xx", N_("{url}: answered {status}; check url")
    else:
        kind = f"http_{status // 100}xx"
    said = Said(template, url=shown(url), status=str(status))
    return HttpFault(said, kind=kind, status=status, wait=wait)


def transport_fault(url: str, error: Exception) -> HttpFault:
    """What a failed connection or broken answer is to a poll."""
    kind, template, detail = "reset", N_("{url}: the connection broke"), ""
    if isinstance(error, SSLError):
        kind, template, detail = "tls", N_("{url}: TLS failed: {detail}"), str(error)
    elif isinstance(error, ProxyError):
        kind, template = "proxy", N_("{url}: the proxy failed")
    elif isinstance(error, ChunkedEncodingError):
        kind, template = "truncated", N_("{url}: the answer broke off")
    elif isinstance(error, ContentDecodingError):
        kind, template = "not_json", N_("{url}: the answer's compression is broken")
    elif isinstance(error, ConnectionError):
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(reason, NewConnectionError):
            kind, template = "unreachable", N_("{url}: cannot be reached")
    elif isinstance(error, RequestException):
        kind, template = "request", N_("{url}: the request cannot be made: {detail}")
        detail = type(error).__name__
    return HttpFault(Said(template, url=shown(url), detail=detail), kind=kind)


def shown(url: str) -> str:
    """A URL as it may be shown: no query, which may hold what a mapping put there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
