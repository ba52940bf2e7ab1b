"""What goes another way instead, and what follows its thread there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, literal, or_, select

from monitor.alerts.notification import Notification
from monitor.alerts.outbox_store import Claimed, Reroute
from monitor.store.insertion import insert_into
from monitor.store.letters import Origin, as_notification, letter_row
from monitor.store.tables import escalation, notification


def queue_copies(
    connection: Connection,
    copies: Sequence[Notification],
    origin: Origin,
    *,
    carries: int | None = None,
) -> int:
    """Queue a message's copies to others, less those queued before; how many were new."""
    missing = insert_into(connection, notification).on_conflict_do_nothing(index_elements=["key"])
    # Counted by the ids given: PostgreSQL's driver has no count of rows that an insert left out.
    added = missing.returning(notification.c.id)
    rows = [letter_row(each, origin, carries=carries) for each in copies]
    return sum(len(connection.execute(added.values(row)).all()) for row in rows)


def instead(connection: Connection, claimed: Claimed, elsewhere: Reroute) -> None:
    """Queue copies of what did not get through."""
    query = select(notification.c.escalation_id, notification.c.report_number)
    row = connection.execute(query.where(notification.c.id == claimed.id)).one()
    copies = elsewhere(claimed.notification)
    queue_copies(connection, copies, Origin.of(row), carries=claimed.carries)


def follow(connection: Connection, claimed: Claimed, elsewhere: Reroute) -> None:
    """Queue copies of what was sent and looks back, for those who were told instead before it.

    All that was decided before it in its thread has ended by now, and has queued its own copies:
    whoever was told by one is in the outbox.
    """
    if claimed.carries is None and not claimed.notification.looks_back:
        return
    for row in _sent(connection, claimed):
        sent = as_notification(row)
        if sent.looks_back:
            by = row.escalation_id
            copies = [each for each in elsewhere(sent) if _was_told(connection, each, by)]
            queue_copies(connection, copies, Origin.of(row))


def _sent(connection: Connection, claimed: Claimed) -> Sequence[Any]:
    """The message, or what travelled in it."""
    which = (notification.c.id == claimed.id, notification.c.bundle_id == claimed.id)
    query = select(notification).where(or_(*which), notification.c.carries.is_(None))
    return connection.execute(query.order_by(notification.c.id)).all()


def _was_told(connection: Connection, each: Notification, escalation_id: int) -> bool:
    """By way of its obligation: of what is sent, only the escalation is indexed."""
    this = select(escalation.c.obligation_id).where(escalation.c.id == escalation_id)
    steps = select(escalation.c.id).where(escalation.c.obligation_id == this.scalar_subquery())
    told = exists(
        select(literal(1)).where(
            notification.c.escalation_id.in_(steps),
            notification.c.channel == each.channel,
            notification.c.address == each.address,
            notification.c.thread == each.thread,
        )
    )
    return bool(connection.execute(select(told)).scalar_one())
