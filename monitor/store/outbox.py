"""Where notifications are durable before they are sent, and what came of sending them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, func, insert, select, update

from monitor.alerts.notification import Notification
from monitor.alerts.outbox_store import Attempt, Claimed, State
from monitor.store.database import Database
from monitor.store.tables import delivery, notification, replica


class Outbox:
    """The store as delivery sees it.

    While a notification is claimed, its next attempt stands at the end of the lease: if its holder
    dies, it comes due again by itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, now: datetime) -> AbstractSet[str]:
        query = select(notification.c.channel).where(notification.c.next_attempt_at <= now)
        with self._database.read() as connection:
            return set(connection.scalars(query.distinct()))

    def next_due_at(self, channel: str | None = None) -> datetime | None:
        """When the next notification, of this channel or of any, comes due; None: none waits."""
        due = notification.c.next_attempt_at
        query = select(func.min(due)).where(due.is_not(None))
        if channel is not None:
            query = query.where(notification.c.channel == channel)
        with self._database.read() as connection:
            earliest: datetime | None = connection.scalar(query)
        return earliest

    def claim(
        self, channel: str, *, owner: str, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        """Take what is due on a channel, oldest first, for as long as the lease."""
        until = now + lease
        due = (
            select(notification.c.id)
            .where(notification.c.channel == channel, notification.c.next_attempt_at <= now)
            .order_by(notification.c.next_attempt_at, notification.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(notification)
            .where(notification.c.id.in_(due))
            .values(next_attempt_at=until, lease_owner=owner, lease_until=until)
            .returning(notification)
        )
        with self._database.write() as connection:
            rows = connection.execute(statement).all()
        return [
            Claimed(
                id=row.id,
                notification=_as_notification(row),
                attempts=row.attempts,
                owner=owner,
                lease_until=until,
            )
            for row in sorted(rows, key=lambda row: (row.created_at, row.id))
        ]

    def record(
        self, claimed: Claimed, attempt: Attempt, state: State, next_attempt_at: datetime | None
    ) -> bool:
        """Store an attempt and what follows; False when somebody else has claimed it since."""
        follows: dict[str, Any] = {
            "state": state,
            "next_attempt_at": next_attempt_at,
            "attempts": claimed.attempts + 1,
            "finished_at": None if state is State.QUEUED else attempt.finished_at,
            "lease_owner": None,
            "lease_until": None,
        }
        with self._database.write() as connection:
            connection.execute(
                insert(delivery),
                {
                    "notification_id": claimed.id,
                    "attempt": claimed.attempts + 1,
                    "started_at": attempt.started_at,
                    "finished_at": attempt.finished_at,
                    "outcome": attempt.outcome,
                    "detail": attempt.detail,
                },
            )
            if connection.execute(_held(claimed).values(follows)).rowcount:
                return True
            if state is State.SENT:
                # Whoever has it now need not send it again, if there is still time to say so.
                one = update(notification).where(notification.c.id == claimed.id)
                connection.execute(one.values(follows))
            return False

    def release(self, claimed: Sequence[Claimed], next_attempt_at: datetime) -> None:
        """Give back what was not tried."""
        with self._database.write() as connection:
            for each in claimed:
                connection.execute(
                    _held(each).values(
                        next_attempt_at=next_attempt_at, lease_owner=None, lease_until=None
                    )
                )


def take_back(connection: Connection, now: datetime) -> None:
    """End the leases of whoever is no replica any more, so that what they claimed is due now."""
    alive = select(replica.c.name)
    held = update(notification).where(
        notification.c.next_attempt_at.is_not(None),
        notification.c.lease_owner.is_not(None),
        notification.c.lease_owner.not_in(alive),
    )
    connection.execute(held.values(next_attempt_at=now, lease_owner=None, lease_until=None))


def _held(claimed: Claimed) -> Update:
    """The notification, if this claim on it still stands."""
    return update(notification).where(
        notification.c.id == claimed.id,
        notification.c.lease_owner == claimed.owner,
        notification.c.lease_until == claimed.lease_until,
    )


def _as_notification(row: Any) -> Notification:
    return Notification(
        key=row.key,
        channel=row.channel,
        address=row.address,
        role=row.role,
        lang=row.lang,
        subject=row.content["subject"],
        text=row.content["text"],
        html=row.content["html"],
        thread=row.thread,
        step=row.step,
        created_at=row.created_at,
        due_at=row.due_at,
        stood_at=row.stood_at,
        fields=row.content["fields"],
    )
