"""`vigie channel` against real receivers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.simulator.smtp_sink import SmtpSink
from tests.support.command_line import Ran, run
from tests.support.receivers import Receiver, answer
from tests.support.services import free_port
from tests.support.smtp import part

CONFIGURATION = """\
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp}, security: none, sender: vigie@example.org,
    fallback: {{channel: pager, address: garde}}}}
  gone: {{type: smtp, host: 127.0.0.1, port: {closed}, security: none, sender: vigie@example.org,
    fallback: {{role: on-call}}}}
  pager: {{type: pagerduty, routing_key: {{env: PAGER_KEY}}, url: "{url}"}}
recipients:
  - {{role: on-call, channel: mail, address: garde@example.org}}
"""


class Commands:
    def __init__(self, path: Path, sink: SmtpSink) -> None:
        self._path, self.sink = path, sink

    def __call__(self, *arguments: str) -> Ran:
        return run("channel", *arguments, "--config", str(self._path), PAGER_KEY="K3Y")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def channel(tmp_path: Path, receiver: Receiver):
    with SmtpSink() as sink:
        path = tmp_path / "vigie.yaml"
        path.write_text(
            CONFIGURATION.format(smtp=sink.port, closed=free_port(), url=receiver.url),
            encoding="utf-8",
        )

        yield Commands(path, sink)


def test_channels_are_listed_with_their_fallbacks(channel) -> None:
    assert channel("list", "--json").json == [
        {"name": "mail", "type": "smtp", "recipients": 1, "fallback": "pager: garde"},
        {"name": "gone", "type": "smtp", "recipients": 0, "fallback": "on-call"},
        {"name": "pager", "type": "pagerduty", "recipients": 0, "fallback": None},
    ]
    assert "pagerduty" in channel("list").out


def test_a_trial_is_marked_in_both_languages_and_its_answer_printed(channel) -> None:
    ran = channel("test", "mail")
    assert ran.status == 0
    assert ran.out.startswith("accepted for garde@example.org: 250 ")
    (mail,) = channel.sink.received
    assert str(mail.message["Subject"]).startswith("[ESSAI] Vigie peut vous joindre / [TRIAL] ")
    assert "rien n’est en retard" in part(mail.message, "plain")
    assert "nothing is late" in part(mail.message, "plain")
    channel("test", "mail", "--to", "moi@example.org")
    assert channel.sink.received[1].recipients == ("moi@example.org",)


def test_an_incident_that_a_trial_opens_is_closed(channel, receiver) -> None:
    assert channel("test", "pager", "--to", "garde").status == 0
    events = [posted.json for posted in receiver.posted]
    assert [event["event_action"] for event in events] == ["trigger", "resolve"]
    assert events[0]["dedup_key"] == events[1]["dedup_key"]


def test_what_does_not_get_through_ends_with_one(channel, receiver) -> None:
    ran = channel("test", "gone", "--to", "moi@example.org")
    assert ran.status == 1
    assert ran.err.startswith("failed for moi@example.org, may pass: 127.0.0.1:")
    receiver.will(answer(400, b"bad"))
    refused = channel("test", "pager", "--to", "garde", "--json")
    assert refused.status == 1
    assert (refused.json["accepted"], refused.json["permanent"]) == (False, True)
    assert "K3Y" not in refused.out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("test", "mial"), "no channel 'mial' is configured: did you mean 'mail'?"),
        (("test", "pager"), "nobody is reached by the channel 'pager': say by --to whom to try"),
        (("test", "mail", "--to", "moi"), "'moi' is no e-mail address: write it as name@host"),
    ],
)
def test_what_cannot_be_tried_is_told(channel, arguments, error) -> None:
    ran = channel(*arguments)
    assert (ran.status, ran.error) == (2, error)


def test_the_schema_is_printed(channel) -> None:
    assert channel("schema").json["title"] == "Vigie notification, version 1"
