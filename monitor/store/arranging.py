"""What is due on a channel, arranged in the transaction that claims it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from monitor.alerts.grouping import (
    HELD,
    SILENT,
    Addressee,
    Bundle,
    Due,
    Member,
    Told,
    silent_source,
)
from monitor.alerts.notification import Notification
from monitor.alerts.outbox_store import Arranger, State
from monitor.store.insertion import chunks
from monitor.store.letters import Origin, letter_row
from monitor.store.lines import first_in_line
from monitor.store.tables import notification, source

_MOST = 20_000
"""Rows that one claim arranges; a storm's rest is arranged by the next."""


def arranged(connection: Connection, channel: str, arranger: Arranger, now: datetime) -> list[int]:
    """Store what `arranger` plans for all that is due; the ids of what is to go now."""
    _say_who_speaks(connection, channel, arranger, now)
    rows = connection.execute(
        select(
            notification.c.id,
            notification.c.address,
            notification.c.role,
            notification.c.lang,
            notification.c.group_key,
            notification.c.created_at,
            notification.c.due_at,
            notification.c.escalation_id,
            notification.c.report_number,
            notification.c.uncertain,
            notification.c.carries,
            notification.c.lease_owner,
        )
        .where(
            notification.c.channel == channel,
            notification.c.next_attempt_at <= now,
            first_in_line,
        )
        .order_by(notification.c.created_at, notification.c.id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    ).all()
    by_address: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_address[row.address].append(row)
    going: list[int] = []
    for address, due in by_address.items():
        desk = _Desk(connection, arranger, channel, address, now)
        going += desk.arrange(due)
    return going


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that is due to one recipient."""

    connection: Connection
    arranger: Arranger
    channel: str
    address: str
    now: datetime

    def arrange(self, rows: Sequence[Any]) -> list[int]:
        terms = self.arranger.terms
        plan = self.arranger.plan(
            [_due(row) for row in rows],
            told=self._told(self.now - max(terms.hour, terms.interval)),
            digested_at=self._digested(self.now - terms.interval),
            now=self.now,
        )
        known = {row.id: row for row in rows}
        going = [*plan.go, *(self._bundle(bundle, known) for bundle in plan.bundles)]
        self._postpone(plan.postponed)
        if plan.held and plan.held_until is not None and not self._noticed():
            first = min((known[id_] for id_ in plan.postponed), key=lambda row: row.created_at)
            notice = self.arranger.held(plan.held, plan.held_until, self._to(first), self.now)
            going.append(self._queue(notice, Origin.of(first)))
        return going

    def _told(self, since: datetime) -> list[Told]:
        query = select(
            notification.c.group_key,
            notification.c.finished_at,
            notification.c.step,
            notification.c.carries,
        ).where(
            notification.c.channel == self.channel,
            notification.c.address == self.address,
            notification.c.finished_at > since,
            notification.c.bundle_id.is_(None),
            notification.c.state == State.SENT,
        )
        return [
            Told(
                group=row.group_key if row.carries is None else None,
                at=row.finished_at,
                step=row.step,
            )
            for row in self.connection.execute(query)
        ]

    def _noticed(self) -> bool:
        """Whether a notice of the ceiling was accepted within the hour, or is on its way."""
        query = select(notification.c.id).where(
            notification.c.channel == self.channel,
            notification.c.address == self.address,
            notification.c.carries == 0,
            notification.c.step == HELD,
            or_(
                notification.c.state == State.QUEUED,
                notification.c.finished_at > self.now - self.arranger.terms.hour,
            ),
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def _digested(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """When each group last had a digest made, sent or not."""
        query = (
            select(
                notification.c.group_key,
                notification.c.lang,
                func.max(notification.c.created_at),
            )
            .where(
                notification.c.channel == self.channel,
                notification.c.address == self.address,
                notification.c.carries > 0,
                notification.c.created_at > since,
            )
            .group_by(notification.c.group_key, notification.c.lang)
        )
        return {(row[0], row[1]): row[2] for row in self.connection.execute(query)}

    def _bundle(self, bundle: Bundle, known: Mapping[int, Any]) -> int:
        members = self._members(bundle.members)
        worst = known[bundle.members[0]]
        digest = self.arranger.digest(bundle.group, members, self._to(worst), self.now)
        id_ = self._queue(digest, Origin.of(worst), carries=len(members), group=bundle.group)
        for some in chunks(bundle.members):
            self.connection.execute(
                update(notification)
                .where(notification.c.id.in_(some))
                .values(bundle_id=id_, next_attempt_at=None)
            )
        return id_

    def _members(self, ids: Sequence[int]) -> list[Member]:
        """In the order of the ids."""
        found = {}
        for some in chunks(ids):
            query = select(
                notification.c.id,
                notification.c.key,
                notification.c.role,
                notification.c.thread,
                notification.c.step,
                notification.c.due_at,
                notification.c.stood_at,
                notification.c.content["fields"].label("fields"),
            ).where(notification.c.id.in_(some))
            for row in self.connection.execute(query):
                found[row.id] = Member(
                    key=row.key,
                    role=row.role,
                    thread=row.thread,
                    step=row.step,
                    due_at=row.due_at,
                    stood_at=row.stood_at,
                    fields=row.fields,
                )
        return [found[id_] for id_ in ids]

    def _queue(
        self,
        sent: Notification,
        origin: Origin,
        *,
        carries: int = 0,
        group: str | None = None,
    ) -> int:
        row = letter_row(sent, origin, carries=carries, group=group)
        statement = insert(notification).values(row).returning(notification.c.id)
        return int(self.connection.execute(statement).scalar_one())

    def _postpone(self, postponed: Mapping[int, datetime]) -> None:
        together: dict[datetime, list[int]] = defaultdict(list)
        for id_, instant in postponed.items():
            together[instant].append(id_)
        for instant, ids in together.items():
            for some in chunks(ids):
                self.connection.execute(
                    update(notification)
                    .where(notification.c.id.in_(some))
                    .values(next_attempt_at=instant)
                )

    def _to(self, row: Any) -> Addressee:
        return Addressee(channel=self.channel, address=self.address, role=row.role, lang=row.lang)


def _due(row: Any) -> Due:
    # One that a dead holder may have sent, or whose attempt may have arrived, goes under its own
    # key or not at all: in a digest, its receiver could not know it.
    itself = row.uncertain or row.lease_owner is not None or row.carries is not None
    return Due(
        id=row.id,
        group=None if itself else row.group_key,
        lang=row.lang,
        created_at=row.created_at,
        due_at=row.due_at,
    )


def _say_who_speaks(
    connection: Connection, channel: str, arranger: Arranger, now: datetime
) -> None:
    """Tell those who were told that a source is silent, once it speaks again."""
    told = connection.execute(
        select(notification)
        .where(
            notification.c.channel == channel,
            notification.c.carries > 0,
            notification.c.step == SILENT,
            notification.c.group_key.is_not(None),
        )
        .order_by(notification.c.id)
        .with_for_update(skip_locked=True)
    ).all()
    if not told:
        return
    speaking = set(connection.scalars(select(source.c.name).where(source.c.stale_since.is_(None))))
    ended = [row for row in told if silent_source(row.group_key) in speaking]
    # Several in one silence are ended by one notice.
    for row in {(row.address, row.lang, row.group_key): row for row in ended}.values():
        to = Addressee(channel=channel, address=row.address, role=row.role, lang=row.lang)
        notice = arranger.speaks(silent_source(row.group_key) or "", row.key, to, now)
        connection.execute(
            insert(notification).values(letter_row(notice, Origin.of(row), carries=0))
        )
    for some in chunks([row.id for row in ended]):
        connection.execute(
            update(notification).where(notification.c.id.in_(some)).values(group_key=None)
        )
