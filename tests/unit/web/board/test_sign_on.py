"""Signing in by a provider of identities, over HTTP to a real one on loopback."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import structlog
from werkzeug.test import TestResponse

from monitor.access import Role
from monitor.settings.loading import parse_settings
from monitor.store.audit import AuditLog
from tests.support.board import ACT, PASSWORD, BoardScene, Visitor
from tests.support.identities import SECRET, IdentityProvider

PUBLIC = "https://vigie.example.org"
ROLES = "roles: {chefs: administrator, garde: operator, tous: reader}"


@pytest.fixture
def provider(sqlite) -> Iterator[IdentityProvider]:
    with IdentityProvider(lambda: scenes[-1].now) as started:
        started.person = {
            "sub": "u-1",
            "preferred_username": "marie.tremblay",
            "groups": ["tous", "garde"],
            "email": "marie@example.org",
        }
        yield started


scenes: list[BoardScene] = []


@pytest.fixture
def make(sqlite, tmp_path, monkeypatch, provider) -> Iterator[Any]:
    monkeypatch.setenv("OIDC", SECRET)

    def made(more: str = "") -> BoardScene:
        oidc = (
            f'issuer: "{provider.issuer}", client_id: vigie, client_secret: {{env: OIDC}},'
            f' label: "le compte d\'essai", {ROLES}{more}'
        )
        scene = BoardScene(sqlite, tmp_path, web=f"{{public_url: '{PUBLIC}', oidc: {{{oidc}}}}}")
        scenes.append(scene)
        return scene

    yield made
    while scenes:
        scenes.pop().close()


@pytest.fixture
def scene(make) -> BoardScene:
    made: BoardScene = make()
    return made


def sent(visitor: Visitor, next_: str = "/compliance") -> str:
    """To the provider, and back as far as the address it sends the browser to."""
    led = visitor.get(f"/sign-in/oidc?next={next_}")
    assert led.status_code == 303, led.text
    back = requests.get(led.location, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith(f"{PUBLIC}/sign-in/oidc/callback?")
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def signed_in(visitor: Visitor) -> TestResponse:
    return visitor.get(sent(visitor))


def browser(scene: BoardScene) -> Visitor:
    """One that has come by https, as the public address has it."""
    return Visitor(scene.app.test_client(), base_url=PUBLIC)


def latest(scene: BoardScene) -> tuple[str, str, dict[str, Any]]:
    (entry,) = AuditLog(scene.station.database).entries(1)
    return entry.who, entry.what, dict(entry.details)


def test_somebody_the_provider_vouches_for_comes_in_and_back_to_their_page(scene, provider):
    visitor = browser(scene)
    page = visitor.get("/sign-in?next=/compliance").text
    assert "Ouvrir une session avec le compte d&#39;essai" in page
    assert 'href="/sign-in/oidc?next=/compliance"' in page
    entered = signed_in(visitor)
    assert (entered.status_code, entered.location) == (303, "/compliance")
    assert visitor.get("/journal").status_code == 200
    found = scene.accounts.find("marie.tremblay")
    assert (found.role, found.issuer, found.password) == (Role.OPERATOR, provider.issuer, None)
    assert latest(scene) == (
        "marie.tremblay",
        "sign in",
        {"why": "", "role": "operator", "organization": None, "issuer": provider.issuer},
    )
    assert provider.seen["scope"] == "openid profile"
    assert visitor.post("/sign-out", of="/today").status_code == 303
    assert visitor.get("/journal").status_code == 303


def test_nothing_of_the_claims_is_kept_but_subject_and_name_and_no_secret_anywhere(
    scene, provider, sqlite
):
    with structlog.testing.capture_logs() as logged:
        visitor = browser(scene)
        carried = sent(visitor)
        visitor.get(carried)
        provider.faults.claims = {"aud": "other"}
        signed_in(browser(scene))
    with sqlite.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).scalars()
        kept = repr(
            [connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in list(tables)]
        )
    assert "marie.tremblay" in kept
    everywhere = kept + repr(logged) + repr(scene.doors.sign_on._provider)
    settings = scene.doors._settings()
    everywhere += repr(settings) + repr(scene.doors.sign_on._made)
    for secret in (
        "marie@example.org",
        SECRET,
        *provider.tokens,
        carried.partition("state=")[2][:20],
    ):
        assert secret not in everywhere


def test_the_role_is_that_of_the_day_and_one_lost_ends_what_it_opened(scene, provider):
    first, second = browser(scene), browser(scene)
    signed_in(first)
    provider.person["groups"] = ["chefs"]
    assert signed_in(second).status_code == 303
    assert first.get("/access").status_code == 200
    provider.person["groups"] = ["others"]
    refused = signed_in(browser(scene))
    assert refused.status_code == 403
    assert "ne vous donne aucun rôle ici" in refused.text
    assert "marie.tremblay" in refused.text
    assert latest(scene)[1:] == (
        "sign in refused",
        {"why": "no role", "issuer": provider.issuer},
    )
    assert first.get("/today").status_code == 303
    assert second.get("/today").status_code == 303


def test_whoever_has_the_name_of_a_local_account_has_another_one(scene, provider):
    provider.person["preferred_username"] = "ariane"
    signed_in(visitor := browser(scene))
    assert visitor.get("/access").status_code == 403
    local, other = scene.accounts.find("ariane"), scene.accounts.find("ariane~2")
    assert (local.role, local.issuer) == (Role.ADMINISTRATOR, None)
    assert (other.role, other.issuer) == (Role.OPERATOR, provider.issuer)
    # Nor is a password of any use on it.
    assert browser(scene).sign_in("ariane~2", "").status_code == 403
    # Another person of the same name is another account; the same person is the same.
    provider.person["sub"] = "u-2"
    signed_in(browser(scene))
    provider.person |= {"sub": "u-1", "preferred_username": "renamed"}
    signed_in(browser(scene))
    names = {each.name for each in scene.accounts.all() if each.issuer}
    assert names == {"ariane~2", "ariane~3"}


def test_what_cannot_be_verified_lets_nobody_in(scene, provider):
    provider.faults.claims = {"nonce": "another"}
    visitor = browser(scene)
    with structlog.testing.capture_logs() as logged:
        refused = signed_in(visitor)
    assert refused.status_code == 502
    assert "n’a pas pu être vérifié" in refused.text
    (failed,) = (each for each in logged if each["event"] == "sign_on_failed")
    assert "InvalidClaimError nonce" in failed["detail"]
    assert latest(scene) == (
        "?",
        "sign in refused",
        {"why": "untrusted", "issuer": provider.issuer},
    )
    assert visitor.get("/today").status_code == 303
    provider.faults.claims = {"sub": "a\nb"}
    assert signed_in(browser(scene)).status_code == 502
    assert not any(each.issuer for each in scene.accounts.all())


def test_a_way_back_holds_once_in_the_same_browser_for_ten_minutes(scene, provider):
    visitor = browser(scene)
    carried = sent(visitor)
    assert browser(scene).get(carried).status_code == 400  # Somebody else's browser.
    assert visitor.get(carried).status_code == 303
    again = visitor.get(carried)
    assert again.status_code == 400
    assert "a déjà servi" in again.text
    late = sent(other := browser(scene))
    scene.world.clock.move_to(scene.now.replace(minute=scene.now.minute + 11))
    assert other.get(late).status_code == 400
    assert browser(scene).get("/sign-in/oidc/callback?code=x&state=y").status_code == 400


def test_an_answer_that_names_another_issuer_is_anothers(scene):
    carried = sent(visitor := browser(scene)).replace("essai", "autre")
    assert visitor.get(carried).status_code == 502


def test_whoever_declines_is_told_so(scene, provider):
    provider.faults.denies = True
    refused = signed_in(browser(scene))
    assert refused.status_code == 403
    assert latest(scene)[2]["why"] == "declined"


def test_a_provider_that_is_away_is_said_and_local_accounts_work(scene, provider):
    provider.stop()
    visitor = browser(scene)
    away = visitor.get("/sign-in/oidc")
    assert away.status_code == 502
    assert "ne répond pas pour le moment" in away.text
    assert visitor.sign_in("olivier", PASSWORD).status_code == 303


def test_readers_are_held_to_the_organisation_the_provider_says(make, provider):
    scene = make(', organization_claim: org.code, organizations: {"042": ORG-101}')
    provider.person["groups"] = ["tous"]
    scene.stated("TT-1")
    scene.stated("TT-2", organization="ORG-202")
    refused = signed_in(browser(scene))
    assert refused.status_code == 403
    assert "ne dit pas de quelle organisation" in refused.text
    provider.person["org"] = {"code": "042"}
    signed_in(visitor := browser(scene))
    assert visitor.get("/cases/telus/ticket/TT-1").status_code == 200
    assert visitor.get("/cases/telus/ticket/TT-2").status_code == 404


def test_a_disabled_account_stays_so_whatever_the_provider_says(scene, provider):
    signed_in(visitor := browser(scene))
    scene.doors.keys.disable("marie.tremblay", ACT)
    assert visitor.get("/today").status_code == 303
    refused = signed_in(browser(scene))
    assert refused.status_code == 403
    assert "désactivé" in refused.text
    assert latest(scene)[2]["why"] == "disabled"


def test_sessions_end_with_the_provider_that_opened_them(make, scene, tmp_path):
    signed_in(visitor := browser(scene))
    assert visitor.get("/today").status_code == 200
    settings = parse_settings("web: {}", str(tmp_path / "x.yaml")).web
    scene.doors.sign_on._settings = lambda: settings
    assert visitor.get("/today").status_code == 303
    assert visitor.get("/sign-in/oidc").status_code == 404


def test_without_a_provider_there_is_no_way_to_one(sqlite, tmp_path):
    scene = BoardScene(sqlite, tmp_path)
    page = scene.client().get("/sign-in")
    assert "/sign-in/oidc" not in page.text
    assert scene.client().get("/sign-in/oidc").status_code == 404
    assert scene.client().get("/sign-in/oidc/callback").status_code == 404
    scene.close()
