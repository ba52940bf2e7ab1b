"""Pages over TLS: waitress behind a front that shakes hands, by the wire."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from monitor.errors import InputError
from monitor.web.certificates import Certificate
from monitor.web.server import Proxy, WebServer
from tests.support.smtp import Certificate as Made
from tests.support.smtp import certificate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BIG = 4 * 1024 * 1024


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    path = environ["PATH_INFO"]
    if path == "/big":
        return (b"x" * 65536 for _ in range(BIG // 65536))
    if path == "/echo":
        return [str(len(environ["wsgi.input"].read())).encode()]
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def shown(made: Made) -> Certificate:
    return Certificate(made.ca_file, made.key_file, "http.tls")


@pytest.fixture
def server(shown: Certificate) -> Iterator[WebServer]:
    with WebServer(app, "127.0.0.1", 0, certificate=shown) as running:
        yield running


def port_of(server: WebServer) -> int:
    return int(server.url.rsplit(":", 1)[1])


def connected(server: WebServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(server)), timeout=10)


def get(server: WebServer, made: Made, path: str = "/", **more: Any) -> str:
    return requests.get(server.url + path, verify=str(made.ca_file), timeout=10, **more).text


def test_pages_are_served_over_tls_and_know_who_asks(server: WebServer, made: Made) -> None:
    assert server.url.startswith("https://127.0.0.1:")
    assert get(server, made) == "127.0.0.1 https"


def test_several_requests_go_over_one_connection(server: WebServer, made: Made) -> None:
    with requests.Session() as session:
        said = {
            session.get(server.url, verify=str(made.ca_file), timeout=10).text for _ in range(3)
        }
    assert said == {"127.0.0.1 https"}


def test_much_goes_both_ways_whole(server: WebServer, made: Made) -> None:
    assert len(get(server, made, "/big")) == BIG
    answer = requests.post(
        server.url + "/echo", data=b"y" * 1_000_000, verify=str(made.ca_file), timeout=10
    )
    assert answer.text == "1000000"


def test_a_word_forwarded_by_whoever_is_not_the_proxy_counts_for_nothing(
    shown: Certificate, made: Made
) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    for proxy, said in (
        (None, "127.0.0.1 https"),
        (Proxy("192.0.2.1"), "127.0.0.1 https"),
        (Proxy("127.0.0.1"), "203.0.113.9 http"),
    ):
        with WebServer(app, "127.0.0.1", 0, proxy, shown) as server:
            assert get(server, made, headers=forwarded) == said


def test_slow_handshakes_hold_up_nobody(server: WebServer, made: Made) -> None:
    slow = [connected(server) for _ in range(20)]
    slow[0].sendall(b"\x16\x03\x01")
    assert get(server, made) == "127.0.0.1 https"
    for each in slow:
        each.close()


def test_a_client_that_does_not_read_holds_up_nobody(server: WebServer, made: Made) -> None:
    context = ssl.create_default_context(cafile=str(made.ca_file))
    with context.wrap_socket(connected(server), server_hostname="localhost") as lazy:
        lazy.sendall(b"GET /big HTTP/1.0\r\n\r\n")
        assert get(server, made) == "127.0.0.1 https"
        read = 0
        while piece := lazy.recv(65536):
            read += len(piece)
        assert read > BIG


def test_what_is_no_tls_is_turned_away(server: WebServer, made: Made) -> None:
    with connected(server) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"HTTP" not in plain.recv(100)
    assert get(server, made) == "127.0.0.1 https"


def test_old_versions_are_not_spoken(server: WebServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with connected(server) as old, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(old)


def test_a_renewed_certificate_is_shown_to_those_who_come_later(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("renewed")
    first = certificate(folder)
    shown = Certificate(first.ca_file, first.key_file, "http.tls")
    with WebServer(app, "127.0.0.1", 0, certificate=shown) as server:
        before = first.ca_file.read_bytes()
        second = certificate(folder)
        (old := folder / "old.pem").write_bytes(before)
        assert requests.get(server.url, verify=str(old), timeout=10).ok
        server.renew()
        assert get(server, second) == "127.0.0.1 https"
        second.key_file.write_text("no key")
        with pytest.raises(InputError, match=r"^http\.tls: .* are no certificate with its key"):
            server.renew()
        assert get(server, second) == "127.0.0.1 https"


def test_a_key_with_a_password_is_refused_and_nobody_asked(made: Made, tmp_path) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for this alone

    key = serialization.load_pem_private_key(made.key_file.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(InputError, match="without a password"):
        Certificate(made.ca_file, locked, "http.tls").context()


def test_an_answer_under_way_is_finished_and_idle_ones_go(shown: Certificate, made: Made) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked.set()
        may_answer.wait(10)
        return app(environ, start_response)

    server = WebServer(slow, "127.0.0.1", 0, certificate=shown).start()
    halfway = connected(server)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(get(server, made)))
    asking.start()
    assert asked.wait(10)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    while True:
        try:
            connected(server).close()
        except OSError:
            break
        time.sleep(0)
    may_answer.set()
    asking.join(10)
    stopping.join(10)
    halfway.close()
    assert answers == ["127.0.0.1 https"]
    assert not stopping.is_alive()


def test_stopping_unstarted_or_twice_is_harmless(shown: Certificate) -> None:
    server = WebServer(app, "127.0.0.1", 0, certificate=shown)
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_the_days_a_certificate_holds_for_are_read(shown: Certificate) -> None:
    since, until = shown.held()
    assert 1 <= (until - since).days <= 2
