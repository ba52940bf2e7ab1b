"""Subscriptions to hubs, by source."""

from sqlalchemy import select

from monitor.engine.hints import Subscription
from monitor.store.database import Database
from monitor.store.insertion import insert_into
from monitor.store.tables import subscription


class StoredSubscriptions:
    """Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, source: str) -> Subscription | None:
        query = select(subscription).where(subscription.c.source == source)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Subscription(
            hub_id=row.hub_id,
            callback_digest=row.callback_digest,
            subscribed_at=row.subscribed_at,
        )

    def save(self, source: str, kept: Subscription) -> None:
        """Remember it in place of the one before."""
        values = {
            "hub_id": kept.hub_id,
            "callback_digest": kept.callback_digest,
            "subscribed_at": kept.subscribed_at,
        }
        with self._database.write() as connection:
            insertion = insert_into(connection, subscription).values(source=source, **values)
            connection.execute(
                insertion.on_conflict_do_update(index_elements=["source"], set_=values)
            )
