"""Who may read the metrics: credentials, and a server of their own with TLS."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, Gauge

from monitor.errors import InputError
from monitor.locale import language
from monitor.settings import parse_settings
from monitor.web.application import create_app, create_scrape_app
from monitor.web.certificates import Certificate as Shown
from monitor.web.scrape_server import ScrapeServer
from monitor.web.scraping import Credentials
from tests.support.smtp import Certificate, certificate

TOKEN = "un-jeton-d'une-certaine-longueur"
BEARER = Credentials.bearer(TOKEN)
BASIC = Credentials.basic("prométhée", "secret:à deux points")


class Alive:
    def loops(self):
        return []

    def readiness(self):
        return {}


@pytest.fixture
def registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("vigie_probe", "Is the probe there?", registry=registry).set(1)
    return registry


def client(registry: CollectorRegistry, credentials: Credentials | None) -> FlaskClient:
    return create_app(registry, Alive(), language("fr"), scrapers=credentials).test_client()


@pytest.mark.parametrize(
    ("credentials", "shown"),
    [
        (BEARER, f"Bearer {TOKEN}"),
        (BEARER, f"bearer  {TOKEN} "),
        (BASIC, requests.Request("GET", "http://x", auth=("prométhée".encode(), "secret:à deux points".encode())).prepare().headers["Authorization"]),
    ],
)  # fmt: skip
def test_the_right_credentials_are_let_in(registry, credentials, shown) -> None:
    answer = client(registry, credentials).get("/metrics", headers={"Authorization": shown})
    assert "vigie_probe 1.0" in answer.text


@pytest.mark.parametrize(
    "shown", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"]
)
def test_wrong_ones_are_not(registry, shown) -> None:
    answer = client(registry, BEARER).get("/metrics", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="vigie"'
    assert "probe" not in answer.text


def test_who_guesses_is_slowed_down_and_other_pages_stay_open(registry) -> None:
    guessing = client(registry, BASIC)
    statuses = [guessing.get("/metrics").status_code for _ in range(30)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert guessing.get("/healthz").status_code == 200


def test_without_a_page_of_theirs_there_is_none(registry) -> None:
    answers = create_app(None, Alive(), language("fr")).test_client()
    assert answers.get("/metrics").status_code == 404
    assert "/metrics" not in answers.get("/").text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("shown"))


@pytest.fixture
def server(registry: CollectorRegistry, made: Certificate) -> Iterator[ScrapeServer]:
    app = create_scrape_app(registry, BEARER)
    shown = Shown(made.ca_file, made.key_file, "metrics.listen.tls")
    with ScrapeServer(app, "127.0.0.1", 0, certificate=shown) as running:
        yield running


def address_of(server: ScrapeServer) -> tuple[str, int]:
    port = int(server.url.rpartition(":")[2])
    return "127.0.0.1", port


def test_they_are_read_over_tls(server: ScrapeServer, made: Certificate) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(
        f"{server.url}/metrics", headers=shown, verify=str(made.ca_file), timeout=10
    )
    assert "vigie_probe 1.0" in answer.text
    assert (
        requests.get(f"{server.url}/healthz", verify=str(made.ca_file), timeout=10).status_code
        == 404
    )
    server.renew()
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{server.url}/metrics", timeout=10)


def test_a_client_that_speaks_no_tls_or_says_nothing_holds_nobody_up(server, made) -> None:
    address = address_of(server)
    silent = socket.create_connection(address, timeout=10)
    plain = socket.create_connection(address, timeout=10)
    plain.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
    shown = {"Authorization": f"Bearer {TOKEN}"}
    with silent, plain:
        answer = requests.get(
            f"{server.url}/metrics", headers=shown, verify=str(made.ca_file), timeout=10
        )
        assert answer.status_code == 200
        with suppress(ConnectionResetError):
            assert b"vigie_probe" not in plain.recv(4096)


def test_old_protocols_are_refused(server: ScrapeServer) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(address_of(server), timeout=10) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain)


def test_a_port_in_use_is_told_by_its_key(server: ScrapeServer, registry) -> None:
    port = address_of(server)[1]
    with pytest.raises(InputError, match=r"^metrics\.listen\.port: "):
        ScrapeServer(create_scrape_app(registry, None), "127.0.0.1", port).start()


def test_a_certificate_that_is_none_is_told(registry, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none")
    files = (tmp_path / "none.pem", tmp_path / "none.pem")
    with pytest.raises(InputError, match="no certificate with its key"):
        ScrapeServer(
            create_scrape_app(registry, None),
            "127.0.0.1",
            0,
            certificate=Shown(*files, "metrics.listen.tls"),
        )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("auth: {type: basic, username: a}", "needs username and password"),
        ("auth: {type: bearer}", "bearer authentication needs token"),
        ("auth: {type: bearer, token: abc}", "a secret does not stand in this file"),
        ("auth: {type: basic, username: 'a:b', password: {env: SECRET}}", "a username ends at a colon"),
        ("listen: {tls: {cert_file: none.pem, key_file: none.pem}}", "there is no file"),
    ],
)  # fmt: skip
def test_settings_that_protect_nothing_are_refused(text, wrong, monkeypatch) -> None:
    monkeypatch.setenv("SECRET", "secret")
    with pytest.raises(InputError, match=wrong):
        parse_settings(f"metrics: {{{text}}}", "vigie.yaml")
