"""Bulk inserts that meet rows already there, and look-ups of many, in either database's words."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Table,
    UpdateBase,
    any_,
    func,
    insert,
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
    connection: Connection, column: ColumnElement[_T], values: Iterable[_T]
) -> ColumnElement[bool]:
    """That `column` is one of these texts or ids, which are one parameter however many they are."""
    if connection.dialect.name == "sqlite":
        given = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(given.c.value))
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))


def insert_into(connection: Connection, table: Table) -> Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet; the others stay as they are."""
    execute_many(connection, _insertion_of_missing(table, connection.dialect.name), rows)


@cache
def _insertion_of_missing(table: Table, dialect: str) -> Insert:
    made = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return made.on_conflict_do_nothing()


@cache
def insertion_of(table: Table) -> UpdateBase:
    """A plain insert, always the same."""
    return insert(table)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> Sequence[int]:
    """Insert rows under new ids, which are returned in the order of the rows.

    The ids are drawn first, all at once: to have them told row by row takes as long as to insert.
    """
    if not rows:
        return []
    if connection.dialect.name == "sqlite":
        # The one who writes is alone, and SQLite itself goes on from the highest.
        highest = connection.scalar(select(func.max(table.c.id))) or 0
        ids: Sequence[int] = range(highest + 1, highest + 1 + len(rows))
    else:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, len(rows)))
        ids = list(connection.scalars(drawn))
    execute_many(
        connection,
        insertion_of(table),
        [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)],
    )
    return ids


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Row]) -> None:
    """As `connection.execute(statement, rows)`, several times as fast; nothing where there is none.

    The rows have the same names. Their values are made ready column by column rather than row by
    row, and go to the driver in one call. A statement that is always the same is compiled once.
    """
    if not rows:
        return
    plan = _plan(statement, connection.dialect, tuple(rows[0]))
    known: dict[datetime, int] = {}
    columns = []
    for name, type_, ready in plan.binds:
        values = [row[name] for row in rows] if name in rows[0] else [plan.fixed[name]] * len(rows)
        if isinstance(type_, Instant):
            values = instants(values, known)
        elif ready is not None:
            values = [ready(value) for value in values]
        columns.append(values)
    lines: list[Any] = list(zip(*columns, strict=True))
    if not plan.by_position:
        order = [name for name, _, _ in plan.binds]
        lines = [dict(zip(order, line, strict=True)) for line in lines]
    connection.exec_driver_sql(plan.sql, lines)


class _Plan(NamedTuple):
    """A statement as the driver takes it."""

    sql: str
    binds: Sequence[tuple[str, TypeEngine[Any], Callable[[Any], Any] | None]]
    """What each parameter is called, what it is, and what makes its values ready."""
    fixed: Mapping[str, Any]
    """Parameters that no row gives."""
    by_position: bool


@lru_cache(maxsize=64)
def _plan(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled = cast("Compiled", statement.compile(dialect=dialect, column_keys=list(names)))
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a statement compiles to
    fixed = compiled.params
    types = [(name, compiled.binds[name].type) for name in compiled.positiontup or fixed]
    return _Plan(
        sql=str(compiled),
        binds=[
            (name, type_, type_.dialect_impl(dialect).bind_processor(dialect))
            for name, type_ in types
        ],
        fixed=fixed,
        by_position=bool(compiled.positiontup),
    )


def chunks(values: Collection[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values, at most `size` at a time."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
