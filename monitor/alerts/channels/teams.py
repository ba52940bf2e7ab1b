"""The channel `teams`: an Adaptive Card to a Microsoft Teams workflow's address."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from monitor.alerts.channels.http import hand_over
from monitor.alerts.escalation import Tone
from monitor.alerts.notification import Notification, Receipt
from monitor.outbound.posting import Poster

_LARGEST_BODY = 24_000
"""Teams drops cards above 28 KB, as it counts them, and says nothing."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")
_COLOURS: Mapping[str, str] = {
    Tone.WARNING: "warning",
    Tone.BREACH: "attention",
    Tone.CLOSED: "good",
}


class TeamsChannel:
    def __init__(self, name: str, *, url: str, poster: Poster) -> None:
        """`url` is the workflow's own; whoever has it may post."""
        self.name = name
        self._url = url
        self._poster = poster

    def send(self, notification: Notification) -> Receipt:
        """Post the card; a workflow answers 202 before it shows it.

        Raises:
            DeliveryFault: as `hand_over`.
        """
        answer = hand_over(
            self._poster, self._url, _body(notification), {"Idempotency-Key": notification.key}
        )
        return Receipt(f"{answer.status} {answer.text}".strip())

    def close(self) -> None:
        self._poster.close()


def _body(notification: Notification) -> bytes:
    """The card, with as much of the text as it may hold; its end is marked where it is cut."""
    lines = list(_lines(notification.text))
    shown = len(lines)
    while True:
        cut = [*lines[:shown], *([_block("…")] if shown < len(lines) else [])]
        body = json.dumps(_card(notification, cut), ensure_ascii=False).encode()
        if len(body) <= _LARGEST_BODY or not shown:
            return body
        shown = shown * 3 // 4


def _card(notification: Notification, lines: list[dict[str, Any]]) -> dict[str, Any]:
    colour = _COLOURS.get(notification.fields.get("tone", ""), "default")
    title = _block(_plain(notification.subject[:1000]), weight="bolder", size="medium")
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": f"{notification.lang}-CA",
        "fallbackText": notification.subject,
        "body": [{**title, "color": colour}, *lines],
        "msteams": {"width": "Full"},
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _lines(text: str) -> Iterator[dict[str, Any]]:
    """A text block a line: within one, cards fold lines together."""
    spaced = False
    for line in text.split("\n"):
        if not line.strip() or line == "-- ":
            spaced = True
            continue
        yield _block(_plain(line[:2000]), spacing="medium" if spaced else "none")
        spaced = False


def _block(text: str, **style: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def _plain(text: str) -> str:
    """What cards would read as Markdown, shown as it is."""
    return _MARKDOWN.sub(r"\\\1", text)
