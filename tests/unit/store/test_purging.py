from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from monitor.collectors.base import Quarantined
from monitor.engine.purge import LOT, Purged, Retention, months_before, old, purge_all, purge_once
from monitor.store.database import Database
from monitor.store.purging import Purging
from monitor.store.tables import (
    case,
    delivery,
    escalation,
    metadata,
    notification,
    obligation,
    observation,
    payload,
    quarantine,
)
from tests.support.cases import utc
from tests.support.rebuilt import differences_of
from tests.support.world import World, ticket

TERMS = Retention(payloads=18, figures=84)
SHORT = Retention(payloads=1, figures=2)
FOREVER = Retention(payloads=None, figures=None)
RECEIVED = "2026-08-10 09:00"
OLD, RECENT, OPEN = ticket("INC-OLD"), ticket("INC-RECENT"), ticket("INC-OPEN")


@pytest.mark.parametrize(
    ("at", "months", "first"),
    [
        ("2026-11-25 12:00", 18, (2025, 5)),
        ("2026-11-30 18:59", 1, (2026, 10)),
        # Already December in UTC.
        ("2026-11-30 19:00", 1, (2026, 11)),
        ("2026-01-31 12:00", 1, (2025, 12)),
        ("2026-12-01 12:00", 84, (2019, 12)),
    ],
)
def test_whole_months_leave(at: str, months: int, first: tuple[int, int]) -> None:
    assert months_before(utc(at), months) == datetime(*first, 1, tzinfo=UTC)


@pytest.fixture
def world(database: Database) -> World:
    """In August a case that was told of and closed, one that stays open; in October another."""
    world = World(database).at("2026-08-10 09:05")
    for key in (OLD, OPEN):
        world.says("received", RECEIVED, received_at=RECEIVED, key=key, payload={"id": key.ref})
    world.tick()
    world.run_until("2026-08-10 17:00")
    world.deliver()
    world.says("resolved", received_at=RECEIVED, key=OLD, payload={"id": OLD.ref})
    world.tick()
    world.at("2026-10-05 09:00")
    received = "2026-10-05 09:00"
    world.says("received", received, received_at=received, key=RECENT, payload={"id": RECENT.ref})
    world.at("2026-10-05 10:00").says("resolved", received_at=received, key=RECENT)
    world.tick()
    return world.at("2026-11-23 09:00")


def purged(world: World, retention: Retention) -> Purged:
    return purge_all(Purging(world.database), retention, world.now, lambda _: None)


def counts(world: World) -> dict[str, int]:
    with world.database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def test_what_is_young_enough_stays(world: World) -> None:
    before = counts(world)
    assert old(Purging(world.database), TERMS, world.now) == Purged()
    assert purged(world, TERMS) == purged(world, FOREVER) == Purged()
    assert counts(world) == before


def test_records_leave_before_the_statements_read_from_them(world: World) -> None:
    before = counts(world)
    terms = Retention(payloads=2, figures=84)
    assert old(Purging(world.database), terms, world.now) == Purged(payloads=3)
    assert purged(world, terms) == Purged(payloads=3)
    after = counts(world)
    assert after.pop("payload") == before.pop("payload") - 3 == 2
    assert after == before
    record = world.readings.case(OLD)
    assert record is not None
    assert [dict(o.payload) for o in record.observations] == [{}, {}]
    kept = world.readings.case(RECENT)
    assert kept is not None
    assert kept.observations[0].payload == {"id": RECENT.ref}


def test_closed_cases_leave_with_all_that_hangs_on_them(world: World) -> None:
    ids = {row["ref"]: row["id"] for row in world.rows(case)}
    assert world.fired(OLD)
    assert world.rows(delivery)
    assert purged(world, SHORT) == Purged(payloads=3, cases=1)
    assert {row["ref"] for row in world.rows(case)} == {OPEN.ref, RECENT.ref}
    for table in (observation, obligation):
        assert ids[OLD.ref] not in {row["case_id"] for row in world.rows(table)}
    owed = {row["id"] for row in world.rows(obligation)}
    assert {row["obligation_id"] for row in world.rows(escalation)} <= owed
    fired = {row["id"] for row in world.rows(escalation)}
    assert {row["escalation_id"] for row in world.rows(notification)} <= fired
    sent = {row["id"] for row in world.rows(notification)}
    assert {row["notification_id"] for row in world.rows(delivery)} <= sent


def test_the_counts_stay_those_of_what_is_kept(world: World) -> None:
    purged(world, SHORT)
    assert differences_of(world.database, world.rules, world.now) == []


def test_a_case_that_its_source_still_shows_stays(world: World) -> None:
    world.polled(confirmed=[OLD])
    assert purged(world, SHORT).cases == 0


def test_a_case_that_waits_to_be_judged_stays(world: World) -> None:
    with world.database.write() as connection:
        connection.execute(case.update().where(case.c.ref == OLD.ref).values(marked_at=world.now))
    assert purged(world, SHORT).cases == 0


def test_of_quarantine_only_what_was_resolved_leaves(world: World) -> None:
    world.at("2026-08-20 09:00")
    for ref in ("INC-A", "INC-B"):
        bad = Quarantined(ref=ref, reason="no date", payload={"id": ref})
        world.polled(quarantined=[bad])
    world.polled(outside_contract=["INC-A"])
    world.at("2026-11-23 09:00")
    assert purged(world, Retention(payloads=1, figures=None)).quarantined == 1
    assert [row["ref"] for row in world.rows(quarantine)] == ["INC-B"]


def test_a_lot_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LOT >= 100
    monkeypatch.setattr("monitor.engine.purge.LOT", 2)
    store = Purging(world.database)
    lots = [purge_once(store, SHORT, world.now) for _ in range(4)]
    assert lots == [Purged(payloads=2), Purged(payloads=1), Purged(cases=1), Purged()]
    assert len(world.rows(payload)) == 2
