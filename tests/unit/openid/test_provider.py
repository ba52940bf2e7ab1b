"""A real provider on loopback, which does things wrong."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from monitor.openid.provider import Provider, ProviderFault, Terms, UntrustedError
from tests.support.identities import CLIENT, SECRET, Faults, IdentityProvider

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
STAMP = int(NOW.timestamp())


@pytest.fixture(scope="module")
def started() -> Iterator[IdentityProvider]:
    with IdentityProvider(lambda: NOW) as provider:
        yield provider


@pytest.fixture
def peer(started: IdentityProvider) -> IdentityProvider:
    started.faults, started.signing, started.person = Faults(), 0, {"sub": "u-1"}
    started.asked.clear()
    return started


@pytest.fixture
def ours(peer: IdentityProvider) -> Provider:
    return Provider(terms(peer), lambda: NOW)


def terms(peer: IdentityProvider, *, secret: str | None = SECRET) -> Terms:
    return Terms(
        issuer=peer.issuer,
        client_id=CLIENT,
        client_secret=secret,
        scopes=("openid",),
        callback="https://vigie.example.org/sign-in/oidc/callback",
        leeway=timedelta(minutes=1),
    )


def code_of(ours: Provider) -> str:
    address = ours.address(state="s", nonce="n", verifier="v" * 64)
    answer = requests.get(address, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def claims(ours: Provider):
    return ours.claims(code_of(ours), nonce="n", verifier="v" * 64)


def test_a_code_is_turned_into_claims_once(ours, peer):
    code = code_of(ours)
    assert peer.seen["scope"] == "openid"
    assert ours.claims(code, nonce="n", verifier="v" * 64)["sub"] == "u-1"
    with pytest.raises(ProviderFault, match=r"^takes no code from us \(invalid_grant\)$"):
        ours.claims(code, nonce="n", verifier="v" * 64)


def test_a_code_is_of_no_use_without_what_it_was_asked_with(ours):
    with pytest.raises(ProviderFault, match="invalid_grant"):
        ours.claims(code_of(ours), nonce="n", verifier="w" * 64)


def test_a_wrong_secret_is_said_and_not_shown(peer):
    ours = Provider(terms(peer, secret="wrong-secret"), lambda: NOW)
    with pytest.raises(ProviderFault) as refused:
        claims(ours)
    assert str(refused.value) == "takes no code from us (invalid_client)"
    assert "secret" not in repr(terms(peer))


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Faults(claims={"nonce": "another"}), "InvalidClaimError nonce"),
        (Faults(claims={"nonce": None}), "MissingClaimError nonce"),
        (Faults(claims={"aud": "another"}), "InvalidClaimError aud"),
        (Faults(claims={"aud": None}), "MissingClaimError aud"),
        (Faults(claims={"aud": ["vigie", "another"]}), "MissingClaimError azp"),
        (Faults(claims={"aud": ["vigie", "a"], "azp": "a"}), "InvalidClaimError azp"),
        (Faults(claims={"iss": "https://other.example.org"}), "InvalidClaimError iss"),
        (Faults(claims={"exp": STAMP - 61}), "ExpiredTokenError exp"),
        (Faults(claims={"exp": None}), "MissingClaimError exp"),
        (Faults(claims={"iat": STAMP + 61}), "InvalidClaimError iat"),
        (Faults(claims={"nbf": STAMP + 61}), "InvalidClaimError nbf"),
        (Faults(claims={"at_hash": "wrong"}), "InvalidClaimError at_hash"),
        (Faults(claims={"sub": None}), "MissingClaimError sub"),
        (Faults(claims={"sub": 7}), "InvalidClaimError sub"),
        (Faults(algorithm="none"), "UnsupportedAlgorithmError"),
        (Faults(algorithm="HS256"), "UnsupportedAlgorithmError"),
        (Faults(stranger=True), "InvalidKeyIdError"),
        (Faults(stranger=True, same_id=True), "BadSignatureError"),
        (Faults(metadata={"issuer": "https://other.example.org"}), "another issuer"),
        (Faults(metadata={"token_endpoint": None}), "no token_endpoint"),
        (Faults(metadata={"jwks_uri": "file:///etc/passwd"}), "no jwks_uri"),
    ],
)
def test_what_cannot_be_relied_on_is_not(ours, peer, fault, what):
    peer.faults = fault
    with pytest.raises(UntrustedError, match=re.escape(what)) as refused:
        claims(ours)
    assert not any(secret in str(refused.value) for secret in peer.tokens)


def test_a_clock_that_is_a_little_off_is_forgiven(ours, peer):
    peer.faults.claims = {"iat": STAMP + 59, "exp": STAMP - 59}
    assert claims(ours)["sub"] == "u-1"


def test_keys_are_asked_for_once_an_hour_and_when_they_rolled_over(peer):
    now = [NOW]
    ours = Provider(terms(peer), lambda: now[0])
    claims(ours)
    claims(ours)
    assert peer.asked.count("keys") == 1
    peer.signing = 1
    claims(ours)
    claims(ours)
    assert peer.asked.count("keys") == 2
    now[0] += timedelta(hours=1)
    code_of(ours)
    assert peer.asked.count("keys") == 3


def test_a_provider_that_does_not_answer_as_it_must_is_away(ours, peer):
    peer.faults.token_status = 500
    with pytest.raises(ProviderFault):
        claims(ours)
    gone = IdentityProvider(lambda: NOW)
    away = Provider(terms(gone), lambda: NOW)
    gone.stop()
    with pytest.raises(ProviderFault, match=r"^ConnectionError$"):
        code_of(away)


def test_a_client_without_a_secret_has_its_verifier_alone(peer):
    peer.faults.metadata = {"token_endpoint_auth_methods_supported": ["none"]}
    ours = Provider(terms(peer, secret=None), lambda: NOW)
    with pytest.raises(ProviderFault, match="invalid_client"):
        claims(ours)


def test_a_secret_goes_in_the_form_where_that_is_the_only_way(ours, peer):
    peer.faults.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert claims(ours)["sub"] == "u-1"
    assert peer.by_form
