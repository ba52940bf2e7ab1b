import errno
import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
import requests

from monitor.errors import InputError
from monitor.web.server import Proxy, WebServer, _refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def hello(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_serves_on_a_free_port_and_lets_go_of_it() -> None:
    server = WebServer(hello, "127.0.0.1", 0).start()
    url = server.url
    assert requests.get(url, timeout=5).text == "hello"
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_does_not_say_what_it_is_made_of() -> None:
    with WebServer(hello, "127.0.0.1", 0) as server:
        assert "Server" not in requests.get(server.url, timeout=5).headers


def test_stopping_twice_or_unstarted_is_harmless() -> None:
    server = WebServer(hello, "127.0.0.1", 0)
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_an_answer_under_way_is_finished() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked.set()
        may_answer.wait(10)
        return hello(environ, start_response)

    server = WebServer(slow, "127.0.0.1", 0).start()
    url, answers = server.url, list[str]()
    asking = threading.Thread(target=lambda: answers.append(requests.get(url, timeout=10).text))
    asking.start()
    assert asked.wait(10)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    # New connections are refused before the old one has its answer.
    while True:
        try:
            socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=5).close()
        except ConnectionRefusedError:
            break
        except ConnectionResetError:
            continue  # It was waiting to be taken when the listening socket closed.
    may_answer.set()
    asking.join(10)
    stopping.join(10)
    assert answers == ["hello"]


def test_stops_at_once_with_an_idle_connection_open() -> None:
    server = WebServer(hello, "127.0.0.1", 0).start()
    with requests.Session() as session:
        session.get(server.url, timeout=5)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        stopping.join(4)
        assert not stopping.is_alive()


def test_a_port_in_use_names_its_key_and_the_remedy() -> None:
    with WebServer(hello, "127.0.0.1", 0) as first:
        port = int(first.url.rsplit(":", 1)[1])
        with pytest.raises(InputError) as refused:
            WebServer(hello, "127.0.0.1", port).start()
    assert str(refused.value) == (
        f"http.port: {port} is in use on 127.0.0.1: "
        "end the other program, choose another port, or write 0 for any free one"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_foreign_address_names_its_key(host: str) -> None:
    with pytest.raises(InputError, match=r"^http\.host: .* is no address of this machine[^\n]*$"):
        WebServer(hello, host, 0).start()


def test_a_privileged_port_says_so() -> None:
    # Not by binding one: root may, and continuous integration is root.
    refused = _refused("http", "127.0.0.1", 80, PermissionError(errno.EACCES, "Permission denied"))
    assert str(refused) == "http.port: 80 needs privileges: choose a port above 1023"


def test_an_ipv6_address_is_bracketed() -> None:
    try:
        server = WebServer(hello, "::1", 0).start()
    except InputError as error:
        pytest.skip(f"no IPv6 loopback here: {error}")
    with server:
        assert server.url.startswith("http://[::1]:")
        assert requests.get(server.url, timeout=5).text == "hello"


def test_has_no_address_before_it_starts() -> None:
    with pytest.raises(RuntimeError, match="before it starts"):
        _ = WebServer(hello, "127.0.0.1", 0).url


def test_the_word_of_a_proxy_is_taken_where_it_is_trusted():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]

    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    for proxy, said in ((Proxy("127.0.0.1"), "203.0.113.9 https"), (None, "127.0.0.1 http")):
        with WebServer(app, "127.0.0.1", 0, proxy) as server:
            assert requests.get(server.url, headers=forwarded, timeout=10).text == said
