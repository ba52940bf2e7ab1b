"""What sources state, stored as it comes: a batch and its cursor in one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, Known, SourceFault
from monitor.collectors.poller import Recorded, SourceState
from monitor.engine.replicas import SourceLease
from monitor.store.database import Database
from monitor.store.open_cases import OpenCases
from monitor.store.quarantine import as_text, said_as_json
from monitor.store.recording import (
    GONE_AFTER,
    know,
    known_of,
    record_batch,
)
from monitor.store.replicas import require_lease
from monitor.store.tables import source


class Observations:
    """The store as a poll sees it."""

    def __init__(self, database: Database, lease: SourceLease | None = None) -> None:
        """With a lease, a poll stores nothing once another replica has taken it."""
        self._database = database
        self._lease = lease
        self.gone_after: Mapping[str, int] = {}
        """By source: after how many polls in a row that miss a case it is gone; else `GONE_AFTER`.
        """

    def under(self, lease: SourceLease) -> "Observations":
        """The same store for one poll, begun under this lease."""
        leased = Observations(self._database, lease)
        leased.gone_after = self.gone_after
        return leased

    def watch(self, sources: Collection[str], *, at: datetime) -> None:
        """Know of these sources from now on: one never polled is silent, counted from here."""
        with self._database.write() as connection:
            for name in sorted(sources):
                know(connection, name, at)

    def load_window(self, name: str) -> SourceState:
        """Where a source stands; its open cases are read when they are gone through."""
        with self._database.read() as connection:
            row = connection.execute(select(source).where(source.c.name == name)).one_or_none()
        if row is None:
            return SourceState()
        open_cases = OpenCases(self._database.read, name)
        return SourceState(
            cursor=row.cursor,
            checkpoint=row.checkpoint,
            known=open_cases,
            overdue=open_cases.unseen,
            not_before=row.not_before_at,
            failures=row.failures,
        )

    def recall(self, name: str, keys: Sequence[CaseKey]) -> Sequence[Known]:
        """What is stored of these cases of a source, open or closed; others are left out."""
        with self._database.read() as connection:
            return known_of(connection, name, keys)

    def record(self, name: str, batch: Batch, *, at: datetime) -> Recorded:
        """Store a batch of the poll begun at `at`, all of it or nothing.

        Raises:
            LeaseLostError: another replica polls the source by now.
        """
        gone_after = self.gone_after.get(name, GONE_AFTER)
        with self._polled() as connection:
            stored = record_batch(connection, name, batch, at=at, gone_after=gone_after)
        return Recorded(
            added=len(stored.fresh),
            repeated=stored.repeated,
            quarantined=stored.quarantined,
            corrected=stored.corrected,
        )

    def record_fault(self, name: str, fault: SourceFault, *, at: datetime) -> int:
        """Store that the poll begun at `at` ended early; how many in a row now.

        Raises:
            LeaseLostError: as `record`.
        """
        with self._polled() as connection:
            know(connection, name, at)
            failures = connection.scalar(
                update(source)
                .where(source.c.name == name)
                .values(
                    last_attempt_at=at,
                    failures=source.c.failures + 1,
                    fault_kind=fault.kind,
                    fault=as_text(str(fault)),
                    fault_said=said_as_json(fault.said),
                    not_before_at=fault.not_before,
                )
                .returning(source.c.failures)
            )
        return int(failures or 0)

    @contextmanager
    def _polled(self) -> Iterator[Connection]:
        """A transaction for what a poll brings, while it may."""
        with self._database.write() as connection:
            if self._lease is not None:
                require_lease(connection, self._lease)
            yield connection
