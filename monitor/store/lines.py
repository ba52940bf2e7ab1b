"""Messages of one thread to one recipient stand in line, in the order in which they were decided.

None is sent while one before it is queued: waiting, under way, or travelling in a digest. One that
is sent, dead or discarded is out of the line. Digests and notices stand in none; what a digest
carries does, until it ends.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)

from monitor.store.columns import Instant
from monitor.store.insertion import chunks
from monitor.store.tables import notification

Line: TypeAlias = tuple[str, str, str]
"""Channel, address and thread."""

_MOST = 20_000
"""Rows that one claim looks through; what is left is due still, and looked at by the next."""

_earlier = notification.alias("earlier")
_before_it = and_(
    _earlier.c.channel == notification.c.channel,
    _earlier.c.address == notification.c.address,
    _earlier.c.thread == notification.c.thread,
    # As the index over lines has it, or the index would not be used.
    _earlier.c.state == literal_column("'queued'"),
    _earlier.c.carries.is_(None),
    # Decisions on an obligation follow one another, whatever clocks say; what goes another way
    # instead keeps its place.
    tuple_(_earlier.c.escalation_id, _earlier.c.id)
    < tuple_(notification.c.escalation_id, notification.c.id),
)
_behind: ColumnElement[bool] = exists(
    select(literal(1)).select_from(_earlier).where(_before_it).correlate(notification)
)
first_in_line: ColumnElement[bool] = ~_behind
"""Of a row of `notification`: nothing of its thread has to go before it."""


def stand_aside(connection: Connection, channel: str, now: datetime, until: datetime) -> int:
    """Have what is due on a channel, and not first in line, look again later; how much there was.

    Whoever ends the one before calls it sooner. It looks again by itself no earlier than `until`,
    and no later than the first in its line is to be tried, if that is later.
    """
    due = select(notification.c.id).where(
        notification.c.channel == channel, notification.c.next_attempt_at <= now
    )
    # Locked first, and judged by a later statement: who ends the one before is either seen by that,
    # or waits for these rows and has the last word.
    locked = connection.scalars(due.limit(_MOST).with_for_update(skip_locked=True)).all()
    first_at = (
        select(_earlier.c.next_attempt_at)
        .where(_before_it)
        .order_by(_earlier.c.escalation_id, _earlier.c.id)
        .limit(1)
        .correlate(notification)
        .scalar_subquery()
    )
    earliest = literal(until, Instant)
    again_at = case((first_at > earliest, first_at), else_=earliest)
    return sum(
        connection.execute(
            update(notification)
            .where(notification.c.id.in_(some), _behind)
            .values(next_attempt_at=again_at)
        ).rowcount
        for some in chunks(locked)
    )


def call_next(
    connection: Connection, ended: Collection[Line], digests: Collection[int], at: datetime
) -> None:
    """Have those due that are first now, in these lines and in those of what the digests carry.

    Only what was never tried: what was waits for its own next attempt, which its receiver may have
    asked for.
    """
    members = notification.alias("member")
    lines: list[Collection[Line] | Select[Line]] = [ended] if ended else []
    lines += [
        select(members.c.channel, members.c.address, members.c.thread).where(
            members.c.bundle_id.in_(some)
        )
        for some in chunks(digests)
    ]
    for some_lines in lines:
        first = (
            select(notification.c.id)
            .where(
                _standing,
                _line.in_(some_lines),
                notification.c.next_attempt_at.is_not(None),
                notification.c.lease_until.is_(None),
                notification.c.attempts == 0,
                first_in_line,
            )
            # In one order, so that two who call the same do not wait for one another.
            .order_by(notification.c.id)
            .with_for_update()
        )
        connection.execute(
            update(notification).where(notification.c.id.in_(first)).values(next_attempt_at=at)
        )


def behind(row_id: int, line: Line, *, digest: bool) -> ColumnElement[bool]:
    """What stands in line behind a message, or behind what a digest carries, and waits for it."""
    if digest:
        members = notification.alias("member")
        query = select(members.c.channel, members.c.address, members.c.thread)
        lines = _line.in_(query.where(members.c.bundle_id == row_id))
    else:
        lines = _line.in_([line])
    return and_(_standing, lines, notification.c.bundle_id.is_(None), _behind)


_line = tuple_(notification.c.channel, notification.c.address, notification.c.thread)
_standing = and_(
    notification.c.state == literal_column("'queued'"), notification.c.carries.is_(None)
)
