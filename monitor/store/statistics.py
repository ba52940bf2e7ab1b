"""How large a database is, and how far back it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table, func, select, text

from monitor.store.database import Database
from monitor.store.tables import case, metadata, observation

_COUNTED_UP_TO = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    bytes: int
    """Of all files, on SQLite; as the server tells it, on PostgreSQL."""
    rows: Mapping[str, int]
    """By table: exact up to some thousands, an estimate beyond."""
    first_received_at: datetime | None
    last_observed_at: datetime | None


def statistics(database: Database) -> Statistics:
    """Read in one look that holds nobody up; the oldest and the newest by a walk."""
    with database.read() as connection:
        return Statistics(
            bytes=_bytes(connection, database.path),
            rows={
                table.name: _rows(connection, table, sqlite=database.is_sqlite)
                for table in metadata.sorted_tables
            },
            first_received_at=connection.scalar(select(func.min(case.c.received_at))),
            last_observed_at=connection.scalar(select(func.max(observation.c.observed_at))),
        )


def database_bytes(database: Database) -> int:
    """As `Statistics.bytes`, alone."""
    with database.read() as connection:
        return _bytes(connection, database.path)


def _bytes(connection: Connection, path: Path | None) -> int:
    if path is None:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    files = (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
    return sum(file.stat().st_size for file in files if file.exists())


def _rows(connection: Connection, table: Table, *, sqlite: bool) -> int:
    first = select(1).select_from(table).limit(_COUNTED_UP_TO).subquery()
    counted = connection.scalar(select(func.count()).select_from(first)) or 0
    if counted < _COUNTED_UP_TO:
        return counted
    return max(counted, _estimate(connection, table, sqlite=sqlite))


def _estimate(connection: Connection, table: Table, *, sqlite: bool) -> int:
    if not sqlite:
        query = "SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)"
        return int(connection.scalar(text(query), {"name": table.name}) or 0)
    if table.dialect_options["sqlite"]["with_rowid"] is False:
        # Without row ids there is nothing to tell the number by; a walk over the key alone.
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)
    return int(cast("Any", connection.scalar(text(f"SELECT max(rowid) FROM {table.name}"))) or 0)  # noqa: S608 - a table of ours
