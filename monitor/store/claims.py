"""The provider's claims: the last word of each, beside the case it is about."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from monitor.cases.claim import ProviderClaim, StoredClaim
from monitor.cases.observation import CaseKey
from monitor.store.database import Database
from monitor.store.insertion import chunks, execute_many, insert_into
from monitor.store.intake import stored_cases
from monitor.store.tables import claim

_SECOND = timedelta(seconds=1)
_SAID = ("breached", "due_at", "stopped_at", "remaining", "stated_at")


class Claims:
    """What is kept of them, for those who compare."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, case_ids: Collection[int]) -> Mapping[int, Sequence[StoredClaim]]:
        """By case, in the order of their names; cases without any are left out."""
        with self._database.read() as connection:
            return claims_of(connection, case_ids)


def claims_of(
    connection: Connection, case_ids: Collection[int]
) -> Mapping[int, Sequence[StoredClaim]]:
    """As `Claims.of`."""
    found: dict[int, list[StoredClaim]] = defaultdict(list)
    for chunk in chunks(case_ids):
        query = select(claim).where(claim.c.case_id.in_(chunk))
        for row in connection.execute(query.order_by(claim.c.name, claim.c.source)):
            found[row.case_id].append(_stored(row))
    return found


def keep_claims(
    connection: Connection,
    source: str,
    claims: Mapping[CaseKey, Sequence[ProviderClaim]],
    at: datetime,
) -> None:
    """Keep what was said in place of what was said before; cases that are not stored are left out.

    What is said no more stays as it was said last: a level that ends may vanish from a record.
    """
    if not claims:
        return
    rows = [
        {
            "case_id": row.id,
            "source": source,
            "name": each.name,
            "breached": each.breached,
            "due_at": each.due_at,
            "stopped_at": each.stopped_at,
            "remaining": None if each.remaining is None else each.remaining // _SECOND,
            "stated_at": at,
        }
        for key, row in stored_cases(connection, list(claims))
        for each in {one.name: one for one in claims[key]}.values()
    ]
    statement = insert_into(connection, claim)
    written = {name: statement.excluded[name] for name in _SAID}
    execute_many(
        connection,
        statement.on_conflict_do_update(index_elements=list(claim.primary_key), set_=written),
        rows,
    )


def _stored(row: Any) -> StoredClaim:
    remaining = None if row.remaining is None else row.remaining * _SECOND
    said = ProviderClaim(
        name=row.name,
        breached=row.breached,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        remaining=remaining,
    )
    return StoredClaim(row.source, row.stated_at, said)
