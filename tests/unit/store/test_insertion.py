from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from monitor.store.database import Database
from monitor.store.insertion import among, insert_new
from monitor.store.tables import quarantine

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def record(digest: str) -> dict[str, Any]:
    return {
        "digest": digest,
        "source": "s",
        "reason": "r",
        "payload": {},
        "first_seen_at": AT,
        "last_seen_at": AT,
    }


def test_new_rows_get_ids_in_their_order_and_go_on_from_the_highest(database: Database) -> None:
    rows = [record(f"{n}") for n in (3, 1, 2)]
    with database.write() as connection:
        assert insert_new(connection, quarantine, []) == []
        first = list(insert_new(connection, quarantine, rows[:2]))
        (last,) = insert_new(connection, quarantine, rows[2:])
        found = dict(connection.execute(select(quarantine.c.digest, quarantine.c.id)).all())
        # The database's own way goes on from there too.
        connection.execute(quarantine.insert(), [{**rows[0], "digest": "4"}])
        fourth = connection.scalar(select(quarantine.c.id).where(quarantine.c.digest == "4"))
    assert found == {"3": first[0], "1": first[1], "2": last}
    assert first[0] < first[1] < last < (fourth or 0)


def test_ids_and_texts_are_asked_for_as_one_parameter(database: Database) -> None:
    rows = [record(f"{n}") for n in range(5)]
    with database.write() as connection:
        ids = insert_new(connection, quarantine, rows)
        query = select(quarantine.c.digest).order_by(quarantine.c.id)
        by_id = query.where(among(connection, quarantine.c.id, ids[1:3]))
        by_text = query.where(among(connection, quarantine.c.digest, ["4", "0", "other"]))
        assert connection.scalars(by_id).all() == ["1", "2"]
        assert connection.scalars(by_text).all() == ["0", "4"]
        assert not connection.scalars(query.where(among(connection, quarantine.c.id, []))).all()
