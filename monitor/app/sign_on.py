"""Signing in by the provider of identities that the settings of the day name."""

import hmac
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from monitor.access import Identity, Role, digest_of, fresh_secret
from monitor.openid.claims import ClaimRules, Why
from monitor.openid.provider import Provider, ProviderFault, Terms, UntrustedError
from monitor.settings.model import WebSettings
from monitor.settings.signing_on import OidcSettings
from monitor.store.database import Database
from monitor.store.sign_ons import SignOns
from monitor.web.board.doors import CameIn, NotLetIn, SignedIn

_log = structlog.get_logger(__name__)

_AWAY = timedelta(minutes=10)
"""How long somebody may take to sign in at the provider."""
CALLBACK = "/sign-in/oidc/callback"
_NOBODY = "?"
"""Whom the audit log names where the provider has not said who it is."""


class SignOnDesk:
    """Asked from the pages' threads. Who leaves and who comes back must be the same browser."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], WebSettings],
        now: Callable[[], datetime],
        signed_in: Callable[[str, datetime], SignedIn],
    ) -> None:
        self._store = SignOns(database)
        self._settings = settings
        self._now = now
        self._signed_in = signed_in
        self._lock = threading.Lock()
        self._made: tuple[Terms, Provider] | None = None

    @property
    def label(self) -> str | None:
        """What the provider is called; None: there is none."""
        oidc = self._settings().oidc
        return None if oidc is None else oidc.label

    def vouches(self, issuer: str) -> bool:
        """Whether this is the provider of the day: what one said that is no more, is no more."""
        oidc = self._settings().oidc
        return oidc is not None and oidc.issuer == issuer

    def leave(self, visit: str, next_: str) -> str | Why:
        """Where to send whoever has the secret `visit` in a cookie; they come back to `next_`."""
        oidc = self._settings().oidc
        if oidc is None:
            return Why.STALE
        state, now = fresh_secret(), self._now()
        try:
            address = self._provider(oidc).address(
                state=state,
                nonce=_derived(visit, state, "nonce"),
                verifier=_derived(visit, state, "verifier"),
            )
        except (ProviderFault, UntrustedError) as error:
            return _failed(error)
        self._store.begin(_carried(state, visit), next_, at=now, ends_at=now + _AWAY)
        return address

    def come_back(self, visit: str, answer: Mapping[str, str]) -> CameIn | NotLetIn:
        """Let somebody in by what they bring from the provider, once."""
        oidc, state = self._settings().oidc, answer.get("state", "")
        next_ = self._store.take(_carried(state, visit), at=self._now())
        if oidc is None or next_ is None:
            _log.warning("sign_on_refused", why=Why.STALE.value)
            return NotLetIn(why=Why.STALE)
        claims = self._claims(oidc, visit, state, answer)
        if isinstance(claims, Why):
            return self._refused(oidc, _NOBODY, claims)
        rules = _rules(oidc)
        identity, rights = rules.identity(claims), rules.rights(claims)
        if identity is None:
            return self._refused(oidc, _NOBODY, Why.UNTRUSTED)
        if isinstance(rights, Why):
            return self._refused(oidc, identity, rights)
        now = self._now()
        account = self._store.arrive(identity, rights.role, rights.organization, at=now)
        if account.disabled_at is not None:
            _log.warning("sign_on_refused", why=Why.DISABLED.value)
            return NotLetIn(why=Why.DISABLED, name=account.name)
        return CameIn(secret=self._signed_in(account.name, now).secret, next=next_)

    def _claims(
        self, oidc: OidcSettings, visit: str, state: str, answer: Mapping[str, str]
    ) -> Mapping[str, Any] | Why:
        if answer.get("iss", oidc.issuer) != oidc.issuer:
            # RFC 9207: the answer is another provider's.
            return Why.UNTRUSTED
        if not (code := answer.get("code", "")):
            return Why.DECLINED
        try:
            return self._provider(oidc).claims(
                code,
                nonce=_derived(visit, state, "nonce"),
                verifier=_derived(visit, state, "verifier"),
            )
        except (ProviderFault, UntrustedError) as error:
            return _failed(error)

    def _refused(self, oidc: OidcSettings, who: Identity | str, why: Why) -> NotLetIn:
        _log.warning("sign_on_refused", why=why.value)
        self._store.refuse(who, why.value, issuer=oidc.issuer, at=self._now())
        return NotLetIn(why=why, name=None if isinstance(who, str) else who.name)

    def _provider(self, oidc: OidcSettings) -> Provider:
        secret = oidc.client_secret
        public = (self._settings().public_url or "").rstrip("/")
        terms = Terms(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            scopes=oidc.scopes,
            callback=public + CALLBACK,
            leeway=oidc.leeway,
            ca_file=oidc.ca_file,
        )
        with self._lock:
            if self._made is None or self._made[0] != terms:
                self._made = (terms, Provider(terms, self._now))
            return self._made[1]


def _rules(oidc: OidcSettings) -> ClaimRules:
    return ClaimRules(
        name=oidc.name_claim,
        role=oidc.role_claim,
        roles={name: Role(role) for name, role in oidc.roles.items()},
        organization=oidc.organization_claim,
        organizations=oidc.organizations,
    )


def _failed(error: ProviderFault | UntrustedError) -> Why:
    why = Why.UNREACHABLE if isinstance(error, ProviderFault) else Why.UNTRUSTED
    _log.warning("sign_on_failed", why=why.value, detail=str(error))
    return why


def _derived(visit: str, state: str, purpose: str) -> str:
    """What only the same browser can have again; of it, nothing is kept here."""
    return hmac.new(visit.encode(), f"{purpose}.{state}".encode(), sha256).hexdigest()


def _carried(state: str, visit: str) -> str:
    return digest_of(f"{state}.{visit}")
