"""A source's credentials, as one header of each request to it."""

import base64
from typing import Protocol

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from monitor.errors import InputError
from monitor.locale.marking import N_


class Auth(Protocol):
    """Credentials as the settings hold them."""

    @property
    def type(self) -> str:
        """`none`, `basic`, `bearer` or `api-key`."""

    @property
    def username(self) -> str | None: ...

    @property
    def password(self) -> SecretStr | None: ...

    @property
    def token(self) -> SecretStr | None: ...

    @property
    def header(self) -> str:
        """The header that carries an API key."""


class HeaderAuth(AuthBase):
    """Sets the one header. Being there at all also keeps requests from looking into `.netrc`."""

    def __init__(self, auth: Auth, where: str) -> None:
        self._headers: dict[str, str] = {}
        if auth.type == "basic":
            pair = f"{auth.username}:{_revealed(auth.password)}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        elif auth.type == "bearer":
            self._headers["Authorization"] = f"Bearer {_fit(_revealed(auth.token), where)}"
        elif auth.type == "api-key":
            self._headers[auth.header] = _fit(_revealed(auth.token), where)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers.update(self._headers)
        return request


def _fit(token: str, where: str) -> str:
    """The token, if a header can carry it; requests would refuse it too, and show it."""
    if not (token.isascii() and token.isprintable() and token == token.strip()):
        raise InputError(
            N_(
                "{where}.auth.token: holds characters that no header may; give it without blanks"
                " around it or line ends"
            ),
            where=where,
        )
    return token


def _revealed(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
