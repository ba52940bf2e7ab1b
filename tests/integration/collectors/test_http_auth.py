"""Credentials that end, are taken back or are shown as certificates, against real servers."""

import ssl
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.clock.wall import ManualClock
from monitor.collectors.http import HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.errors import InputError
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.behaviours import TokenDesk
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.services import require
from tests.support.smtp import Certificate, certificate
from tests.support.sources import BODY, START, Credentials

SECRET = "s3cr3t/of the client"
KIND = "tmf621-v4"


@dataclass(frozen=True)
class Files:
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@pytest.fixture
def server():
    provider = SimulatedProvider("telus", ManualClock(START))
    for _ in range(3):
        provider.open_ticket("incident", BODY)
    with MisbehavingServer(ProviderServer(provider)) as running:
        yield running


def opened(server: MisbehavingServer, desk: MisbehavingServer, **changes) -> HttpClient:
    auth = Credentials(
        "oauth2",
        token_url=f"{desk.origin}/oauth/token",
        client_id="vigie",
        client_secret=SecretStr(SECRET),
        **changes,
    )
    timeout = timedelta(seconds=5)
    return HttpClient(server.url(KIND), auth, where="sources[test]", timeout=timeout)


def rows(client: HttpClient) -> int:
    return len(client.get("troubleTicket", {"limit": "100"}).content)


def test_a_token_is_asked_for_once_and_used_for_all(server) -> None:
    desk = TokenDesk()
    server.otherwise = desk.guard()
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority, scope="tickets.read")
        assert [rows(client) for _ in range(3)] == [3, 3, 3]
        client.close()
    (asked,) = desk.asked
    assert (asked.method, asked.path) == ("POST", "/oauth/token")
    assert asked.body == b"grant_type=client_credentials&scope=tickets.read"
    # RFC 6749: each part encoded before they are joined.
    assert asked.headers["Authorization"] == ("Basic dmlnaWU6czNjcjN0JTJGb2YlMjB0aGUlMjBjbGllbnQ=")


def test_the_client_may_be_told_in_the_form(server) -> None:
    desk = TokenDesk()
    server.otherwise = desk.guard()
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority, client_auth="body")
        rows(client)
        client.close()
    (asked,) = desk.asked
    assert "Authorization" not in asked.headers
    assert asked.body.endswith(b"&client_id=vigie&client_secret=s3cr3t%2Fof+the+client")


@pytest.mark.parametrize("expires_in", [1, "25", 30])
def test_a_token_about_to_end_is_not_begun_with(server, expires_in: object) -> None:
    desk = TokenDesk(expires_in)
    server.otherwise = desk.guard()
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority)
        assert [rows(client), rows(client)] == [3, 3]
        client.close()
    assert len(desk.asked) == 2


@pytest.mark.parametrize("expires_in", [None, "soon", -1, 0, 1e999, [1]])
def test_a_token_without_an_end_is_used_until_it_is_refused(server, expires_in: object) -> None:
    desk = TokenDesk(expires_in)
    server.otherwise = desk.guard()
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority)
        assert [rows(client), rows(client)] == [3, 3]
        server.will(desk.take_back)
        assert rows(client) == 3
        client.close()
    assert len(desk.asked) == 2


def test_a_second_refusal_is_a_fault_of_authentication(server) -> None:
    desk = TokenDesk()
    server.otherwise = does.status(401)
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority)
        with pytest.raises(HttpFault, match="answered 401; check auth") as fault:
            rows(client)
        client.close()
    assert fault.value.kind == "auth"
    assert (len(server.received), len(desk.asked)) == (2, 2)


@pytest.mark.parametrize(
    ("behaviour", "kind", "said"),
    [
        (does.status(401), "auth", "gives no access token (answered 401); check auth.client_id"),
        (does.status(400), "auth", "gives no access token (answered 400)"),
        (does.status(503), "http_5xx", "answered 503"),
        (does.login_page, "auth", "a web page came instead of JSON"),
        (does.content(b"{}"), "auth", "holds no access token"),
        (does.content(b'{"access_token": "a\\nb"}'), "auth", "holds no access token"),
        (does.status(302, {"Location": "http://elsewhere.invalid/"}), "redirect", "redirects"),
    ],
)
def test_an_authority_that_gives_no_token_is_a_fault(server, behaviour, kind, said) -> None:
    with MisbehavingServer(otherwise=behaviour) as authority:
        client = opened(server, authority)
        with pytest.raises(HttpFault) as fault:
            rows(client)
        client.close()
    assert fault.value.kind == kind
    assert said in str(fault.value)
    assert "s3cr3t" not in str(fault.value) + repr(fault.value)
    assert server.received == []


def test_what_was_issued_is_in_no_fault(server) -> None:
    desk = TokenDesk()
    server.otherwise = does.status(500)
    with MisbehavingServer(otherwise=desk.issue) as authority:
        client = opened(server, authority)
        with pytest.raises(HttpFault) as fault:
            rows(client)
        client.close()
    assert "f00d" not in str(fault.value) + repr(fault.value)


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("theirs"))


def demanding(theirs: Certificate, ours: Certificate) -> ssl.SSLContext:
    """A server's side that wants to see a certificate of the client's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(theirs.ca_file, theirs.key_file)
    context.load_verify_locations(ours.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def over_tls(origin: str, files: Files) -> HttpClient:
    return HttpClient(
        f"{origin}/api",
        Credentials(),
        where="sources[test]",
        timeout=timedelta(seconds=5),
        tls=files,
    )


def test_a_certificate_is_shown_to_a_server_that_wants_one(ours, theirs) -> None:
    with MisbehavingServer(otherwise=does.content(b"[1]"), tls=demanding(theirs, ours)) as server:
        client = over_tls(server.origin, Files(theirs.ca_file, ours.ca_file, ours.key_file))
        assert client.get("x", {}).content == [1]
        client.close()
        for files in (Files(theirs.ca_file), Files(None, ours.ca_file, ours.key_file)):
            refused = over_tls(server.origin, files)
            with pytest.raises(HttpFault) as fault:
                refused.get("x", {})
            refused.close()
            assert fault.value.kind in ("tls", "reset")
        assert len(server.received) == 1


def test_files_that_cannot_be_used_are_said_at_once(ours, theirs, tmp_path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    for files, said in (
        (Files(ca_file=nothing), r"sources\[test\].tls.ca_file: .* cannot be read as certificates"),
        (Files(None, nothing, ours.key_file), r"tls.cert_file: .* are no certificate and its key"),
        (Files(None, ours.ca_file, theirs.key_file), r"tls.cert_file: .* \(KEY_VALUES_MISMATCH\)"),
    ):
        with pytest.raises(InputError, match=said):
            over_tls("https://provider.invalid", files)


def test_an_encrypted_key_is_refused_and_not_asked_for_on_the_terminal(ours, tmp_path) -> None:
    locked = tmp_path / "locked.pem"
    subprocess.run(
        [require("openssl"), "ec", "-aes256", "-passout", "pass:mot-de-passe", "-in", ours.key_file,
         "-out", locked],
        check=True, capture_output=True,
    )  # fmt: skip
    with pytest.raises(InputError, match=r"tls.key_file: .* is encrypted"):
        over_tls("https://provider.invalid", Files(None, ours.ca_file, locked))
