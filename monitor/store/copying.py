"""All that is stored, copied into another database: from SQLite to PostgreSQL, or back."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, insert, select

from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.database import Database
from monitor.store.insertion import execute_many
from monitor.store.schema import migrate
from monitor.store.tables import metadata

_ROWS = 5000
"""Held at a time."""

_NOT_COPIED = frozenset({"replica", "poll_lease"})
"""Who is alive, and polls what: another database's daemons find out by themselves."""


def copy_all(
    source: Database, target: Database, progress: Callable[[int], None] = lambda _: None
) -> Mapping[str, int]:
    """Copy every row of `source`, as it stands now, into `target`, all or nothing; rows by table.

    `target` may have no tables yet, and is at the program's revision afterwards. `progress` is told
    how many rows are copied so far. Nothing else may write to `source` meanwhile: it would be left
    behind.

    Raises:
        InputError: the target already holds something, or is newer than the program.
    """
    migrate(target)
    copied: dict[str, int] = {}
    with source.read() as read, target.write() as write:
        _require_empty(write, target.location)
        done = 0
        for table in _tables():
            count = 0
            for rows in _pages(read, table):
                execute_many(write, insert(table), rows)
                count += len(rows)
                progress(done + count)
            done += count
            copied[table.name] = count
            stored = write.scalar(select(func.count()).select_from(table))
            if stored != count:
                # Rolls back: half a copy would be taken for the whole one day.
                raise RuntimeError(f"{table.name}: {count} rows read, {stored} stored")
            if not target.is_sqlite:
                _go_on_counting(write, table)
    return copied


def rows_to_copy(database: Database) -> int:
    with database.read() as connection:
        counts = (select(func.count()).select_from(table) for table in _tables())
        return sum(connection.scalar(query) or 0 for query in counts)


def _tables() -> list[Table]:
    """In an order in which each finds what its rows point at."""
    return [table for table in metadata.sorted_tables if table.name not in _NOT_COPIED]


def _require_empty(connection: Connection, location: str) -> None:
    for table in _tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise InputError(
                N_("database {location}: holds rows already ({table}): give an empty one"),
                location=location,
                table=table.name,
            )


def _pages(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_ROWS).execute(query).mappings()
    for page in found.partitions():
        yield [dict(row) for row in page]


def _go_on_counting(connection: Connection, table: Table) -> None:
    """On PostgreSQL, the next row's number follows those that were copied."""
    for column in table.primary_key.columns:
        if not isinstance(column.type, Integer) or not column.autoincrement:
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            highest = connection.scalar(select(func.max(column)))
            if highest is not None:
                connection.execute(select(func.setval(sequence, highest)))
