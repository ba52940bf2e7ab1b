"""What every channel over HTTP is bound by, against a real server."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.channels.http import hand_over
from monitor.alerts.notification import DeliveryFault
from monitor.outbound.addresses import is_public
from monitor.outbound.posting import Answer, Poster
from tests.support.receivers import Receiver, answer, cut, drip
from tests.support.services import free_port
from tests.support.smtp import certificate


def post(url: str, **options: Any) -> Answer:
    poster = Poster(**{"timeout": timedelta(seconds=5), **options})
    try:
        return hand_over(poster, url, b'{"a": 1}', {})
    finally:
        poster.close()


def refused(url: str, **options: Any) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        post(url, **options)
    return caught.value


@pytest.mark.parametrize(
    ("status", "permanent", "whole_channel"),
    [
        (400, True, False),
        (401, True, False),
        (404, True, False),
        (408, False, True),
        (413, True, False),
        (425, False, False),
        (429, False, True),
        (500, False, False),
        (503, False, True),
        (302, True, False),
    ],
)
def test_what_a_status_means(status, permanent, whole_channel) -> None:
    with Receiver(answer(status, b"no", {"Location": "http://127.0.0.1:1/"})) as server:
        fault = refused(f"{server.url}/hook/secret")
    assert (fault.permanent, fault.whole_channel) == (permanent, whole_channel)
    assert str(fault).startswith(f"{server.url}: answered {status}")
    assert "secret" not in str(fault)
    assert len(server.posted) == 1, "neither followed nor tried again"


@pytest.mark.parametrize("status", [429, 503])
def test_the_patience_asked_for_is_told(status: int) -> None:
    with Receiver(answer(status, headers={"Retry-After": "120"})) as server:
        assert refused(server.url).retry_after == timedelta(minutes=2)


def test_a_drip_is_cut_off_in_time() -> None:
    with Receiver(drip) as server:
        began = time.monotonic()
        fault = refused(server.url, timeout=timedelta(milliseconds=300))
    assert time.monotonic() - began < 30, "a drip of 100 s"
    assert str(fault) == f"{server.url}: no whole answer within 0.3 s"
    assert (fault.permanent, fault.whole_channel) == (False, True)


def test_a_connection_that_breaks_is_tried_once_more() -> None:
    with Receiver().will(cut) as server:
        assert post(server.url).status == 202
    assert len(server.posted) == 2
    with Receiver(cut) as server:
        fault = refused(server.url)
    assert str(fault).endswith(": the connection broke")
    assert len(server.posted) == 2


def test_nobody_listens() -> None:
    fault = refused(f"http://127.0.0.1:{free_port()}/x")
    assert str(fault).endswith(": cannot be reached")
    assert (fault.permanent, fault.whole_channel) == (False, True)


def test_an_answer_is_quoted_short_on_one_line_and_without_secrets() -> None:
    with Receiver(answer(400, b"bad key\r\nR0UT1NG!\x1b " + b"x" * 900)) as server:
        fault = refused(server.url, secrets=["R0UT1NG!"])
    text = str(fault).removeprefix(f"{server.url}: answered 400: ")
    assert text.startswith("bad key …")
    assert len(text) == 200


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    # A receiver that speaks no TLS is as little trusted as one with a stranger's certificate.
    with Receiver() as server:
        fault = refused(f"https://127.0.0.1:{server.port}/")
    assert not fault.permanent
    assert "TLS" in str(fault)
    assert certificate(tmp_path).ca_file.exists()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_private_addresses_are_refused_before_anything_is_sent(host: str) -> None:
    with Receiver() as server:
        fault = refused(f"http://{host}:{server.port}/", public_only=True)
    assert fault.permanent
    assert "allow_private" in str(fault)
    assert server.posted == []


def test_no_proxy_goes_there_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert refused("http://127.0.0.1/", public_only=True).permanent
    assert proxy.posted == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:a00:1::", False),
    ],
)
def test_what_is_public(address, public) -> None:
    assert is_public(address) is public
