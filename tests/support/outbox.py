"""An outbox kept in memory, and channels that answer by script."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.alerts.notification import Notification, Receipt
from monitor.alerts.outbox_store import Arranger, Attempt, Claimed, Reroute, State

START = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


def notification(number: int = 1, **changes: Any) -> Notification:
    given: dict[str, Any] = {
        "key": f"{number:064x}",
        "channel": "mail",
        "address": "gestion@example.org",
        "role": "contract-manager",
        "lang": "fr",
        "subject": f"Avis {number}",
        "text": "Échéance passée.\n",
        "html": None,
        "thread": "telus:ticket:INC-4711:service-restoration",
        "step": "breach",
        "created_at": START,
    }
    return Notification(**given | changes)


@dataclass
class Row:
    notification: Notification
    state: State = State.QUEUED
    next_attempt_at: datetime | None = START
    lease: tuple[str, datetime] | None = None
    attempts: list[Attempt] = field(default_factory=list)


class MemoryOutbox:
    def __init__(self, *queued: Notification) -> None:
        self.rows = [Row(each, next_attempt_at=each.created_at) for each in queued]

    def waiting(self, now: datetime) -> AbstractSet[str]:
        return {row.notification.channel for row in self._due(now)}

    def claim(
        self,
        channel: str,
        *,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        arranger: Arranger | None = None,
    ) -> Sequence[Claimed]:
        assert arranger is None, "what is arranged is tested on a database"
        due = sorted(
            (row for row in self._due(now) if row.notification.channel == channel),
            key=lambda row: row.notification.created_at,
        )[:limit]
        for row in due:
            row.lease = (owner, now + lease)
            row.next_attempt_at = now + lease
        return [
            Claimed(
                id=self.rows.index(row),
                notification=row.notification,
                attempts=len(row.attempts),
                owner=owner,
                lease_until=now + lease,
            )
            for row in due
        ]

    def filled(self, notification: Notification) -> Notification:
        return notification

    def record(
        self,
        claimed: Claimed,
        attempt: Attempt,
        state: State,
        next_attempt_at: datetime | None,
        *,
        elsewhere: Reroute | None = None,
        stands: bool = False,
    ) -> bool:
        if elsewhere is not None and state is State.DEAD:
            self.queue_instead(claimed, elsewhere(claimed.notification))
        assert (next_attempt_at is not None) == (state is State.QUEUED)
        row = self.rows[claimed.id]
        row.attempts.append(attempt)
        held = row.lease == (claimed.owner, claimed.lease_until)
        if held or state is State.SENT:
            row.state, row.next_attempt_at, row.lease = state, next_attempt_at, None
        return held

    def release(self, claimed: Sequence[Claimed], next_attempt_at: datetime) -> None:
        for each in claimed:
            self.rows[each.id].next_attempt_at = next_attempt_at
            self.rows[each.id].lease = None

    def hold_off(self, channel: str, until: datetime) -> None:
        for row in self.rows:
            due_at = row.next_attempt_at
            if row.notification.channel == channel and not row.lease and due_at is not None:
                row.next_attempt_at = max(due_at, until)

    def behind(self, claimed: Claimed) -> Sequence[Claimed]:
        return []

    def queue_instead(self, claimed: Claimed, instead: Sequence[Notification]) -> int:
        known = {row.notification.key for row in self.rows}
        fresh = [each for each in instead if each.key not in known]
        self.rows += [Row(each, next_attempt_at=each.created_at) for each in fresh]
        return len(fresh)

    def standing(self, channel: str) -> Sequence[Notification]:
        return []

    def _due(self, now: datetime) -> Iterable[Row]:
        return [r for r in self.rows if r.next_attempt_at is not None and r.next_attempt_at <= now]


@dataclass
class ScriptedChannel:
    """Raises what the script gives for a notification's number, else takes it."""

    name: str = "mail"
    script: dict[int, Exception] = field(default_factory=dict)
    down: Exception | None = None
    on_send: Callable[[], None] = lambda: None
    sent: list[int] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    """Of what was sent."""
    tried: list[int] = field(default_factory=list)
    closed: int = 0

    def send(self, told: Notification) -> Receipt:
        number = int(told.key, 16)
        self.tried.append(number)
        self.on_send()
        fault = self.down or self.script.get(number)
        if fault is not None:
            raise fault
        self.sent.append(number)
        self.steps.append(told.step)
        return Receipt(f"250 kept {number}")

    def close(self) -> None:
        self.closed += 1
