"""Records as received, as long as they are kept, beside the statements read from them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from monitor.store.insertion import chunks
from monitor.store.months import month_of
from monitor.store.tables import payload


def records_of(connection: Connection, stated: Iterable[Any]) -> dict[str, Any]:
    """The records as received that are still kept, by the statement read from them."""
    by_month: dict[int, list[str]] = defaultdict(list)
    for each in stated:
        by_month[month_of(each.observed_at)].append(each.id)
    found: dict[str, Any] = {}
    for month, ids in by_month.items():
        for chunk in chunks(ids):
            query = select(payload.c.observation_id, payload.c.record).where(
                payload.c.month == month, payload.c.observation_id.in_(chunk)
            )
            found.update((row.observation_id, row.record) for row in connection.execute(query))
    return found
