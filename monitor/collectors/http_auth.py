"""A source's credentials, as one header of each request to it."""

import base64
from typing import Protocol
from urllib.parse import quote

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from monitor.errors import InputError
from monitor.locale.marking import N_


class Auth(Protocol):
    """Credentials as the settings hold them."""

    @property
    def type(self) -> str:
        """`none`, `basic`, `bearer`, `api-key` or `oauth2`."""

    @property
    def username(self) -> str | None: ...

    @property
    def password(self) -> SecretStr | None: ...

    @property
    def token(self) -> SecretStr | None: ...

    @property
    def header(self) -> str:
        """The header that carries an API key."""

    @property
    def token_url(self) -> str | None:
        """Where OAuth2 hands out access tokens."""

    @property
    def client_id(self) -> str | None: ...

    @property
    def client_secret(self) -> SecretStr | None: ...

    @property
    def client_auth(self) -> str:
        """How the two are given: `basic`, a header, or `body`, the form."""

    @property
    def scope(self) -> str | None: ...


class HeaderAuth(AuthBase):
    """Sets the one header. Being there at all also keeps requests from looking into `.netrc`."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        """Replaced when a credential is renewed."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers.update(self.headers)
        return request


def auth_headers(auth: Auth, where: str) -> dict[str, str]:
    """The header of each request, for credentials that never change; none for others.

    Raises:
        InputError: a header cannot carry them.
    """
    if auth.type == "basic":
        return {"Authorization": basic(auth.username or "", revealed(auth.password))}
    if auth.type == "bearer":
        return {"Authorization": f"Bearer {_fit(revealed(auth.token), where)}"}
    if auth.type == "api-key":
        return {auth.header: _fit(revealed(auth.token), where)}
    return {}


def client_header(auth: Auth) -> dict[str, str]:
    """What a token endpoint knows us by, where it is a header that tells."""
    if auth.client_auth != "basic":
        return {}
    # RFC 6749, 2.3.1: each is encoded as in a form, before the two are joined.
    parts = (auth.client_id or "", revealed(auth.client_secret))
    return {"Authorization": basic(*(quote(part, safe="") for part in parts))}


def basic(username: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def is_fit(token: str) -> bool:
    """Whether a header can carry it."""
    return token.isascii() and token.isprintable() and token == token.strip()


def revealed(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _fit(token: str, where: str) -> str:
    """The token, if a header can carry it; requests would refuse it too, and show it."""
    if not is_fit(token):
        raise InputError(
            N_(
                "{where}.auth.token: holds characters that no header may; give it without blanks"
                " around it or line ends"
            ),
            where=where,
        )
    return token
