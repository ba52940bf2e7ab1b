"""Bulk inserts that meet rows already there, in the words of either database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert

_T = TypeVar("_T")

CHUNK = 1000
"""Values in one look-up by a list; SQLite takes up to 32,766."""


def insert_into(connection: Connection, table: Table) -> Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet; the others stay as they are."""
    if rows:
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


def chunks(values: Collection[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values, at most `size` at a time."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
