"""A request that gives something to a server: bounded in time, telling little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.exceptions import (
    ConnectionError,  # noqa: A004 - requests' own, wider than Python's
    RequestException,
    SSLError,
    Timeout,
)
from urllib3.exceptions import NewConnectionError

from monitor.outbound.addresses import PrivateAddressError, is_loopback, public_addresses
from monitor.outbound.retry_after import http_date, retry_after
from monitor.outbound.watchdog import Watchdog, WatchedAdapter

_CONNECT_SECONDS = 10.0
_LARGEST_ANSWER = 64 * 1024


class PostFault(Exception):
    """No answer came; the message names the server, and neither path nor query."""

    def __init__(self, message: str, *, forbidden: bool = False, begun: bool = False) -> None:
        super().__init__(message)
        self.begun = begun
        """The request may have been read, and acted upon."""
        self.forbidden = forbidden
        """It was not even asked: its address is one not to go to."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    """As much of the body as may be shown, on one line, without the secrets of the request."""
    wait: timedelta | None
    """How long the server asked to be left alone."""


class Poster:
    """Posts to servers from one thread at a time, and keeps its connection until `close`.

    It follows no redirect, keeps no cookie and reads no `.netrc`. A certificate is always verified.
    """

    def __init__(
        self,
        *,
        timeout: timedelta,
        ca_file: Path | None = None,
        public_only: bool = False,
        secrets: Sequence[str] = (),
    ) -> None:
        """Connect to nothing yet.

        Args:
            timeout: The longest one request may take, whole.
            ca_file: Certificates to trust in place of the usual ones.
            public_only: Refuse addresses of private networks, and go through no proxy, which
                would go there for us.
            secrets: What an answer is not to be quoted with.
        """
        self._timeout = timeout.total_seconds()
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._watchdog = Watchdog()
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.auth = _unsigned
        self._session.headers["User-Agent"] = "vigie"
        self._session.verify = True if ca_file is None else str(ca_file)
        self._public_only = public_only
        resolve = public_addresses if public_only else None
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, WatchedAdapter(self._watchdog, resolve))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Hand over `body`; any status is an answer.

        A connection that breaks is tried once more at once: what is posted here carries a key by
        which the receiver knows it, and a server may close an idle connection as we use it.

        Raises:
            PostFault: the server cannot be reached, does not answer in time, or must not be asked.
        """
        self._session.trust_env = not self._public_only and not is_loopback(url)
        with self._watchdog.guard(self._timeout):
            try:
                return self._post(url, body, headers)
            except ConnectionError as error:
                if _is_new(error) or isinstance(error, SSLError) or self._watchdog.expired:
                    raise self._fault(url, error) from None
            except (RequestException, OSError, PrivateAddressError) as error:
                raise self._fault(url, error) from None
            try:
                return self._post(url, body, headers)
            except (RequestException, OSError, PrivateAddressError) as error:
                raise self._fault(url, error) from None

    def close(self) -> None:
        self._session.close()
        self._watchdog.close()

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        with self._session.post(
            url,
            data=body,
            headers=dict(headers),
            stream=True,
            allow_redirects=False,
            timeout=(min(_CONNECT_SECONDS, self._timeout), self._timeout),
        ) as response:
            text = self._read(response)
        if self._watchdog.expired:
            # Cut off where the body had no announced length, it looks complete.
            raise Timeout
        sent_at = http_date(response.headers.get("Date"))
        wait = retry_after(response.headers.get("Retry-After"), sent_at=sent_at)
        return Answer(response.status_code, text, wait)

    def _read(self, response: requests.Response) -> str:
        body = b""
        for chunk in response.iter_content(8192):
            body += chunk
            if len(body) > _LARGEST_ANSWER:
                break
        text = " ".join(body.decode("utf-8", "replace").split())
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text[:200]

    def _fault(self, url: str, error: Exception) -> PostFault:
        where = origin(url)
        if isinstance(error, PrivateAddressError):
            return PostFault(
                f"{where}: leads into a private network, where a message is not sent; if it is to"
                " go there, write allow_private: true",
                forbidden=True,
            )
        if self._watchdog.expired or isinstance(error, Timeout):
            return PostFault(f"{where}: no whole answer within {self._timeout:g} s", begun=True)
        if isinstance(error, SSLError):
            return PostFault(f"{where}: its certificate is not trusted, or TLS failed")
        if isinstance(error, ConnectionError):
            if _is_new(error):
                return PostFault(f"{where}: cannot be reached")
            return PostFault(f"{where}: the connection broke", begun=True)
        # The kind alone: the text may quote the address whole.
        return PostFault(f"{where}: the request failed: {type(error).__name__}", begun=True)


def origin(url: str) -> str:
    """An address as it may be shown: what comes after the host may be a secret."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign nothing: without this, requests looks for credentials in `.netrc`."""
    return request


def _is_new(error: Exception) -> bool:
    """Whether no connection was made at all."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
