from datetime import timedelta

import pytest

from monitor.alerts.interventions import Via
from monitor.store.audit import AuditLog
from tests.support.board import ACT, PASSWORD, BoardScene


def test_who_has_not_signed_in_is_led_there_and_back(scene: BoardScene) -> None:
    visitor = scene.client()
    led = visitor.get("/today?provider=telus")
    assert led.status_code == 303
    assert led.location == "/sign-in?next=/today?provider%3Dtelus"
    page = visitor.get(led.location)
    assert 'name="next" value="/today?provider=telus"' in page.text
    entered = visitor.sign_in("ariane", next="/today?provider=telus")
    assert (entered.status_code, entered.location) == (303, "/today?provider=telus")
    assert visitor.get("/today").status_code == 200


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(scene: BoardScene, next_: str) -> None:
    assert scene.client().sign_in("ariane", next=next_).location == "/today"


@pytest.mark.parametrize(("name", "password"), [("ariane", "wrong-password"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_look_alike(
    scene: BoardScene, name: str, password: str
) -> None:
    visitor = scene.client()
    refused = visitor.sign_in(name, password)
    assert refused.status_code == 403
    assert "Le nom ou le mot de passe est erroné." in refused.text
    assert visitor.get("/today").status_code == 303


def test_guessing_locks_the_account_for_a_while(scene: BoardScene) -> None:
    visitor = scene.client()
    for _ in range(5):
        assert visitor.sign_in("ariane", "wrong-password").status_code == 403
    locked = visitor.sign_in("ariane")
    assert locked.status_code == 403
    assert "réessayez dans 1 minute" in locked.text
    scene.world.clock.move_to(scene.now + timedelta(seconds=61))
    assert scene.client().sign_in("ariane").status_code == 303
    found = scene.accounts.find("ariane")
    assert found is not None
    assert (found.failures, found.locked_until) == (0, None)


def test_one_address_cannot_try_for_ever(scene: BoardScene) -> None:
    visitor = scene.client()
    token = visitor.token()
    answers = [
        visitor.post_bare("/sign-in", {"token": token, "name": "ariane", "password": "x"})
        for _ in range(15)
    ]
    assert [each.status_code for each in answers[:10]] == [403] * 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_session_is_in_a_cookie_that_scripts_cannot_read_and_ends(scene: BoardScene) -> None:
    visitor = scene.client()
    cookies = visitor.sign_in("ariane").headers.getlist("Set-Cookie")
    (cookie,) = (each for each in cookies if each.startswith("vigie_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    scene.world.clock.move_to(scene.now + timedelta(hours=12))
    assert visitor.get("/today").status_code == 303


def test_behind_tls_cookies_are_for_this_host_alone(sqlite, tmp_path) -> None:
    scene = BoardScene(sqlite, tmp_path, web='{public_url: "https://vigie.example.org"}')
    cookies = scene.client().sign_in("ariane").headers.getlist("Set-Cookie")
    assert any(each.startswith("__Host-vigie_session=") and "Secure" in each for each in cookies)
    scene.close()


def test_signing_out_ends_the_session_itself(scene: BoardScene) -> None:
    visitor = scene.client("ariane")
    secret = visitor._client.get_cookie("vigie_session")
    assert secret is not None
    assert visitor.post("/sign-out", of="/today").status_code == 303
    visitor._client.set_cookie("vigie_session", secret.value)
    assert visitor.get("/today").status_code == 303


def test_a_form_that_is_not_ours_does_nothing(scene: BoardScene) -> None:
    visitor = scene.client()
    form = {"name": "ariane", "password": PASSWORD}
    assert visitor.post_bare("/sign-in", form).status_code == 400
    assert visitor.post_bare("/sign-in", {**form, "token": "0" * 64}).status_code == 400
    good = {**form, "token": visitor.token()}
    assert visitor.post_bare("/sign-in", good, Sec_Fetch_Site="cross-site").status_code == 400
    # A token given to somebody else opens nothing for this one.
    stolen = {**form, "token": scene.client().token()}
    assert visitor.post_bare("/sign-in", stolen).status_code == 400
    assert visitor.post_bare("/sign-in", good, Sec_Fetch_Site="same-origin").status_code == 303


def test_the_first_link_makes_one_administrator_and_no_other(scene: BoardScene) -> None:
    assert scene.doors.invite() is None
    scene.accounts.remove("ariane", ACT, at=scene.now)
    secret = scene.doors.invite()
    page = f"/welcome/{secret}"
    visitor = scene.client()
    assert visitor.get("/welcome/other").status_code == 410
    short = visitor.post(page, of=page, name="chef", password="short")
    assert short.status_code == 400
    assert "au moins 12 caractères" in short.text
    made = visitor.post(page, of=page, name="chef", password="assez-long-pour-ca")
    assert (made.status_code, made.location) == (303, "/today")
    assert visitor.get("/today").status_code == 200
    assert visitor.get(page).status_code == 410
    assert scene.doors.invite() is None
    log = AuditLog(scene.station.database).entries(1)
    assert [(each.who, each.how, each.what) for each in log] == [("chef", Via.LINK, "add account")]


def test_a_newer_link_takes_the_place_of_the_one_before_and_a_day_ends_it(
    scene: BoardScene,
) -> None:
    scene.accounts.remove("ariane", ACT, at=scene.now)
    first, second = scene.doors.invite(), scene.doors.invite()
    visitor = scene.client()
    assert visitor.get(f"/welcome/{first}").status_code == 410
    assert visitor.get(f"/welcome/{second}").status_code == 200
    scene.world.clock.move_to(scene.now + timedelta(days=1))
    assert visitor.get(f"/welcome/{second}").status_code == 410


def test_another_password_ends_the_sessions(scene: BoardScene) -> None:
    visitor = scene.client("olivier")
    scene.accounts.set_password("olivier", "x", ACT, at=scene.now)
    assert visitor.get("/today").status_code == 303
