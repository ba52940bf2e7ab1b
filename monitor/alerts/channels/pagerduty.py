"""The channel `pagerduty`: an incident for each obligation and episode, by the Events API v2."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from monitor.alerts.channels.http import hand_over
from monitor.alerts.escalation import ACKNOWLEDGED, Tone, base_step
from monitor.alerts.notification import Notification, Receipt
from monitor.outbound.posting import Poster

_LONGEST_SUMMARY = 1024
_SEVERITIES: Mapping[str, str] = {
    Tone.NOTE: "info",
    Tone.WARNING: "warning",
    Tone.BREACH: "critical",
    Tone.CLOSED: "info",
    Tone.IN_HAND: "info",
}
_MOST_EPISODES = 4
"""How many earlier episodes a close resolves: each had an incident of its own."""


class PagerDutyChannel:
    """Steps trigger, an acknowledgement acknowledges, a close resolves.

    So does a correction that leaves no alarm standing.
    """

    def __init__(self, name: str, *, url: str, routing_key: str, poster: Poster) -> None:
        """`url` is the API's base; `routing_key` is the service's integration key."""
        self.name = name
        self._url = f"{url.rstrip('/')}/v2/enqueue"
        self._routing_key = routing_key
        self._poster = poster

    def send(self, notification: Notification) -> Receipt:
        """Enqueue the event; what PagerDuty answers is the receipt.

        Raises:
            DeliveryFault: as `hand_over`.
        """
        if notification.is_over:
            return self._resolve(notification)
        if notification.fields.get("tone") == Tone.CLOSED:
            # A digest of closes; each of them resolved its own where it was told here.
            return Receipt("nothing to open")
        in_hand = base_step(notification.step) == ACKNOWLEDGED
        action = "acknowledge" if in_hand else "trigger"
        return self._enqueue(action, dedup_key(notification), _payload(notification))

    def close(self) -> None:
        self._poster.close()

    def _resolve(self, notification: Notification) -> Receipt:
        # A case that was closed and reopened between two polls was never told closed, and its
        # earlier incident would stay open for ever; to resolve what was never open is harmless.
        last = _episode(notification)
        for episode in range(max(0, last - _MOST_EPISODES), last):
            self._enqueue("resolve", dedup_key(notification, episode), None)
        return self._enqueue("resolve", dedup_key(notification), None)

    def _enqueue(self, action: str, key: str, payload: Mapping[str, Any] | None) -> Receipt:
        event: dict[str, Any] = {
            "routing_key": self._routing_key,
            "event_action": action,
            "dedup_key": key,
            "client": "Vigie",
        }
        if payload is not None:
            event["payload"] = payload
        body = json.dumps(event, ensure_ascii=False).encode()
        answer = hand_over(self._poster, self._url, body, {})
        return Receipt(f"{answer.status} {action} {answer.text}".strip())


def dedup_key(notification: Notification, episode: int | None = None) -> str:
    """Of the incident: obligation and episode, at one address. PagerDuty takes 255 characters."""
    if not notification.fields.get("case"):
        return notification.key
    which = _episode(notification) if episode is None else episode
    parts = (notification.thread, str(which), notification.address)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _episode(notification: Notification) -> int:
    return int(notification.fields.get("episode", "0"))


def _payload(notification: Notification) -> Mapping[str, Any]:
    fields = notification.fields
    at = notification.stood_at or notification.created_at
    return {
        "summary": notification.subject[:_LONGEST_SUMMARY],
        "source": fields.get("provider") or "vigie",
        "severity": _SEVERITIES.get(fields.get("tone", ""), "warning"),
        "timestamp": at.isoformat(),
        "component": fields.get("commitment") or "",
        "group": fields.get("organization") or "",
        "class": notification.step,
        "custom_details": {**fields, "address": notification.address, "text": notification.text},
    }
