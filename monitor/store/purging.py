"""What is old leaves the tables, in lots that hold up nobody."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    func,
    select,
)

from monitor.store.counts import counts_of, move_counts
from monitor.store.database import Database
from monitor.store.enclosures import unwanted
from monitor.store.insertion import chunks
from monitor.store.months import month_of
from monitor.store.tables import (
    case,
    enclosure,
    metadata,
    notification,
    obligation,
    observation,
    payload,
    quarantine,
)


class Purging:
    """The store as purging sees it. Every condition has an index to it.

    Cases are counted as they leave: the kept counts stay those of the obligations kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def old_payloads(self, before: datetime) -> int:
        return self._count(select(func.count()).where(payload.c.month < month_of(before)))

    def purge_payloads(self, before: datetime, limit: int) -> int:
        """Take away about so many of the months before this one's, the oldest first.

        A month of a case goes whole.
        """
        key = (payload.c.month, payload.c.case_id)
        query = select(*key).where(payload.c.month < month_of(before)).order_by(*key).limit(limit)
        with self._database.write() as connection:
            found = connection.execute(query).all()
            return _delete_payloads(connection, {(row.month, row.case_id) for row in found})

    def old_quarantined(self, before: datetime) -> int:
        return self._count(select(func.count()).where(_settled_before(before)))

    def purge_quarantined(self, before: datetime, limit: int) -> int:
        """Take away resolved records last seen before; what is unresolved stays a question."""
        query = select(quarantine.c.id).where(_settled_before(before)).limit(limit)
        with self._database.write() as connection:
            found = list(connection.scalars(query))
            _delete(connection, quarantine, quarantine.c.id.in_(found))
        return len(found)

    def old_cases(self, before: datetime) -> int:
        return self._count(select(func.count()).where(_closed_before(before)))

    def purge_cases(self, before: datetime, limit: int) -> int:
        """Take away so many closed cases, with all that hangs on them."""
        order = (case.c.changed_at, case.c.id)
        query = select(case.c.id).where(_closed_before(before)).order_by(*order).limit(limit)
        with self._database.write() as connection:
            ids = list(connection.scalars(query.with_for_update(skip_locked=True)))
            for chunk in chunks(ids):
                _uncount(connection, chunk)
                _forget_payloads(connection, chunk)
                _delete_with_children(connection, case, case.c.id.in_(chunk))
        return len(ids)

    def old_letters(self, before: datetime) -> int:
        return self._count(select(func.count()).where(_told_before(before)))

    def purge_letters(self, before: datetime, limit: int) -> int:
        """Take away so many messages that brought reports, with their attempts."""
        query = select(notification.c.id).where(_told_before(before)).limit(limit)
        with self._database.write() as connection:
            ids = list(connection.scalars(query.with_for_update(skip_locked=True)))
            _delete_with_children(connection, notification, notification.c.id.in_(ids))
        return len(ids)

    def old_enclosures(self, before: datetime) -> int:
        return self._count(select(func.count()).select_from(enclosure).where(unwanted(before)))

    def purge_enclosures(self, before: datetime, limit: int) -> int:
        """Take away so many files that no message needs any more."""
        key = (enclosure.c.report_number, enclosure.c.sha256)
        query = select(*key).where(unwanted(before)).limit(limit)
        with self._database.write() as connection:
            found = connection.execute(query).all()
            return sum(
                connection.execute(
                    # What was put anew meanwhile stays.
                    delete(enclosure).where(
                        enclosure.c.report_number == row.report_number,
                        enclosure.c.sha256 == row.sha256,
                        unwanted(before),
                    )
                ).rowcount
                for row in found
            )

    def _count(self, query: Select[Any]) -> int:
        with self._database.read() as connection:
            return connection.scalar(query) or 0


def _told_before(before: datetime) -> ColumnElement[bool]:
    return and_(
        notification.c.report_number.is_not(None),
        notification.c.finished_at < before,
        notification.c.next_attempt_at.is_(None),
    )


def _settled_before(before: datetime) -> ColumnElement[bool]:
    return and_(quarantine.c.resolved_at.is_not(None), quarantine.c.last_seen_at < before)


def _closed_before(before: datetime) -> ColumnElement[bool]:
    """Closed, judged, and neither changed nor seen since.

    One that its source still shows would come back as if it were new.
    """
    return and_(
        ~case.c.is_open,
        case.c.changed_at < before,
        case.c.last_seen_at < before,
        case.c.marked_at.is_(None),
        case.c.retry_at.is_(None),
    )


def _uncount(connection: Connection, case_ids: Sequence[int]) -> None:
    leaving = counts_of(connection, obligation.c.case_id.in_(case_ids))
    move_counts(connection, {counted: -number for counted, number in leaving.items()})


def _forget_payloads(connection: Connection, case_ids: Sequence[int]) -> None:
    stated = select(observation.c.case_id, observation.c.observed_at)
    rows = connection.execute(stated.where(observation.c.case_id.in_(case_ids)))
    _delete_payloads(connection, {(month_of(row.observed_at), row.case_id) for row in rows})


def _delete_payloads(connection: Connection, keys: Collection[tuple[int, int]]) -> int:
    """How many went of these months and cases: another replica may take some meanwhile."""
    by_month: dict[int, list[int]] = defaultdict(list)
    for month, case_id in sorted(keys):
        by_month[month].append(case_id)
    return sum(
        connection.execute(
            delete(payload).where(payload.c.month == month, payload.c.case_id.in_(chunk))
        ).rowcount
        for month, case_ids in by_month.items()
        for chunk in chunks(case_ids)
    )


def _delete_with_children(
    connection: Connection, table: Table, condition: ColumnElement[bool]
) -> None:
    """Delete rows after all rows that point at them, whatever tables there are that do."""
    for child in metadata.tables.values():
        for key in child.foreign_keys:
            if key.column.table is table and child is not table:
                pointed_at = select(key.column).where(condition)
                _delete_with_children(connection, child, key.parent.in_(pointed_at))
    _delete(connection, table, condition)


def _delete(connection: Connection, table: Table, condition: ColumnElement[bool]) -> None:
    connection.execute(delete(table).where(condition))
