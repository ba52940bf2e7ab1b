"""One request and its answer: bounded in time and size, following nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import TypeVar

import requests
from requests.auth import AuthBase
from requests.exceptions import RequestException, Timeout

from monitor.collectors.http_faults import HttpFault, shown, transport_fault
from monitor.collectors.http_tls import Tls
from monitor.locale.marking import N_, Said
from monitor.outbound.watchdog import Watchdog, WatchedAdapter

_CONNECT_SECONDS = 10.0
_LARGEST_BODY = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_MOST_REDIRECTS = 3
_WORTH_ANOTHER_TRY = frozenset({"reset", "truncated"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    params: Mapping[str, str] | None = None
    """The query; None: the URL has its own."""
    json: object = None
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    response: requests.Response
    """Its status and headers; its body is read already."""
    body: bytes
    redirect: str | None = None
    """Where it points instead of answering."""


class Transport:
    """One connection, used by one thread at a time. Keeps no cookie, reads no `.netrc`."""

    def __init__(self, host: str, auth: AuthBase, *, timeout: timedelta, tls: Tls) -> None:
        """Prepare to talk to `host`; no request may take longer than `timeout`, body included."""
        self._timeout = timeout.total_seconds()
        self._watchdog = Watchdog()
        self._session = _Session()
        self._session.auth = auth
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["Accept"] = "application/json"
        self._session.headers["User-Agent"] = "vigie"
        self._session.verify = tls.trusted
        self._session.cert = tls.certificate
        # A proxy is for the way out; what listens on this machine is not reached through one.
        self._session.trust_env = not _is_loopback(host)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, WatchedAdapter(self._watchdog))

    def close(self) -> None:
        self._session.close()
        self._watchdog.close()

    def seconds(self, within: float | None) -> float:
        """How long a request may take, where its caller has so much time left."""
        return self._timeout if within is None else min(self._timeout, within)

    def ask(
        self,
        request: Request,
        read: Callable[[Reply], "T | Request"],
        *,
        within: float | None = None,
    ) -> T:
        """Ask, and ask on where `read` answers with another request: where a redirect leads.

        A GET under which the connection breaks is tried once more at once: it changes nothing, and
        a server may close an idle connection just as we use it. The time is for all together.

        Raises:
            HttpFault: no whole answer came in time, or more than is read; or `read` raised it.
        """
        seconds = self.seconds(within)
        with self._watchdog.guard(seconds):
            try:
                return self._ask(request, read, seconds)
            except HttpFault as fault:
                again = request.method == "GET" and fault.kind in _WORTH_ANOTHER_TRY
                if not again or self._watchdog.expired:
                    raise
            return self._ask(request, read, seconds)

    def _ask(self, request: Request, read: Callable[[Reply], "T | Request"], seconds: float) -> T:
        for _ in range(_MOST_REDIRECTS + 1):
            found = read(self._send(request, seconds))
            if not isinstance(found, Request):
                return found
            request = found
        raise HttpFault(
            Said(
                N_("{url}: more than {most} redirects"),
                url=shown(request.url),
                most=str(_MOST_REDIRECTS),
            ),
            kind="redirect",
        )

    def _send(self, request: Request, seconds: float) -> Reply:
        url = request.url
        try:
            with self._session.request(
                request.method,
                url,
                params=request.params,
                json=request.json,
                data=request.form,
                stream=True,
                allow_redirects=False,
                timeout=(min(_CONNECT_SECONDS, seconds), seconds),
            ) as response:
                if response.is_redirect:
                    return Reply(response, b"", response.headers["Location"])
                body = _read(response, url)
        except (RequestException, OSError) as error:
            if self._watchdog.expired or isinstance(error, Timeout):
                raise _too_late(url, seconds) from None
            raise transport_fault(url, error) from None
        if self._watchdog.expired:
            # Cut off where the body had no announced length, it looks complete.
            raise _too_late(url, seconds)
        return Reply(response, body)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Nothing: where an answer redirects to is looked at by who asked, before it is read."""
        return None


def _too_late(url: str, seconds: float) -> HttpFault:
    said = Said(
        N_("{url}: no whole answer within {seconds} s"), url=shown(url), seconds=f"{seconds:g}"
    )
    return HttpFault(said, kind="timeout")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: requests.Response, url: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HttpFault(
                Said(
                    N_(
                        "{url}: the answer is larger than {most} MiB; ask for fewer records at a"
                        " time with page_size"
                    ),
                    url=shown(url),
                    most=str(_LARGEST_BODY // 1024**2),
                ),
                kind="too_large",
            )
    return bytes(body)
