from datetime import timedelta

import pytest

from monitor.alerts.outbox_store import Attempt, Claimed, Outcome, State
from monitor.store.database import Database, open_database
from monitor.store.replicas import Replicas
from monitor.store.tables import delivery, notification
from tests.support.cases import KEY, utc
from tests.support.world import DESK, MANAGER, World

RECEIVED = "2026-11-23 09:00"
LEASE = timedelta(minutes=2)
BREACH = utc("2026-11-23 16:00")


@pytest.fixture
def world(database: Database) -> World:
    """Two messages wait on `mail`, about a breach."""
    world = World(database)
    world.at("2026-11-23 16:10").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    return world


def claim(world: World, owner: str = "one", limit: int = 10) -> list[Claimed]:
    return list(world.outbox.claim("mail", owner=owner, now=world.now, lease=LEASE, limit=limit))


def attempt(world: World, outcome: Outcome = Outcome.FAILED) -> Attempt:
    return Attempt(
        started_at=world.now, finished_at=world.now, outcome=outcome, detail="451 greylisted"
    )


def test_what_waits_is_as_it_was_decided(world: World) -> None:
    first, second = (each.notification for each in claim(world))
    assert {first.address, second.address} == {MANAGER.address, DESK.address}
    assert first.key != second.key
    assert first.thread == second.thread
    assert (first.step, first.created_at, first.due_at) == ("breach", world.now, BREACH)
    assert first.stood_at == BREACH + timedelta(microseconds=1)
    assert first.fields["case"] == KEY.ref
    assert first.text
    assert first.html


def test_nobody_else_gets_it_while_the_lease_lasts(world: World) -> None:
    assert world.outbox.waiting(world.now) == {"mail"}
    assert [each.attempts for each in claim(world, limit=1)] == [0]
    assert len(claim(world, "two")) == 1
    assert claim(world, "two") == []
    assert world.outbox.waiting(world.now) == set()
    assert world.outbox.next_due_at("mail") == world.now + LEASE
    world.clock.advance(LEASE)
    assert len(claim(world, "two")) == 2


def test_whoever_joins_takes_back_what_a_dead_holder_had(world: World) -> None:
    claimed = claim(world, "dead", limit=1)
    Replicas(world.database).join("alive", at=world.now)
    assert {each.id for each in claim(world, "alive")} >= {claimed[0].id}
    # Should the holder live after all, what follows is no longer its to say.
    assert not world.outbox.record(claimed[0], attempt(world), State.DEAD, None)


def test_only_its_own_channel_is_claimed(world: World) -> None:
    found = world.outbox.claim("pager", owner="one", now=world.now, lease=LEASE, limit=10)
    assert list(found) == []
    assert world.outbox.next_due_at("pager") is None
    assert world.outbox.next_due_at() == world.now


def test_a_failed_attempt_is_recorded_and_comes_due_again(world: World) -> None:
    first, *_ = claim(world)
    again_at = world.now + timedelta(seconds=5)
    assert world.outbox.record(first, attempt(world), State.QUEUED, again_at)
    assert world.outbox.waiting(world.now) == set()
    world.clock.move_to(again_at)
    (again,) = claim(world, "two")
    assert (again.id, again.attempts) == (first.id, 1)
    assert world.outbox.record(again, attempt(world), State.DEAD, None)
    assert world.readings.outbox().dead == 1
    record = world.readings.case(KEY)
    assert record
    fates = {n.state: (n.attempts, n.detail) for n in record.escalations[-1].notifications}
    assert fates == {"dead": (2, "451 greylisted"), "queued": (0, None)}


def test_what_was_sent_is_over(world: World) -> None:
    for each in claim(world):
        assert world.outbox.record(each, attempt(world, Outcome.ACCEPTED), State.SENT, None)
    world.clock.advance(timedelta(days=1))
    assert claim(world) == []
    assert world.outbox.next_due_at() is None
    assert world.readings.outbox().queued == 0
    assert {row["finished_at"] for row in world.rows(notification)} == {utc("2026-11-23 16:10")}


def test_who_lost_the_lease_has_nothing_to_say_but_that_it_was_sent(world: World) -> None:
    mine, _ = claim(world)
    world.clock.advance(LEASE)
    theirs = {each.id: each for each in claim(world, "two")}[mine.id]
    assert not world.outbox.record(mine, attempt(world), State.DEAD, None)
    world.outbox.release([mine], world.now)
    assert world.outbox.waiting(world.now) == set()
    assert len(world.rows(delivery)) == 1
    assert not world.outbox.record(mine, attempt(world, Outcome.ACCEPTED), State.SENT, None)
    states = {row["id"]: row["state"] for row in world.rows(notification)}
    assert states[mine.id] == "sent"
    assert not world.outbox.record(theirs, attempt(world), State.QUEUED, world.now)


def test_one_holder_twice_is_two_holders(world: World) -> None:
    """A lease is told by its end too: the same name may have claimed it again since."""
    mine, _ = claim(world)
    world.clock.advance(LEASE)
    claim(world)
    assert not world.outbox.record(mine, attempt(world), State.DEAD, None)


def test_what_is_given_back_comes_due_without_an_attempt(world: World) -> None:
    again_at = world.now + timedelta(minutes=1)
    world.outbox.release(claim(world), again_at)
    assert world.outbox.next_due_at("mail") == again_at
    world.clock.move_to(again_at)
    assert {each.attempts for each in claim(world)} == {0}


def test_two_replicas_share_the_outbox(postgres_url: str) -> None:
    databases = [open_database(postgres_url) for _ in range(2)]
    one, two = (World(database).at("2026-11-23 16:10") for database in databases)
    one.says("received", RECEIVED, received_at=RECEIVED)
    one.tick()
    # While a claim of the one has not committed, the other passes its rows over.
    with databases[0].write() as connection:
        connection.execute(
            notification.update().where(
                notification.c.address == MANAGER.address
            ).values(lease_owner="one")
        )  # fmt: skip
        assert [each.notification.address for each in claim(two)] == [DESK.address]
    for database in databases:
        database.close()
