"""What operators did about cases, read for those who judge them and those who show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from monitor.alerts.interventions import AckEntry, Handling, HoldEntry, Silencing
from monitor.store.insertion import among, chunks
from monitor.store.tables import acknowledgement, hold, silencing, silencing_end

_REMEMBERED = timedelta(days=30)
"""How long after its end a silence still tells why a step, found due late, told nobody."""


def read_handlings(
    connection: Connection, case_ids: Iterable[int], now: datetime
) -> Mapping[int, Handling]:
    """What operators did about these cases, as far as it can still matter."""
    ids = list(case_ids)
    rules = read_silencings(connection, now - _REMEMBERED)
    acks, held = read_acknowledgements(connection, ids), read_holds(connection, ids)
    return {
        case_id: Handling(acknowledgements=acks[case_id], holds=held[case_id], silencings=rules)
        for case_id in ids
    }


def read_acknowledgements(
    connection: Connection, case_ids: Sequence[int]
) -> Mapping[int, list[AckEntry]]:
    found: dict[int, list[AckEntry]] = defaultdict(list)
    for chunk in chunks(case_ids):
        query = select(acknowledgement).where(among(connection, acknowledgement.c.case_id, chunk))
        for row in connection.execute(query.order_by(acknowledgement.c.id)):
            found[row.case_id].append(
                AckEntry(
                    id=row.id,
                    commitment=row.commitment,
                    begins=row.begins,
                    by=row.by,
                    why=row.why,
                    at=row.at,
                    until=row.until,
                )
            )
    return found


def read_holds(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, list[HoldEntry]]:
    found: dict[int, list[HoldEntry]] = defaultdict(list)
    for chunk in chunks(case_ids):
        query = select(hold).where(among(connection, hold.c.case_id, chunk))
        for row in connection.execute(query.order_by(hold.c.id)):
            found[row.case_id].append(
                HoldEntry(id=row.id, begins=row.begins, by=row.by, why=row.why, at=row.at)
            )
    return found


def read_silencings(connection: Connection, ending_after: datetime | None) -> list[Silencing]:
    query = (
        select(
            silencing,
            silencing_end.c.at.label("ended_at"),
            silencing_end.c.by.label("ended_by"),
        )
        .join(silencing_end, silencing_end.c.silencing_id == silencing.c.id, isouter=True)
        .order_by(silencing.c.starts_at, silencing.c.id)
    )
    if ending_after is not None:
        query = query.where(silencing.c.ends_at > ending_after)
    rules = [
        Silencing(
            id=row.id,
            matchers=row.matchers,
            starts_at=row.starts_at,
            ends_at=row.ends_at if row.ended_at is None else min(row.ended_at, row.ends_at),
            by=row.by,
            why=row.why,
            at=row.at,
            ended_by=row.ended_by,
        )
        for row in connection.execute(query)
    ]
    return [rule for rule in rules if ending_after is None or rule.ends_at > ending_after]
