from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from monitor.locale import LanguageCode, language
from monitor.web.application import create_app
from monitor.web.health import LoopHealth

SEEN = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


class Daemon:
    """Health as a test says it is."""

    def __init__(self) -> None:
        self.stalled: set[str] = set()
        self.checks: dict[str, str | None] = {
            "database": None,
            "migrations": None,
            "first_poll": None,
        }
        self.fault: Exception | None = None

    def loops(self) -> Sequence[LoopHealth]:
        return [
            LoopHealth(name="tick", stalled="tick" in self.stalled, last_seen_at=SEEN),
            LoopHealth(name="outbox", stalled="outbox" in self.stalled, last_seen_at=None),
        ]

    def readiness(self) -> Mapping[str, str | None]:
        if self.fault:
            raise self.fault
        return self.checks


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


def client_of(daemon: Daemon, lang: LanguageCode = "fr") -> FlaskClient:
    registry = CollectorRegistry()
    Gauge("vigie_probe", "Is the probe there?", registry=registry).set(1)
    return create_app(registry, daemon, language(lang)).test_client()


@pytest.fixture
def client(daemon: Daemon) -> FlaskClient:
    return client_of(daemon)


def test_metrics_are_text_by_default(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert "vigie_probe 1.0\n" in answer.text


def test_metrics_are_openmetrics_when_asked_for(client: FlaskClient) -> None:
    asked = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = client.get("/metrics", headers={"Accept": asked})
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert [family.name for family in text_string_to_metric_families(answer.text)] == [
        "vigie_probe"
    ]


def test_metrics_are_compressed_when_asked_for(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data[:2] == b"\x1f\x8b"


def test_an_odd_accept_header_is_no_error(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=zzz"})
    assert answer.status_code == 200


def test_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "alive",
        "stalled": [],
        "loops": {
            "tick": {"stalled": False, "last_seen_at": "2026-11-23T15:30:00+00:00"},
            "outbox": {"stalled": False, "last_seen_at": None},
        },
    }


def test_a_stalled_loop_is_named(client: FlaskClient, daemon: Daemon) -> None:
    daemon.stalled = {"outbox"}
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["status"], answer.json["stalled"]) == ("stalled", ["outbox"])


def test_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "reasons": [],
        "checks": {"database": "ok", "migrations": "ok", "first_poll": "ok"},
    }


def test_what_is_missing_is_said(client: FlaskClient, daemon: Daemon) -> None:
    daemon.checks["first_poll"] = "telus-tickets has not been read to the end yet"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "not_ready"
    assert answer.json["reasons"] == ["first_poll: telus-tickets has not been read to the end yet"]
    assert answer.json["checks"]["database"] == "ok"


def test_a_check_that_breaks_is_not_ready_and_tells_no_secret(
    client: FlaskClient, daemon: Daemon
) -> None:
    daemon.fault = ConnectionError("postgresql://vigie:tr0ub4dor@db/vigie refused")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["reasons"] == ["checks: failed with ConnectionError"]
    assert "tr0ub4dor" not in answer.text


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Niveaux de service"), ("en", "Service levels of the mobile telephony contract")],
)
def test_the_first_page_leads_to_the_others(daemon: Daemon, lang: LanguageCode, words: str) -> None:
    answer = client_of(daemon, lang).get("/")
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    assert words in answer.text
    for address in ("/metrics", "/healthz", "/readyz"):
        assert f'href="{address}"' in answer.text


@pytest.mark.parametrize("address", ["/", "/metrics", "/healthz", "/readyz", "/nowhere"])
def test_every_answer_is_guarded(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_a_refusal_is_one_line(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, "404 Not Found\n")
    answer = client.post("/healthz")
    assert (answer.status_code, answer.text) == (405, "405 Method Not Allowed\n")
    assert "GET" in answer.headers["Allow"]


def test_a_fault_of_ours_is_one_line_too(daemon: Daemon) -> None:
    def broken() -> Sequence[LoopHealth]:
        raise RuntimeError("password=hunter2")

    daemon.loops = broken  # type: ignore[method-assign]  # a daemon that breaks
    app = client_of(daemon).application
    app.testing = False
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (500, "500 Internal Server Error\n")
