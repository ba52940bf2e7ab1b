"""How far requests for the past have come."""

from datetime import datetime

from sqlalchemy import select

from monitor.clock.segment import Segment
from monitor.collectors.backfill import Progress
from monitor.store.database import Database
from monitor.store.insertion import insert_into
from monitor.store.tables import backfill


class Backfills:
    """Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, source: str, period: Segment) -> Progress | None:
        query = select(backfill).where(
            backfill.c.source == source,
            backfill.c.from_at == period.start,
            backfill.c.to_at == period.end,
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Progress(period=period, done_until=row.done_until, finished_at=row.finished_at)

    def save(self, source: str, progress: Progress, *, at: datetime) -> None:
        values = {"done_until": progress.done_until, "finished_at": progress.finished_at}
        key = {
            "source": source,
            "from_at": progress.period.start,
            "to_at": progress.period.end,
        }
        with self._database.write() as connection:
            insertion = insert_into(connection, backfill).values(**key, **values, begun_at=at)
            connection.execute(
                insertion.on_conflict_do_update(index_elements=list(key), set_=values)
            )
