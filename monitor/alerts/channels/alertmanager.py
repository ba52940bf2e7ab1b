"""The channel `alertmanager`: an alert for each obligation, for a Prometheus Alertmanager v2."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.alerts.channels.http import hand_over
from monitor.alerts.escalation import CORRECTION, Tone
from monitor.alerts.notification import DeliveryFault, Notification, Receipt
from monitor.cases.obligation import Verdict
from monitor.outbound.posting import Poster

Alert = Mapping[str, str | Mapping[str, str]]

_SEVERITIES: Mapping[str, str] = {
    Tone.NOTE: "info",
    Tone.WARNING: "warning",
    Tone.BREACH: "critical",
}
_OF_VERDICTS: Mapping[str, str] = {Verdict.AT_RISK: "warning", Verdict.BREACHED: "critical"}
"""For a correction, which is as grave as what is true."""
_LABELS = ("provider", "commitment", "case", "kind", "organization")
_A_POST = 500


class AlertmanagerChannel:
    """Tells every member of a cluster; one that accepts is enough, as the next refresh tells all.

    Alertmanager knows an alert by its labels, and forgets it at `endsAt`: what still stands has to
    be told again before that.
    """

    def __init__(
        self,
        name: str,
        *,
        urls: Sequence[str],
        posters: Sequence[Poster],
        headers: Mapping[str, str],
        now: Callable[[], datetime],
        refresh_every: timedelta,
        resolve_after: timedelta,
    ) -> None:
        """`urls` are the bases of the members, each with the poster that talks to it.

        An alert that is not told again ends `resolve_after` later.
        """
        self.name = name
        self.refresh_every = refresh_every
        self._members = [
            (f"{url.rstrip('/')}/api/v2/alerts", poster)
            for url, poster in zip(urls, posters, strict=True)
        ]
        self._headers = headers
        self._now = now
        self._resolve_after = resolve_after

    def send(self, notification: Notification) -> Receipt:
        """Raise or end the alert of its obligation.

        Raises:
            DeliveryFault: no member accepted it.
        """
        now = self._now()
        # What it was before this step, an alert of another severity, ends with it.
        over = [
            self._alert(notification, severity, ends_at=now, now=now)
            for severity in _SEVERITIES.values()
            if severity != _severity(notification)
        ]
        return self._post([*over, *self._standing([notification], now)])

    def refresh(self, standing: Sequence[Notification]) -> Receipt:
        """Say again that these stand.

        Raises:
            DeliveryFault: no member accepted them.
        """
        receipt = Receipt("nothing stands")
        for some in _batches(standing):
            receipt = self._post(self._standing(some, self._now()))
        return receipt

    def beat(self) -> Receipt:
        """Raise the alert that always fires: it ends when nobody is left to raise it.

        Raises:
            DeliveryFault: no member accepted it.
        """
        now = self._now()
        return self._post(
            [
                {
                    "labels": {"alertname": "VigieHeartbeat", "severity": "none"},
                    "annotations": {"summary": "Vigie is at work: this alert always fires."},
                    "startsAt": now.isoformat(),
                    "endsAt": (now + self._resolve_after).isoformat(),
                }
            ]
        )

    def close(self) -> None:
        for _, poster in self._members:
            poster.close()

    def _standing(self, notifications: Iterable[Notification], now: datetime) -> list[Alert]:
        return [
            self._alert(each, severity, ends_at=now + self._resolve_after, now=now)
            for each in notifications
            if (severity := _severity(each)) is not None
        ]

    def _alert(
        self, notification: Notification, severity: str, *, ends_at: datetime, now: datetime
    ) -> Alert:
        fields = notification.fields
        labels = {label: fields.get(label, "") for label in _LABELS}
        if not labels["case"]:
            labels["bundle"] = notification.key[:16]
        return {
            # Alertmanager takes an empty label for none.
            "labels": {
                "alertname": "VigieObligation",
                "severity": severity,
                "recipient": notification.address,
                **labels,
            },
            "annotations": {
                "summary": notification.subject,
                "description": notification.text,
                "step": notification.step,
                "episode": fields.get("episode", ""),
                "confirmed": fields.get("confirmed", ""),
            },
            # An alert that starts after it ends is refused; clocks differ.
            "startsAt": min(notification.stood_at or now, now).isoformat(),
            "endsAt": ends_at.isoformat(),
        }

    def _post(self, alerts: Sequence[Alert]) -> Receipt:
        body = json.dumps(alerts, ensure_ascii=False).encode()
        faults: list[DeliveryFault] = []
        for url, poster in self._members:
            try:
                hand_over(poster, url, body, self._headers)
            except DeliveryFault as fault:
                faults.append(fault)
        accepted = len(self._members) - len(faults)
        if not accepted:
            raise _together(faults)
        missed = "".join(f"; {fault}" for fault in faults)
        return Receipt(f"accepted by {accepted} of {len(self._members)}{missed}")


def _severity(notification: Notification) -> str | None:
    """None: nothing stands any more."""
    if notification.is_over:
        return None
    if notification.step == CORRECTION:
        return _OF_VERDICTS.get(notification.fields.get("verdict", ""))
    return _SEVERITIES.get(notification.fields.get("tone", ""))


def _batches(standing: Sequence[Notification]) -> Iterable[Sequence[Notification]]:
    for start in range(0, len(standing), _A_POST):
        yield standing[start : start + _A_POST]


def _together(faults: Sequence[DeliveryFault]) -> DeliveryFault:
    """What all members said: for good only where each of them said so."""
    waits = [fault.retry_after for fault in faults if fault.retry_after is not None]
    return DeliveryFault(
        "; ".join(map(str, faults)),
        permanent=all(fault.permanent for fault in faults),
        retry_after=min(waits) if len(waits) == len(faults) else None,
        whole_channel=all(fault.whole_channel for fault in faults),
    )
