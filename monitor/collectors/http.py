"""JSON over HTTP from a provider's server: bounded in time and size, giving nothing away."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.exceptions import RequestException, Timeout

from monitor.collectors.http_auth import Auth, HeaderAuth
from monitor.collectors.http_faults import (
    HttpFault,
    read_json,
    shown,
    status_fault,
    transport_fault,
)
from monitor.errors import InputError
from monitor.outbound.retry_after import http_date
from monitor.outbound.watchdog import Watchdog, WatchedAdapter

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_MOST_REDIRECTS = 3
_WORTH_ANOTHER_TRY = frozenset({"reset", "truncated"})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: Any
    """The body's JSON; None where the status says that there is none."""
    sent_at: datetime | None
    """The server's own clock, as of the answer."""
    total: int | None = None
    """How many records a listing says there are, this page's and others'."""


class HttpClient:
    """Talks to one origin, over one connection, from one thread at a time.

    It follows redirects within the origin and nowhere else, keeps no cookie, reads no `.netrc`,
    and never sleeps: what the server asks for by `Retry-After` is told, not waited for.
    """

    def __init__(self, url: str, auth: Auth, *, where: str, timeout: timedelta) -> None:
        """Prepare to talk to the API at `url`; nothing is sent yet.

        Args:
            url: the API's base.
            auth: what to authenticate by.
            where: how to name the source in an error, such as `sources[telus-tickets]`.
            timeout: the longest one request may take, body included.

        Raises:
            InputError: the URL or the credentials cannot be used.
        """
        self._base = _base(url, where)
        self._timeout = timeout.total_seconds()
        self._watchdog = Watchdog()
        self._session = _Session()
        self._session.auth = HeaderAuth(auth, where)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["Accept"] = "application/json"
        self._session.headers["User-Agent"] = "vigie"
        # A proxy is for the way out; what listens on this machine is not reached through one.
        self._session.trust_env = not _is_loopback(self._base.hostname or "")
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, WatchedAdapter(self._watchdog))

    @property
    def url(self) -> str:
        return self._base.geturl()

    def close(self) -> None:
        self._session.close()
        self._watchdog.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        also: Collection[int] = (),
        within: float | None = None,
    ) -> Answer:
        """GET `path` under the base and read its JSON.

        A connection that breaks is tried once more at once: a GET changes nothing, and a server
        may close an idle connection just as we use it.

        Args:
            path: appended to the base URL; quoted already.
            params: the query.
            also: statuses to answer rather than raise, beside 200 and 206.
            within: seconds left to the caller, where that is less than the timeout.

        Raises:
            HttpFault: anything else than an answer with JSON in time.
        """
        seconds = self._timeout if within is None else min(self._timeout, within)
        url = f"{self.url}/{path}"
        with self._watchdog.guard(seconds):
            try:
                return self._follow(url, params, also, seconds)
            except HttpFault as fault:
                if fault.kind not in _WORTH_ANOTHER_TRY or self._watchdog.expired:
                    raise
            return self._follow(url, params, also, seconds)

    def _follow(
        self, url: str, params: Mapping[str, str], also: Collection[int], seconds: float
    ) -> Answer:
        query: Mapping[str, str] | None = params
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._send(url, query, also, seconds)
            if isinstance(answer, Answer):
                return answer
            url, query = self._within_origin(url, answer), None
        raise HttpFault(f"{shown(url)}: more than {_MOST_REDIRECTS} redirects", kind="redirect")

    def _send(
        self, url: str, params: Mapping[str, str] | None, also: Collection[int], seconds: float
    ) -> Answer | str:
        try:
            with self._session.get(
                url,
                params=params,
                stream=True,
                allow_redirects=False,
                timeout=(min(_CONNECT_SECONDS, seconds), seconds),
            ) as response:
                if response.is_redirect:
                    return response.headers["Location"]
                body = _read(response, url)
        except (RequestException, OSError) as error:
            if self._watchdog.expired or isinstance(error, Timeout):
                raise HttpFault(
                    f"{shown(url)}: no whole answer within {seconds:g} s", kind="timeout"
                ) from None
            raise transport_fault(url, error) from None
        if self._watchdog.expired:
            # Cut off where the body had no announced length, it looks complete.
            raise HttpFault(f"{shown(url)}: no whole answer within {seconds:g} s", kind="timeout")
        sent_at = http_date(response.headers.get("Date"))
        if response.status_code in (200, 206):
            content, total = read_json(response, body, url), response.headers.get("X-Total-Count")
            return Answer(response.status_code, content, sent_at, _count(total))
        if response.status_code in also:
            return Answer(response.status_code, None, sent_at)
        raise status_fault(response, url, sent_at)

    def _within_origin(self, url: str, location: str) -> str:
        try:
            target = urlsplit(urljoin(url, location))
            same = _origin(target) == _origin(self._base)
        except ValueError:
            raise HttpFault(f"{shown(url)}: redirects to no web address", kind="redirect") from None
        if not same:
            raise HttpFault(
                f"{shown(url)}: redirects to another server ({target.hostname}), which is not "
                "followed; if it is the right one, write it as the source's url",
                kind="redirect",
            )
        return target.geturl()


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Nothing: where an answer redirects to is looked at here, before any of it is read."""
        return None


def _base(url: str, where: str) -> SplitResult:
    try:
        parts = urlsplit(url.rstrip("/"))
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InputError(f"{where}.url: is not a web address; write https://host/path") from None
    if not valid:
        raise InputError(f"{where}.url: is not a web address; write https://host/path")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError(
            f"{where}.url: holds credentials, a query or a fragment; write https://host/path and "
            "put credentials under auth"
        )
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,9}", text) else None


def _read(response: requests.Response, url: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HttpFault(
                f"{shown(url)}: the answer is larger than {_LARGEST_BODY // 1024**2} MiB; "
                "ask for fewer records at a time with page_size",
                kind="too_large",
            )
    return bytes(body)
