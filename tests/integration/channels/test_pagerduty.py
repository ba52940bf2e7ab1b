from datetime import timedelta

import pytest

from monitor.alerts.channels.pagerduty import PagerDutyChannel, dedup_key
from monitor.alerts.escalation import ACKNOWLEDGED
from monitor.alerts.notification import DeliveryFault
from tests.support.channels import breach, closed, correction, poster
from tests.support.receivers import Receiver, answer

KEY = "R0UT1NGKEY"


def pager(url: str) -> PagerDutyChannel:
    return PagerDutyChannel("pager", url=url, routing_key=KEY, poster=poster(secrets=[KEY]))


def test_steps_trigger_an_acknowledgement_acknowledges_and_a_close_resolves() -> None:
    with Receiver(answer(202, b'{"status":"success"}')) as server:
        channel = pager(f"{server.url}/")
        channel.send(breach(1))
        channel.send(breach(2, step="follow-up"))
        channel.send(breach(3, step=f"{ACKNOWLEDGED}#7"))
        receipt = channel.send(closed(4))
    events = [posted.json for posted in server.posted]
    assert {posted.path for posted in server.posted} == {"/v2/enqueue"}
    assert [event["event_action"] for event in events] == [
        "trigger",
        "trigger",
        "acknowledge",
        "resolve",
    ]
    assert len({event["dedup_key"] for event in events}) == 1
    assert {event["routing_key"] for event in events} == {KEY}
    payload = events[0]["payload"]
    assert payload["summary"].startswith("[MANQUEMENT] TELUS")
    assert (payload["severity"], payload["source"]) == ("critical", "telus")
    assert payload["timestamp"] == "2026-11-23T18:00:00+00:00"
    assert receipt.detail == '202 resolve {"status":"success"}'


def test_each_episode_is_an_incident_and_the_last_close_resolves_those_before() -> None:
    assert dedup_key(breach()) != dedup_key(breach(fields={"episode": "1"}))
    assert dedup_key(breach()) != dedup_key(breach(address="autre"))
    with Receiver() as server:
        pager(server.url).send(closed(episode=2))
    keys = [posted.json["dedup_key"] for posted in server.posted]
    assert keys == [dedup_key(breach(), episode) for episode in (0, 1, 2)]


@pytest.mark.parametrize(
    ("verdict", "actions"),
    [
        ("met", ["resolve", "resolve"]),
        ("pending", ["resolve", "resolve"]),
        ("breached", ["trigger"]),
    ],
)
def test_a_correction_resolves_unless_an_alarm_stands(verdict: str, actions: list[str]) -> None:
    with Receiver() as server:
        pager(server.url).send(correction(verdict))
    assert [posted.json["event_action"] for posted in server.posted] == actions
    if actions[0] == "resolve":
        # The incident of the breach that was none, and that of the round it begins.
        assert server.posted[0].json["dedup_key"] == dedup_key(breach())


@pytest.mark.parametrize(
    ("tone", "severity"), [("note", "info"), ("warning", "warning"), ("breach", "critical")]
)
def test_how_grave_it_is(tone: str, severity: str) -> None:
    with Receiver() as server:
        pager(server.url).send(breach(fields={"tone": tone}))
    assert server.posted[0].json["payload"]["severity"] == severity


def test_an_invalid_event_is_refused_for_good_and_throttling_waits() -> None:
    invalid = answer(400, b'{"status":"invalid event","errors":["R0UT1NGKEY is bad"]}')
    slow_down = answer(429, headers={"Retry-After": "30"})
    with Receiver().will(invalid, slow_down) as server:
        with pytest.raises(DeliveryFault, match="answered 400") as refused:
            pager(server.url).send(breach())
        with pytest.raises(DeliveryFault) as later:
            pager(server.url).send(breach())
    assert refused.value.permanent
    assert KEY not in str(refused.value)
    assert (later.value.permanent, later.value.retry_after) == (False, timedelta(seconds=30))


def test_a_digest_opens_one_incident_and_one_of_closes_none() -> None:
    digest = breach(fields={"case": ""}, step="digest")
    with Receiver() as server:
        pager(server.url).send(digest)
        pager(server.url).send(breach(fields={"case": "", "tone": "closed"}, step="digest"))
    (posted,) = server.posted
    assert posted.json["dedup_key"] == digest.key
