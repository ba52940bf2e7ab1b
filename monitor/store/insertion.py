"""Bulk inserts that meet rows already there, and look-ups of many, in either database's words."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    String,
    Table,
    UpdateBase,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import Compiled, SQLCompiler
from sqlalchemy.types import TypeEngine

from monitor.store.columns import Instant, instants

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert

_T = TypeVar("_T")

CHUNK = 1000
"""Values in one look-up by a list; SQLite takes up to 32,766."""


def among(
    connection: Connection, column: ColumnElement[str], texts: Collection[str]
) -> ColumnElement[bool]:
    """That `column` is one of `texts`, which are one parameter however many they are."""
    if connection.dialect.name == "sqlite":
        given = func.json_each(json.dumps(list(texts))).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_(literal(list(texts), postgresql.ARRAY(String)))


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
    dialect = connection.dialect
    compiled = cast("Compiled", statement.compile(dialect=dialect, column_keys=list(rows[0])))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a statement compiles to
    fixed = compiled.params
    order = compiled.positiontup or list(fixed)
    columns = []
    for name in order:
        values = [row[name] for row in rows] if name in rows[0] else [fixed[name]] * len(rows)
        columns.append(_ready(values, compiled.binds[name].type, dialect))
    lines: list[Any] = list(zip(*columns, strict=True))
    if not compiled.positiontup:
        lines = [dict(zip(order, line, strict=True)) for line in lines]
    connection.exec_driver_sql(str(compiled), lines)


def _ready(values: list[Any], type_: TypeEngine[Any], dialect: Dialect) -> list[Any]:
    """The values of one column as the driver takes them."""
    if isinstance(type_, Instant):
        return instants(values)
    ready = type_.dialect_impl(dialect).bind_processor(dialect)
    return values if ready is None else [ready(value) for value in values]


def chunks(values: Collection[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values, at most `size` at a time."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
