import json
from typing import Any

from monitor.alerts.channels.teams import TeamsChannel
from monitor.alerts.notification import Notification
from tests.support.channels import breach, poster
from tests.support.receivers import Posted, Receiver


def card(told: Notification) -> tuple[Posted, Any]:
    with Receiver() as server:
        TeamsChannel("teams", url=f"{server.url}/w?sig=x", poster=poster()).send(told)
    (posted,) = server.posted
    (attachment,) = posted.json["attachments"]
    assert posted.json["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return posted, attachment["content"]


def test_a_card_shows_subject_and_text() -> None:
    posted, content = card(breach(text="Manquement.\n\nRef : A_B*[x](http://y)\n\n-- \nVigie\n"))
    assert posted.path == "/w?sig=x"
    assert (content["type"], content["version"], content["lang"]) == (
        "AdaptiveCard",
        "1.4",
        "fr-CA",
    )
    title, *lines = content["body"]
    assert (title["color"], title["weight"]) == ("attention", "bolder")
    assert title["text"].startswith("\\[MANQUEMENT\\] TELUS · ")
    assert [line["text"] for line in lines] == [
        "Manquement.",
        r"Ref : A\_B\*\[x\]\(http://y\)",
        "Vigie",
    ]
    assert all(block["wrap"] for block in content["body"])


def test_a_long_text_is_cut_to_what_a_card_may_hold() -> None:
    posted, content = card(breach(text="é" * 100 + "\n" + ("ligne\n" * 5000)))
    assert len(posted.body) <= 24_000
    assert content["body"][-1]["text"] == "…"
    assert json.loads(posted.body)
