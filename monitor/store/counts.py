"""The counts of obligations, moved as verdicts change: nobody ever has to count obligations."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    select,
    type_coerce,
)

from monitor.store.insertion import execute_many, insert_into
from monitor.store.tables import due_tally, obligation, organization_tally, tally

HOUR = 3_600_000_000
"""Microseconds. Where a month begins is a whole hour of UTC in every zone of the contract's."""
NONE = "none"
"""In place of a region or an organisation where there is none."""

Key: TypeAlias = tuple[str | int | None, ...]


class Counted(NamedTuple):
    """An obligation as far as it is counted by it."""

    provider: str
    commitment: str
    verdict: str
    region: str
    organization: str
    due_hour: int | None
    """Since 1970: of the instant before its deadline, as the end of a day belongs to that day."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A table of counts, and what it counts by: columns of the table, fields of `Counted`."""

    table: Table
    names: tuple[str, ...]

    def key_of(self, counted: Counted) -> Key | None:
        """None: this table does not count it, such as one without a deadline."""
        key = tuple(getattr(counted, name) for name in self.names)
        return None if None in key else key

    def kept(self) -> Select[Any]:
        """The counts there are."""
        columns = [self.table.c[name] for name in (*self.names, "obligations")]
        return select(*columns).where(self.table.c.obligations != 0)

    def anew(self) -> Select[Any]:
        """What they should be: a walk over all obligations."""
        rows = _counted_rows().subquery()
        columns = [rows.c[name] for name in self.names]
        query = select(*columns, func.count().label("obligations")).group_by(*columns)
        return query.where(*(column.is_not(None) for column in columns))

    def move(self, connection: Connection, changes: Mapping[Key, int]) -> None:
        rows = [
            {**dict(zip(self.names, key, strict=True)), "obligations": change}
            # In one order everywhere: replicas that move the same counts wait for one another in
            # turn.
            for key, change in sorted(changes.items())
            if change
        ]
        if rows:
            insertion = insert_into(connection, self.table)
            kept = self.table.c.obligations
            statement = insertion.on_conflict_do_update(
                index_elements=self.names,
                set_={"obligations": kept + insertion.excluded.obligations},
            )
            execute_many(connection, statement, rows)


TALLIES = (
    Tally(tally, ("provider", "commitment", "verdict")),
    Tally(due_tally, ("due_hour", "provider", "commitment", "region", "verdict")),
    Tally(organization_tally, ("organization", "provider", "verdict")),
)


def counted_as(
    provider: str,
    commitment: str,
    verdict: str,
    *,
    region: str | None,
    organization: str | None,
    due_at: int | None,
) -> Counted:
    """What an obligation is counted by; `due_at` in microseconds since 1970."""
    return Counted(
        provider,
        commitment,
        verdict,
        region or NONE,
        organization or NONE,
        None if due_at is None else (due_at - 1) // HOUR,
    )


def counts_of(connection: Connection, *conditions: ColumnElement[bool]) -> Counter[Counted]:
    """How many obligations under these conditions are counted by each."""
    rows = _counted_rows().where(*conditions).subquery()
    query = select(*rows.c, func.count()).group_by(*rows.c)
    return Counter({Counted(*row[:-1]): row[-1] for row in connection.execute(query)})


def move_counts(connection: Connection, changes: Mapping[Counted, int]) -> None:
    """Move all counts by so much, up or down."""
    for each in TALLIES:
        each.move(connection, _projected(each, changes))


def _projected(by: Tally, changes: Mapping[Counted, int]) -> Mapping[Key, int]:
    moved: Counter[Key] = Counter()
    for counted, change in changes.items():
        key = by.key_of(counted)
        if key is not None:
            moved[key] += change
    return moved


def _counted_rows() -> Select[Any]:
    owed = obligation.c
    return select(
        owed.provider,
        owed.commitment,
        owed.verdict,
        *(
            func.coalesce(func.nullif(column, ""), NONE).label(column.name)
            for column in (owed.region, owed.organization)
        ),
        ((type_coerce(owed.due_at, BigInteger) - 1) // HOUR).label("due_hour"),
    )
