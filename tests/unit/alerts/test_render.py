import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.escalation import Recipient
from monitor.alerts.policy.situation import Fired
from monitor.alerts.render import Story
from monitor.contract.model import Status
from tests.support.cases import utc
from tests.support.stories import BILLING, DELIVERY, MANAGER, RESTORATION, rendered, story

GOLDEN = Path(__file__).parent / "golden"
RECEIVED = "2026-11-20 16:00"  # A Friday; due Wednesday at 13:00.
HOSTILE = "INC\r\nBcc: a@evil.example\x1b[31m\u202e\u2028<script>alert(1)</script>&\"'\0"


def working(now: str, **changes: Any) -> Story:
    statuses = [("in_progress", "2026-11-20 16:20")]
    return story(
        RESTORATION, RECEIVED, statuses, now, organization="Ministère de la Santé", **changes
    )


REPORT_DUE = "2026-10-15 23:59:59"


def report_due(statuses: list[tuple[str, str]], now: str, **changes: Any) -> Story:
    facts: dict[str, Any] = {"source": "vigie", "category": "billing-report"}
    return story(BILLING, REPORT_DUE, statuses, now, ref="FACT-2026-10", **facts, **changes)


STORIES = {
    "note": lambda: working("2026-11-24 10:00"),
    "breach": lambda: working("2026-11-25 13:00", just_after=True),
    "late": lambda: working("2026-11-25 15:05"),
    "last-step": lambda: working("2026-11-27 13:00"),
    "unconfirmed": lambda: working("2026-11-25 15:05", silent_since="2026-11-24 09:30"),
    "closed-in-time": lambda: story(
        RESTORATION,
        RECEIVED,
        [("restored", "2026-11-24 11:00")],
        "2026-11-24 11:05",
        fired=[Fired("half", 0, utc("2026-11-24 10:00"))],
    ),
    "closed-late": lambda: story(
        RESTORATION, RECEIVED, [("restored", "2026-11-25 15:05")], "2026-11-25 15:06"
    ),
    "delivery-over-the-holidays": lambda: story(
        DELIVERY,
        "2026-12-22 15:30",
        [("acknowledged", "2026-12-22 16:00")],
        "2026-12-29 13:00",
        place="Saint-Inconnu",
        region_provisional=True,
    ),
    "report-due": lambda: report_due(
        [("awaited", REPORT_DUE)], "2026-11-13 00:00", just_after=True
    ),
    "report-arrived": lambda: report_due(
        [("awaited", REPORT_DUE), ("delivered", "2026-11-12 16:30")],
        "2026-11-12 16:31",
        fired=[Fired("half", 0, utc("2026-10-30 00:00"))],
    ),
    "breach-next": lambda: story(DELIVERY, "2026-11-23 15:30", [], "2026-11-26 12:00"),
    "paused": lambda: story(
        RESTORATION.model_copy(update={"pause_statuses": frozenset({Status.WAITING_CLIENT})}),
        RECEIVED,
        [("waiting_client", "2026-11-24 11:00")],
        "2026-11-25 11:00",
    ),
    "reopened": lambda: story(
        RESTORATION,
        RECEIVED,
        [("restored", "2026-11-24 11:00"), ("reopened", "2026-11-25 08:00")],
        "2026-11-25 08:00",
    ),
}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", STORIES)
def test_the_text_is_word_for_word(name, lang):
    """To accept new words, delete the file: it is written again, and this fails once."""
    told = rendered(STORIES[name](), lang)
    text = f"{told.subject}\n\n{told.text}"
    golden = GOLDEN / f"{name}.{lang}.txt"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
        pytest.fail(f"{golden.name} was not there and is written: read it")
    assert text == golden.read_text(encoding="utf-8")


class Outline(HTMLParser):
    """What a screen reader meets: the language, the title, texts by the element they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.lang: str | None = None
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)
        if tag == "html":
            self.lang = dict(attrs)["lang"]
        if tag == "th":
            assert dict(attrs)["scope"] == "row"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.setdefault(self.open[-1], []).append(data.strip())


def outline(page: str | None) -> Outline:
    assert page is not None
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", STORIES)
def test_the_page_says_what_the_text_says(name, lang):
    told = rendered(STORIES[name](), lang)
    page = outline(told.html)
    assert page.lang == f"{lang}-CA"
    assert page.texts["title"] == [told.subject]
    for tag in ("h1", "h2", "th", "td", "li", "strong"):
        for text in page.texts.get(tag, []):
            assert text in told.text, (tag, text)
    assert page.tags.count("h1") == 1
    assert {"script", "img", "link", "style"}.isdisjoint(page.tags)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_a_source_says_can_forge_nothing(lang):
    told = rendered(
        story(
            RESTORATION,
            RECEIVED,
            [("in_progress", "2026-11-20 16:20")],
            "2026-11-25 15:05",
            ref=HOSTILE,
            organization=HOSTILE,
            place=HOSTILE,
            raw=HOSTILE,
        ),
        lang,
    )
    for text in (told.subject, told.fields["case"], *told.text.splitlines()):
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")], text
    assert "\nBcc:" not in told.text
    page = outline(told.html)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.texts["title"][0]


def test_a_long_reference_is_cut():
    told = rendered(story(RESTORATION, RECEIVED, [], "2026-11-25 15:05", ref="9" * 500))
    assert "9" * 79 + "…" in told.subject
    assert len(told.subject) < 200


def test_a_story_renders_to_the_same_bytes_each_time():
    told = working("2026-11-25 15:05")
    assert rendered(told) == rendered(told)


def test_the_key_is_of_the_message_and_not_of_its_words():
    told = working("2026-11-25 15:05")
    french = rendered(told)
    assert french.key == rendered(told, "en").key
    assert french.key == rendered(working("2026-11-25 16:00")).key, "the same step, a tick later"
    others = [
        rendered(working("2026-11-24 10:00")),
        rendered(
            told,
            recipient=Recipient(role="contract-manager", channel="mail", address="x@example.org"),
        ),
        rendered(
            told,
            recipient=Recipient(role="contract-manager", channel="sms", address=MANAGER.address),
        ),
        rendered(story(RESTORATION, RECEIVED, [], "2026-11-25 15:05", ref="INC-4712")),
        rendered(STORIES["delivery-over-the-holidays"]()),
    ]
    assert len({french.key, *(other.key for other in others)}) == 6
    assert (
        rendered(working("2026-11-24 10:00")).thread
        == french.thread
        == "telus:ticket:INC-4711:service-restoration"
    )


def test_what_channels_with_structure_are_given():
    told = rendered(working("2026-11-25 15:05", silent_since="2026-11-24 09:30"))
    assert told.due_at == utc("2026-11-25 13:00")
    assert told.created_at == utc("2026-11-25 15:05")
    assert (told.step, told.role, told.lang) == ("breach", "contract-manager", "fr")
    assert told.fields == {
        "case": "INC-4711",
        "kind": "ticket",
        "provider": "telus",
        "organization": "Ministère de la Santé",
        "commitment": "service-restoration",
        "contract_version": "1",
        "verdict": "unknown",
        "reason": "source_silent",
        "tone": "breach",
        "episode": "0",
        "urgent": "yes",
        "confirmed": "no",
        "due_at": "2026-11-25T18:00:00+00:00",
        "source": "telus-tickets",
        "provider_name": "TELUS",
        "label": "Rétablissement",
        "organization_name": "",
        "zone": "America/Toronto",
    }
