"""Against a real Alertmanager."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.notification import DeliveryFault
from tests.support.alertmanager import Alertmanager, alertmanager
from tests.support.channels import breach, closed, correction, poster
from tests.support.receivers import Receiver, answer
from tests.support.services import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as running:
        yield running


def channel(*urls: str, ahead: timedelta = timedelta()) -> AlertmanagerChannel:
    return AlertmanagerChannel(
        "am",
        urls=urls,
        posters=[poster() for _ in urls],
        headers={"Authorization": "Bearer t"},
        now=lambda: datetime.now(UTC) + ahead,
        refresh_every=timedelta(minutes=1),
        resolve_after=timedelta(minutes=10),
    )


def test_a_breach_stands_until_it_closes(server: Alertmanager) -> None:
    case = {"case": "INC-1"}
    channel(server.url).send(breach(fields=case))
    (alert,) = server.alerts(**case)
    assert alert["labels"] == {
        "alertname": "VigieObligation",
        "severity": "critical",
        "provider": "telus",
        "commitment": "service-restoration",
        "case": "INC-1",
        "kind": "ticket",
        "organization": "1001",
        "recipient": "gestion@example.org",
    }
    assert alert["annotations"]["summary"].startswith("[MANQUEMENT] TELUS")
    channel(server.url).send(closed(case="INC-1"))
    assert server.alerts(**case) == []


def test_a_graver_step_takes_the_place_of_the_one_before(server: Alertmanager) -> None:
    case = {"case": "INC-2"}
    channel(server.url).send(breach(1, fields={**case, "tone": "warning"}))
    channel(server.url).send(breach(2, fields=case))
    assert [alert["labels"]["severity"] for alert in server.alerts(**case)] == ["critical"]


def test_a_correction_ends_what_was_none_and_raises_what_is(server: Alertmanager) -> None:
    case = {"case": "INC-4711"}
    channel(server.url).send(breach())
    channel(server.url).send(correction("met"))
    assert server.alerts(**case) == []
    channel(server.url).send(correction("breached"))
    assert [alert["labels"]["severity"] for alert in server.alerts(**case)] == ["critical"]


def test_told_again_it_ends_later(server: Alertmanager) -> None:
    told = breach(fields={"case": "INC-3"})
    channel(server.url).send(told)
    (before,) = server.alerts(case="INC-3")
    channel(server.url, ahead=timedelta(minutes=5)).refresh([told])
    (after,) = server.alerts(case="INC-3")
    assert after["fingerprint"] == before["fingerprint"]
    gained = datetime.fromisoformat(after["endsAt"]) - datetime.fromisoformat(before["endsAt"])
    assert gained > timedelta(minutes=4)


def test_all_of_a_storm_is_told_again(server: Alertmanager) -> None:
    storm = [breach(n, fields={"case": f"ST-{n}", "provider": "rogers"}) for n in range(1100)]
    channel(server.url).refresh(storm)
    assert len(server.alerts(provider="rogers")) == 1100


def test_the_heartbeat_always_fires(server: Alertmanager) -> None:
    channel(server.url).beat()
    (alert,) = server.alerts(alertname="VigieHeartbeat")
    assert alert["status"]["state"] == "active"


def test_one_member_of_a_cluster_is_enough(server: Alertmanager) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    receipt = channel(gone, server.url).send(breach(fields={"case": "INC-4"}))
    assert receipt.detail == f"accepted by 1 of 2; {gone}: cannot be reached"
    assert len(server.alerts(case="INC-4")) == 1
    with pytest.raises(DeliveryFault, match="cannot be reached") as nobody:
        channel(gone).send(breach())
    assert (nobody.value.permanent, nobody.value.whole_channel) == (False, True)


def test_what_all_members_refuse_is_refused_for_good() -> None:
    with Receiver(answer(400)) as one, Receiver(answer(400)) as two:
        with pytest.raises(DeliveryFault) as refused:
            channel(one.url, two.url).send(breach())
        assert refused.value.permanent
        two.will(answer(503, headers={"Retry-After": "7"}))
        with pytest.raises(DeliveryFault) as mixed:
            channel(one.url, two.url).send(breach())
    assert not mixed.value.permanent
    assert one.posted[0].headers["Authorization"] == "Bearer t"
