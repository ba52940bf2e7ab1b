"""Operators act over HTTP and by a message's link, on the real server, mailbox and store."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from prometheus_client import CollectorRegistry

from monitor.alerts.interventions import MuteKind, Via
from monitor.app.duty import HttpDuty
from monitor.locale import language
from monitor.store.audit import AuditLog
from monitor.store.oncall import OnCall
from monitor.web.application import create_app
from monitor.web.server import WebServer
from tests.support.cases import utc
from tests.support.scene import BODY, DESK, MANAGER, Scene, scene, text_of
from tests.unit.cli.test_check import Alive

TOKEN = "a-token-of-some-length"
MORE = """
web: {public_url: "http://vigie.example.org/", api_token: {file: token}}
"""


class Served:
    def __init__(self, played: Scene, url: str, woken: list[int]) -> None:
        self.scene = played
        self.url = url
        self.woken = woken

    def post(self, path: str, body: object = None, token: str | None = TOKEN) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.post(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=10)

    def link(self) -> str:
        """Where the manager's last message leads to, on this server."""
        text = text_of(self.scene.mails(MANAGER)[-1])
        (address,) = re.findall(r"http://vigie\.example\.org(/acknowledge/\S+)", text)
        return f"{self.url}{address}"

    def muted(self) -> list[MuteKind]:
        shown = OnCall(self.scene.station.database).muted(self.scene.clock.now())
        return [each.mute.kind for each in shown]

    def acted(self) -> list[tuple[str, Via, str]]:
        entries = AuditLog(self.scene.station.database).entries()
        return [(each.who, each.how, each.what) for each in reversed(entries)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "token").write_text(TOKEN)
    with scene(tmp_path, "2026-11-23 08:00", more=MORE) as played:
        woken: list[int] = []
        duty = HttpDuty(played.station, lambda: woken.append(1))
        app = create_app(CollectorRegistry(), Alive(), language("fr"), duty)
        with WebServer(app, "127.0.0.1", 0) as server:
            yield Served(played, server.url, woken)


@pytest.fixture
def noted(served: Served) -> str:
    """The reference of a case of which the manager was told at 11:30."""
    ref = served.scene.telus.open_ticket("incident", BODY)
    served.scene.until("2026-11-23 11:30")
    return ref


FORM = {"by": "Ariane", "why": "TELUS rappelle", "for": "4 h"}


def test_looking_at_a_link_does_nothing_and_sending_its_form_acknowledges(served, noted):
    link = served.link()
    pages = [requests.get(link, timeout=10) for _ in range(2)]
    page = pages[-1]
    assert [each.status_code for each in pages] == [200, 200]
    assert requests.head(link, timeout=10).status_code == 200
    assert (served.muted(), served.acted(), served.woken) == ([], [], [])
    assert noted in page.text
    assert "Prendre en charge" in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    done = requests.post(link, data=FORM, timeout=10)
    assert done.status_code == 200
    assert "form-action 'none'" in done.headers["Content-Security-Policy"]
    assert served.muted() == [MuteKind.ACKNOWLEDGED]
    assert served.acted() == [("Ariane", Via.LINK, "acknowledge")]
    assert served.woken == [1]
    served.scene.until("2026-11-23 15:20")
    assert len(served.scene.mails(MANAGER)) == 1
    served.scene.until("2026-11-23 15:31")
    assert "Ariane" in text_of(served.scene.mails(MANAGER)[-1])


def test_a_link_acts_once(served, noted):
    link = served.link()
    assert requests.post(link, data=FORM, timeout=10).status_code == 200
    again = requests.post(link, data=FORM, timeout=10)
    assert again.status_code == 410
    assert requests.get(link, timeout=10).status_code == 410
    assert len(served.acted()) == 1


def test_a_link_that_was_changed_leads_nowhere(served, noted):
    link = served.link()
    key, expiry, mac = link.rpartition("/")[2].split(".")
    start = link.rpartition("/")[0]
    other = "0" * 64 if key[0] != "0" else "1" * 64
    for token in (
        f"{other}.{expiry}.{mac}",
        f"{key}.{expiry}z.{mac}",
        f"{key}.{expiry}.{mac[:-1]}{'A' if mac[-1] != 'A' else 'B'}",
        "nonsense",
    ):
        for send in (requests.get, requests.post):
            assert send(f"{start}/{token}", timeout=10).status_code == 404, token
    assert served.acted() == []


def test_a_link_expires(served, noted):
    link = served.link()
    served.scene.clock.move_to(utc("2026-11-30 11:29"))
    assert requests.get(link, timeout=10).status_code == 200
    served.scene.clock.move_to(utc("2026-11-30 11:31"))
    for send in (requests.get, requests.post):
        assert send(link, timeout=10).status_code == 410
    assert served.acted() == []


def test_what_is_missing_in_the_form_is_said_and_nothing_done(served, noted):
    page = requests.post(served.link(), data={"by": "", "why": "x"}, timeout=10)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert served.acted() == []
    # And it may still be sent well.
    assert requests.post(served.link(), data=FORM, timeout=10).status_code == 200


def test_of_a_case_that_closed_nothing_is_to_be_done(served, noted):
    link = served.link()
    served.scene.telus.change_status(noted, "resolved")
    served.scene.until("2026-11-23 12:30")
    page = requests.get(link, timeout=10)
    assert "<form" not in page.text
    requests.post(link, data=FORM, timeout=10)
    assert served.acted() == []


def test_the_provider_gets_no_link(served):
    served.scene.telus.open_ticket("incident", BODY)
    served.scene.until("2026-11-23 14:00")
    assert "/acknowledge/" not in text_of(served.scene.mails(DESK)[-1])
    html = served.scene.mails(MANAGER)[-1].message.get_body(("html",))
    assert html is not None
    assert '<a href="http://vigie.example.org/acknowledge/' in html.get_content()


def test_visits_are_limited(served):
    statuses = [
        requests.get(f"{served.url}/acknowledge/{number}", timeout=10).status_code
        for number in range(25)
    ]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_a_program_acknowledges_silences_and_holds(served, noted):
    ack = served.post("/ack", {"case": noted, "by": "bot", "why": "on it", "until": "4 h"})
    assert ack.status_code == 201, ack.text
    assert ack.json()["until"] == "2026-11-23T20:30:00+00:00"
    ended = served.post("/ack", {"case": noted, "by": "bot", "why": "off", "end": True})
    assert ended.status_code == 201
    silence = served.post(
        "/silences", {"provider": ["telus"], "ends_at": "2 h", "by": "bot", "why": "works"}
    )
    number = silence.json()["silence"]
    listed = requests.get(
        f"{served.url}/api/v1/silences", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    )
    assert [each["silence"] for each in listed.json()] == [number]
    assert served.post(f"/silences/{number}/end", {"by": "b", "why": "w"}).status_code == 201
    assert served.post("/holds", {"case": noted, "by": "bot", "why": "twice"}).status_code == 201
    assert served.muted() == [MuteKind.HELD]
    released = {"case": noted, "by": "bot", "why": "not", "release": True}
    assert served.post("/holds", released).status_code == 201
    assert [what for _, _, what in served.acted()] == [
        "acknowledge", "end acknowledgement", "silence", "end silence", "hold", "release",
    ]  # fmt: skip
    assert {how for _, how, _ in served.acted()} == {Via.HTTP}
    assert AuditLog(served.scene.station.database).verify().wrong is None


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/ack", {"case": "INC-9", "by": "b", "why": "w", "until": "4 h"}, (404, "INC-9")),
        ("/ack", {"case": "REF", "by": "b", "why": "w"}, (400, "give until, or end: true")),
        ("/ack", {"case": "REF", "by": "b", "why": "w", "until": "soon"}, (400, "until: write")),
        (
            "/ack",
            {"case": "REF", "by": "b", "why": "w", "until": "2026-11-24T12:00"},
            (400, "offset"),
        ),
        (
            "/ack",
            {"case": "REF", "by": "b", "why": "w", "until": "2020-01-01T00:00Z"},
            (409, "past"),
        ),
        ("/ack", {"case": "REF", "by": "", "why": "w", "until": "4 h"}, (400, "by: is empty")),
        ("/ack", {"case": "REF", "by": "b", "why": "w", "till": "4 h"}, (400, "till")),
        ("/ack", {"case": "REF", "by": "b", "why": "w", "end": True}, (409, "not acknowledged")),
        ("/holds", {"case": "REF", "by": "b", "why": "w", "release": True}, (409, "not on hold")),
        ("/silences", {"ends_at": "4 h", "by": "b", "why": "w"}, (409, "a silence of everything")),
        ("/silences/9/end", {"by": "b", "why": "w"}, (409, "there is no silence 9")),
        ("/holds", [], (400, "not a JSON object")),
    ],
)
def test_what_cannot_be_done_is_said(served, noted, path, body, said):
    status, detail = said
    if isinstance(body, dict) and body.get("case") == "REF":
        body = body | {"case": noted}
    answer = served.post(path, body)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert detail in answer.json()["detail"]
    assert served.acted() == []


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x"])
def test_a_wrong_token_is_refused(served, token):
    answer = served.post("/holds", {}, token=token)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_guessing_tokens_is_limited(served):
    statuses = [served.post("/holds", {}, token=str(number)).status_code for number in range(25)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    # Who knows it is let in all the same.
    assert served.post("/holds", {}).status_code == 400
