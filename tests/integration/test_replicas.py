"""Replicas over a real database: who polls what, and what becomes of what the gone had."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from monitor.alerts.outbox_store import Attempt, Outcome, State
from monitor.collectors.base import Batch, SourceFault
from monitor.engine.replica import Replica
from monitor.engine.replicas import LeaseLostError, Peer, SourceLease
from monitor.engine.watch import Pace
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.replicas import Replicas
from monitor.store.tables import source
from tests.support.cases import KEY, said, utc
from tests.support.world import SOURCE, World

NOW = utc("2026-11-23 10:00")
RECEIVED = "2026-11-23 09:00"
SOURCES = ("a", "b", "c")
# Nobody is buried by the clock here: a test says who is gone.
PATIENT = Pace(patience=3600.0)
_numbers = count(1)


def a_name() -> str:
    return f"machine:{next(_numbers)}"


def joined(database: Database, *sources: str) -> Replica:
    replica = Replica(Replicas(database), a_name, PATIENT)
    replica.watch(sources or SOURCES)
    replica.beat(NOW)
    return replica


def lease_of(database: Database, name: str) -> SourceLease:
    lease = Replicas(database).roster().leases[name]
    assert lease is not None
    return lease


def peer(database: Database, replica: Replica) -> Peer:
    (found,) = (each for each in Replicas(database).roster().peers if each.name == replica.name)
    return found


def bury(database: Database, replica: Replica) -> None:
    assert Replicas(database).bury(peer(database, replica), at=NOW)


@pytest.fixture
def shared(postgres_url: str) -> Iterator[Database]:
    with closing(open_database(postgres_url)) as database:
        yield database


def test_one_alone_polls_everything(database: Database) -> None:
    replica = joined(database)
    assert replica.held == {*SOURCES}
    beat = replica.beat(NOW)
    assert not any((beat.taken, beat.given_up, beat.lost, beat.departed))
    replica.watch(("b", "d"))
    assert replica.beat(NOW).given_up == ["a", "c"]
    assert replica.held == {"b", "d"}
    replica.leave(NOW)
    assert Replicas(database).roster().peers == []
    # A beat that comes too late does not bring it back.
    replica.beat(NOW)
    assert Replicas(database).roster().peers == []


def test_on_a_file_whoever_comes_is_alone(sqlite_url: str) -> None:
    with closing(open_database(sqlite_url)) as database:
        killed = joined(database)
        after = joined(database)
        assert after.held == {*SOURCES}
        assert [each.name for each in Replicas(database).roster().peers] == [after.name]
        assert lease_of(database, "a").epoch == 2
        assert killed.name != after.name


def test_a_newcomer_is_given_its_share_once_the_polls_under_way_are_over(shared: Database) -> None:
    first = joined(shared)
    second = joined(shared)
    assert second.held == frozenset()
    with first.polling("a"), first.polling("b"), first.polling("c"):
        assert not first.beat(NOW).given_up
    (moved,) = first.beat(NOW).given_up
    assert second.beat(NOW).taken == [moved]
    assert first.held | second.held == {*SOURCES}
    assert not first.held & second.held
    for replica in (first, second):
        beat = replica.beat(NOW)
        assert not any((beat.taken, beat.given_up))


def test_many_that_beat_at_once_never_share_a_source(shared: Database) -> None:
    replicas = [joined(shared) for _ in range(4)]

    def beats(replica: Replica) -> None:
        for _ in range(10):
            replica.beat(NOW)

    threads = [threading.Thread(target=beats, args=(each,)) for each in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for replica in replicas:
        replica.beat(NOW)
    held = [source for replica in replicas for source in replica.held]
    assert sorted(held) == [*SOURCES]


def test_the_sources_of_one_that_is_gone_are_taken_over(shared: Database) -> None:
    dead, heir = joined(shared), joined(shared)
    dead.beat(NOW)
    heir.beat(NOW)
    bury(shared, dead)
    beat = heir.beat(NOW)
    assert beat.departed == [dead.name]
    assert heir.held == {*SOURCES}
    # It was only frozen: what it comes back to is another life, under another name.
    former = dead.name
    risen = dead.beat(NOW)
    assert risen.given_up_for_dead
    assert len(risen.lost) == 2
    assert dead.held == frozenset()
    assert dead.name != former


def test_one_that_lives_is_not_buried_by_who_read_of_it_before_its_last_beat(
    shared: Database,
) -> None:
    alive = joined(shared)
    seen = peer(shared, alive)
    alive.beat(NOW)
    assert not Replicas(shared).bury(seen, at=NOW)
    assert alive.held == {*SOURCES}


def test_by_its_beats_one_is_buried_that_only_fell_silent(shared: Database) -> None:
    dead = joined(shared)
    heir = Replica(Replicas(shared), a_name, Pace(beat=0.01, patience=0.05))
    heir.watch(SOURCES)
    give_up = 2000
    while heir.held != {*SOURCES} and (give_up := give_up - 1):
        buried = heir.beat(NOW).buried
        assert buried in ([], [dead.name])
    assert heir.held == {*SOURCES}


@contextmanager
def frozen_poll(database: Database) -> Iterator[Observations]:
    """The store of a poll that began before its replica froze and lost its sources."""
    frozen = joined(database, SOURCE)
    with frozen.polling(SOURCE) as lease:
        assert lease is not None
        yield Observations(database).under(lease)


def test_what_a_frozen_replica_read_is_not_stored_over_what_its_heir_knows(
    database: Database,
) -> None:
    with frozen_poll(database) as stale:
        stale.record(SOURCE, Batch(cursor={"page": 1}, complete=True), at=NOW)
        dead = Replicas(database).roster().peers[0]
        assert Replicas(database).bury(dead, at=NOW)
        with joined(database, SOURCE).polling(SOURCE) as lease:
            assert lease is not None
            heir = Observations(database).under(lease)
        later = NOW + timedelta(hours=1)
        heir.record(SOURCE, Batch(cursor={"page": 9}, complete=True), at=later)
        seen = replace(said("received", RECEIVED, received_at=RECEIVED), source=SOURCE)
        batch = Batch(observations=[seen], cursor={"page": 2}, complete=True)
        with pytest.raises(LeaseLostError, match=SOURCE):
            stale.record(SOURCE, batch, at=NOW)
        with pytest.raises(LeaseLostError):
            stale.record_fault(SOURCE, SourceFault("reset", kind="reset"), at=NOW)
    assert World(database).readings.case(KEY) is None
    with database.read() as connection:
        (row,) = connection.execute(select(source).where(source.c.name == SOURCE))
    assert (row.cursor, row.confirmed_at, row.failures) == ({"page": 9}, later, 0)


def test_one_life_later_it_is_still_not_stored(database: Database) -> None:
    """The source may be the same replica's again: not by the same lease."""
    replica = joined(database, SOURCE)
    with replica.polling(SOURCE) as lease:
        assert lease is not None
        stale = Observations(database).under(lease)
    replica.watch(())
    replica.beat(NOW)
    replica.watch((SOURCE,))
    replica.beat(NOW)
    assert replica.held == {SOURCE}
    with pytest.raises(LeaseLostError):
        stale.record(SOURCE, Batch(complete=True), at=NOW)


def test_what_one_that_is_gone_was_sending_is_sent_again_under_the_same_key(
    shared: Database,
) -> None:
    world = World(shared)
    world.at("2026-11-23 16:10").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    dead, heir = joined(shared), joined(shared)
    lease = timedelta(hours=2)
    claimed = (
        world.outbox.claim("mail", owner=dead.name, now=world.now, lease=lease, limit=1),
        world.outbox.claim("mail", owner=heir.name, now=world.now, lease=lease, limit=1),
    )
    (his,), (hers,) = claimed
    assert world.outbox.waiting(world.now) == set()
    bury(shared, dead)
    (again,) = world.outbox.claim("mail", owner=heir.name, now=world.now, lease=lease, limit=9)
    assert again.notification.key == his.notification.key
    # Should it live after all, its word no longer counts, but for a message that has gone out.
    attempt = Attempt(
        started_at=world.now, finished_at=world.now, outcome=Outcome.FAILED, detail="421"
    )
    assert not world.outbox.record(his, attempt, State.DEAD, None)
    assert world.outbox.record(again, attempt, State.QUEUED, world.now)
    assert world.outbox.record(hers, attempt, State.QUEUED, world.now)


def test_what_one_froze_on_is_free_once_it_is_given_up(postgres_url: str) -> None:
    """In the middle of a tick it holds its cases: with its connections, that ends."""
    with (
        closing(open_database(postgres_url)) as frozen,
        closing(open_database(postgres_url)) as heirs,
    ):
        World(frozen).at("2026-11-23 16:10").says("received", RECEIVED, received_at=RECEIVED)
        dead, heir = joined(frozen), joined(heirs)
        world = World(heirs).at("2026-11-23 16:10")
        with suppress(OperationalError):
            with World(frozen).obligations.claim(now=world.now, stale={}, limit=9) as work:
                assert len(work.dockets) == 1
                assert world.tick().cases == 0
                bury(heirs, dead)
                assert world.tick().cases == 1
            pytest.fail("what it did after it was given up is not refused")
        assert heir.beat(NOW).departed == [dead.name]
