"""JSON over HTTP from a provider's server: bounded in time and size, giving nothing away."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from monitor.collectors.http_auth import Auth, HeaderAuth, auth_headers
from monitor.collectors.http_faults import HttpFault, read_json, shown, status_fault
from monitor.collectors.http_oauth import ClientCredentials
from monitor.collectors.http_tls import Tls, TlsFiles
from monitor.collectors.http_transport import Reply, Request, Transport
from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.outbound.retry_after import http_date

_WITH_CONTENT = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.CREATED})
_NO_ADDRESS = N_("{where}.url: is not a web address; write https://host/path")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: Any
    """The body's JSON; None where the status says that there is none."""
    sent_at: datetime | None
    """The server's own clock, as of the answer."""
    total: int | None = None
    """How many records a listing says there are, this page's and others'."""
    next: str | None = None
    """Where a listing says that it goes on, on whatever server."""


class HttpClient:
    """Talks to one origin, over one connection, from one thread at a time.

    It follows redirects within the origin and nowhere else, keeps no cookie, reads no `.netrc`,
    and never sleeps: what the server asks for by `Retry-After` is told, not waited for. An access
    token that is refused is renewed once, and the request made again.
    """

    def __init__(
        self, url: str, auth: Auth, *, where: str, timeout: timedelta, tls: TlsFiles | None = None
    ) -> None:
        """Prepare to talk to the API at `url`; nothing is sent yet.

        Args:
            url: the API's base.
            auth: what to authenticate by.
            where: how to name the source in an error, such as `sources[telus-tickets]`.
            timeout: the longest one request may take, body included.
            tls: whom to trust, and the certificate to show, where not the usual.

        Raises:
            InputError: the URL, the credentials or the certificates cannot be used.
        """
        self._base = _base(url, where)
        loaded = Tls.load(tls, where)
        self._auth = HeaderAuth(auth_headers(auth, where))
        self._transport = Transport(
            self._base.hostname or "", self._auth, timeout=timeout, tls=loaded
        )
        self._oauth = None
        if auth.type == "oauth2":
            self._oauth = ClientCredentials(auth, timeout=timeout, tls=loaded)

    @property
    def url(self) -> str:
        return self._base.geturl()

    def close(self) -> None:
        self._transport.close()
        if self._oauth is not None:
            self._oauth.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        also: Collection[int] = (),
        within: float | None = None,
    ) -> Answer:
        """GET `path` under the base and read its JSON.

        Args:
            path: appended to the base URL; quoted already.
            params: the query.
            also: statuses to answer rather than raise, beside 200 and 206.
            within: seconds left to the caller, where that is less than the timeout.

        Raises:
            HttpFault: anything else than an answer with JSON in time.
        """
        return self._ask(Request("GET", f"{self.url}/{path}", params), also, within)

    def follow(
        self, link: str, *, also: Collection[int] = (), within: float | None = None
    ) -> Answer:
        """GET where a listing said that it goes on, if that is on the same server.

        Raises:
            HttpFault: as `get`; of the kind `link` where it is on another.
        """
        url = self._resolved(self.url, link)
        if url is None:
            raise HttpFault(
                f"{self.url}: its list goes on at another server or at no web address, which is "
                "not followed",
                kind="link",
            )
        return self._ask(Request("GET", url), also, within)

    def post(self, path: str, content: Mapping[str, Any], *, also: Collection[int] = ()) -> Answer:
        """POST JSON to `path` under the base; never tried twice, and no redirect followed.

        Raises:
            HttpFault: anything else than 200, 201 or a status in `also`.
        """
        return self._ask(Request("POST", f"{self.url}/{path}", json=dict(content)), also, None)

    def delete(self, path: str, *, also: Collection[int]) -> Answer:
        """DELETE `path` under the base.

        Raises:
            HttpFault: a status that is not in `also`.
        """
        return self._ask(Request("DELETE", f"{self.url}/{path}"), also, None)

    def _ask(self, request: Request, also: Collection[int], within: float | None) -> Answer:
        def read(reply: Reply) -> Answer | Request:
            if reply.redirect is not None:
                return self._redirected(reply, request)
            return _answer(reply, also)

        if self._oauth is None:
            return self._transport.ask(request, read, within=within)
        self._authorize(within)
        try:
            return self._transport.ask(request, read, within=within)
        except HttpFault as fault:
            if fault.status != HTTPStatus.UNAUTHORIZED:
                raise
        # Taken back before its time, as where a server was restarted: another is asked for once.
        self._oauth.forget()
        self._authorize(within)
        return self._transport.ask(request, read, within=within)

    def _authorize(self, within: float | None) -> None:
        if self._oauth is not None:
            self._auth.headers = {"Authorization": f"Bearer {self._oauth.token(within=within)}"}

    def _redirected(self, reply: Reply, request: Request) -> Request:
        asked = reply.response.url
        if request.method != "GET":
            raise HttpFault(
                Said(N_("{url}: redirects, which is followed for reading only"), url=shown(asked)),
                kind="redirect",
            )
        target = self._resolved(asked, reply.redirect or "")
        if target is None:
            host = _host(asked, reply.redirect or "")
            raise HttpFault(
                Said(
                    N_(
                        "{url}: redirects to another server ({host}), which is not followed; if it"
                        " is the right one, write it as the source's url"
                    ),
                    url=shown(asked),
                    host=str(host),
                ),
                kind="redirect",
            )
        return Request("GET", target)

    def _resolved(self, url: str, location: str) -> str | None:
        """Where a location leads, if that is within the origin."""
        try:
            target = urlsplit(urljoin(url, location))
            return target.geturl() if _origin(target) == _origin(self._base) else None
        except ValueError:
            return None


def _answer(reply: Reply, also: Collection[int]) -> Answer:
    response, url = reply.response, reply.response.url
    sent_at = http_date(response.headers.get("Date"))
    created_silently = response.status_code == HTTPStatus.CREATED and not reply.body.strip()
    if response.status_code in _WITH_CONTENT and not created_silently:
        return Answer(
            response.status_code,
            read_json(response, reply.body, url),
            sent_at,
            total=_count(response.headers.get("X-Total-Count")),
            next=_next_of(response),
        )
    if response.status_code in also or created_silently:
        return Answer(response.status_code, None, sent_at)
    raise status_fault(response, url, sent_at)


def _next_of(response: requests.Response) -> str | None:
    """The target of `Link: <…>; rel="next"`, beside whatever other links there are."""
    try:
        links = requests.utils.parse_header_links(response.headers.get("Link", ""))
    except (ValueError, IndexError):
        return None
    for link in links:
        if "next" in link.get("rel", "").lower().split():
            return _joined(response.url, link["url"])
    return None


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _host(url: str, location: str) -> str | None:
    try:
        return urlsplit(urljoin(url, location)).hostname
    except ValueError:
        return None


def _base(url: str, where: str) -> SplitResult:
    try:
        parts = urlsplit(url.rstrip("/"))
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InputError(_NO_ADDRESS, where=where) from None
    if not valid:
        raise InputError(_NO_ADDRESS, where=where)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError(
            N_(
                "{where}.url: holds credentials, a query or a fragment; write https://host/path and"
                " put credentials under auth"
            ),
            where=where,
        )
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,9}", text) else None
