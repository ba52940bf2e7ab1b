"""One GET against a server that misbehaves for real: bounded, and giving nothing away."""

import socket
import time

import pytest
from pydantic import SecretStr

from monitor.clock.wall import ManualClock
from monitor.collectors.http import HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.errors import InputError
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Behaviour, Exchange
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.sources import BODY, START, Credentials, client

KIND = "tmf621-v4"
TOKEN = "s3cr3t-token-value"


@pytest.fixture
def server():
    provider = SimulatedProvider("telus", ManualClock(START))
    for _ in range(3):
        provider.open_ticket("incident", BODY)
    with MisbehavingServer(ProviderServer(provider)) as running:
        yield running


def get(server: MisbehavingServer, seconds: float = 5, auth: Credentials | None = None):
    opened = client(server.url(KIND), seconds, auth)
    try:
        return opened.get("troubleTicket", {"limit": "100"})
    finally:
        opened.close()


def fault_of(server: MisbehavingServer, *behaviours: Behaviour, seconds: float = 5) -> HttpFault:
    server.will(*behaviours)
    with pytest.raises(HttpFault) as fault:
        get(server, seconds)
    return fault.value


def test_json_is_read_whatever_type_it_is_declared_as(server) -> None:
    server.will(does.content(b'[{"id": "\xc3\xa9"}]', "text/plain; charset=latin-1"))
    assert get(server).content == [{"id": "é"}]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, "http_4xx"),
        (401, "auth"),
        (403, "auth"),
        (404, "http_4xx"),
        (416, "http_4xx"),
        (429, "throttled"),
        (500, "http_5xx"),
        (503, "http_5xx"),
        (204, "http_2xx"),
    ],
)
def test_each_status_has_its_kind(server, code: int, kind: str) -> None:
    fault = fault_of(server, does.status(code, body=b""))
    assert (fault.kind, fault.status) == (kind, code)
    assert str(fault).startswith(f"{server.url(KIND)}/troubleTicket: answered {code}")


@pytest.mark.parametrize("code", [429, 503])
def test_what_the_server_asks_for_is_told_and_not_slept(server, code: int) -> None:
    began = time.monotonic()
    fault = fault_of(server, does.status(code, {"Retry-After": "30"}))
    assert fault.wait is not None
    assert fault.wait.total_seconds() == 30
    assert time.monotonic() - began < 2
    assert fault_of(server, does.status(code)).wait is None


def test_a_login_page_is_no_empty_list(server) -> None:
    fault = fault_of(server, does.login_page)
    assert fault.kind == "auth"
    assert "a web page came instead of JSON" in str(fault)
    assert fault_of(server, does.content(b"  <html>")).kind == "auth"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "not_json"),
        (b"nonsense", "not_json"),
        (b'{"a": }', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[" + b"9" * 5000 + b"]", "not_json"),
        (b"\xff\xfe\xfd", "not_json"),
    ],
)
def test_what_is_no_json(server, body: bytes, kind: str) -> None:
    assert fault_of(server, *[does.content(body)] * 2).kind == kind


@pytest.mark.parametrize("break_it", [does.truncated_json, does.broken_off, does.reset])
def test_a_broken_answer_is_asked_for_once_more(server, break_it: Behaviour) -> None:
    server.will(break_it)
    assert len(get(server).content) == 3
    assert len(server.received) == 2


@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        (does.truncated_json, "truncated"),
        (does.broken_off, "truncated"),
        (does.reset, "reset"),
    ],
)
def test_broken_twice_is_a_fault(server, break_it: Behaviour, kind: str) -> None:
    assert fault_of(server, break_it, break_it).kind == kind
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "slow", [does.drip, does.drip_headers, does.drip_without_length, does.never]
)
def test_the_deadline_is_for_everything_together(server, slow: Behaviour) -> None:
    began = time.monotonic()
    fault = fault_of(server, slow, seconds=0.4)
    assert fault.kind == "timeout"
    assert "no whole answer within 0.4 s" in str(fault)
    assert 0.35 < time.monotonic() - began < 1.5


def test_a_connection_cut_at_its_deadline_does_not_spoil_the_next_request(server) -> None:
    opened = client(server.url(KIND), 0.4)
    server.will(does.drip)
    with pytest.raises(HttpFault):
        opened.get("troubleTicket", {})
    assert len(opened.get("troubleTicket", {}).content) == 3
    opened.close()


def test_one_connection_serves_many_requests(server) -> None:
    opened = client(server.url(KIND))
    ports = set()

    def noting(exchange: Exchange) -> None:
        ports.add(exchange.handler.client_address[1])
        does.well(exchange)

    server.otherwise = noting
    for _ in range(5):
        opened.get("troubleTicket", {})
    opened.close()
    assert len(ports) == 1


def test_less_time_than_the_timeout_may_be_left(server) -> None:
    server.will(does.never)
    opened = client(server.url(KIND), 30)
    began = time.monotonic()
    with pytest.raises(HttpFault, match=r"within 0.3 s"):
        opened.get("troubleTicket", {}, within=0.3)
    assert time.monotonic() - began < 2
    opened.close()


@pytest.mark.parametrize("big", [does.huge, does.zip_bomb])
def test_an_answer_without_end_is_given_up(server, big: Behaviour) -> None:
    fault = fault_of(server, big, seconds=30)
    assert fault.kind == "too_large"
    assert "larger than 16 MiB; ask for fewer records at a time with page_size" in str(fault)
    # What the sockets' buffers hold is all that was sent beyond.
    assert server.sent_mib < 40


def test_nobody_listening() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        opened = client(f"http://127.0.0.1:{taken.getsockname()[1]}/api")
        with pytest.raises(HttpFault, match="cannot be reached") as fault:
            opened.get("troubleTicket", {})
    opened.close()
    assert fault.value.kind == "unreachable"


AUTHS = [
    (Credentials("bearer", token=SecretStr(TOKEN)), "Authorization", f"Bearer {TOKEN}"),
    (Credentials("api-key", token=SecretStr(TOKEN), header="X-Key"), "X-Key", TOKEN),
    (
        Credentials("basic", username="vigie", password=SecretStr("mot:dé passe")),
        "Authorization",
        "Basic dmlnaWU6bW90OmTDqSBwYXNzZQ==",
    ),
]


@pytest.mark.parametrize(("auth", "header", "value"), AUTHS)
def test_credentials_are_sent(server, auth: Credentials, header: str, value: str) -> None:
    get(server, auth=auth)
    assert server.received[0].headers[header] == value


@pytest.mark.parametrize(("auth", "header", "value"), AUTHS)
def test_credentials_follow_a_redirect_within_the_origin_and_nowhere_else(
    server, auth: Credentials, header: str, value: str
) -> None:
    here = does.status(302, {"Location": "/tmf-api/troubleTicket/v4/troubleTicket?limit=2"})
    server.will(here)
    assert len(get(server, auth=auth).content) == 2
    assert [one.headers.get(header) for one in server.received] == [value, value]

    with MisbehavingServer(otherwise=does.content(b"[]")) as elsewhere:
        server.will(does.status(302, {"Location": f"{elsewhere.origin}/x"}))
        with pytest.raises(HttpFault) as fault:
            get(server, auth=auth)
    assert fault.value.kind == "redirect"
    assert "redirects to another server (127.0.0.1), which is not followed" in str(fault.value)
    assert elsewhere.received == []


@pytest.mark.parametrize("location", ["http://[x", "ftp://127.0.0.1/", "//10.0.0.1/", "https:///"])
def test_odd_redirects_are_not_followed(server, location: str) -> None:
    assert fault_of(server, does.status(307, {"Location": location})).kind == "redirect"


def test_a_redirect_in_circles_ends(server) -> None:
    server.otherwise = does.status(302, {"Location": "/around"})
    assert fault_of(server).kind == "redirect"
    assert len(server.received) == 4


def test_no_cookie_is_kept_and_no_netrc_read(server, tmp_path, monkeypatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login nobody password leaked\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    opened = client(server.url(KIND))
    server.will(does.status(200, {"Set-Cookie": "session=1"}, b"[]"))
    opened.get("troubleTicket", {})
    opened.get("troubleTicket", {})
    opened.close()
    assert "Cookie" not in server.received[1].headers
    assert "Authorization" not in server.received[1].headers


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(server, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert len(get(server).content) == 3


def test_a_proxy_is_used_on_the_way_out(monkeypatch) -> None:
    with MisbehavingServer(otherwise=does.content(b"[1]")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        opened = client("http://provider.invalid/api")
        assert opened.get("troubleTicket", {}).content == [1]
        opened.close()
    assert proxy.received[0].target == "http://provider.invalid/api/troubleTicket"


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f" {TOKEN}", f"{TOKEN}\r\nX-Evil: 1", f"{TOKEN}é"])
def test_a_token_no_header_can_carry_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(InputError) as error:
        client("http://127.0.0.1/", auth=Credentials("bearer", token=SecretStr(token)))
    assert "sources[test].auth.token: " in str(error.value)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://host/api", "is not a web address"),
        ("https://", "is not a web address"),
        ("https://host:port/", "is not a web address"),
        ("https://me:secret@host/api", "holds credentials, a query or a fragment"),
        ("https://host/api?key=secret", "holds credentials, a query or a fragment"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        client(url)
    assert "secret" not in str(error.value)


def test_no_secret_is_in_a_fault(server) -> None:
    auth = Credentials("bearer", token=SecretStr(TOKEN))
    for behaviour in (does.status(500), does.login_page, does.truncated_json, does.reset):
        server.will(behaviour, behaviour)
        with pytest.raises(HttpFault) as fault:
            get(server, auth=auth)
        assert TOKEN not in repr(fault.value) + str(fault.value)
        server.line.clear()


def test_a_client_is_a_client_of_one_api() -> None:
    opened: HttpClient = client("https://host/tmf-api/troubleTicket/v4/")
    assert opened.url == "https://host/tmf-api/troubleTicket/v4"
    opened.close()
