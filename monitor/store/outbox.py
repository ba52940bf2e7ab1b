"""Where notifications are durable before they are sent, and what came of sending them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Update, case, delete, func, insert, select, true, update

from monitor.alerts.notification import Notification
from monitor.alerts.outbox_store import Arranger, Attempt, Claimed, Reroute, State
from monitor.store.arranging import arranged
from monitor.store.database import Database
from monitor.store.enclosures import filled
from monitor.store.following import follow, instead, queue_copies
from monitor.store.insertion import insert_into
from monitor.store.letters import Origin, as_notification
from monitor.store.lines import Line, behind, call_next, first_in_line, stand_aside
from monitor.store.tables import delivery, notification, replica, standing_alert


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
        self,
        channel: str,
        *,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        arranger: Arranger | None = None,
    ) -> Sequence[Claimed]:
        """Take what is due on a channel, oldest first, for as long as the lease.

        Of each line its first. What is due behind one looks again when that has ended.
        """
        until = now + lease
        with self._database.write() as connection:
            # All that may go now: what is over the limit is arranged again, to the same end.
            going = None if arranger is None else arranged(connection, channel, arranger, now)
            free = _free(channel, now, limit, going)
            rows = _lease(connection, free, owner, until)
            if len(rows) < limit and stand_aside(connection, channel, now, until):
                # Those first in line may have been hidden by what had to stand aside.
                rows += _lease(connection, free.limit(limit - len(rows)), owner, until)
        return [
            Claimed(
                id=row.id,
                notification=as_notification(row),
                attempts=row.attempts,
                owner=owner,
                lease_until=until,
                carries=row.carries,
            )
            for row in sorted(rows, key=lambda row: (row.created_at, row.id))
        ]

    def resume(self, channel: str | None, *, owner: str, now: datetime) -> int:
        """End an owner's leases on a channel, or on all: what it had claimed is due now.

        Only for one whose round was broken off: what it had claimed, nobody is sending any more.
        """
        held = update(notification).where(
            notification.c.next_attempt_at.is_not(None), notification.c.lease_owner == owner
        )
        if channel is not None:
            held = held.where(notification.c.channel == channel)
        with self._database.write() as connection:
            # The owner stays: it may have been sent before the database went.
            return connection.execute(held.values(next_attempt_at=now, lease_until=None)).rowcount

    def filled(self, notification: Notification) -> Notification:
        """With what it encloses attached."""
        return filled(self._database, notification)

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
        """Store an attempt and what follows; False when somebody else has claimed it since."""
        follows: dict[str, Any] = {
            "state": state,
            "next_attempt_at": next_attempt_at,
            "attempts": claimed.attempts + 1,
            "finished_at": None if state is State.QUEUED else attempt.finished_at,
            "lease_owner": None,
            "lease_until": None,
        }
        if attempt.uncertain:
            follows["uncertain"] = True
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
            held = bool(connection.execute(_held(claimed).values(follows)).rowcount)
            if not held and state is State.SENT:
                # Whoever has it now need not send it again, if there is still time to say so.
                one = update(notification).where(notification.c.id == claimed.id)
                connection.execute(one.values(follows))
            if held or state is State.SENT:
                _settle_members(connection, claimed, follows)
                if elsewhere is not None and state is State.DEAD:
                    instead(connection, claimed, elsewhere)
                if elsewhere is not None and state is State.SENT:
                    follow(connection, claimed, elsewhere)
                if stands and state is State.SENT and claimed.carries is None:
                    _stand(connection, claimed)
                if follows["finished_at"] is not None:
                    digests = [claimed.id] if claimed.carries else []
                    call_next(connection, [_line(claimed)], digests, attempt.finished_at)
            return held

    def release(self, claimed: Sequence[Claimed], next_attempt_at: datetime) -> None:
        """Give back what was not tried."""
        with self._database.write() as connection:
            for each in claimed:
                connection.execute(
                    _held(each).values(
                        next_attempt_at=next_attempt_at, lease_owner=None, lease_until=None
                    )
                )

    def hold_off(self, channel: str, until: datetime) -> None:
        """Have nothing of a channel due before then that nobody holds."""
        early = (
            select(notification.c.id)
            .where(
                notification.c.channel == channel,
                notification.c.next_attempt_at < until,
                notification.c.lease_until.is_(None),
            )
            # In the order of `call_next`, so that neither waits for the other.
            .order_by(notification.c.id)
            .with_for_update()
        )
        with self._database.write() as connection:
            connection.execute(
                update(notification)
                .where(notification.c.id.in_(early))
                .values(next_attempt_at=until)
            )

    def behind(self, claimed: Claimed) -> Sequence[Claimed]:
        """What waits in line for a message of its thread, or for what a digest carries."""
        waits = behind(claimed.id, _line(claimed), digest=bool(claimed.carries))
        query = select(notification).where(waits).order_by(notification.c.id)
        with self._database.read() as connection:
            return [
                replace(
                    claimed,
                    id=row.id,
                    notification=as_notification(row),
                    attempts=row.attempts,
                    carries=None,
                )
                for row in connection.execute(query)
            ]

    def queue_instead(self, claimed: Claimed, copies: Sequence[Notification]) -> int:
        """Queue the same message to others; how many were not queued before."""
        # Locked: whoever records that it was sent comes before or after, and knows of these then.
        query = select(notification.c.escalation_id, notification.c.report_number).where(
            notification.c.id == claimed.id, notification.c.state == State.QUEUED
        )
        with self._database.write() as connection:
            row = connection.execute(query.with_for_update()).one_or_none()
            if row is None:
                return 0
            return queue_copies(connection, copies, Origin.of(row), carries=claimed.carries)

    def standing(self, channel: str) -> Sequence[Notification]:
        """What a channel's receiver has to be told again, oldest first."""
        query = (
            select(notification)
            .join(standing_alert, standing_alert.c.notification_id == notification.c.id)
            .where(standing_alert.c.channel == channel)
            .order_by(notification.c.id)
        )
        with self._database.read() as connection:
            return [as_notification(row) for row in connection.execute(query)]


_WINDOW = 500
"""Rows among which a claim looks for those first in line, before it looks through all."""


def _free(channel: str, now: datetime, limit: int, going: Sequence[int] | None) -> Select[Any]:
    """The oldest that are due and first in line; of `going`, where that is given."""
    due = (notification.c.channel == channel, notification.c.next_attempt_at <= now)
    order = (notification.c.created_at, notification.c.id)
    if going is None:
        oldest = select(notification.c.id).where(*due).order_by(*order)
        among = notification.c.id.in_(oldest.limit(max(limit, _WINDOW)))
    else:
        among = notification.c.id.in_(going)
    free = select(notification.c.id).where(*due, among, first_in_line).order_by(*order)
    return free.limit(limit).with_for_update(skip_locked=True)


def _lease(connection: Connection, free: Select[Any], owner: str, until: datetime) -> list[Any]:
    taken = (
        update(notification)
        .where(notification.c.id.in_(free))
        .values(
            next_attempt_at=until,
            lease_owner=owner,
            lease_until=until,
            # Whose lease ran out may have sent it.
            uncertain=case(
                (notification.c.lease_owner.is_not(None), true()),
                else_=notification.c.uncertain,
            ),
        )
    )
    return list(connection.execute(taken.returning(notification)))


def _line(claimed: Claimed) -> Line:
    sent = claimed.notification
    return sent.channel, sent.address, sent.thread


def _settle_members(connection: Connection, claimed: Claimed, follows: Mapping[str, Any]) -> None:
    """What travels in a digest ends as it does."""
    if claimed.carries and follows["finished_at"] is not None:
        members = update(notification).where(notification.c.bundle_id == claimed.id)
        connection.execute(
            members.values(state=follows["state"], finished_at=follows["finished_at"])
        )


def _stand(connection: Connection, claimed: Claimed) -> None:
    """Keep what the receiver holds now: the latest step of an obligation, until its close."""
    sent = claimed.notification
    same = (
        standing_alert.c.channel == sent.channel,
        standing_alert.c.thread == sent.thread,
        standing_alert.c.address == sent.address,
    )
    if sent.is_over:
        connection.execute(delete(standing_alert).where(*same))
        return
    row = {
        "channel": sent.channel,
        "thread": sent.thread,
        "address": sent.address,
        "notification_id": claimed.id,
    }
    connection.execute(
        insert_into(connection, standing_alert).on_conflict_do_update(
            index_elements=["channel", "thread", "address"],
            set_={"notification_id": claimed.id},
        ),
        [row],
    )


def take_back(connection: Connection, now: datetime) -> None:
    """End the leases of whoever is no replica any more, so that what they claimed is due now."""
    held = update(notification).where(
        notification.c.next_attempt_at.is_not(None),
        notification.c.lease_until.is_not(None),
        notification.c.lease_owner.not_in(select(replica.c.name)),
    )
    # The owner stays: it may have sent it, and only the end of a lease makes it one's own.
    connection.execute(held.values(next_attempt_at=now, lease_until=None))


def _held(claimed: Claimed) -> Update:
    """The notification, if this claim on it still stands."""
    return update(notification).where(
        notification.c.id == claimed.id,
        notification.c.lease_owner == claimed.owner,
        notification.c.lease_until == claimed.lease_until,
    )
