"""The outbox as an operator sees to it: what waits, what was given up, and what becomes of it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, literal_column, or_, select, tuple_, update

from monitor.alerts.interventions import Act
from monitor.alerts.notification import Enclosure
from monitor.alerts.outbox_store import Attempt, Outcome, State
from monitor.cases.records import Position
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.insertion import chunks
from monitor.store.letters import as_notification
from monitor.store.lines import call_next
from monitor.store.tables import delivery, notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in the outbox."""

    id: int
    key: str
    state: State
    channel: str
    address: str
    role: str
    step: str
    thread: str
    subject: str
    text: str
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    attempts: int
    detail: str | None
    """What the last attempt came to."""
    bundle_id: int | None
    """The digest it travels in."""
    carries: int | None
    """How many travel in it."""
    report_number: int | None = None
    """The issued report that it brings; None: it tells of an obligation, or of several."""
    enclosures: Sequence[Enclosure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Of what is in the outbox, that which is asked for."""

    states: Collection[State]
    channel: str | None = None
    address: str | None = None
    step: str | None = None


class OutboxDesk:
    """Each act is one transaction, kept in the message's history with who did it and why."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def letters(
        self,
        which: Which,
        limit: int,
        *,
        latest: bool = False,
        after: Position | None = None,
    ) -> Sequence[Letter]:
        """Those asked for, the oldest first, or the latest; without those that travel in a digest.

        The latest are by when they were decided, which is the order of their numbers; with `after`,
        those that follow there.
        """
        query = _letters().where(
            notification.c.state.in_(which.states), notification.c.bundle_id.is_(None)
        )
        if State.SENT not in which.states:
            # As the index over what is not sent has it, or the index would not be used.
            query = query.where(notification.c.state != literal_column("'sent'"))
        for column in ("channel", "address", "step"):
            if (wanted := getattr(which, column)) is not None:
                query = query.where(notification.c[column] == wanted)
        order = (notification.c.created_at, notification.c.id)
        if after is not None:
            following = tuple_(*order) > (after.at, after.id)
            query = query.where(notification.c.id < after.id if latest else following)
        query = query.order_by(notification.c.id.desc()) if latest else query.order_by(*order)
        query = query.limit(limit)
        with self._database.read() as connection:
            return [_letter(row) for row in connection.execute(query)]

    def named(self, name: str) -> Sequence[Letter]:
        """What a number, or the beginning of a key, may mean."""
        means = []
        if re.fullmatch(r"[0-9]{1,18}", name):
            means.append(notification.c.id == int(name))
        if re.fullmatch(r"[0-9a-f]{8,64}", name):
            means.append(notification.c.key.startswith(name))
        if not means:
            return []
        with self._database.read() as connection:
            rows = connection.execute(_letters().where(or_(*means)).limit(10))
            return [_letter(row) for row in rows]

    def numbered(self, number: int) -> Sequence[Letter]:
        """The one of this number, if there is one."""
        with self._database.read() as connection:
            rows = connection.execute(_letters().where(notification.c.id == number))
            return [_letter(row) for row in rows]

    def members(self, digest: Letter) -> Sequence[Letter]:
        """What travels in a digest."""
        query = _letters().where(notification.c.bundle_id == digest.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(notification.c.id))
            return [_letter(row) for row in rows]

    def history(self, letter: Letter) -> Sequence[Attempt]:
        """Every attempt, and what operators did, oldest first."""
        query = select(delivery).where(delivery.c.notification_id == letter.id)
        with self._database.read() as connection:
            return [
                Attempt(
                    started_at=row.started_at,
                    finished_at=row.finished_at,
                    outcome=Outcome(row.outcome),
                    detail=row.detail,
                )
                for row in connection.execute(query.order_by(delivery.c.id))
            ]

    def retry(
        self,
        letters: Sequence[Letter],
        *,
        why: str,
        now: datetime,
        channel: str | None = None,
        address: str | None = None,
        act: Act | None = None,
    ) -> int:
        """Have them tried anew from the first attempt, elsewhere if so asked; how many are.

        One that was sent meanwhile, or is being sent, is left alone. One taken out of its digest
        goes by itself. With `act` there is a line of it in the audit log.
        """
        changes: dict[str, Any] = {
            "state": State.QUEUED,
            "attempts": 0,
            "next_attempt_at": now,
            "finished_at": None,
            "bundle_id": None,
        }
        changes |= {} if channel is None else {"channel": channel}
        changes |= {} if address is None else {"address": address}
        with self._database.write() as connection:
            done = _act(connection, letters, changes, outcome=Outcome.REQUEUED, why=why, now=now)
            # What travels in one waits with it.
            _act_on_members(connection, done, State.QUEUED, None)
            # Taken elsewhere, it leaves a line that goes on without it.
            _call_next(connection, letters, done, now)
            _log(connection, act, "retry message", done, now)
        return len(done)

    def discard(
        self, letters: Sequence[Letter], *, why: str, now: datetime, act: Act | None = None
    ) -> int:
        """Give them up, as seen to by other means; how many were. `act` as for `retry`."""
        changes: dict[str, Any] = {
            "state": State.DISCARDED,
            "next_attempt_at": None,
            "finished_at": now,
        }
        with self._database.write() as connection:
            done = _act(connection, letters, changes, outcome=Outcome.DISCARDED, why=why, now=now)
            _act_on_members(connection, done, State.DISCARDED, now)
            _call_next(connection, letters, done, now)
            _log(connection, act, "discard message", done, now)
        return len(done)


def _act(
    connection: Connection,
    letters: Sequence[Letter],
    changes: dict[str, Any],
    *,
    outcome: Outcome,
    why: str,
    now: datetime,
) -> list[int]:
    """Change what is neither sent nor under way, and keep in its history why."""
    done: list[int] = []
    for some in chunks([each.id for each in letters]):
        statement = (
            update(notification)
            .where(
                notification.c.id.in_(some),
                notification.c.state != State.SENT,
                notification.c.lease_until.is_(None),
            )
            .values(changes)
            .returning(notification.c.id)
        )
        done += connection.scalars(statement)
    attempts = {each.id: each.attempts for each in letters}
    rows = [
        {
            "notification_id": id_,
            "attempt": attempts[id_],
            "started_at": now,
            "finished_at": now,
            "outcome": outcome,
            "detail": why,
        }
        for id_ in done
    ]
    if rows:
        connection.execute(insert(delivery), rows)
    return done


def _log(
    connection: Connection, act: Act | None, what: str, done: Sequence[int], now: datetime
) -> None:
    if act is not None and done:
        append(connection, act, what, {"messages": sorted(done)}, now)


def _act_on_members(
    connection: Connection, digests: Sequence[int], state: State, finished_at: datetime | None
) -> None:
    for some in chunks(digests):
        connection.execute(
            update(notification)
            .where(notification.c.bundle_id.in_(some))
            .values(state=state, finished_at=finished_at)
        )


def _call_next(
    connection: Connection, letters: Sequence[Letter], done: Collection[int], now: datetime
) -> None:
    known = set(done)
    left = [(each.channel, each.address, each.thread) for each in letters if each.id in known]
    for some in chunks(left):
        call_next(connection, some, (), now)
    call_next(connection, (), done, now)


def _letters() -> Any:
    return select(notification, _last_detail)


def _letter(row: Any) -> Letter:
    return Letter(
        id=row.id,
        key=row.key,
        state=State(row.state),
        channel=row.channel,
        address=row.address,
        role=row.role,
        step=row.step,
        thread=row.thread,
        subject=row.content["subject"],
        text=row.content["text"],
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        detail=row.detail,
        bundle_id=row.bundle_id,
        carries=row.carries,
        report_number=row.report_number,
        enclosures=as_notification(row).enclosures,
    )


_last_detail = (
    select(delivery.c.detail)
    .where(delivery.c.notification_id == notification.c.id)
    .order_by(delivery.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("detail")
)
