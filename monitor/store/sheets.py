"""Cases read in their rows, and obligations written as rows: no value is made of any of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    TableClause,
    column,
    insert,
    literal,
    select,
)
from sqlalchemy import table as plain_table

from monitor.engine.sheets import OwedRow, Sheet, StatementRow
from monitor.store.columns import Instant
from monitor.store.insertion import execute_many
from monitor.store.tables import (
    acknowledgement,
    case,
    escalation,
    hold,
    obligation,
    observation,
    silencing,
    standing,
)


def _raw(table: Table) -> TableClause:
    """The table with its instants as the integers they are stored as."""
    return plain_table(
        table.name,
        *(column(each.name, BigInteger() if isinstance(each.type, Instant) else each.type)
          for each in table.columns),
    )  # fmt: skip


_statements = _raw(observation)
_obligations = _raw(obligation)
_OF_STANDING = {"id", "obligation_id", "judged_at"}


def read_sheets(connection: Connection, case_ids: Sequence[int]) -> list[Sheet]:
    """These cases; their ids come in order, as they follow one another, some thousands at most."""
    if not case_ids:
        return []
    statements = _by_case(connection, _statements, StatementRow._fields, StatementRow, case_ids)
    owed = _by_case(connection, _obligations, OwedRow._fields, OwedRow, case_ids)
    eventful = _eventful(connection, case_ids)
    query = select(
        case.c.id,
        case.c.provider,
        case.c.kind,
        case.c.ref,
        case.c.is_open,
        case.c.fault_kind,
        case.c.gone_since,
    )
    chosen = set(case_ids)
    return [
        Sheet(
            case_id=row[0],
            provider=row[1],
            kind=row[2],
            ref=row[3],
            is_open=row[4],
            fault_kind=row[5],
            statements=statements[row[0]],
            owed=owed[row[0]],
            is_eventful=eventful is None or row[0] in eventful or row[6] is not None,
        )
        for row in connection.execute(
            query.where(_between(case.c.id, case_ids)).order_by(case.c.id)
        ).all()
        if row[0] in chosen
    ]


def _between(id_: ColumnElement[int], case_ids: Sequence[int]) -> ColumnElement[bool]:
    """From the first of them to the last: few others lie between, and a list is slow to write."""
    return id_.between(case_ids[0], case_ids[-1])


def insert_owed(
    connection: Connection, owed: Mapping[int, Sequence[OwedRow]], now: datetime
) -> None:
    """Store rows of obligations by the ids of their cases, which had none; so they stand by now."""
    rows = [{"case_id": id_, **row._asdict()} for id_, each in owed.items() for row in each]
    execute_many(connection, insert(_obligations), rows)
    names = [each.name for each in standing.c if each.name not in _OF_STANDING]
    kept = select(
        obligation.c.id, literal(now, Instant), *(obligation.c[name] for name in names)
    ).where(_between(obligation.c.case_id, sorted(owed)), obligation.c.case_id.in_(list(owed)))
    connection.execute(insert(standing).from_select(["obligation_id", "judged_at", *names], kept))


def _by_case(
    connection: Connection,
    table: TableClause,
    names: Sequence[str],
    make: Any,
    case_ids: Sequence[int],
) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    query: Select[Any] = select(table.c.case_id, *(table.c[name] for name in names))
    # All at once: fetched one by one, rows take twice as long.
    for row in connection.execute(query.where(_between(table.c.case_id, case_ids))).all():
        found[row[0]].append(make._make(row[1:]))
    return found


def _eventful(connection: Connection, case_ids: Sequence[int]) -> set[int] | None:
    """Those of which a step fired or that an operator saw to; None: a silence may be about any."""
    if connection.scalar(select(silencing.c.id).limit(1)) is not None:
        return None
    found: set[int] = set()
    fired = select(obligation.c.case_id).join(
        escalation, escalation.c.obligation_id == obligation.c.id
    )
    for query, id_ in (
        (fired, obligation.c.case_id),
        (select(acknowledgement.c.case_id), acknowledgement.c.case_id),
        (select(hold.c.case_id), hold.c.case_id),
    ):
        found.update(connection.scalars(query.where(_between(id_, case_ids))).all())
    return found
