"""Accounts and tokens, kept by an administrator on the board and by a program."""

import re
from datetime import timedelta

import pytest

from monitor.access import Role, Scope, digest_of
from monitor.store.audit import AuditLog
from tests.support.board import ACT, PASSWORD, BoardScene, Visitor


def made(page: str) -> str:
    found = re.search(r'id="made" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def acts(scene: BoardScene, count: int) -> list[tuple[str, str]]:
    found = AuditLog(scene.station.database).entries(count)
    return [(each.who, each.what) for each in reversed(found)]


def send(visitor: Visitor, path: str, **form: str) -> str:
    answer = visitor.post(f"/access{path}", of="/access", **form)
    assert answer.status_code in (200, 303), answer.text
    return answer.text


def test_an_account_is_made_by_a_link_that_chooses_its_password_once(scene: BoardScene) -> None:
    ariane = scene.client("ariane")
    page = send(ariane, "/accounts", name="zoe", role="reader", organization="ORG-101")
    link = made(page)
    assert "Envoyez ce lien à zoe." in page
    assert "pas encore de mot de passe" in ariane.get("/access").text
    path = link.removeprefix("http://localhost")
    zoe = scene.client()
    assert 'value="zoe" readonly' in zoe.get(path).text
    assert zoe.sign_in("zoe", "").status_code == 403
    short = zoe.post(path, of=path, name="ariane", password="short")
    assert short.status_code == 400
    # The name is the account's own, whatever the form says.
    entered = zoe.post(path, of=path, name="ariane", password="assez-long-pour-ca")
    assert entered.status_code == 303
    assert zoe.get("/today").status_code == 200
    assert zoe.get("/sources").status_code == 403
    assert zoe.get(path).status_code == 410
    assert scene.client().sign_in("zoe", "assez-long-pour-ca").status_code == 303
    found = scene.accounts.find("zoe")
    assert found is not None
    assert (found.role, found.organization) == (Role.READER, "ORG-101")
    assert acts(scene, 2) == [("ariane", "add account"), ("zoe", "choose password")]


def test_a_link_for_an_account_holds_a_day_and_until_the_next_one(scene: BoardScene) -> None:
    ariane = scene.client("ariane")
    first = made(send(ariane, "/accounts", name="zoe", role="reader"))
    second = made(send(ariane, "/accounts/zoe/reset"))
    other = made(send(ariane, "/accounts", name="luc", role="operator"))
    visitor = scene.client()
    assert visitor.get(first).status_code == 410
    assert visitor.get(second).status_code == visitor.get(other).status_code == 200
    scene.world.clock.move_to(scene.now + timedelta(days=1))
    assert visitor.get(second).status_code == 410


def test_a_role_changed_is_so_at_once(scene: BoardScene) -> None:
    ariane, lecteur = scene.client("ariane"), scene.client("lecteur")
    assert lecteur.get("/journal").status_code == 403
    send(ariane, "/accounts/lecteur/change", role="operator", organization="")
    assert lecteur.get("/journal").status_code == 200
    send(ariane, "/accounts/lecteur/change", role="reader", organization="ORG-101")
    assert lecteur.get("/sources").status_code == 403
    assert acts(scene, 2) == [("ariane", "change account")] * 2


def test_who_is_disabled_is_out_until_enabled(scene: BoardScene) -> None:
    ariane, olivier = scene.client("ariane"), scene.client("olivier")
    send(ariane, "/accounts/olivier/disable")
    assert olivier.get("/today").status_code == 303
    assert scene.client().sign_in("olivier").status_code == 403
    assert "désactivé" in ariane.get("/access").text
    send(ariane, "/accounts/olivier/enable")
    assert scene.client().sign_in("olivier").status_code == 303
    assert acts(scene, 2) == [("ariane", "disable account"), ("ariane", "enable account")]


def test_sessions_are_counted_and_ended(scene: BoardScene) -> None:
    ariane, olivier = scene.client("ariane"), scene.client("olivier")
    scene.client("olivier")
    assert "2 sessions" in ariane.get("/access").text
    send(ariane, "/accounts/olivier/end-sessions")
    assert olivier.get("/today").status_code == 303
    assert scene.client().sign_in("olivier").status_code == 303


def test_a_reset_takes_the_password_away_at_once(scene: BoardScene) -> None:
    ariane, olivier = scene.client("ariane"), scene.client("olivier")
    link = made(send(ariane, "/accounts/olivier/reset"))
    assert olivier.get("/today").status_code == 303
    assert scene.client().sign_in("olivier").status_code == 403
    again = scene.client()
    assert again.post(link, of=link, password="un-autre-mot-long").status_code == 303
    assert scene.client().sign_in("olivier", "un-autre-mot-long").status_code == 303


@pytest.mark.parametrize("what", ["change", "disable", "reset"])
def test_nobody_takes_away_their_own_rights(scene: BoardScene, what: str) -> None:
    ariane = scene.client("ariane")
    refused = ariane.post(f"/access/accounts/ariane/{what}", of="/access", role="reader")
    assert refused.status_code == 409
    assert "est votre propre compte" in refused.text
    assert ariane.get("/access").status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "ariane", "role": "reader"}, "un compte « ariane »"),
        ({"name": "a b", "role": "reader"}, "« a b » n"),
        ({"name": "zoe", "role": "chief"}, "« chief » n’est pas un rôle"),
        ({"name": "zoe", "role": "operator", "organization": "ORG-101"}, "organisme"),
    ],
)
def test_what_will_not_do_is_said(scene: BoardScene, form: dict[str, str], said: str) -> None:
    refused = scene.client("ariane").post("/access/accounts", of="/access", **form)
    assert refused.status_code == 409
    assert said in refused.text.replace("\N{NO-BREAK SPACE}", " ")
    assert scene.accounts.find("zoe") is None


def test_a_token_is_shown_once_and_revoked(scene: BoardScene) -> None:
    ariane, program = scene.client("ariane"), scene.client()
    page = send(ariane, "/tokens", name="tableur", scope="read", organization="", days="30")
    bearer = {"Authorization": f"Bearer {made(page)}"}
    assert program.get("/api/v1/obligations", **bearer).status_code == 200
    assert program.get("/api/v1/accounts", **bearer).status_code == 403
    listed = ariane.get("/access").text
    assert "tableur" in listed
    assert made(page) not in listed
    (kept,) = scene.accounts.tokens()
    assert kept.ends_at - kept.made_at == timedelta(days=30)
    send(ariane, f"/tokens/{kept.id}/revoke")
    assert program.get("/api/v1/obligations", **bearer).status_code == 401
    assert "1 autre n’ouvre plus rien" in ariane.get("/access").text
    assert acts(scene, 2) == [("ariane", "add token"), ("ariane", "revoke token")]


def test_forms_without_their_token_do_nothing(scene: BoardScene) -> None:
    ariane = scene.client("ariane")
    assert ariane.post_bare("/access/accounts/lise/disable", {}).status_code == 400
    found = scene.accounts.find("lise")
    assert found is not None
    assert found.disabled_at is None


def test_the_link_leads_to_the_public_address(sqlite, tmp_path) -> None:
    scene = BoardScene(sqlite, tmp_path, web='{public_url: "https://vigie.example.org/"}')
    secret = scene.doors.keys.add("zoe", Role.READER, None, ACT)
    ariane = Visitor(scene.app.test_client(), base_url="https://vigie.example.org")
    ariane.sign_in("ariane", PASSWORD)
    link = made(send(ariane, "/accounts/zoe/reset"))
    assert link.startswith("https://vigie.example.org/welcome/")
    assert str(secret) not in link
    scene.close()


def test_a_program_keeps_accounts_and_tokens(scene: BoardScene) -> None:
    secret = "administers"
    scene.accounts.add_token(
        "annuaire",
        digest_of(secret),
        [Scope.ADMINISTER],
        ACT,
        at=scene.now,
        ends_at=scene.now + timedelta(days=1),
    )
    client = scene.app.test_client()
    bearer = {"Authorization": f"Bearer {secret}"}

    def call(method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        answer = client.open(f"/api/v1{path}", method=method, headers=bearer, json=body)
        return answer.status_code, answer.get_json(silent=True) or {}

    status, told = call("POST", "/accounts", {"name": "zoe", "role": "reader"})
    assert (status, told["name"]) == (201, "zoe")
    assert str(told["link"]).startswith("http://localhost/welcome/")
    assert call("POST", "/accounts", {"name": "zoe", "role": "reader"})[0] == 409
    assert call("POST", "/accounts", {"name": "luc", "role": "chief"})[0] == 400
    change = {"role": "operator", "disabled": True}
    assert call("PATCH", "/accounts/zoe", change)[0] == 204
    assert call("PATCH", "/accounts/zoe", {"organization": "ORG-1"})[0] == 400
    assert call("PATCH", "/accounts/zoe", {})[0] == 400
    listed = {each["name"]: each for each in call("GET", "/accounts")[1]["accounts"]}  # type: ignore[attr-defined]
    assert (listed["zoe"]["role"], listed["zoe"]["standing"]) == ("operator", "disabled")
    assert call("POST", "/accounts/nobody/reset")[0] == 404
    assert call("DELETE", "/accounts/olivier/sessions")[0] == 204
    status, told = call("POST", "/tokens", {"name": "t", "scopes": ["read"], "for": "30 d"})
    assert (status, str(told["token"])[:6]) == (201, "vigie_")
    assert call("POST", "/tokens", {"name": "t", "scopes": [], "for": "30 d"})[0] == 400
    assert call("POST", "/tokens", {"name": "t", "scopes": ["read"], "for": "long"})[0] == 400
    assert call("DELETE", "/tokens/2")[0] == 204
    assert call("DELETE", "/tokens/2")[0] == 409
    assert {who for who, _ in acts(scene, 5)} == {"annuaire"}


def test_acts_by_the_api_want_a_token_a_cookie_is_not_enough(scene: BoardScene) -> None:
    ariane = scene.client("ariane")
    assert ariane.get("/api/v1/accounts").status_code == 200
    answer = ariane._client.post("/api/v1/accounts", json={"name": "zoe", "role": "reader"})
    assert answer.status_code == 401
    assert scene.accounts.find("zoe") is None
