"""What an operator has to see to: sources, bad records, unknown words, cases not watched."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal_column, or_, select

from monitor.alerts.outbox_store import State
from monitor.cases.records import (
    CaseRecord,
    OutboxRecord,
    QuarantineRecord,
    ReplicaRecord,
    SourceRecord,
    UnknownStatusRecord,
)
from monitor.locale.marking import Said
from monitor.store.database import Database
from monitor.store.rows import as_case, as_source
from monitor.store.tables import (
    case,
    notification,
    obligation,
    organization,
    poll_lease,
    quarantine,
    replica,
    source,
    unknown_status,
)

_OVERDUE_AFTER = timedelta(minutes=1)


class Upkeep:
    """Reads of one snapshot each, by indexes over what is wrong and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources(self) -> Sequence[SourceRecord]:
        with self._database.read() as connection:
            rows = connection.execute(select(source).order_by(source.c.name))
            return [as_source(row) for row in rows]

    def outbox(self) -> OutboxRecord:
        query = (
            select(notification.c.state, func.count(), func.min(notification.c.created_at))
            # As the index over what is not sent has it, or the index would not be used.
            .where(notification.c.state != literal_column("'sent'"))
            .group_by(notification.c.state)
        )
        with self._database.read() as connection:
            found = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
        queued, oldest_at = found.get(State.QUEUED, (0, None))
        dead, _ = found.get(State.DEAD, (0, None))
        return OutboxRecord(queued=queued, dead=dead, oldest_at=oldest_at)

    def stuck_since(self, now: datetime) -> datetime | None:
        """When the oldest message was decided that was tried in vain or is overdue; None: none is.

        One that waits for an interval or a ceiling is not.
        """
        query = select(func.min(notification.c.created_at)).where(
            notification.c.state != literal_column("'sent'"),
            notification.c.state == State.QUEUED,
            or_(
                notification.c.attempts > 0,
                notification.c.next_attempt_at < now - _OVERDUE_AFTER,
            ),
        )
        with self._database.read() as connection:
            oldest: datetime | None = connection.scalar(query)
        return oldest

    def replicas(self) -> Sequence[ReplicaRecord]:
        """The daemons that share the database, the longest there first."""
        held: dict[int, list[str]] = defaultdict(list)
        with self._database.read() as connection:
            leases = select(poll_lease).where(poll_lease.c.holder.is_not(None))
            for row in connection.execute(leases.order_by(poll_lease.c.source)):
                held[row.holder].append(row.source)
            return [
                ReplicaRecord(
                    name=row.name,
                    started_at=row.started_at,
                    seen_at=row.seen_at,
                    polls=held[row.id],
                )
                for row in connection.execute(select(replica).order_by(replica.c.id))
            ]

    def replica_count(self) -> int:
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(replica)) or 0

    def quarantined(self, limit: int) -> Sequence[QuarantineRecord]:
        """Records that cannot be read and have not been stated anew since; the latest first."""
        query = (
            select(quarantine)
            .where(quarantine.c.resolved_at.is_(None))
            .order_by(quarantine.c.last_seen_at.desc(), quarantine.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                QuarantineRecord(
                    source=row.source,
                    ref=row.ref,
                    reason=Said.load(row.reason, row.said),
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                )
                for row in connection.execute(query)
            ]

    def quarantine_counts(self) -> Mapping[str, int]:
        """By source, as `quarantined`."""
        query = (
            select(quarantine.c.source, func.count())
            .where(quarantine.c.resolved_at.is_(None))
            .group_by(quarantine.c.source)
        )
        return self._counts(query)

    def unknown_statuses(self) -> Sequence[UnknownStatusRecord]:
        """Words of sources that no mapping leads anywhere, the most frequent first."""
        query = (
            select(unknown_status)
            .where(unknown_status.c.observations > 0)
            .order_by(unknown_status.c.observations.desc(), unknown_status.c.raw_status)
        )
        with self._database.read() as connection:
            return [
                UnknownStatusRecord(
                    source=row.source,
                    raw_status=row.raw_status,
                    observations=row.observations,
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                )
                for row in connection.execute(query)
            ]

    def organizations(self) -> Sequence[str]:
        """Every organisation ever stated, known to the configuration or not."""
        with self._database.read() as connection:
            query = select(organization.c.name).order_by(organization.c.name)
            return list(connection.scalars(query))

    def provisional_places(self) -> Mapping[str, int]:
        """Places whose region is a guess, with the obligations that rest on each; '': none."""
        place = func.coalesce(obligation.c.place, "")
        query = (
            select(place, func.count())
            .where(obligation.c.region_provisional)
            .group_by(place)
            .order_by(place)
        )
        return self._counts(query)

    def fault_counts(self) -> Mapping[str, int]:
        """Cases that are owed nothing or could not be judged, by kind of fault."""
        query = (
            select(case.c.fault_kind, func.count())
            .where(case.c.fault_kind.is_not(None))
            .group_by(case.c.fault_kind)
        )
        return self._counts(query)

    def faulty_cases(self, limit: int) -> Sequence[CaseRecord]:
        """Those cases, by kind; without their observations."""
        query = (
            select(case)
            .where(case.c.fault_kind.is_not(None))
            .order_by(case.c.fault_kind, case.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [as_case(row) for row in connection.execute(query)]

    def _counts(self, query: Any) -> dict[str, int]:
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
