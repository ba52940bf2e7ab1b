from http import HTTPStatus
from typing import Any

from flask import Flask

from monitor.web.listener import Rate, listener


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def source_of(self, secret: str) -> str | None:
        return {"one": "telus", "two": "rogers"}.get(secret)

    def hear(self, source: str, event: Any) -> HTTPStatus:
        self.heard.append((source, event))
        return HTTPStatus.CREATED if source == "telus" else HTTPStatus.NO_CONTENT


def client(ear: Ear, at_once: float = 200.0):
    app = Flask(__name__)
    app.register_blueprint(listener(ear, lambda: Rate(1.0, at_once, lambda: 0.0)))
    return app.test_client()


def test_an_event_is_taken_at_any_address_under_the_secret() -> None:
    ear = Ear()
    pages = client(ear)
    for path in ("one", "one/troubleTicketCreateEvent", "one/listener/x"):
        answer = pages.post(f"/tmf/listener/{path}", data='{"a": 1}')
        assert (answer.status_code, answer.text) == (201, "{}")
    answer = pages.post("/tmf/listener/two", json={"a": 1})
    assert (answer.status_code, answer.text) == (204, "")
    assert ear.heard == [("telus", {"a": 1})] * 3 + [("rogers", {"a": 1})]


def test_what_is_no_event_is_not_taken() -> None:
    ear = Ear()
    pages = client(ear)
    assert pages.post("/tmf/listener/three", json={}).status_code == 404
    assert pages.post("/tmf/listener/one", data="{").status_code == 400
    assert pages.post("/tmf/listener/one", data=b"\xff").status_code == 400
    assert pages.post("/tmf/listener/one", data=b'"' + b"x" * 70_000 + b'"').status_code == 413
    assert pages.get("/tmf/listener/one").status_code == 405
    assert ear.heard == []


def test_a_flood_is_dammed_for_its_source_alone() -> None:
    pages = client(Ear(), at_once=3)
    answers = [pages.post("/tmf/listener/one", json={}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert pages.post("/tmf/listener/two", json={}).status_code == 204


def test_the_bucket_fills_again() -> None:
    now = 0.0
    rate = Rate(2.0, 4.0, lambda: now)
    assert [rate.takes() for _ in range(5)] == [True] * 4 + [False]
    now = 1.0
    assert [rate.takes() for _ in range(3)] == [True, True, False]
    now = 100.0
    assert sum(rate.takes() for _ in range(10)) == 4
