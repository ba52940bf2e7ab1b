"""Access tokens by OAuth2's client credentials: asked for once, renewed before they end."""

from collections.abc import Mapping
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from monitor.collectors.http_auth import Auth, HeaderAuth, client_header, is_fit, revealed
from monitor.collectors.http_faults import HttpFault, read_json, shown, status_fault
from monitor.collectors.http_tls import Tls
from monitor.collectors.http_transport import Reply, Request, Transport
from monitor.locale.marking import N_, Said

_LEEWAY = 30.0
"""Seconds before its end from which a token is not begun with any more."""
_OK = 200
_REFUSALS = frozenset({400, 401})


class ClientCredentials:
    """The token of one client, kept in memory and nowhere else."""

    def __init__(self, auth: Auth, *, timeout: timedelta, tls: Tls) -> None:
        """Prepare to ask the token endpoint, over a connection of its own; nothing is sent yet."""
        self._auth = auth
        self._url = auth.token_url or ""
        host = urlsplit(self._url).hostname or ""
        self._transport = Transport(host, HeaderAuth(client_header(auth)), timeout=timeout, tls=tls)
        self._token: str | None = None
        self._ends_at: float | None = None

    def token(self, *, within: float | None = None) -> str:
        """The access token, asked for where there is none or it is about to end.

        Raises:
            HttpFault: the endpoint gives none; of the kind `auth` where it refuses us.
        """
        ended = self._ends_at is not None and monotonic() >= self._ends_at
        if self._token is None or ended:
            request = Request("POST", self._url, form=self._form())
            self._token, lasts = self._transport.ask(request, self._read, within=within)
            self._ends_at = None if lasts is None else monotonic() + max(lasts - _LEEWAY, 0.0)
        return self._token

    def forget(self) -> None:
        """Ask for another one next time: this one was refused."""
        self._token = None

    def close(self) -> None:
        self._transport.close()

    def _form(self) -> dict[str, str]:
        form = {"grant_type": "client_credentials"}
        if self._auth.scope is not None:
            form["scope"] = self._auth.scope
        if self._auth.client_auth == "body":
            form["client_id"] = self._auth.client_id or ""
            form["client_secret"] = revealed(self._auth.client_secret)
        return form

    def _read(self, reply: Reply) -> tuple[str, float | None]:
        status = reply.response.status_code
        if reply.redirect is not None:
            raise HttpFault(
                Said(
                    N_(
                        "{url}: redirects, which is not followed with credentials; write where it"
                        " leads as auth.token_url"
                    ),
                    url=shown(self._url),
                ),
                kind="redirect",
            )
        if status in _REFUSALS:
            raise HttpFault(
                Said(
                    N_(
                        "{url}: gives no access token (answered {status}); check auth.client_id,"
                        " auth.client_secret, auth.client_auth and auth.scope"
                    ),
                    url=shown(self._url),
                    status=str(status),
                ),
                kind="auth",
            )
        if status != _OK:
            raise status_fault(reply.response, self._url, None)
        content = read_json(reply.response, reply.body, self._url)
        token = content.get("access_token") if isinstance(content, Mapping) else None
        if not isinstance(token, str) or not token or not is_fit(token):
            raise HttpFault(
                Said(
                    N_("{url}: the answer holds no access token; check auth.token_url"),
                    url=shown(self._url),
                ),
                kind="auth",
            )
        return token, _seconds(content.get("expires_in"))


def _seconds(value: Any) -> float | None:
    """How long a token lasts; None where nobody says: until it is refused."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < float("inf") else None
