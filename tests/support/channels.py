"""A message about a case, as the engine decides it, for tests of channels."""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.alerts.escalation import CLOSED, CORRECTION
from monitor.alerts.notification import Notification
from monitor.outbound.posting import Poster
from tests.support.outbox import notification

NOW = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
FIELDS = {
    "case": "INC-4711",
    "kind": "ticket",
    "provider": "telus",
    "organization": "1001",
    "commitment": "service-restoration",
    "contract_version": "2024",
    "verdict": "breached",
    "reason": "past_due",
    "tone": "breach",
    "episode": "0",
    "urgent": "yes",
    "confirmed": "yes",
}


def breach(
    number: int = 1, *, fields: dict[str, str] | None = None, **changes: Any
) -> Notification:
    given: dict[str, Any] = {
        "subject": "[MANQUEMENT] TELUS · Rétablissement · INC-4711 · échu le 23 nov. à 13 h",
        "text": "Manquement. L’échéance est passée.\n\nReçu le : lundi\nÉchéance : 13 h\n",
        "created_at": NOW,
        "stood_at": NOW - timedelta(minutes=5),
        "due_at": NOW - timedelta(minutes=5),
        "fields": {**FIELDS, **(fields or {})},
    }
    return notification(number, **given | changes)


def closed(
    number: int = 2, *, episode: int = 0, case: str = "INC-4711", **changes: Any
) -> Notification:
    fields = {"tone": "closed", "verdict": "missed", "episode": str(episode), "case": case}
    return breach(number, step=CLOSED, fields=fields, stood_at=NOW, **changes)


def correction(verdict: str, number: int = 3) -> Notification:
    """Of a breach that was told: what is held now."""
    fields = {"tone": "correction", "verdict": verdict, "episode": "1"}
    return breach(number, step=CORRECTION, fields=fields, stood_at=NOW)


_OPEN: list[Poster] = []


def poster(**options: Any) -> Poster:
    """One that `close_posters` closes."""
    made = Poster(**{"timeout": timedelta(seconds=5), **options})
    _OPEN.append(made)
    return made


def close_posters() -> None:
    while _OPEN:
        _OPEN.pop().close()
