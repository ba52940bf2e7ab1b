"""Through the real library, to its service of plain JSON over HTTP."""

import sys
from datetime import timedelta

import pytest

from monitor.alerts.channels.apprise import AppriseChannel, Content, MissingLibraryError
from monitor.alerts.notification import DeliveryFault
from tests.support.channels import breach
from tests.support.receivers import Receiver, answer, drip

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""The library's own affair."""


def apprise(
    server: Receiver, *, content: Content = "subject", seconds: float = 20
) -> AppriseChannel:
    url = f"json://127.0.0.1:{server.port}/{{address}}"
    return AppriseChannel("sms", url=url, content=content, timeout=timedelta(seconds=seconds))


def test_a_short_message_is_the_subject() -> None:
    with Receiver(answer(200)) as server:
        receipt = apprise(server).send(breach(address="+14185550100"))
    (posted,) = server.posted
    assert posted.path.rstrip("/") in ("/%2B14185550100", "/+14185550100")
    assert posted.json["message"].startswith("[MANQUEMENT] TELUS")
    assert (posted.json["type"], posted.json["title"]) == ("failure", "")
    assert receipt.detail == "accepted by json"


def test_a_whole_one_has_the_text() -> None:
    with Receiver(answer(200)) as server:
        apprise(server, content="text").send(breach())
    assert "Échéance : 13 h" in server.posted[0].json["message"]


def test_what_the_service_refuses_may_pass_later() -> None:
    with Receiver(answer(500)) as server, pytest.raises(DeliveryFault) as refused:
        apprise(server).send(breach())
    assert str(refused.value) == "json: the service did not accept it"
    assert not refused.value.permanent


def test_a_service_that_drips_is_left_behind() -> None:
    with (
        Receiver(drip) as server,
        pytest.raises(DeliveryFault, match=r"took longer than 0\.2 s") as slow,
    ):
        apprise(server, seconds=0.2).send(breach())
    assert slow.value.whole_channel


def test_an_address_that_apprise_does_not_know_is_refused_when_made() -> None:
    with pytest.raises(ValueError, match="does not know"):
        AppriseChannel("sms", url="pigeon://x", content="subject", timeout=timedelta(seconds=1))


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingLibraryError):
        AppriseChannel("sms", url="json://x", content="subject", timeout=timedelta(seconds=1))
