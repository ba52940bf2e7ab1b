"""A provider of identities over HTTP: discovery, its keys, and codes turned into claims."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor.outbound.addresses import is_loopback
from monitor.outbound.watchdog import Watchdog, WatchedAdapter

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_WHOLE_SECONDS: Final = 10.0
"""For all that is asked at one sign-in: whoever waits for it holds one of the pages' threads."""
_LARGEST: Final = 1024 * 1024
_KEPT_FOR: Final = timedelta(hours=1)
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)
"""Signed by a key that the provider alone holds: neither `none`, nor by a secret that both do."""


class ProviderFault(Exception):
    """The provider does not answer, or says that it cannot just now."""


class UntrustedError(Exception):
    """What the provider answers cannot be relied on; the message is ours, and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Where a provider is, and what we are to it."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    """None: a public client, of which PKCE is all the proof."""
    scopes: tuple[str, ...]
    callback: str
    """Where it sends people back to."""
    leeway: timedelta
    """How far its clock may be from ours."""
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider said of itself, for a while."""

    metadata: Mapping[str, Any]
    keys: "KeySet"
    at: datetime


class Provider:
    """May be asked from any thread; what it says of itself is asked for once an hour."""

    def __init__(self, terms: Terms, now: Callable[[], datetime]) -> None:
        self._terms = terms
        self._now = now
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send somebody who wants to sign in.

        Raises:
            ProviderFault: it does not answer.
            UntrustedError: it is not the provider that it should be.
        """
        with _conversation(self._terms) as line:
            metadata = self._asked(line).metadata
            url, _ = line.session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        found: str = url
        return found

    def claims(self, code: str, *, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What it says of whoever came back with a code; verified.

        Raises:
            ProviderFault: it does not answer, or takes no code from us.
            UntrustedError: the answer is not what it must be.
        """
        with _conversation(self._terms) as line:
            known = self._asked(line)
            token = line.token(known.metadata, code, verifier)
            text = token.get("id_token")
            if not isinstance(text, str):
                raise UntrustedError("the answer holds no id_token")
            signed = self._verified(line, known, text)
        return self._accepted(signed, nonce, token)

    def _asked(self, line: "_Line", *, anew: bool = False) -> _Known:
        with self._lock:
            known = self._known
        now = self._now()
        if known is not None and not anew and now - known.at < _KEPT_FOR:
            return known
        metadata = _checked(line.json(self._terms.issuer.rstrip("/") + _WELL_KNOWN), self._terms)
        known = _Known(metadata, _keys_of(line.json(metadata["jwks_uri"])), now)
        with self._lock:
            self._known = known
        return known

    def _verified(self, line: "_Line", known: _Known, text: str) -> Any:
        from joserfc import jwt  # noqa: PLC0415 - only who signs in so needs it
        from joserfc.errors import (  # noqa: PLC0415 - as above
            BadSignatureError,
            InvalidKeyIdError,
            JoseError,
        )

        def decoded(keys: "KeySet") -> Any:
            return jwt.decode(text, keys, algorithms=_ALGORITHMS)

        try:
            try:
                return decoded(known.keys)
            except (InvalidKeyIdError, BadSignatureError):
                # Keys roll over: one that is not known yet may have come since, by its own id
                # or by that of the one before.
                return decoded(self._asked(line, anew=True).keys)
        except (JoseError, ValueError) as error:
            raise UntrustedError(f"its signature does not hold ({_kind(error)})") from None

    def _accepted(self, signed: Any, nonce: str, token: Mapping[str, Any]) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - only who signs in so needs it
        from joserfc.errors import JoseError  # noqa: PLC0415 - as above

        terms = self._terms
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={"iss": {"value": terms.issuer}, "aud": {"value": terms.client_id}},
            params={
                "nonce": nonce,
                "client_id": terms.client_id,
                "access_token": token.get("access_token"),
            },
        )
        now = int(self._now().timestamp())
        try:
            claims.validate(now=now, leeway=int(terms.leeway.total_seconds()))
        except JoseError as error:
            raise UntrustedError(f"it does not hold ({_kind(error)})") from None
        found: Mapping[str, Any] = dict(claims)
        return found


@contextmanager
def _conversation(terms: Terms) -> Iterator["_Line"]:
    """With the provider, bounded as a whole."""
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - as above

    watchdog = Watchdog()
    session = OAuth2Session(
        terms.client_id,
        terms.client_secret,
        scope=" ".join(terms.scopes),
        redirect_uri=terms.callback,
        code_challenge_method="S256",
    )
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Sign nothing by what is found in .netrc; a proxy leads to no place on this machine.
    session.auth = _unsigned
    session.trust_env = not is_loopback(terms.issuer)
    session.headers["User-Agent"] = "vigie"
    session.verify = True if terms.ca_file is None else str(terms.ca_file)
    for scheme in ("http://", "https://"):
        session.mount(scheme, WatchedAdapter(watchdog))
    try:
        with watchdog.guard(_WHOLE_SECONDS):
            yield _Line(session, watchdog)
    finally:
        session.close()
        watchdog.close()


class _Line:
    def __init__(self, session: Any, watchdog: Watchdog) -> None:
        self.session = session
        self._watchdog = watchdog

    def json(self, url: str) -> Mapping[str, Any]:
        """A document of the provider's, which is an object."""
        from requests import RequestException  # noqa: PLC0415 - as above

        try:
            with self.session.get(
                url,
                withhold_token=True,
                stream=True,
                allow_redirects=False,
                timeout=_WHOLE_SECONDS,
            ) as answer:
                if not answer.ok or answer.is_redirect:
                    raise ProviderFault(f"answers {answer.status_code}")
                body = answer.raw.read(_LARGEST + 1, decode_content=True)
        except (RequestException, OSError) as error:
            raise self._fault(error) from None
        return _object(body)

    def token(self, metadata: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        """What a code is worth, asked for once: the provider takes it once."""
        from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 - as above
        from requests import RequestException  # noqa: PLC0415 - as above

        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.session.client_secret and "client_secret_basic" not in methods:
            self.session.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 - a method's name
        try:
            found: Mapping[str, Any] = self.session.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                allow_redirects=False,
                timeout=_WHOLE_SECONDS,
            )
        except OAuthError as error:
            # The code of the error alone, of those that RFC 6749 has: the rest is not ours to tell.
            raise ProviderFault(f"takes no code from us ({_word(error.error)})") from None
        except (RequestException, OSError) as error:
            raise self._fault(error) from None
        except (ValueError, TypeError):
            raise UntrustedError("the answer to a code is no token") from None
        return found

    def _fault(self, error: Exception) -> ProviderFault:
        if self._watchdog.expired:
            return ProviderFault(f"no whole answer within {_WHOLE_SECONDS:g} s")
        # The kind alone: the text may quote an address whole, with what it carries.
        return ProviderFault(type(error).__name__)


def _unsigned(request: Any) -> Any:
    return request


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body[: _LARGEST + 1])
    except ValueError:
        found = None
    if len(body) > _LARGEST or not isinstance(found, dict):
        raise UntrustedError("a document of the provider's is no JSON object")
    return found


def _checked(metadata: Mapping[str, Any], terms: Terms) -> Mapping[str, Any]:
    """What the provider says of itself, held against what is configured."""
    if metadata.get("issuer") != terms.issuer:
        raise UntrustedError("the provider calls itself by another issuer than web.oidc.issuer")
    secure = terms.issuer.startswith("https:")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = metadata.get(name)
        if not isinstance(address, str) or not address.startswith(
            "https://" if secure else ("https://", "http://")
        ):
            raise UntrustedError(f"the provider gives no {name} that will do")
    return metadata


def _keys_of(content: Mapping[str, Any]) -> "KeySet":
    """Those that sign, and of which the provider keeps half to itself."""
    from joserfc.errors import JoseError  # noqa: PLC0415 - only who signs in so needs it
    from joserfc.jwk import JWKRegistry, KeySet  # noqa: PLC0415 - as above

    given = content.get("keys")
    keys = []
    for each in given if isinstance(given, list) else []:
        if not isinstance(each, dict) or each.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        if each.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(each))
        except (JoseError, ValueError, TypeError):
            # Of one that is not understood, nothing is believed; the others go on.
            continue
    return KeySet(keys)


def _kind(error: Exception) -> str:
    """What is wrong with a token, and nothing that it holds."""
    claim = getattr(error, "claim", None)
    return f"{type(error).__name__} {claim}" if isinstance(claim, str) else type(error).__name__


def _word(text: Any) -> str:
    return text if isinstance(text, str) and text.isascii() and text.isidentifier() else "?"
