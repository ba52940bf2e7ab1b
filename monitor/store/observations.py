"""What sources state, stored as it comes: a batch and its cursor in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal, select, update
from sqlalchemy import case as choose

from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Batch, Known, SourceFault
from monitor.collectors.poller import Recorded, SourceState
from monitor.contract.model import CaseKind, Status
from monitor.engine.replicas import SourceLease
from monitor.store.claims import keep_claims
from monitor.store.columns import Instant
from monitor.store.database import Database
from monitor.store.insertion import insert_missing
from monitor.store.intake import (
    add,
    count_unknown,
    missed,
    read_anew,
    saw,
    stored_cases,
    stored_statuses,
)
from monitor.store.quarantine import as_text, keep_aside, resolve, sift
from monitor.store.replicas import require_lease
from monitor.store.tables import case, source

GONE_AFTER = 3
"""Polls in a row that miss a case, after which it is gone."""


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

    def _gone_after(self, connection: Connection, name: str) -> int | None:
        """None while the source is silent: what it does not have, it may only fail to show."""
        silent = select(source.c.stale_since).where(source.c.name == name)
        if connection.scalar(silent) is not None:
            return None
        return self.gone_after.get(name, GONE_AFTER)

    def watch(self, sources: Collection[str], *, at: datetime) -> None:
        """Know of these sources from now on: one never polled is silent, counted from here."""
        with self._database.write() as connection:
            for name in sorted(sources):
                _know(connection, name, at)

    def load_window(self, name: str) -> SourceState:
        """Where a source stands; its open cases are loaded when they are first looked at."""
        with self._database.read() as connection:
            row = connection.execute(select(source).where(source.c.name == name)).one_or_none()
        if row is None:
            return SourceState()
        return SourceState(
            cursor=row.cursor,
            checkpoint=row.checkpoint,
            known=_OpenCases(self._database, name),
            not_before=row.not_before_at,
            failures=row.failures,
        )

    def recall(self, name: str, keys: Sequence[CaseKey]) -> Sequence[Known]:
        """What is stored of these cases of a source, open or closed; others are left out."""
        with self._database.read() as connection:
            # A deliverable is opened by the calendar; any source may tell that it came.
            rows = [
                row
                for key, row in stored_cases(connection, keys)
                if row.source == name or key.kind is CaseKind.DELIVERABLE
            ]
        return [_known(row) for row in rows]

    def record(self, name: str, batch: Batch, *, at: datetime) -> Recorded:
        """Store a batch of the poll begun at `at`, all of it or nothing.

        Raises:
            LeaseLostError: another replica polls the source by now.
        """
        storable_ones, refused = sift(batch.observations)
        given = {observed.id: observed for observed in reversed(storable_ones)}
        seen_at = None if batch.as_of is None else min(batch.as_of, at)
        with self._polled() as connection:
            _know(connection, name, at)
            stored = stored_statuses(connection, given)
            fresh = [observed for id_, observed in given.items() if id_ not in stored]
            reread = [given[id_] for id_, status in stored.items() if given[id_].status != status]
            learned = [observed for observed in reread if stored[observed.id] is None]
            told_from = at if batch.history else None
            add(connection, fresh, at, seen_at=seen_at, told_from=told_from)
            read_anew(connection, [*reread, *batch.reread], at)
            learned_too = [one for one in batch.reread if one.before is None]
            count_unknown(connection, fresh, [*learned, *learned_too], at)
            seen = [*batch.confirmed, *(given[id_].key for id_ in stored)]
            saw(connection, seen, at, seen_at=seen_at)
            keep_claims(connection, name, batch.claims, at)
            gone_after = self._gone_after(connection, name)
            missed(connection, batch.missing, seen_at or at, gone_after=gone_after)
            resolve(connection, name, _readable(batch, given.values()), at)
            quarantined = keep_aside(connection, name, [*batch.quarantined, *refused], at)
            _advance(connection, name, batch, len(fresh), at=at, seen_at=seen_at)
        return Recorded(
            added=len(fresh),
            repeated=len(storable_ones) - len(fresh),
            quarantined=quarantined,
        )

    def record_fault(self, name: str, fault: SourceFault, *, at: datetime) -> int:
        """Store that the poll begun at `at` ended early; how many in a row now.

        Raises:
            LeaseLostError: as `record`.
        """
        with self._polled() as connection:
            _know(connection, name, at)
            failures = connection.scalar(
                update(source)
                .where(source.c.name == name)
                .values(
                    last_attempt_at=at,
                    failures=source.c.failures + 1,
                    fault_kind=fault.kind,
                    fault=as_text(str(fault)),
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


class _OpenCases(Sequence[Known]):
    """A source's open cases, read when somebody looks: sources that keep a history need none."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._loaded: list[Known] | None = None

    def __len__(self) -> int:
        return len(self._load())

    def __getitem__(self, index: Any) -> Any:
        return self._load()[index]

    def _load(self) -> list[Known]:
        if self._loaded is None:
            query = select(case).where(case.c.source == self._name, case.c.is_open)
            with self._database.read() as connection:
                self._loaded = [
                    _known(row) for row in connection.execute(query.order_by(case.c.id))
                ]
        return self._loaded


def _readable(batch: Batch, observed: Iterable[Observation]) -> set[str]:
    """References of what this batch read well, or knows to pass over: no question remains."""
    return {
        *(one.key.ref for one in observed),
        *(key.ref for key in batch.confirmed),
        *batch.outside_contract,
        *batch.answered,
    }


def _known(row: Any) -> Known:
    return Known(
        key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
        last_observation_id=row.last_observation_id,
        raw_status=row.raw_status,
        received_at=row.received_at,
        confirmed_at=row.last_seen_at,
        organization=row.organization,
        category=row.category,
        place=row.place,
        severity=row.severity,
        status=None if row.status is None else Status(row.status),
    )


def _know(connection: Connection, name: str, at: datetime) -> None:
    row = {
        "name": name,
        "first_seen_at": at,
        "failures": 0,
        "observations": 0,
    }
    insert_missing(connection, source, [row])


def _advance(
    connection: Connection,
    name: str,
    batch: Batch,
    added: int,
    *,
    at: datetime,
    seen_at: datetime | None,
) -> None:
    """Move the source on: what it gave counts, and a whole walk vouches for what it saw."""
    values: dict[str, Any] = {
        "last_attempt_at": at,
        "observations": source.c.observations + added,
    }
    if batch.cursor is not None:
        values["cursor"] = dict(batch.cursor)
    if batch.checkpoint is not None:
        values["checkpoint"] = dict(batch.checkpoint)
    if batch.complete:
        values |= {
            "checkpoint": None,
            "failures": 0,
            "fault_kind": None,
            "fault": None,
            "not_before_at": None,
        }
    if batch.complete and batch.vouches:
        values["confirmed_at"] = at if seen_at is None else _no_earlier(seen_at, at)
    connection.execute(update(source).where(source.c.name == name).values(values))


def _no_earlier(seen_at: datetime, at: datetime) -> ColumnElement[Any]:
    """An export read late takes nothing back; but what lies ahead of a clock set back is void."""
    before = source.c.confirmed_at
    stands = (before > literal(seen_at, Instant)) & (before <= literal(at, Instant))
    return choose((stands, before), else_=literal(seen_at, Instant))
