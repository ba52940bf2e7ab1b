"""A server on this machine is known by its certificate, whatever name it is reached by."""

import pytest
import requests

from monitor.outbound.pinned import PinnedAdapter
from monitor.web.certificates import Certificate
from monitor.web.server import WebServer
from tests.support.smtp import certificate
from tests.unit.web.test_server import hello


def test_it_is_talked_to_and_no_other(tmp_path_factory):
    ours, theirs = (certificate(tmp_path_factory.mktemp(n), "DNS:vigie.example.org") for n in "ab")
    shown = Certificate(ours.ca_file, ours.key_file, "http.tls")
    other = Certificate(theirs.ca_file, theirs.key_file, "http.tls")
    with WebServer(hello, "127.0.0.1", 0, certificate=shown) as server:
        for known, is_it in ((shown, True), (other, False)):
            with requests.Session() as session:
                session.trust_env = False
                session.mount("https://", PinnedAdapter(known.fingerprint()))
                if is_it:
                    assert session.get(server.url, timeout=10).text == "hello"
                else:
                    with pytest.raises(requests.exceptions.SSLError, match="Fingerprints"):
                        session.get(server.url, timeout=10)
