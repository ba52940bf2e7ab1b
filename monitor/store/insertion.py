"""Bulk inserts that meet rows already there, in the words of either database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import Compiled, SQLCompiler

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
    execute_many(connection, insert_into(connection, table).on_conflict_do_nothing(), rows)


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Row]) -> None:
    """As `connection.execute(statement, rows)`, several times as fast; nothing where there is none.

    The rows have the same names. Their values are made ready column by column rather than row by
    row, and go to the driver in one call.
    """
    if not rows:
        return
    names = list(rows[0])
    dialect = connection.dialect
    compiled = cast("Compiled", statement.compile(dialect=dialect, column_keys=names))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a statement compiles to
    fixed = compiled.params
    order = compiled.positiontup or list(fixed)
    columns = []
    for name in order:
        ready = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        values = [row[name] for row in rows] if name in rows[0] else [fixed[name]] * len(rows)
        columns.append(values if ready is None else [ready(value) for value in values])
    lines: list[Any] = list(zip(*columns, strict=True))
    if not compiled.positiontup:
        lines = [dict(zip(order, line, strict=True)) for line in lines]
    connection.exec_driver_sql(str(compiled), lines)


def chunks(values: Collection[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values, at most `size` at a time."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
