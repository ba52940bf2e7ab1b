"""The store as replicas see it: who is there, who polls what, and what the gone leave behind."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Update,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from monitor.engine.replicas import LeaseLostError, Peer, Roster, SourceLease
from monitor.store.database import Database
from monitor.store.insertion import insert_missing
from monitor.store.outbox import take_back
from monitor.store.tables import poll_lease, replica

_LOCK_TIMEOUT = "2s"
"""How long a replica waits for a row here: longer, and it would be taken for dead itself."""

_ending = text("""
    SELECT pg_terminate_backend(activity.pid)
    FROM replica JOIN pg_stat_activity AS activity
      ON activity.application_name = replica.session
     AND activity.datname = current_database() AND activity.usename = current_user
    WHERE replica.id = :id AND replica.beats = :beats
      AND activity.application_name <> current_setting('application_name')
""")


class Replicas:
    """On SQLite, where a file has one daemon, that one is always alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def alone(self) -> bool:
        return self._database.is_sqlite

    def join(self, name: str, *, at: datetime) -> int:
        with self._writing() as connection:
            if self.alone:
                connection.execute(delete(replica))
            session = self._database.session
            row: dict[str, Any] = {
                "name": name,
                "session": session,
                "sources": [],
                "started_at": at,
                "beats": 0,
            }
            statement = insert(replica).values(**row, seen_at=_database_time(connection))
            joined: int = connection.execute(statement.returning(replica.c.id)).scalar_one()
            take_back(connection, at)
        return joined

    def announce(self, joined: int, sources: Collection[str]) -> None:
        with self._writing() as connection:
            rows = [{"source": name, "epoch": 0} for name in sorted(sources)]
            insert_missing(connection, poll_lease, rows)
            connection.execute(_row(joined).values(sources=sorted(sources)))

    def renew(self, joined: int) -> bool:
        with self._writing() as connection:
            beat = _row(joined).values(
                beats=replica.c.beats + 1, seen_at=_database_time(connection)
            )
            return bool(connection.execute(beat).rowcount)

    def roster(self) -> Roster:
        with self._database.read() as connection:
            peers = connection.execute(select(replica).order_by(replica.c.id)).all()
            leases = connection.execute(select(poll_lease)).all()
        return Roster(
            peers=[
                Peer(id=row.id, name=row.name, sources=frozenset(row.sources), beats=row.beats)
                for row in peers
            ],
            leases={
                row.source: None
                if row.holder is None
                else SourceLease(source=row.source, holder=row.holder, epoch=row.epoch)
                for row in leases
            },
        )

    def bury(self, peer: Peer, *, at: datetime) -> bool:
        if not self.alone:
            # Frozen in the middle of a transaction, or with its machine gone, it would keep what
            # that has locked for as long as the server believes in the connection.
            with self._database.write() as connection:
                connection.execute(_ending, {"id": peer.id, "beats": peer.beats})
        seen_as = (replica.c.id == peer.id, replica.c.beats == peer.beats)
        return self._remove(*seen_as, at=at)

    def leave(self, joined: int, *, at: datetime) -> None:
        self._remove(replica.c.id == joined, at=at)

    def take(self, joined: int, sources: Collection[str]) -> None:
        """Those that somebody else is about to change are left for the next time."""
        free = (
            select(poll_lease.c.source)
            .where(poll_lease.c.source.in_(sources), poll_lease.c.holder.is_(None))
            .order_by(poll_lease.c.source)
            .with_for_update(skip_locked=True)
        )
        with self._writing() as connection:
            found = list(connection.scalars(free))
            taken = update(poll_lease).where(poll_lease.c.source.in_(found))
            connection.execute(taken.values(holder=joined, epoch=poll_lease.c.epoch + 1))

    def give_up(self, leases: Collection[SourceLease]) -> None:
        with self._writing() as connection:
            for lease in leases:
                held = update(poll_lease).where(*_held(lease))
                connection.execute(held.values(holder=None))

    def _remove(self, *which: ColumnElement[bool], at: datetime) -> bool:
        with self._writing() as connection:
            removed = connection.execute(delete(replica).where(*which)).rowcount
            take_back(connection, at)
        return bool(removed)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            yield connection


def require_lease(connection: Connection, lease: SourceLease) -> None:
    """Let a transaction store what a source states only while its lease stands.

    Nobody takes it before the transaction ends.

    Raises:
        LeaseLostError: another replica has taken it.
    """
    held = select(poll_lease.c.source).where(*_held(lease)).with_for_update(read=True)
    if connection.execute(held).first() is None:
        raise LeaseLostError(f"source {lease.source} is polled by another replica by now")


def _held(lease: SourceLease) -> Sequence[ColumnElement[bool]]:
    return (
        poll_lease.c.source == lease.source,
        poll_lease.c.holder == lease.holder,
        poll_lease.c.epoch == lease.epoch,
    )


def _row(joined: int) -> Update:
    return update(replica).where(replica.c.id == joined)


def _database_time(connection: Connection) -> ColumnElement[int]:
    """The database's own clock: for people to read, and for nothing to be decided by."""
    if connection.dialect.name == "sqlite":
        seconds = (func.julianday("now") - 2_440_587.5) * 86_400
    else:
        seconds = func.extract("epoch", func.clock_timestamp())
    return cast(seconds * 1_000_000, BigInteger)
